# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The alarms that a plan's hosts ask for."""

from __future__ import annotations

from typing import Any, Mapping

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._account import alarms
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.alarm_changes import problems, shape
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.alarms import Desired, Host, Wanted, desired
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.publications import Target
from ansible_collections.cloudwatch.agent.tests.support.fake_cloudwatch import MEM, entry, item, plan

EAST, WEST = Target("", "us-east-1"), Target("", "eu-west-1")
ALL: dict[str, Any] = {"memory": {}, "disk": {}, "swap": {}, "cpu": {}, "silent": {}, "log_errors": {}}
STANDARD = {
    **MEM,
    "disk": {"measurement": ["used_percent"], "resources": ["*"]},
    "swap": {"measurement": ["used_percent"]},
    "cpu": {"measurement": ["usage_idle"]},
}
WITH_IMAGE = {"append_dimensions": {name: f"${{aws:{name}}}" for name in ("InstanceId", "ImageId")}}
LOG = {"file_path": "/var/log/web.log", "log_group_name": "/web"}


def hosts(settings: Mapping[str, Any] | None = None, *names: str) -> dict[str, Host]:
    return {name: Host(settings or {}, f"i-{number}") for number, name in enumerate(names or ("web-1", "web-2"), 1)}


def made(*items: dict[str, Any], known: Mapping[str, Host] | None = None, entries: Any = (), patterns: Any = ()) -> Desired:
    return desired(plan(*items), hosts() if known is None else known, entries, patterns)


def of_east(found: Desired) -> dict[str, Wanted]:
    return found.alarms.get(EAST, {})


def pattern(group: str, *names: str, **more: Any) -> dict[str, Any]:
    return {"log_group": group, "patterns": list(names), "region": "", "profile": "", "threshold": None, "period": None, **more}


def test_nothing_is_made_that_nobody_asks_for() -> None:
    assert made(item(STANDARD, logs=[LOG])) == Desired({}, [])


def test_every_kind_of_what_is_collected() -> None:
    found = of_east(made(item(STANDARD, logs=[LOG]), known=hosts(ALL)))
    assert list(found) == [
        *("cw-agent-CWAgent-cpu", "cw-agent-CWAgent-disk", "cw-agent-CWAgent-memory", "cw-agent-CWAgent-swap", "cw-agent-errors-/web"),
        *("cw-agent-silent-AmazonCloudWatch-web", "cw-agent-silent-web-1", "cw-agent-silent-web-2"),
    ]
    memory = found["cw-agent-CWAgent-memory"].named
    assert memory["Metrics"] == [
        {
            "Id": "q1",
            "Expression": 'SELECT MAX(mem_used_percent) FROM "CWAgent" GROUP BY InstanceId ORDER BY MAX() DESC',
            "Period": 300,
            "ReturnData": True,
        }
    ]
    assert (memory["Threshold"], memory["ComparisonOperator"], memory["EvaluationPeriods"]) == (90.0, "GreaterThanThreshold", 3)
    cpu = found["cw-agent-CWAgent-cpu"].named
    assert (cpu["Threshold"], cpu["ComparisonOperator"]) == (10.0, "LessThanThreshold")
    assert "WHERE cpu = 'cpu-total'" in cpu["Metrics"][0]["Expression"]
    errors = found["cw-agent-errors-/web"]
    assert errors.filter and (errors.filter.group, errors.filter.entry["pattern"]) == ("/web", "?ERROR ?FATAL ?CRITICAL")
    assert (errors.named["MetricName"], errors.named["TreatMissingData"]) == ("/web errors", "notBreaching")
    names = set(found)
    for one in found.values():
        assert list(problems(one, None, names, "us-east-1")) == [], one.name


def test_silence_is_counted_by_host_and_notified_together() -> None:
    found = of_east(made(item(), known=hosts({"silent": {}})))
    one = found["cw-agent-silent-web-1"]
    assert one.named["Dimensions"] == [{"Name": "InstanceId", "Value": "i-1"}] and one.named["Statistic"] == "SampleCount"
    assert (one.named["TreatMissingData"], one.named["ComparisonOperator"], one.notified) == ("breaching", "LessThanThreshold", False)
    both = found["cw-agent-silent-AmazonCloudWatch-web"]
    assert both.named["AlarmRule"] == 'ALARM("cw-agent-silent-web-1") OR ALARM("cw-agent-silent-web-2")' and both.notified
    asked = of_east(made(item(section=WITH_IMAGE), known=hosts({"silent": {}})))["cw-agent-silent-web-2"].named
    assert asked["Metrics"][0]["Expression"] == "SELECT COUNT(mem_used_percent) FROM \"CWAgent\" WHERE InstanceId = 'i-2'"


def test_hundreds_of_hosts_have_several_composite_alarms() -> None:
    names = tuple(f"h{number}" for number in range(101))
    found = of_east(made(item(hosts=names), known=hosts({"silent": {}}, *names)))
    rules = [one.named["AlarmRule"].count("ALARM(") for one in found.values() if one.composite]
    assert sorted(rules) == [1, 100]


def test_hosts_outside_ec2_are_told_apart_by_their_names() -> None:
    host = {"web-1": Host({"memory": {"per_host": True}}, name="web-1.example.com"), "web-2": Host({"silent": {}})}
    outside = item(mode="onPremise")
    del outside["configuration"]["metrics"]["append_dimensions"]
    found = of_east(made(outside, known=host))
    memory = found["cw-agent-CWAgent-memory-by-host-web-1"].named
    assert (memory["Dimensions"], memory["Statistic"]) == ([{"Name": "host", "Value": "web-1.example.com"}], "Maximum")
    assert found["cw-agent-silent-web-2"].named["Dimensions"] == [{"Name": "host", "Value": "web-2"}]


def test_groups_with_other_settings() -> None:
    """They need something that tells them apart; one alarm of them all cannot have two thresholds."""
    db = item(name="AmazonCloudWatch-db", hosts=("db-1",))
    known = {**hosts({"memory": {}}), "db-1": Host({"memory": {"threshold": 97}}, "i-9")}
    with pytest.raises(
        ConfigError, match=r"by AmazonCloudWatch-web \(web-1\) and by AmazonCloudWatch-db \(db-1\).*Hint: make the settings"
    ):
        made(item(), db, known=known)
    known["db-1"] = Host({"memory": {"threshold": 97, "per_host": True}}, "i-9")
    assert list(of_east(made(item(), db, known=known))) == ["cw-agent-CWAgent-memory", "cw-agent-CWAgent-memory-db-1"]
    known["db-1"] = Host({"memory": {"threshold": 97, "where": {"Service": "db"}}}, "i-9")
    with pytest.raises(ConfigError, match="where has Service, and AmazonCloudWatch-db sends mem_used_percent without such a dimension"):
        made(item(), db, known=known)
    tagged = item({"mem": {"measurement": ["used_percent"], "append_dimensions": {"Service": "db"}}}, name="db", hosts=("db-1",))
    alarm = of_east(made(item(), tagged, known=known))["cw-agent-CWAgent-memory-db"].named
    assert "WHERE Service = 'db' GROUP BY InstanceId" in alarm["Metrics"][0]["Expression"]
    known["db-1"] = Host({"memory": False}, "i-9")
    assert list(of_east(made(item(), db, known=known))) == ["cw-agent-CWAgent-memory"]
    elsewhere = item(name="db", hosts=("db-1",), section={"namespace": "DB"})
    known["db-1"] = Host({"memory": {"threshold": 97}}, "i-9")
    assert list(of_east(made(item(), elsewhere, known=known))) == ["cw-agent-CWAgent-memory", "cw-agent-DB-memory"]


def test_windows_beside_linux_in_one_namespace() -> None:
    """One setting for all hosts, and an alarm for each platform: their metrics differ, and no query reads both."""
    counters = {
        "Memory": {"measurement": ["% Committed Bytes In Use"]},
        "LogicalDisk": {"measurement": ["% Free Space"], "resources": ["*"]},
        "Paging File": {"measurement": ["% Usage"], "resources": ["*"]},
        "Processor": {"measurement": ["% Processor Time"], "resources": ["_Total"]},
    }
    windows = item(counters, name="AmazonCloudWatch-windows", hosts=("win-1",), platform="windows")
    kinds = ("cpu", "disk", "memory", "swap")
    found = of_east(made(item(STANDARD), windows, known=hosts({kind: {} for kind in kinds}, "web-1", "web-2", "win-1")))
    assert sorted(found) == sorted(f"cw-agent-CWAgent-{kind}{end}" for kind in kinds for end in ("", "-windows"))
    asked = [found[f"cw-agent-CWAgent-memory{end}"].named["Metrics"][0]["Expression"] for end in ("", "-windows")]
    assert [one.split(" FROM ")[0] for one in asked] == ["SELECT MAX(mem_used_percent)", 'SELECT MAX("Memory % Committed Bytes In Use")']


def test_notes_of_alarms_that_cannot_be() -> None:
    known = {"web-1": Host({"swap": {}, "silent": {}, "memory": {}}), "web-2": Host({"memory": {"per_host": True}})}
    found = made(item(), known=known)
    assert found.notes == [
        "web-2: its instance id is not known, so that it has no alarm of its own. Hint: set instance_id.",
        "AmazonCloudWatch-web: it collects nothing that the alarm swap could be made of.",
        "web-1: its instance id is not known, so that it has no alarm of its own. Hint: set instance_id.",
    ]
    nobody = made(item(section={"append_dimensions": {"ImageId": "${aws:ImageId}"}}), known=hosts({"memory": {}, "silent": {}}))
    assert "has no dimension that tells hosts apart" in nobody.notes[0] and "says that an agent is silent" in nobody.notes[1]
    infrequent = made(item(logs=[{**LOG, "log_group_class": "INFREQUENT_ACCESS"}]), known=hosts({"log_errors": {}}))
    assert "which has no metric filters" in infrequent.notes[0] and infrequent.alarms == {}


def test_more_alarms_on_queries_than_a_region_has() -> None:
    names = tuple(f"h{number}" for number in range(201))
    found = made(item(hosts=names, section=WITH_IMAGE), known=hosts({"memory": {"per_host": True}}, *names))
    alarm = of_east(found)["cw-agent-CWAgent-memory-h0"].named["Metrics"][0]
    assert alarm["Expression"] == "SELECT MAX(mem_used_percent) FROM \"CWAgent\" WHERE InstanceId = 'i-1'"
    assert made(item(hosts=names), known=hosts({"memory": {"per_host": True}}, *names)).notes == []
    assert found.notes == [
        "us-east-1: 201 alarms are on queries, and CloudWatch has 200 in a region, unless more were granted."
        " Hint: leave per_host out, or add [InstanceId] to aggregation_dimensions."
    ]


def test_log_groups_of_alarms_on_lines() -> None:
    files = [LOG, {"file_path": "/a", "log_group_name": "/app"}, {"file_path": "/b", "log_group_name": "/h/{hostname}"}]
    both = made(item(logs=files), known=hosts({"log_errors": {}}))
    assert both.notes == ["AmazonCloudWatch-web: each host fills in the name of /h/{hostname}, which has no alarm."]
    without = made(item(), known=hosts({"log_errors": {}}))
    assert without == Desired({}, ["AmazonCloudWatch-web: it collects nothing that the alarm log_errors could be made of."])
    found = of_east(both)
    assert list(found) == ["cw-agent-errors-/app", "cw-agent-errors-/web"]
    groups, can_be_made = alarms.filtered(found.values())
    assert [(one.name, len(one.metric_filters)) for one in groups] == [("/app", 1), ("/web", 1)] and can_be_made == {"/app", "/web"}
    assert list(of_east(made(item(logs=files), known=hosts({"log_errors": {"log_groups": ["/web"]}})))) == ["cw-agent-errors-/web"]
    strange = made(item(logs=files), known=hosts({"log_errors": {"log_groups": ["/wbe"]}}))
    assert strange == Desired({}, ["AmazonCloudWatch-web: it writes to none of /wbe, so that log_errors makes no alarm for it."])


def test_tags_that_aws_does_not_take() -> None:
    with pytest.raises(ConfigError, match=r"cw_agent_alarms_named\[0\] \(a\) tags has 'aws:x'"):
        made(entries=[{"name": "a", "profile": "", "region": "us-east-1", "state": "present", "tags": {"aws:x": 1}}])


def test_patterns_of_trails() -> None:
    found = of_east(made(item(), patterns=[pattern("/trail", "root_login", "unauthorized_calls", period=600)]))
    one = found["cw-agent-unauthorized_calls-/trail"]
    assert (one.named["Threshold"], one.named["Period"], one.filter and one.filter.made) == (5.0, 600, False)
    groups, can_be_made = alarms.filtered(found.values())
    assert [[entry["name"] for entry in one.metric_filters] for one in groups] == [["cw-agent-root_login", "cw-agent-unauthorized_calls"]]
    assert can_be_made == set()
    with pytest.raises(ConfigError, match=r"has 'rot_login', which is not known\. Hint: the patterns are root_login"):
        made(item(), patterns=[pattern("/trail", "rot_login")])


def test_entries_win_over_what_is_made() -> None:
    entries = [entry("cw-agent-CWAgent-memory", threshold=99.0, actions_enabled=False), entry("own", state="absent")]
    found = of_east(made(item(), known=hosts({"memory": {}}), entries=entries))
    memory = found["cw-agent-CWAgent-memory"]
    assert (memory.named["Threshold"], memory.named["ActionsEnabled"], memory.notified) == (99.0, False, True)
    assert "Metrics" in memory.named and found["own"].state == "absent"
    dimensions = entry("d", dimensions={"b": 2, "a": 1})
    assert shape(of_east(made(item(), entries=[dimensions]))["d"].named)["Dimensions"] == {"a": "1", "b": "2"}
    with pytest.raises(ConfigError, match=r"cw_agent_alarms_named\[0\] names the same alarm"):
        made(item(), entries=[entry("own"), entry("own")])


def test_where_an_entry_belongs() -> None:
    two = (item(), item(region="eu-west-1", hosts=("eu-1",)))
    known = {**hosts({"memory": {}}), "eu-1": Host({"silent": {}}, "i-5")}
    with pytest.raises(ConfigError, match="nothing says in which region it belongs"):
        made(*two, entries=[entry("own")])
    found = made(*two, known=known, entries=[entry("cw-agent-CWAgent-memory", threshold=1.0), entry("own", region="eu-west-1")])
    assert "own" in found.alarms[WEST] and found.alarms[EAST]["cw-agent-CWAgent-memory"].named["Threshold"] == 1.0
    assert "cw-agent-CWAgent-memory" not in found.alarms[WEST]
    assert list(desired({}, {}, [entry("own", region="eu-west-1")], []).alarms) == [WEST]


def test_settings_are_refused_by_host() -> None:
    with pytest.raises(ConfigError, match="web-1: cw_agent_alarms: there is no kind 'memry'"):
        made(item(), known={"web-1": Host({"memry": {}})})
    with pytest.raises(ConfigError, match=r"web-1: cw_agent_alarms: it is \['memory'\]"):
        made(item(), known={"web-1": Host(["memory"])})  # type: ignore[arg-type]


def test_topics_and_tags_of_all() -> None:
    arn = "arn:aws:sns:us-east-1:123456789012:ops"
    one = alarms.completed(Wanted("a", tags={"b": "own"}), [arn], {"a": 1, "b": 2})
    assert one.named == {"AlarmActions": [arn], "OKActions": [arn]} and one.tags == {"a": "1", "b": "own"}
    assert alarms.completed(Wanted("a", named={"AlarmActions": []}), [arn], {}).named == {"AlarmActions": [], "OKActions": [arn]}
    assert alarms.completed(Wanted("a", notified=False), [arn], {}).named == alarms.completed(Wanted("a"), [], {}).named == {}
    own = made(
        item(), known=hosts({"memory": {}}), entries=[entry("own", notify=True), entry("cw-agent-CWAgent-memory", notify=False), entry("x")]
    )
    assert {one.name: one.notified for one in own.alarms[EAST].values()} == {"own": True, "cw-agent-CWAgent-memory": False, "x": False}
    assert list(alarms.wrong_topics([arn, "ops"], [entry("own", notify=True)])) == []
    (unheard,) = alarms.wrong_topics([], [entry("own", notify=True), entry("x")])
    assert unheard.startswith("cw_agent_alarms_named (own): notify is true, and there is no topic. Hint:")
    assert ["Hint: a name" in line for line in alarms.wrong_topics(["o p s", "ops.fifo", "arn:aws:sqs:us-east-1:123456789012:q"])] == [
        True
    ] * 3
    west = arn.replace("us-east-1", "eu-west-1")
    assert alarms.topics_of([arn, west, "ops"], WEST) == [west, "ops"]
    with pytest.raises(ConfigError, match="has no topic of eu-west-1"):
        alarms.topics_of([arn], WEST)
