# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Flow logs against the stand-in: CHECK, run, CHECK, run for every option; two regions, removal, partial failures, lost answers."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.action import ec2_flow_logs
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.flow_logs import FIELDS
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import flow_logs

from .account import GUIDE_OF_DELIVERY, Account

if TYPE_CHECKING:
    from ansible_collections.cloudwatch.agent.tests.integration.conftest import Lab, Shop

OTHER = "eu-west-1"


class FlowLogs(Account):
    """An account with a VPC of the test's own."""

    action, guide, key = ec2_flow_logs, GUIDE_OF_DELIVERY, "flow_logs"
    unpredictable = ("flow_log_id", "deliver_logs_status", "deliver_logs_error_message")

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.role = f"flow-logs-{uuid.uuid4().hex[:8]}"
        self.vpc = self.make_vpc()

    def make_vpc(self, region: str = "us-east-1") -> str:
        return str(self.client("ec2", region).create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"])

    def logs_of(self, resource: str, region: str = "us-east-1") -> list[dict[str, Any]]:
        filters = [{"Name": "resource-id", "Values": [resource]}]
        return list(self.client("ec2", region).describe_flow_logs(Filters=filters)["FlowLogs"])

    def entry(self, **more: Any) -> dict[str, Any]:
        to = {} if "destination_arn" in more else {"log_group_name": f"/{self.vpc}"}
        return {"resource_ids": [self.vpc], **to, **more}

    def arguments(self, *entries: dict[str, Any]) -> dict[str, Any]:
        return {"flow_logs": list(entries or (self.entry(),)), "delivery_role": self.role}


@pytest.fixture
def account(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> FlowLogs:
    monkeypatch.setattr(flow_logs, "STEP_SECONDS", 0.1)
    return FlowLogs.of(lab, monkeypatch)


def test_a_new_flow_log_with_its_role_and_every_option(account: FlowLogs) -> None:
    entry = account.entry(log_format="${srcaddr} ${dstaddr}", max_aggregation_interval=60, tags={"team": "web"}, traffic_type="REJECT")
    assert account.quartet(**account.arguments(entry)) == ["CreateRole", "PutRolePolicy", "CreateFlowLogs"]
    (made,) = account.logs_of(account.vpc)
    assert (made["TrafficType"], made["LogFormat"], made["MaxAggregationInterval"]) == ("REJECT", "${srcaddr} ${dstaddr}", 60)
    assert made["LogGroupName"] == f"/{account.vpc}" and made["Tags"] == [{"Key": "team", "Value": "web"}]
    assert made["DeliverLogsPermissionArn"].endswith(f":role/{account.role}")
    last = account.run(**account.arguments(entry))["flow_logs"][0]
    assert (last["flow_log_id"], last["deliver_logs_status"]) == (made["FlowLogId"], "SUCCESS")
    trust = account.client("iam").get_role(RoleName=account.role)["Role"]["AssumeRolePolicyDocument"]["Statement"]
    assert [one["Principal"] for one in trust] == [{"Service": "vpc-flow-logs.amazonaws.com"}] and "aws:SourceAccount" in str(trust)


@pytest.mark.parametrize("one_format", [1, 0])
def test_every_option_of_a_flow_log_that_others_made(account: FlowLogs, one_format: int) -> None:
    """Each is changed by the calls that it needs, and what is not named is as before; in either of the ways that AWS may take."""
    account.run(**account.arguments())
    other = account.copy_of_role(account.role)
    account.lab.settings(flow_log_one_format=one_format)
    replaced = ["CreateFlowLogs", "DeleteFlowLogs", *(["CreateFlowLogs"] if one_format else [])]
    try:
        for option, writes in (
            ({"tags": {"owner": "others"}}, ["CreateTags"]),
            ({"log_format": "${srcaddr} ${action}"}, replaced),
            ({"max_aggregation_interval": 60}, replaced),
            ({"log_format": "default"}, replaced),
            ({"role_arn": other}, ["CreateFlowLogs", "DeleteFlowLogs", "CreateFlowLogs"]),  # one configuration, whatever the role
            ({"tags": {"team": "web"}}, ["CreateTags"]),
            ({"tags": {"team": "web"}, "purge_tags": True}, ["DeleteTags"]),
        ):
            assert account.quartet(**account.arguments(account.entry(**option))) == writes, option
            assert any("is replaced" in line for line in account.warnings[-4:]) == ("DeleteFlowLogs" in writes)
            assert len(account.logs_of(account.vpc)) == 1
            account.warnings.clear()
    finally:
        account.lab.settings(flow_log_one_format=1)
    (left,) = account.logs_of(account.vpc)
    assert (left["MaxAggregationInterval"], left["LogFormat"], left["DeliverLogsPermissionArn"]) == (60, FIELDS, other)
    assert left["Tags"] == [{"Key": "team", "Value": "web"}]


def test_a_flow_log_is_found_whichever_way_it_was_made(account: FlowLogs) -> None:
    """By the name of its log group, by the ARN, by the ARN with its ending; named in either way."""
    account.run(**account.arguments(account.entry(traffic_type="REJECT")))
    role = account.client("iam").get_role(RoleName=account.role)["Role"]["Arn"]
    group = f"arn:aws:logs:us-east-1:123456789012:log-group:/{account.vpc}"
    common = {"ResourceIds": [account.vpc], "ResourceType": "VPC", "TrafficType": "ALL", "DeliverLogsPermissionArn": role}
    for made in ({"LogGroupName": f"/{account.vpc}"}, {"LogDestination": group}, {"LogDestination": f"{group}:*"}):
        there = account.client("ec2").create_flow_logs(**common, **made)["FlowLogIds"]
        for entry in (account.entry(), account.entry(destination_arn=group), account.entry(destination_arn=f"{group}:*")):
            found = account.run(**account.arguments(entry))
            assert (found["changed"], found["writes"], found["flow_logs"][0]["flow_log_id"]) == (False, [], there[0])
        assert "stay: fl-" in account.warnings[-1] and "(REJECT)" in account.warnings[-1]
        gone = account.quartet(**account.arguments(account.entry(state="absent")))
        assert gone == ["DeleteFlowLogs"]
    assert [one["TrafficType"] for one in account.logs_of(account.vpc)] == ["REJECT"]


def test_subnets_interfaces_gateways_and_buckets(account: FlowLogs) -> None:
    ec2 = account.client("ec2")
    subnet = ec2.create_subnet(VpcId=account.vpc, CidrBlock="10.8.1.0/24")["Subnet"]["SubnetId"]
    interface = ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
    gateway = ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
    bucket = account.base[1:]
    account.client("s3").create_bucket(Bucket=bucket)
    arn, stream = f"arn:aws:s3:::{bucket}/vpc", f"arn:aws:firehose:us-east-1:123456789012:deliverystream/{bucket}"
    options = {"file_format": "parquet", "per_hour_partition": True, "hive_compatible_partitions": False}
    entries = [
        account.entry(resource_ids=[subnet, interface]),
        account.entry(resource_ids=[gateway]),
        account.entry(destination_arn=arn, **options),
        account.entry(destination_arn=stream, traffic_type="REJECT"),
    ]
    writes = account.quartet(**account.arguments(*entries))
    assert writes == ["CreateRole", "PutRolePolicy", *["CreateFlowLogs"] * 5]
    assert account.logs_of(gateway)[0]["MaxAggregationInterval"] == 60
    (to_stream,) = [one for one in account.logs_of(account.vpc) if one["LogDestinationType"] == "kinesis-data-firehose"]
    assert (to_stream["LogDestination"], to_stream["TrafficType"]) == (stream, "REJECT")
    assert account.quartet(**account.arguments({**entries[-1], "state": "absent"})) == ["DeleteFlowLogs"]
    (to_bucket,) = account.logs_of(account.vpc)
    assert to_bucket["DestinationOptions"] == {"FileFormat": "parquet", "HiveCompatiblePartitions": False, "PerHourPartition": True}
    changed = account.entry(destination_arn=arn, file_format="plain-text")
    assert account.quartet(**account.arguments(changed)) == ["CreateFlowLogs", "DeleteFlowLogs", "CreateFlowLogs"]
    (to_bucket,) = account.logs_of(account.vpc)
    assert to_bucket["DestinationOptions"] == {"FileFormat": "plain-text", "HiveCompatiblePartitions": False, "PerHourPartition": True}


def test_two_regions_in_one_task(account: FlowLogs) -> None:
    there = account.make_vpc(OTHER)
    entries = [account.entry(), account.entry(resource_ids=[there], region=OTHER)]
    assert account.quartet(**account.arguments(*entries)) == ["CreateRole", "PutRolePolicy", "CreateFlowLogs", "CreateFlowLogs"]
    assert len(account.logs_of(account.vpc)) == len(account.logs_of(there, OTHER)) == 1
    assert account.logs_of(there) == []


def test_another_account(account: FlowLogs, shop: Shop) -> None:
    """With a role of its own, of the same name."""
    vpc = shop.client("ec2").create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
    shop.wrote()
    entry = account.entry(resource_ids=[vpc], profile=shop.profile)
    assert account.quartet(**account.arguments(entry)) == ["CreateRole", "PutRolePolicy", "CreateFlowLogs"] and shop.wrote()
    (made,) = shop.client("ec2").describe_flow_logs(Filters=[{"Name": "resource-id", "Values": [vpc]}])["FlowLogs"]
    assert made["DeliverLogsPermissionArn"] == f"arn:aws:iam::{shop.account}:role/{account.role}"


def test_a_role_with_a_path_delivers(account: FlowLogs) -> None:
    """AWS takes the ARN with the path alone; a later run that says no path finds the role by its name."""
    arguments = {**account.arguments(), "delivery_role": f"/teams/{account.role}"}
    assert account.quartet(**arguments) == ["CreateRole", "PutRolePolicy", "CreateFlowLogs"]
    (made,) = account.logs_of(account.vpc)
    assert made["DeliverLogsPermissionArn"].endswith(f":role/teams/{account.role}") and made["DeliverLogsStatus"] == "SUCCESS"
    other = account.entry(resource_ids=[account.make_vpc()])
    assert account.quartet(**account.arguments(account.entry(), other)) == ["CreateFlowLogs"]


def test_one_bad_id_is_a_failure_that_names_it_and_the_others_are_made(account: FlowLogs) -> None:
    entry = account.entry(resource_ids=[account.vpc, "vpc-00000000", "vpc-00000001"])
    found = account.run(**account.arguments(entry))
    assert found["failed"] and found["changed"] and len(found["msg"].splitlines()) == 2
    assert "Failed to create the flow log of vpc-00000001: InvalidVpcID.NotFound" in found["msg"]
    assert [one["changed"] for one in found["flow_logs"]] == [True, False, False]
    assert len(account.logs_of(account.vpc)) == 1
    refused = account.run(**account.arguments(account.entry(traffic_type="REJECT", log_format="${srcaddr} ${nonsense}")))
    assert refused["failed"] and "Unknown fields provided: nonsense" in refused["msg"]


def test_throttles_new_roles_and_lost_answers_double_nothing(account: FlowLogs) -> None:
    for kind in ("throttle", "early", "lost"):
        account.lab.fault(kind, service="ec2", operation="CreateFlowLogs", count=1)
    account.lab.fault("lost", service="iam", operation="CreateRole", count=1)
    made = account.run(**account.arguments())
    assert "msg" not in made and made["writes"].count("CreateFlowLogs") == 4
    assert len(account.logs_of(account.vpc)) == 1 and account.run(**account.arguments())["writes"] == []
    account.lab.fault("lost", service="ec2", operation="DeleteFlowLogs", count=1)
    gone = account.run(**account.arguments(account.entry(state="absent")))
    assert "msg" not in gone and gone["writes"].count("DeleteFlowLogs") == 2 and account.logs_of(account.vpc) == []
    account.lab.fault("denied", service="ec2", operation="CreateFlowLogs", count=1)
    denied = account.run(**account.arguments())
    assert "allow ec2:CreateFlowLogs to the controller's credentials" in denied["msg"]
    assert "guide on flow logs and trails" in denied["msg"]


def test_a_delivery_that_fails_is_reported(account: FlowLogs) -> None:
    account.run(**account.arguments())
    account.client("iam").delete_role_policy(RoleName=account.role, PolicyName="flow-logs")
    other = account.make_vpc()
    role = account.client("iam").get_role(RoleName=account.role)["Role"]["Arn"]
    common = {"ResourceType": "VPC", "TrafficType": "ALL", "LogGroupName": f"/{account.vpc}", "DeliverLogsPermissionArn": role}
    account.client("ec2").create_flow_logs(ResourceIds=[other], **common)
    found = account.run(**account.arguments(account.entry(resource_ids=[other])))
    assert found["writes"] == ["PutRolePolicy"]
    assert found["flow_logs"][0]["deliver_logs_error_message"] == "Access error"
    assert "delivers nothing: Access error. Hint: the role must trust" in account.warnings[-1]
