# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action's own part; CloudWatch itself: tests/integration/test_alarms.py."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.action import cw_agent_alarms
from ansible_collections.cloudwatch.agent.plugins.plugin_utils import aws
from ansible_collections.cloudwatch.agent.tests.support.fake_cloudwatch import ONE, CloudWatch, Topics, item, plan, refused
from ansible_collections.cloudwatch.agent.tests.support.fake_logs import Logs

from .test_cw_agent_release import Display

CONNECTION = SimpleNamespace(_shell=SimpleNamespace(tmpdir="unused"))
LOG = {"file_path": "/var/log/web.log", "log_group_name": "/web", "retention_in_days": 30}
OWN = {
    "name": "own",
    "namespace": "N",
    "metric_name": "m",
    "statistic": "Sum",
    "period": 60,
    "evaluation_periods": 1,
    "threshold": 1,
    "comparison": "GreaterThanThreshold",
}


class Account:
    """The clients by profile and region."""

    def __init__(self) -> None:
        self.cloudwatch: dict[tuple[str, str], CloudWatch] = {}
        self.logs: dict[tuple[str, str], Logs] = {}
        self.topics = Topics()

    def client(self, service: str, profile: str, region: str) -> Any:
        if service in ("sns", "sts"):
            return self.topics
        known: Any = self.cloudwatch if service == "cloudwatch" else self.logs
        return known.setdefault((profile, region), CloudWatch() if service == "cloudwatch" else Logs())


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    known = Account()
    monkeypatch.setattr(aws, "clients", lambda _connection: known.client)
    return known


def run(check: bool = False, settings: dict[str, Any] | None = None, limit: str = "", **arguments: Any) -> tuple[dict[str, Any], list[str]]:
    """The result, and the warnings."""
    options = {"environment": None, "check_mode": check, "diff": True, "async_val": 0}
    task = SimpleNamespace(args=arguments, action="cloudwatch.agent.cw_agent_alarms", **options)
    action = cw_agent_alarms.ActionModule(task, CONNECTION, None, None, None, None)
    action._display = Display()
    names = [name for one in arguments.get("plan", {}).get("configurations", []) for name in one["hosts"]]
    hostvars = {name: {"cw_agent_alarms": settings or {}, "instance_id": f"i-{name}"} for name in names}
    variables = {"hostvars": hostvars, **({"ansible_limit": limit} if limit else {})}
    return action.run(task_vars=variables), action._display.warnings


def test_check_mode_says_what_a_run_does_in_all_accounts_and_regions(account: Account) -> None:
    given = plan(item(logs=[LOG]), item(region="eu-west-1", profile="shop", hosts=("eu-1",)))
    common: dict[str, Any] = {"plan": given, "settings": {"memory": {}, "silent": {}, "log_errors": {}}, "topics": ["ops"]}
    check, _warnings = run(check=True, **common)
    assert [one.writes for one in (*account.cloudwatch.values(), *account.logs.values())] == [[]] * 4 and account.topics.made == []
    made, _warnings = run(**common)
    assert check == made and made["changed"]
    assert len([one for one in made["alarms"] if one["region"] == "us-east-1"]) == 5
    assert made["diff"]["before"]["us-east-1/alarm/cw-agent-CWAgent-memory"] == {"state": "absent"}
    assert made["diff"]["after"]["shop/eu-west-1/alarm/cw-agent-CWAgent-memory"]["Threshold"] == 90.0
    assert made["forecast"]["composite"] == 2 and made["forecast"]["cost"] > 1
    assert account.topics.made == ["ops", "ops"]  # the fake knows one region
    assert account.logs["", "us-east-1"].writes == ["create_log_group", "put_retention_policy", "put_metric_filter"]
    for again in (run(**common), run(check=True, **common)):
        assert not again[0]["topics"][0]["changed"]
        assert again[1] == ["AmazonCloudWatch-web: it collects nothing that the alarm log_errors could be made of."]  # in eu-west-1
        assert [one["name"] for one in (*again[0]["alarms"], *again[0]["log_groups"]) if one["changed"]] == []


def test_actions_of_topics(account: Account) -> None:
    found, _warnings = run(plan=plan(item()), settings={"silent": {}}, topics=["arn:aws:sns:us-east-1:123456789012:ops"])
    alarms = account.cloudwatch["", "us-east-1"].alarms
    assert found["topics"] == []
    assert alarms["cw-agent-silent-AmazonCloudWatch-web"]["AlarmActions"] == ["arn:aws:sns:us-east-1:123456789012:ops"]
    assert "AlarmActions" not in alarms["cw-agent-silent-web-1"] and account.topics.made == []


def test_nothing_is_written_where_one_is_refused(account: Account) -> None:
    for arguments, words in (
        ({"alarms": [OWN, {**OWN, "name": "wrong", "period": 45}]}, "us-east-1: wrong (cw_agent_alarms_named[1]): period is 45"),
        ({"alarms": [OWN, {"name": "new", "actions_enabled": False}]}, "new (cw_agent_alarms_named[1]): it has no metric"),
        ({"alarms": [OWN, {"name": "c", "rule": "ALARM(none)"}]}, "its rule names none, and there is no such alarm"),
        ({"alarms": [OWN], "log_patterns": [{"log_group": "/none", "patterns": ["root_login"]}]}, "/none: there is no such log group"),
        ({"alarms": [OWN], "topics": ["o p s"]}, "cw_agent_alarms_topics has 'o p s'"),
        ({"alarms": [OWN], "topics": ["arn:aws:sns:eu-west-1:123456789012:ops"]}, "has no topic of us-east-1"),
    ):
        found, _warnings = run(**arguments)  # type: ignore[arg-type]
        assert found["failed"] and words in found["msg"], found
        assert all(one.writes == [] for one in account.cloudwatch.values())


def test_a_log_group_that_an_earlier_task_makes_is_a_warning_in_check_mode() -> None:
    found, said = run(check=True, alarms=[OWN], log_patterns=[{"log_group": "/none", "patterns": ["root_login"]}])
    assert found["changed"] and "failed" not in found and len(found["alarms"]) == 2
    assert said == ["us-east-1: /none: there is no such log group. Hint: correct the name, or make it first."]


def test_a_rule_cannot_name_an_alarm_that_goes(account: Account) -> None:
    client = account.cloudwatch["", "us-east-1"] = CloudWatch()
    client.seed("old", **ONE)
    found, _warnings = run(alarms=[{"name": "c", "rule": "ALARM(old)"}, {"name": "old", "state": "absent"}])
    assert "its rule names old, and there is no such alarm after this run" in found["msg"] and client.writes == []


def test_composite_alarms_come_last_and_go_first(account: Account) -> None:
    rule = {"name": "both", "rule": "ALARM(own) OR ALARM(there)"}
    client = account.cloudwatch["", "us-east-1"] = CloudWatch()
    client.seed("there", **ONE)
    run(alarms=[rule, OWN])
    assert client.writes == ["put_metric_alarm", "put_composite_alarm"]
    client.writes.clear()
    found, _warnings = run(alarms=[{"name": "own", "state": "absent"}, {"name": "both", "state": "absent"}])
    assert [one["name"] for one in found["alarms"]] == ["both", "own"] and client.writes == ["delete_alarms"] * 2
    assert list(client.alarms) == ["there"]


def test_with_a_limit_a_composite_alarm_loses_no_host(account: Account) -> None:
    name, settings = "cw-agent-silent-AmazonCloudWatch-web", {"silent": dict[str, Any]()}
    run(plan=plan(item()), settings=settings)
    client = account.cloudwatch["", "us-east-1"]
    rule = client.alarms[name]["AlarmRule"]
    client.writes.clear()
    found, _warnings = run(plan=plan(item(hosts=("web-2",))), settings=settings, limit="web-2")
    assert not found["changed"] and client.writes == [] and "web-1" in rule
    run(plan=plan(item(hosts=("web-3",))), settings=settings, limit="web-3")
    assert client.alarms[name]["AlarmRule"] == f'{rule} OR ALARM("cw-agent-silent-web-3")'
    gone = {"name": "cw-agent-silent-web-1", "state": "absent"}
    run(plan=plan(item(hosts=("web-3",))), settings=settings, limit="web-3", alarms=[gone])
    assert "web-1" not in client.alarms[name]["AlarmRule"] and "web-2" in client.alarms[name]["AlarmRule"]
    run(plan=plan(item(hosts=("web-3",))), settings=settings)
    assert client.alarms[name]["AlarmRule"] == 'ALARM("cw-agent-silent-web-3")'


def test_a_failure_does_not_stop_other_alarms_and_a_throttle_does(account: Account) -> None:
    client = account.cloudwatch["", "us-east-1"] = CloudWatch()
    put = client.put_metric_alarm
    three = [{**OWN, "name": name} for name in "abc"]
    for code, words, changed in (
        ("LimitExceeded", "us-east-1: Failed to write the alarm b: LimitExceeded: too many", [True, False, True]),
        ("ThrottlingException", "us-east-1: c was left. Hint: run again; what is done is not done twice.", [True, False, False]),
    ):

        def failing(code: str = code, **given: Any) -> None:
            if given["AlarmName"] == "b":
                raise refused(code, "too many")
            put(**given)

        client.alarms.clear()
        client.put_metric_alarm = failing  # type: ignore[method-assign]
        found, _warnings = run(alarms=three)
        assert found["failed"] and words in found["msg"].splitlines()
        assert [one["changed"] for one in found["alarms"]] == changed
    client.put_metric_alarm = put  # type: ignore[method-assign]
    client.writes.clear()
    assert run(alarms=three)[0]["changed"] and client.writes == ["put_metric_alarm"] * 2


def test_notes_are_warnings_and_secrets_are_hidden(account: Account) -> None:
    given = plan(item(logs=[{**LOG, "log_group_name": "/web/hidden-customer"}]))
    given["configurations"][0]["vaulted"] = ["/logs/logs_collected/files/collect_list/0/log_group_name"]
    found, said = run(plan=given, settings={"log_errors": {}, "swap": {}})
    assert said == ["AmazonCloudWatch-web: it collects nothing that the alarm swap could be made of."]
    assert "hidden-customer" not in str(found) and found["changed"]
    assert "cw-agent-errors-/web/hidden-customer" in account.cloudwatch["", "us-east-1"].alarms
