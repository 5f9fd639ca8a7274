# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._account import flow_log_changes as changes
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.flow_logs import FIELDS, LOGS, Wanted, desired
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.publications import Target
from ansible_collections.cloudwatch.agent.tests.support.fake_flow_logs import ROLE, VPC, Ec2, entry

GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:/vpc"


def wanted(*resources: str, **more: Any) -> Wanted:
    return desired([entry(*resources, **more)])[Target("", "us-east-1")][0]


def there(**more: Any) -> changes.Found:
    return changes.parsed(Ec2().seed(**more))


def change(of: dict[str, Any], *found: changes.Found) -> changes.Change:
    return changes.change(wanted(**of), found)


@pytest.mark.parametrize("given", [{"log_group_name": "/vpc"}, {"destination_arn": GROUP}, {"destination_arn": f"{GROUP}:*"}])
@pytest.mark.parametrize(
    "made",
    [{"LogGroupName": "/vpc"}, {"LogGroupName": None, "LogDestination": GROUP}, {"LogGroupName": "/vpc", "LogDestination": GROUP}],
)
def test_an_equal_flow_log_is_found_whichever_way_it_was_made(given: dict[str, Any], made: dict[str, Any]) -> None:
    """Nothing of it is said again, or all of it is."""
    for more in ({}, {"log_format": "default", "max_aggregation_interval": 600, "role_arn": ROLE, "traffic_type": "ALL"}):
        assert change({**given, **more}, there(**made)).kind == changes.NONE


def test_a_log_group_of_another_account_is_another_one() -> None:
    abroad = GROUP.replace("123456789012", "999999999999")
    assert change({"log_group_name": "/vpc"}, there(LogGroupName=None, LogDestination=abroad)).kind == changes.CREATE
    assert change({"destination_arn": abroad}, there(LogGroupName="/vpc")).kind == changes.CREATE
    assert change({"destination_arn": abroad}, there(LogGroupName=None, LogDestination=abroad)).kind == changes.NONE


@pytest.mark.parametrize(
    ("given", "kind", "differing"),
    [
        ({"log_format": "${srcaddr}"}, changes.REPLACE, "log_format"),
        ({"max_aggregation_interval": 60}, changes.REPLACE, "max_aggregation_interval"),
        ({"role_arn": f"{ROLE}-2"}, changes.REPLACE, "role_arn"),
        ({"traffic_type": "REJECT"}, changes.CREATE, ""),
        ({"log_group_name": "/other"}, changes.CREATE, ""),
        ({"tags": {"a": "1"}}, changes.RETAG, ""),
        ({"purge_tags": True}, changes.RETAG, ""),
        ({"state": "absent"}, changes.DELETE, ""),
        ({"state": "absent", "traffic_type": "REJECT"}, changes.NONE, ""),
        ({"state": "absent", "max_aggregation_interval": 60}, changes.NONE, ""),
    ],
)
def test_what_each_option_leads_to(given: dict[str, Any], kind: str, differing: str) -> None:
    found = there(Tags=[{"Key": "owner", "Value": "others"}, {"Key": "aws:x", "Value": "1"}])
    one = change(given, found)
    assert one.kind == kind
    said = list(changes.notes(one))
    if kind == changes.REPLACE:
        assert changes.differences(one.wanted, found) == [differing]
        assert f"({differing}): a new one is made, then {found.id} is deleted" in said[0] and "records" in said[0]
    assert bool(said) == (kind in (changes.REPLACE, changes.DELETE) or ("traffic_type" in given and kind == changes.CREATE))


def test_what_is_not_named_is_in_the_new_flow_log_too() -> None:
    tags = [{"Key": "owner", "Value": "others"}, {"Key": "aws:x", "Value": "1"}]
    fields = [{"ResourceType": "instance", "TagKeys": ["team"]}]
    more = {"DeliverCrossAccountRole": f"{ROLE}-3", "TagFieldSpecifications": fields, "MaxAggregationInterval": 60, "Tags": tags}
    found = there(LogFormat="${srcaddr} ${action}", DeliverLogsPermissionArn=f"{ROLE}-2", **more)
    one = change({"log_format": "${dstaddr}", "tags": {"team": "web"}}, found)
    assert changes.request(one, [VPC], ROLE) == {
        "ResourceIds": [VPC],
        "ResourceType": "VPC",
        "LogDestinationType": LOGS,
        "TrafficType": "ALL",
        "DeliverLogsPermissionArn": f"{ROLE}-2",
        "LogGroupName": "/vpc",
        "LogFormat": "${dstaddr}",
        "MaxAggregationInterval": 60,
        "DeliverCrossAccountRole": f"{ROLE}-3",
        "TagFieldSpecifications": fields,
        "TagSpecifications": [
            {"ResourceType": "vpc-flow-log", "Tags": [{"Key": "owner", "Value": "others"}, {"Key": "team", "Value": "web"}]},
        ],
    }
    again = changes.restored(found, "VPC")
    assert (again["LogFormat"], again["MaxAggregationInterval"], again["DeliverLogsPermissionArn"]) == (found.log_format, 60, found.role)
    before, after = changes.shown(one, ROLE)
    assert before == {
        "state": "present",
        "role_arn": f"{ROLE}-2",
        "log_format": "${srcaddr} ${action}",
        "tags": {"aws:x": "1", "owner": "others"},
    }
    assert after == {**before, "log_format": "${dstaddr}", "tags": {"aws:x": "1", "owner": "others", "team": "web"}}


def test_new_flow_logs_to_a_bucket_and_of_a_gateway() -> None:
    one = change({"destination_arn": "arn:aws:s3:::b/x", "file_format": "parquet", "per_hour_partition": False})
    made = changes.request(one, [VPC], "")
    assert (made["LogDestination"], made["LogDestinationType"]) == ("arn:aws:s3:::b/x", "s3")
    assert made["DestinationOptions"] == {"FileFormat": "parquet", "PerHourPartition": False}
    assert "DeliverLogsPermissionArn" not in made and "LogGroupName" not in made and "MaxAggregationInterval" not in made
    gateway = changes.request(changes.change(wanted("tgw-0a1b2c3d4e5f67890"), []), ["tgw-0a1b2c3d4e5f67890"], ROLE)
    assert gateway["MaxAggregationInterval"] == 60 and "TrafficType" not in gateway


@pytest.mark.parametrize("traffic", [None, "ALL"])
def test_the_flow_log_of_a_gateway_is_one_whatever_traffic_is_described(traffic: str | None) -> None:
    gateway = "tgw-0a1b2c3d4e5f67890"
    found = there(resource=gateway, TrafficType=traffic, MaxAggregationInterval=60)
    assert changes.change(wanted(gateway), [found]).kind == changes.NONE
    assert "TrafficType" not in changes.restored(found, "TransitGateway")


def test_of_several_the_equal_one_is_meant_and_else_nobody_guesses() -> None:
    first, second = there(), there(LogFormat="${srcaddr}")
    one = change({"log_format": "${srcaddr}"}, first, second._replace(id="fl-2"))
    assert (one.kind, one.found and one.found.id) == (changes.NONE, "fl-2")
    assert "stay: fl-00000001 (ALL)" in next(changes.notes(one))
    for given in ({"log_format": "${dstaddr}"}, {"state": "absent"}):
        (said,) = changes.ambiguous(wanted(**given), [first, second])
        assert "has 2 flow logs, and it is not said which is meant: fl-00000001 with" in said
    assert change({"state": "absent", "log_format": "${srcaddr}"}, first, second).found == second


def test_a_delivery_that_fails_is_said_with_what_helps() -> None:
    failed = there(DeliverLogsStatus="FAILED", DeliverLogsErrorMessage="Access error")
    (said,) = changes.notes(change({}, failed))
    assert "delivers nothing: Access error. Hint: the role must trust vpc-flow-logs.amazonaws.com" in said
    assert failed.log_format == FIELDS
