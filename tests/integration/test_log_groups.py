# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Log groups against the stand-in: CHECK, run, CHECK, run for every option; events stay; throttles, lost answers, refusals halfway."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from ansible_collections.cloudwatch.agent.plugins.action import cw_agent_log_groups
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.log_groups import CLASSES
from ansible_collections.cloudwatch.agent.tests.support.agent_configurations import MEM
from ansible_collections.cloudwatch.agent.tests.support.fake_logs import DAYS, data_protection, plan

from .account import GUIDES, REGION, Account

if TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.cloudwatch.agent.tests.integration.conftest import Lab, Shop

GUIDE = (GUIDES / "guide_log_groups.rst").read_text(encoding="utf-8")
OTHER = "eu-west-1"


class Groups(Account):
    """Log groups below a name that no other test has."""

    action, guide, key = cw_agent_log_groups, GUIDE, "groups"

    def seed(self, word: str, region: str = REGION, **more: Any) -> str:
        """A group with an event that somebody else has made; its name."""
        logs, name = self.client("logs", region), self.name(word)
        logs.create_log_group(logGroupName=name, **more)
        logs.create_log_stream(logGroupName=name, logStreamName="s")
        event = {"timestamp": int(time.time() * 1000), "message": "one"}
        logs.put_log_events(logGroupName=name, logStreamName="s", logEvents=[event])
        return name

    def events(self, name: str, region: str = REGION) -> int:
        return len(self.client("logs", region).filter_log_events(logGroupName=name)["events"])

    def group(self, name: str, region: str = REGION) -> dict[str, Any]:
        found = self.client("logs", region).describe_log_groups(logGroupIdentifiers=[name])["logGroups"]
        return dict(found[0]) if found else {}

    def tags(self, name: str) -> dict[str, str]:
        return dict(self.client("logs").list_tags_for_resource(resourceArn=self.group(name)["logGroupArn"])["tags"])


@pytest.fixture
def account(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Groups:
    return Groups.of(lab, monkeypatch)


def key(account: Groups) -> str:
    """A KMS key that log groups may have."""
    statement = {"Effect": "Allow", "Principal": {"Service": f"logs.{REGION}.amazonaws.com"}, "Action": "kms:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return str(account.client("kms").create_key(Policy=policy)["KeyMetadata"]["Arn"])


def test_every_option_of_a_new_group(account: Groups) -> None:
    arn = key(account)
    group = {
        "name": account.name("new"),
        "retention_in_days": 30,
        "log_group_class": "STANDARD",
        "kms_key_id": arn,
        "tags": {"team": "web"},
        "deletion_protection": True,
        "metric_filters": [{"name": "errors", "pattern": "ERROR", "metric_name": "Errors", "metric_namespace": "Shop"}],
    }
    assert account.quartet(groups=[group]) == ["CreateLogGroup", "PutRetentionPolicy", "PutMetricFilter"]
    found = account.group(group["name"])
    assert (found["retentionInDays"], found["kmsKeyId"], found["deletionProtectionEnabled"]) == (30, arn, True)
    assert account.tags(group["name"]) == {"team": "web"}
    for log_class in CLASSES:
        name = account.name(log_class)
        account.quartet(groups=[{"name": name, "log_group_class": log_class}])
        assert account.group(name)["logGroupClass"] == log_class


def test_every_option_of_a_group_with_events(account: Groups) -> None:
    """Each is set, changed and taken back by the one call that it needs, and the event is still there."""
    name, first, second = account.seed("web", tags={"owner": "others"}), key(account), key(account)
    errors = {
        "name": "errors",
        "pattern": "ERROR",
        "metric_name": "Errors",
        "metric_namespace": "Shop",
        "default_value": 0,
        "unit": "Count",
    }
    fields = {"pattern": "{ $.level = ERROR }", "default_value": None, "dimensions": {"Service": "$.service"}, "metric_value": "$.count"}
    stream = stream_of(account)
    forward = {"name": "forward", "destination_arn": stream, "role_arn": "arn:aws:iam::123456789012:role/logs"}
    for option, operation in (
        ({"retention_in_days": 30}, "PutRetentionPolicy"),
        ({"retention_in_days": 3653}, "PutRetentionPolicy"),
        ({"retention_in_days": "never"}, "DeleteRetentionPolicy"),
        ({"kms_key_id": first}, "AssociateKmsKey"),
        ({"kms_key_id": second}, "AssociateKmsKey"),
        ({"kms_key_id": ""}, "DisassociateKmsKey"),
        ({"tags": {"team": "web"}}, "TagResource"),
        ({"tags": {"team": "web"}, "purge_tags": True}, "UntagResource"),
        ({"deletion_protection": True}, "PutLogGroupDeletionProtection"),
        ({"deletion_protection": False}, "PutLogGroupDeletionProtection"),
        ({"metric_filters": [errors]}, "PutMetricFilter"),
        ({"metric_filters": [{**errors, **fields}]}, "PutMetricFilter"),
        ({"metric_filters": [{"name": "errors", "state": "absent"}]}, "DeleteMetricFilter"),
        ({"subscription_filters": [forward]}, "PutSubscriptionFilter"),
        ({"subscription_filters": [{**forward, "pattern": "ERROR", "distribution": "Random"}]}, "PutSubscriptionFilter"),
        ({"subscription_filters": [{"name": "forward", "state": "absent"}]}, "DeleteSubscriptionFilter"),
        ({"index_policy": {"Fields": ["requestId"]}}, "PutIndexPolicy"),
        ({"index_policy": {"Fields": ["requestId"], "FieldsV2": {"status": {"type": "FACET"}}}}, "PutIndexPolicy"),
        ({"index_policy": {}}, "DeleteIndexPolicy"),
        ({"data_protection_policy": data_protection()}, "PutDataProtectionPolicy"),
        ({"data_protection_policy": {**data_protection(), "Description": "e-mail addresses"}}, "PutDataProtectionPolicy"),
        ({"data_protection_policy": {}}, "DeleteDataProtectionPolicy"),
    ):
        assert account.quartet(groups=[{"name": name, **option}]) == [operation], option
        assert account.events(name) == 1
    assert account.tags(name) == {"team": "web"}
    assert set(account.group(name)) & {"retentionInDays", "kmsKeyId"} == set()


def test_what_holds_for_all_groups(account: Groups) -> None:
    """Of a configuration's group that is there, of one that is not, and of one that is named; nothing that is there is shortened."""
    short, longer, arn = account.seed("short"), account.seed("longer"), key(account)
    logs = account.client("logs")
    logs.put_retention_policy(logGroupName=short, retentionInDays=7)
    given = plan(*({"file_path": f"/{name}", "log_group_name": name} for name in (short, account.name("new"))))
    common = {"plan": given, "groups": [{"name": longer}], "group_tags": {"team": "web"}, "kms_key_ids": [arn], "deletion_protection": True}
    writes = account.quartet(**common, retention_in_days=90)
    assert writes == [
        *("AssociateKmsKey", "TagResource", "PutLogGroupDeletionProtection"),  # longer: its events stay for ever
        *("CreateLogGroup", "PutRetentionPolicy"),
        *("AssociateKmsKey", "TagResource", "PutLogGroupDeletionProtection", "PutRetentionPolicy"),
    ]
    for name, days in ((short, 90), (longer, None), (account.name("new"), 90)):
        found = account.group(name)
        assert (found.get("retentionInDays"), found["kmsKeyId"], found["deletionProtectionEnabled"]) == (days, arn, True)
        assert account.tags(name) == {"team": "web"}
    assert f"{longer}: keeps its events for longer than 90 days" in account.warnings[-1]
    assert account.events(short) == account.events(longer) == 1


def stream_of(account: Groups) -> str:
    """A stream of Kinesis for subscriptions."""
    kinesis, name = account.client("kinesis"), account.base[1:]
    kinesis.create_stream(StreamName=name, ShardCount=1)
    return str(kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"])


def test_every_retention_of_aws_leaves_the_group_with_its_events(account: Groups) -> None:
    """Those that amazon.aws's module deletes a log group for (1096, 2192, 2557, 2922, 3288) among them."""
    name = account.seed("web")
    made = account.group(name)["creationTime"]
    for days in DAYS:
        assert account.run(groups=[{"name": name, "retention_in_days": days}])["writes"] == ["PutRetentionPolicy"]
        found = account.group(name)
        assert (found["retentionInDays"], found["creationTime"]) == (days, made)
    assert account.events(name) == 1


def test_another_region_and_another_account(account: Groups, shop: Shop) -> None:
    name = account.name("own")
    assert account.quartet(groups=[{"name": name, "region": OTHER, "retention_in_days": 7}]) == ["CreateLogGroup", "PutRetentionPolicy"]
    assert account.group(name, OTHER)["retentionInDays"] == 7 and account.group(name) == {} and not shop.wrote()
    there = {"name": name, "profile": shop.profile, "region": OTHER, "deletion_protection": True}
    assert account.quartet(groups=[there]) == ["CreateLogGroup"] and shop.wrote()
    (found,) = shop.client("logs", OTHER).describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    assert f":{shop.account}:" in found["arn"] and found["deletionProtectionEnabled"]
    gone = account.quartet(groups=[{**there, "state": "absent", "deletion_protection": False}])
    assert gone == ["PutLogGroupDeletionProtection", "DeleteLogGroup"] and shop.wrote() and account.group(name, OTHER)


def test_filters_and_groups_of_longer_names_stay(account: Groups) -> None:
    """What others have made beside what is named is neither taken for it nor removed."""
    name = account.seed("errors")
    account.seed("errors-app")
    logs = account.client("logs")
    metric = [{"metricName": "m", "metricNamespace": "Others", "metricValue": "1"}]
    logs.put_metric_filter(logGroupName=name, filterName="errors-app", filterPattern="", metricTransformations=metric)
    named = {"name": "errors", "pattern": "ERROR", "metric_name": "Errors", "metric_namespace": "Shop"}
    account.quartet(groups=[{"name": name, "retention_in_days": 30, "metric_filters": [named]}])
    assert account.run(groups=[{"name": name, "metric_filters": [{**named, "state": "absent"}]}])["writes"] == ["DeleteMetricFilter"]
    assert [item["filterName"] for item in logs.describe_metric_filters(logGroupName=name)["metricFilters"]] == ["errors-app"]
    assert "retentionInDays" not in account.group(f"{name}-app")


def test_a_group_goes_by_its_name_alone(account: Groups) -> None:
    """With its class changed, its protection on, or a configuration that writes to it, it stays; so does one of a longer name."""
    name, longer = account.seed("old", deletionProtectionEnabled=True), account.seed("older")
    using = plan({"file_path": "/a", "log_group_name": name, "log_group_class": "INFREQUENT_ACCESS"})
    for arguments, said in (
        ({"groups": [{"name": name, "log_group_class": "INFREQUENT_ACCESS"}]}, "AWS cannot change the class of a log group"),
        ({"plan": using}, "AWS cannot change the class of a log group"),
        ({"groups": [{"name": name, "state": "absent"}]}, "is protected from deletion"),
        ({"plan": using, "groups": [{"name": name, "state": "absent", "deletion_protection": False}]}, "writes to it"),
    ):
        refused = account.run(**arguments)
        assert refused["failed"] and said in refused["msg"] and refused["writes"] == []
        assert account.events(name) == 1
    gone = account.quartet(groups=[{"name": name, "state": "absent", "deletion_protection": False}])
    assert gone == ["PutLogGroupDeletionProtection", "DeleteLogGroup"]
    assert "is deleted with its events" in account.warnings[-1]
    assert account.group(name) == {} and account.events(longer) == 1


def test_a_hundred_groups_are_read_by_fifties_and_unchanged_ones_cost_no_more(account: Groups) -> None:
    groups = [{"file_path": f"/{number}", "log_group_name": account.name(str(number))} for number in range(101)]
    assert len(account.run(plan=plan(*groups))["writes"]) == 101
    since = account.lab.mark()
    assert not account.run(plan=plan(*groups), retention_in_days="")["changed"]
    assert [call["operation"] for call in account.lab.calls(since)] == ["DescribeLogGroups"] * 3


def test_throttles_are_waited_for_and_a_lost_answer_doubles_nothing(account: Groups) -> None:
    """The repeated call finds its own group there already, and goes on with it."""
    group = {"name": account.name("new"), "retention_in_days": 30, "tags": {"a": "1"}}
    account.lab.fault("throttle", service="logs", operation="DescribeLogGroups", count=1)
    account.lab.fault("lost", service="logs", operation="CreateLogGroup", count=1)
    account.lab.fault("throttle", service="logs", operation="PutRetentionPolicy", count=1)
    made = account.run(groups=[group])
    assert made["changed"] and "msg" not in made
    assert made["writes"] == ["CreateLogGroup", "CreateLogGroup", "PutRetentionPolicy", "PutRetentionPolicy"]
    assert account.group(group["name"])["retentionInDays"] == 30 and account.tags(group["name"]) == {"a": "1"}
    assert account.run(groups=[group])["writes"] == []


def test_a_refusal_halfway_loses_nothing(account: Groups) -> None:
    """Others are made, the message names action and guide, and the next run does the rest and no more."""
    groups = [{"name": account.name(word), "retention_in_days": 30} for word in ("a", "b", "c")]
    account.lab.fault("denied", service="logs", operation="PutRetentionPolicy", count=1)
    half = account.run(groups=groups)
    assert half["failed"] and half["changed"] and half["writes"].count("CreateLogGroup") == 3
    assert f"Failed to set the retention of the log group {groups[0]['name']}: AccessDeniedException" in half["msg"]
    assert (
        "allow logs:PutRetentionPolicy to the controller's credentials (the minimal policy stands in the collection's guide on log"
        in (half["msg"])
    )
    assert [bool(one["after"]) for one in half["groups"]] == [False, True, True]
    account.lab.clear()
    assert account.run(groups=groups)["writes"] == ["PutRetentionPolicy"]
    closed = str(account.client("kms").create_key()["KeyMetadata"]["Arn"])
    refused = account.run(groups=[{"name": groups[0]["name"], "kms_key_id": closed}])
    assert refused["failed"] and "its policy must let logs.REGION.amazonaws.com use it" in refused["msg"]


def test_the_playbook_makes_what_the_guide_shows(account: Groups, tmp_path: Path) -> None:
    """Two regions, the configurations' groups and those of the guide's example: CHECK, run, and a second run that writes nothing."""
    variables = yaml.safe_load(re.findall(r"code-block:: yaml\n\n(.*?)\n\S", GUIDE, re.S)[0])
    written, audit = (one["name"] for one in variables["cw_agent_log_groups"])
    entry = {"file_path": "/var/log/nginx/access.log", "log_group_name": written}
    fragment = {"metrics": MEM, "logs": {"logs_collected": {"files": {"collect_list": [entry]}}}}
    own = {"file_path": "/var/log/app.log", "log_group_name": account.name("app"), "retention_in_days": 7}
    hosts = {
        "web-1": {"cw_agent_region": REGION, "cw_agent_fragment_web": fragment},
        "app-1": {
            "cw_agent_region": OTHER,
            "cw_agent_fragment_web": fragment,
            "cw_agent_fragment_zz": {"logs": {"logs_collected": {"files": {"collect_list": [own]}}}},
        },
    }
    inventory = tmp_path / "hosts.yml"
    common = {"ansible_host": "192.0.2.1", "ansible_python_interpreter": "/bin/false", **variables}
    inventory.write_text(yaml.safe_dump({"all": {"vars": common, "hosts": hosts}}), encoding="utf-8")
    since = account.lab.mark()
    check = account.lab.playbook("cloudwatch.agent.account", inventory, "--check", "--diff", ANSIBLE_FORCE_COLOR="0")
    assert account.lab.writes(since) == [] and "changed=1" in check.stdout
    for shown in (f"{OTHER}{audit}", f"{REGION}{written}", f"{OTHER}{account.name('app')}", '"retention_in_days": "never"'):
        assert shown in check.stdout, check.stdout
    account.lab.playbook("cloudwatch.agent.account", inventory, ANSIBLE_FORCE_COLOR="0")
    for region, name, days in ((REGION, written, 90), (OTHER, written, 90), (OTHER, account.name("app"), 7), (OTHER, audit, None)):
        assert account.group(name, region).get("retentionInDays") == days, name
        filters = account.client("logs", region).describe_metric_filters(logGroupName=name)["metricFilters"]
        assert [item["filterName"] for item in filters] == (["server-errors"] if name == written else [])
    assert account.group(audit, OTHER)["deletionProtectionEnabled"] and account.group(audit) == {}
    assert account.group(account.name("app")) == {}
    since = account.lab.mark()
    again = account.lab.playbook("cloudwatch.agent.account", inventory, ANSIBLE_FORCE_COLOR="0")
    assert account.lab.writes(since) == [] and "changed=0" in again.stdout
    account.documented(since)
