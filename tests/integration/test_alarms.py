# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alarms against the stand-in: CHECK, run, CHECK, run for every option; states that follow the metrics; throttles, refusals halfway."""

from __future__ import annotations

import json
import re
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from ansible_collections.cloudwatch.agent.tests.support.fake_cloudwatch import plan

from .alarm_account import GUIDE, OTHER, REGION, ROOT, Account, controlled

if TYPE_CHECKING:
    from ansible_collections.cloudwatch.agent.tests.integration.conftest import Lab, Shop

TOPIC = f"arn:aws:sns:{REGION}:123456789012:given"
ONE = {"namespace": "Shop", "metric_name": "errors", "statistic": "Sum", "period": 60, "evaluation_periods": 2, "threshold": 5}
ONE |= {"comparison": "GreaterThanThreshold"}


@pytest.fixture
def account(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Account:
    return controlled(lab, monkeypatch)


def test_every_option_of_an_alarm(account: Account) -> None:
    """Each is set and changed by one call, and what is not named stays as it is."""
    name = account.name("own")
    assert account.quartet(alarms=[{"name": name, **ONE}]) == ["PutMetricAlarm"]
    query = {"Id": "q1", "Expression": 'SELECT MAX(m) FROM "Shop" GROUP BY a ORDER BY MAX() DESC', "Period": 60}
    for option, operation in (
        ({"description": "errors of the shop"}, "PutMetricAlarm"),
        ({"actions_enabled": False}, "PutMetricAlarm"),
        ({"alarm_actions": [TOPIC]}, "PutMetricAlarm"),
        ({"ok_actions": [TOPIC], "insufficient_data_actions": [TOPIC]}, "PutMetricAlarm"),
        ({"dimensions": {"b": "1", "a": "2"}}, "PutMetricAlarm"),
        ({"extended_statistic": "p90"}, "PutMetricAlarm"),
        ({"statistic": "Average", "unit": "Count"}, "PutMetricAlarm"),
        ({"period": 30}, "PutMetricAlarm"),
        ({"datapoints_to_alarm": 1}, "PutMetricAlarm"),
        ({"threshold": 7.5, "comparison": "LessThanThreshold"}, "PutMetricAlarm"),
        ({"treat_missing_data": "breaching"}, "PutMetricAlarm"),
        ({"tags": {"team": "web"}}, "TagResource"),
        ({"tags": {"owner": "shop"}, "purge_tags": True}, "UntagResource"),
        ({"metrics": [query]}, "PutMetricAlarm"),
        ({"description": ""}, "PutMetricAlarm"),
    ):
        assert account.quartet(alarms=[{"name": name, **option}])[0] == operation, option
        assert account.alarm("own")["ActionsEnabled"] is (option == {"description": "errors of the shop"}), option
    found = account.alarm("own")
    assert (found["AlarmActions"], found["Threshold"], found["TreatMissingData"]) == ([TOPIC], 7.5, "breaching")
    assert [one["Expression"] for one in found["Metrics"]] == [query["Expression"]]
    assert "MetricName" not in found and account.tags("own") == {"owner": "shop"}
    assert account.quartet(alarms=[{"name": name, "state": "absent"}]) == ["DeleteAlarms"]
    assert account.alarm("own") == {}


def test_an_alarm_by_name_that_notifies_the_topics_of_all(account: Account) -> None:
    """Its actions stay when it is named again without, as all that is not named does."""
    name = account.name("own")
    assert account.quartet(alarms=[{"name": name, **ONE, "notify": True}], topics=[TOPIC]) == ["PutMetricAlarm"]
    assert account.alarm("own")["AlarmActions"] == account.alarm("own")["OKActions"] == [TOPIC]
    assert account.quartet(alarms=[{"name": name, "threshold": 7, "notify": False}], topics=[TOPIC]) == ["PutMetricAlarm"]
    assert account.alarm("own")["AlarmActions"] == [TOPIC]


def test_composite_alarms(account: Account) -> None:
    """Made after what is in their rules, changed, and gone before it."""
    top, low = account.name("top"), account.name("low")
    rule = {"name": top, "rule": f'ALARM("{low}")'}
    assert account.quartet(alarms=[rule, {"name": low, **ONE}]) == ["PutMetricAlarm", "PutCompositeAlarm"]
    more = {"name": top, "rule": f'NOT OK("{low}")', "suppressor": low, "suppressor_wait_seconds": 60, "suppressor_extension_seconds": 60}
    assert account.quartet(alarms=[more]) == ["PutCompositeAlarm"]
    assert account.quartet(alarms=[{"name": top, "actions_enabled": False, "tags": {"a": "1"}}]) == ["PutCompositeAlarm", "TagResource"]
    found = account.alarm("top")
    assert (found["ActionsSuppressor"], found["AlarmRule"], found["ActionsEnabled"]) == (low, more["rule"], False)
    gone = [{"name": name, "state": "absent"} for name in (low, top)]
    assert account.quartet(alarms=gone) == ["DeleteAlarms"] * 2


def test_alarms_of_what_is_collected(account: Account) -> None:
    """Of two regions, with topics and filters; others' topics keep their subscribers."""
    group = account.name("log")
    files = [{"file_path": "/var/log/web.log", "log_group_name": group, "retention_in_days": 30}]
    sns = account.client("sns")
    arn = sns.create_topic(Name=account.base)["TopicArn"]
    sns.subscribe(TopicArn=arn, Protocol="email", Endpoint="ops@example.com")
    given = {
        "plan": plan(account.item(logs=files), account.item("eu-1", region=OTHER)),
        "settings": {"memory": {"threshold": 80}, "silent": {}, "log_errors": {}},
        "topics": [account.base],
        "alarm_tags": {"team": "web"},
        "prices": {"metric_alarm": 1.0},
    }
    writes = account.quartet(**given)
    assert sorted(set(writes)) == [
        "CreateLogGroup",
        "CreateTopic",
        "PutCompositeAlarm",
        "PutMetricAlarm",
        "PutMetricFilter",
        "PutRetentionPolicy",
    ]
    assert (writes.count("CreateTopic"), writes.count("PutMetricAlarm"), writes.count("PutCompositeAlarm")) == (1, 6, 2)
    assert len(sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]) == 1
    fleet = f"{account.base}-{account.base}-memory"
    assert account.alarm(fleet)["AlarmActions"] == account.alarm(fleet)["OKActions"] == [arn]
    assert account.alarm(fleet, OTHER)["AlarmActions"] == [arn.replace(REGION, OTHER)]
    assert account.tags(fleet) == {"team": "web"}
    account.client("cloudwatch").disable_alarm_actions(AlarmNames=[fleet])
    given["settings"]["memory"]["threshold"] = 85
    assert account.quartet(**given) == ["PutMetricAlarm"] * 2
    assert account.alarm(fleet)["ActionsEnabled"] is False and account.alarm(fleet, OTHER)["ActionsEnabled"] is True


def test_alarms_go_off_and_back_as_the_metric_does(account: Account) -> None:
    """Of the fleet, of silence, of a composite alarm and of log lines."""
    group = account.name("log")
    files = [{"file_path": "/var/log/web.log", "log_group_name": group}]
    settings = {"memory": {"period": 60, "evaluation_periods": 1}, "silent": {"evaluation_periods": 1}, "log_errors": {"period": 60}}
    account.run(plan=plan(account.item(logs=files)), settings=settings)
    fleet, silent, lines = (
        f"{account.base}-{word}" for word in (f"{account.base}-memory", "silent-AmazonCloudWatch-web", f"errors-{group}")
    )
    one, two = f"i-{account.base}-web-1", f"i-{account.base}-web-2"
    account.value(50, 3, InstanceId=one)
    account.value(50, 3, InstanceId=two)
    assert [account.alarm(name)["StateValue"] for name in (fleet, silent, lines)] == ["OK", "OK", "OK"]
    account.value(95, 2, InstanceId=two)
    assert account.alarm(fleet)["StateReason"] == f"1 out of 2 time series evaluated to ALARM: {two}"
    account.value(40, 1, InstanceId=two)
    assert account.alarm(fleet)["StateValue"] == "OK"
    logs = account.client("logs")
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    event = {"timestamp": int(time.time() // 60 * 60 - 30) * 1000, "message": "FATAL: no more memory"}
    logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=[event])
    assert account.alarm(lines)["StateValue"] == "ALARM"
    old = account.item("web-3")
    account.run(plan=plan(old), settings={"silent": {}})
    assert [account.alarm(f"silent-{name}")["StateValue"] for name in ("web-3", "AmazonCloudWatch-web")] == ["ALARM", "ALARM"]
    for minutes in range(1, 6):
        account.value(1, minutes, InstanceId=f"i-{account.base}-web-3")
    assert [account.alarm(f"silent-{name}")["StateValue"] for name in ("web-3", "AmazonCloudWatch-web")] == ["OK", "OK"]


def test_options_of_patterns_another_prefix_and_another_account(account: Account, shop: Shop) -> None:
    group, prefix = account.name("trail"), f"{account.base}-own-"
    shop.client("logs", OTHER).create_log_group(logGroupName=group)
    shop.wrote()
    one = {"log_group": group, "patterns": ["root_login"], "region": OTHER, "profile": shop.profile}
    alarm = {"name": account.name("one"), "region": OTHER, "profile": shop.profile, **ONE}
    assert account.quartet(log_patterns=[one], alarms=[alarm]) == ["PutMetricFilter", "PutMetricAlarm", "PutMetricAlarm"]
    changed = {**one, "threshold": 3.0, "period": 600}
    assert account.quartet(log_patterns=[changed]) == ["PutMetricAlarm"]
    assert account.quartet(log_patterns=[one], prefix=prefix) == ["PutMetricFilter", "PutMetricAlarm"] and shop.wrote()
    found = shop.client("cloudwatch", OTHER).describe_alarms(AlarmNamePrefix=account.base)["MetricAlarms"]
    values = {item["AlarmName"].removeprefix(account.base): (item["Threshold"], item["Period"]) for item in found}
    assert values == {"-one": (5.0, 60), f"-root_login-{group}": (3.0, 600), f"-own-root_login-{group}": (1.0, 300)}
    assert account.alarm("one", OTHER) == {}


def test_patterns_of_a_trail(account: Account) -> None:
    group = account.name("trail")
    missing = account.run(log_patterns=[{"log_group": group, "patterns": ["root_login"]}])
    assert missing["failed"] and f"{group}: there is no such log group" in missing["msg"] and missing["writes"] == []
    logs = account.client("logs")
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    given = {"log_patterns": [{"log_group": group, "patterns": ["root_login", "trail_changes"], "period": 60}]}
    assert account.quartet(**given) == ["PutMetricFilter"] * 2 + ["PutMetricAlarm"] * 2
    at = int(time.time() // 60 * 60 - 30) * 1000
    event = '{"userIdentity": {"type": "Root"}, "eventType": "AwsConsoleSignIn", "eventName": "ConsoleLogin"}'
    logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=[{"timestamp": at, "message": event}])
    states = {word: account.alarm(f"{word}-{group}")["StateValue"] for word in ("root_login", "trail_changes")}
    assert states == {"root_login": "ALARM", "trail_changes": "OK"}


def test_a_hundred_alarms_are_read_by_hundreds_and_unchanged_ones_cost_no_more(account: Account) -> None:
    many = [{"name": account.name(str(number)), **ONE} for number in range(101)]
    assert account.run(alarms=many)["writes"] == ["PutMetricAlarm"] * 101
    since = account.lab.mark()
    assert not account.run(alarms=many)["changed"]
    assert [call["operation"] for call in account.lab.calls(since)] == ["DescribeAlarms"] * 2


def test_throttles_are_waited_for_and_a_lost_answer_doubles_nothing(account: Account) -> None:
    alarm = {"name": account.name("own"), **ONE, "tags": {"a": "1"}}
    account.lab.fault("throttle", service="monitoring", operation="DescribeAlarms", count=1)
    account.lab.fault("lost", service="monitoring", operation="PutMetricAlarm", count=1)
    made = account.run(alarms=[alarm])
    assert made["changed"] and made["writes"] == ["PutMetricAlarm"] * 2
    assert account.tags("own") == {"a": "1"}
    assert account.run(alarms=[alarm])["writes"] == []


def test_a_refusal_halfway_loses_nothing(account: Account) -> None:
    """Others are made, the message names action and guide, and the next run does the rest and no more."""
    three = [{"name": account.name(word), **ONE} for word in "abc"]
    account.lab.fault("denied", service="monitoring", operation="PutMetricAlarm", count=1)
    half = account.run(alarms=three)
    assert half["failed"] and half["changed"] and len(half["writes"]) == 3
    assert f"Failed to write the alarm {three[0]['name']}: AccessDenied" in half["msg"]
    assert (
        "allow cloudwatch:PutMetricAlarm to the controller's credentials (the minimal policy stands in the collection's guide on alarms)"
        in half["msg"]
    )
    assert [bool(one["after"]) for one in half["alarms"]] == [False, True, True]
    account.lab.clear()
    assert account.run(alarms=three)["writes"] == ["PutMetricAlarm"]


def test_the_playbook_makes_what_the_guide_shows(account: Account, tmp_path: Path) -> None:
    """Groups with settings of their own, in two regions, and detailed monitoring: CHECK, run, and a second run without a write."""
    blocks = [yaml.safe_load(block) for block in re.findall(r"code-block:: yaml\n\n(.*?)\n\S", GUIDE, re.S)]
    fragment = {"metrics": {"namespace": account.base, "append_dimensions": {"InstanceId": "${aws:InstanceId}"}}}
    fragment["metrics"]["metrics_collected"] = {name: {"measurement": ["used_percent"]} for name in ("mem", "disk")}
    entry = {"file_path": "/var/log/app.log", "log_group_name": account.name("app"), "retention_in_days": 7}
    common = {"ansible_host": "192.0.2.1", "ansible_python_interpreter": "/bin/false", "cw_agent_fragment_web": fragment, **blocks[0]}
    common |= {"cw_agent_alarms_prefix": f"{account.base}-"}
    logs = {"logs": {"logs_collected": {"files": {"collect_list": [entry]}}}}
    db = {"cw_agent_region": OTHER, "instance_id": "i-2", "cw_agent_fragment_zz": logs, **blocks[1]}
    inventory = tmp_path / "hosts.yml"
    ec2 = account.client("ec2")
    instance = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    hosts = {"web-1": {"cw_agent_region": REGION, "instance_id": instance, "cw_agent_detailed_monitoring": True}, "db-1": db}
    inventory.write_text(yaml.safe_dump({"all": {"vars": common, "hosts": hosts}}), encoding="utf-8")
    since = account.lab.mark()
    check = account.lab.playbook("cloudwatch.agent.account", inventory, "--check", "--diff", ANSIBLE_FORCE_COLOR="0")
    assert account.lab.writes(since) == []
    for shown in (f"{REGION}/alarm/{account.base}-{account.base}-memory", '"Threshold": 97.0', f"{OTHER}/topic/operations"):
        assert shown in check.stdout, check.stdout
    account.lab.playbook("cloudwatch.agent.account", inventory, ANSIBLE_FORCE_COLOR="0")
    assert account.alarm(f"{account.base}-{account.base}-memory")["Threshold"] == 90.0
    assert account.alarm(f"{account.base}-{account.base}-memory-db-1", OTHER)["Threshold"] == 97.0
    assert account.alarm(f"{account.base}-errors-{entry['log_group_name']}", OTHER)["Threshold"] == 5.0
    (reservation,) = ec2.describe_instances(InstanceIds=[instance])["Reservations"]
    assert reservation["Instances"][0]["Monitoring"]["State"] == "enabled"
    since = account.lab.mark()
    again = account.lab.playbook("cloudwatch.agent.account", inventory, ANSIBLE_FORCE_COLOR="0")
    assert account.lab.writes(since) == [] and "changed=0" in again.stdout


def test_alarms_of_the_demo_go_off_and_back(account: Account, tmp_path: Path) -> None:
    """Its inventory as it is, with hosts that nobody starts: the fleet's memory, a host outside EC2, silence, and lines of a log."""
    demo = ROOT / "demo" / "inventory"
    shutil.copytree(demo / "group_vars", tmp_path / "group_vars")
    shutil.copy(demo / "onprem.yml", tmp_path)
    names = {"ec2-1": "web", "ec2-2": "backend"}
    hosts = {name: {"instance_id": f"i-{account.base}-{name}", "cw_agent_region": REGION} for name in names}
    groups = {group: {"hosts": {name: {} for name in names if names[name] == group}} for group in names.values()}
    (tmp_path / "ec2.yml").write_text(yaml.safe_dump({**groups, "ec2": {"hosts": hosts}}), encoding="utf-8")
    account.lab.playbook("cloudwatch.agent.account", tmp_path)
    client, logs = account.client("cloudwatch"), account.client("logs")
    one, two = (hosts[name]["instance_id"] for name in names)

    def states() -> list[str]:
        words = ("CWAgent-memory", "CWAgent-memory-by-host", "silent-ec2-2", "errors-/demo/web")
        found = {item["AlarmName"]: item["StateValue"] for item in client.describe_alarms(AlarmNamePrefix="cw-agent-")["MetricAlarms"]}
        return [found[f"cw-agent-{word}"] for word in words]

    def value(minutes: int, number: float, **dimensions: str) -> None:
        at = time.time() // 60 * 60 - minutes * 60
        pairs = [{"Name": key, "Value": text} for key, text in dimensions.items()]
        datum = {"MetricName": "mem_used_percent", "Value": number, "Timestamp": at, "Dimensions": pairs}
        client.put_metric_data(Namespace="CWAgent", MetricData=[datum])

    value(3, 50, InstanceId=one)
    value(3, 50, host="onprem-1")
    assert states() == ["OK", "OK", "ALARM", "OK"]
    for number in (95, 40):
        minutes = 2 if number == 95 else 1
        value(minutes, number, InstanceId=one)
        value(minutes, number, host="onprem-1")
        value(minutes, 50, InstanceId=two)
        assert states()[:2] == [["OK", "ALARM"][number > 90]] * 2
    logs.create_log_stream(logGroupName="/demo/web", logStreamName=one)
    event = {"timestamp": int(time.time() // 60 * 60 - 30) * 1000, "message": "FATAL: no more memory"}
    logs.put_log_events(logGroupName="/demo/web", logStreamName=one, logEvents=[event])
    assert states() == ["OK", "OK", "OK", "ALARM"]
    assert len(json.loads(client.get_dashboard(DashboardName="demo")["DashboardBody"])["widgets"]) > 4
