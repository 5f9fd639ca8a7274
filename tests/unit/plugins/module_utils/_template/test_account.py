# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Log groups, filters, alarms and dashboards of a template are what the modules would ask the API for."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.action import cw_agent_alarms
from ansible_collections.cloudwatch.agent.plugins.plugin_utils import aws
from ansible_collections.cloudwatch.agent.tests.support.fake_cloudwatch import CloudWatch, Topics
from ansible_collections.cloudwatch.agent.tests.support.fake_logs import Logs
from ansible_collections.cloudwatch.agent.tests.support.templates import CONNECTION, KINDS, act, plan, properties, web

NAMED = [
    {"name": "own", "namespace": "Shop", "metric_name": "Errors", "statistic": "Sum", "period": 60, "threshold": 1.0, "tags": {"a": "b"}}
    | {"evaluation_periods": 1, "comparison": "GreaterThanThreshold", "dimensions": {"b": "2", "a": "1"}},
    {"name": "any", "rule": "ALARM(own) OR ALARM(elsewhere)", "region": "us-east-1"},
]


def test_alarms_and_filters_are_those_of_the_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The requests of the module in an account that has nothing, and the properties of the template."""
    given = plan(web())
    options: dict[str, Any] = {"alarms": NAMED, "topics": ["ops"], "alarm_tags": {"team": "web"}}
    cloudwatch, logs = CloudWatch(), Logs()
    cloudwatch.seed("elsewhere")
    clients = {"cloudwatch": cloudwatch, "logs": logs, "sns": Topics(), "sts": Topics()}
    monkeypatch.setattr(aws, "clients", lambda _connection: lambda service, _profile, _region: clients[service])
    common = {"environment": None, "check_mode": False, "diff": True, "async_val": 0}
    task = SimpleNamespace(args={"plan": given, **options}, action="cloudwatch.agent.cw_agent_alarms", **common)
    action = cw_agent_alarms.ActionModule(task, CONNECTION, None, None, None, None)
    action._display = SimpleNamespace(warning=lambda _line: None)
    hostvars = {host: {"cw_agent_alarms": KINDS, "instance_id": f"i-{host}"} for host in given["hosts"]}
    assert "msg" not in action.run(task_vars={"hostvars": hostvars})
    made = act(plan=given, directory=str(tmp_path), alarms=options)
    template = made["templates"][0]["template"]
    # AWS's own default, which the account shows.
    alarms = {
        one["AlarmName"]: {"ActionsEnabled": True, **one}
        for kind in ("Alarm", "CompositeAlarm")
        for one in properties(template, f"CloudWatch::{kind}")
    }
    tags = {name: {tag["Key"]: tag["Value"] for tag in one.pop("Tags")} for name, one in alarms.items()}
    asked = {name: {key: value for key, value in one.items() if key != "Tags"} for name, one in cloudwatch.alarms.items()}
    del asked["elsewhere"]
    assert alarms == asked and tags == {name: cloudwatch.tags[name] for name in alarms}
    assert properties(template, "SNS::Topic") == [{"TopicName": "ops"}]
    (one,) = properties(template, "Logs::MetricFilter")
    assert one["FilterPattern"] == "?ERROR ?FATAL ?CRITICAL" and one["MetricTransformations"][0]["DefaultValue"] == 0.0
    order = list(template["Resources"])
    for name, resource in template["Resources"].items():
        assert all(order.index(before) < order.index(name) for before in resource.get("DependsOn", [])), name


def test_log_groups_with_all_that_they_can_have(tmp_path: Path) -> None:
    filters = [{"name": "f", "pattern": "", "metric_name": "m", "metric_namespace": "N"}]
    filters.append({"name": "g", "pattern": "{ $.a = 1 }", "metric_name": "m", "metric_namespace": "N", "dimensions": {"a": "$.a"}})  # type: ignore[dict-item]
    subscription = {"name": "s", "destination_arn": "arn:aws:lambda:us-east-1:123456789012:function:f"}
    key = "arn:aws:kms:us-east-1:123456789012:key/k"
    group = {"name": "/own", "retention_in_days": "never", "log_group_class": "STANDARD", "kms_key_id": key, "tags": {"a": "b"}}
    more = {
        "deletion_protection": True,
        "metric_filters": filters,
        "subscription_filters": [subscription],
        "index_policy": {"Fields": ["x"]},
    }
    given = {"groups": [{**group, **more}, {"name": "/gone", "state": "absent"}], "retention_in_days": "7"}
    made = act(directory=str(tmp_path), parts=["log_groups"], region="us-east-1", log_groups=given)
    template = made["templates"][0]["template"]
    (one,) = properties(template, "Logs::LogGroup")
    assert one == {
        "LogGroupName": "/own",
        "LogGroupClass": "STANDARD",
        "KmsKeyId": key,
        "DeletionProtectionEnabled": True,
        "FieldIndexPolicies": [{"Fields": ["x"]}],
        "Tags": [{"Key": "a", "Value": "b"}],
    }
    first, second = properties(template, "Logs::MetricFilter")
    assert first["FilterPattern"] == "" and second["MetricTransformations"][0]["Dimensions"] == [{"Key": "a", "Value": "$.a"}]
    assert properties(template, "Logs::SubscriptionFilter")[0]["DestinationArn"] == subscription["destination_arn"]
    assert made["warnings"] == ["/gone: a template makes nothing absent. Hint: the role that owns it does."]


def test_what_the_module_refuses_a_template_refuses(tmp_path: Path) -> None:
    common: dict[str, Any] = {"directory": str(tmp_path), "region": "us-east-1"}
    wrong = act(alarms={"alarms": [{**NAMED[0], "period": 45}, NAMED[1]]}, **common)
    assert wrong["failed"] and "own (cw_agent_alarms_named[0]): period is 45" in wrong["msg"]
    assert "cw_agent_alarms_topics has 'a b'" in act(alarms={"topics": ["a b"]}, **common)["msg"]
    assert not list(tmp_path.iterdir())


def test_a_dashboard_has_the_alarms_of_the_account(tmp_path: Path) -> None:
    board = {"name": "fleet", "tags": {"a": "b"}, "widgets": [{"type": "text", "properties": {"markdown": "${money}"}}]}
    made = act(plan=plan(web()), directory=str(tmp_path), dashboards={"dashboards": [board]})
    (one,) = properties(made["templates"][0]["template"], "CloudWatch::Dashboard")
    widgets = json.loads(one["DashboardBody"])["widgets"]
    assert "arn:aws:cloudwatch:us-east-1:123456789012:alarm:cw-agent-CWAgent-memory" in widgets[0]["properties"]["alarms"]
    assert widgets[-1]["properties"]["markdown"] == "${money}" and one["Tags"] == [{"Key": "a", "Value": "b"}]
