# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kinds of alarms: their settings, which metric tells them, and the query."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._account import alarm_kinds as kinds
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.collected import Collected


def metric(plugin: str, field: str, *labels: str, seconds: float = 60, **item: Any) -> Collected:
    return Collected(plugin, field, f"{plugin}_{field}", "CWAgent", seconds, item, (frozenset(("InstanceId", *labels)),))


@pytest.mark.parametrize(
    ("kind", "given", "said"),
    [
        ("memry", {}, "there is no kind 'memry'. Hint: the kinds are memory, disk"),
        ("memory", 90, "memory is 90. Hint: a mapping of its settings"),
        ("memory", {"treshold": 1}, "memory has no setting 'treshold'. Hint: it has threshold"),
        ("memory", {"threshold": "90"}, "memory.threshold is '90'. Hint: a number"),
        ("memory", {"threshold": True}, "memory.threshold is True"),
        ("memory", {"period": 1.5}, "memory.period is 1.5. Hint: a whole number"),
        ("memory", {"pattern": "x"}, "memory has no setting 'pattern'"),
        ("memory", {"where": {"a": "it's"}}, "a query cannot hold quotes"),
        ("silent", {"threshold": 1}, "silent has no setting 'threshold'"),
        ("log_errors", {"per_host": True}, "log_errors has no setting 'per_host'"),
        ("log_errors", {"log_groups": "/web"}, "log_errors.log_groups is '/web'. Hint: a list"),
    ],
)
def test_settings_that_cannot_be(kind: str, given: Any, said: str) -> None:
    assert said in "".join(kinds.wrong(kind, given))


@pytest.mark.parametrize("kind", kinds.DEFAULTS)
def test_defaults_may_be_asked_for_and_kinds_taken_out(kind: str) -> None:
    assert [list(kinds.wrong(kind, given)) for given in ({}, None, False, {"period": 600, "description": "x"})] == [[]] * 4
    assert kinds.settled(kind, False) is None
    assert kinds.settled(kind, None) == kinds.settled(kind, {}) == kinds.DEFAULTS[kind]
    assert (kinds.settled(kind, {"period": 600}) or {})["period"] == 600


def test_the_best_metric_tells_a_kind() -> None:
    free, used = metric("mem", "available_percent"), metric("mem", "used_percent")
    for known, chosen in (([free, used], used), ([free], free)):
        found = kinds.source("memory", known)
        assert found and found[0] is chosen
    assert kinds.source("memory", [metric("mem", "used")]) is None


def test_disks_without_images_that_are_always_full() -> None:
    for item, where in (({}, True), ({"resources": ["/"]}, False), ({"ignore_file_system_types": ["squashfs"]}, False)):
        found = kinds.source("disk", [metric("disk", "used_percent", "path", "fstype", **item)])
        assert found and found[1].group == ("path",)
        assert found[1].where == ((("fstype", "!=", "squashfs"),) if where else ())
    rolled = kinds.source("disk", [metric("disk", "used_percent")])
    assert rolled and (rolled[1].group, rolled[1].where) == ((), ())


def test_the_cpu_as_a_whole() -> None:
    whole = kinds.source("cpu", [metric("cpu", "usage_idle", "cpu")])
    each = kinds.source("cpu", [metric("cpu", "usage_idle", "cpu", totalcpu=False)])
    assert whole and whole[1].where == (("cpu", "=", "cpu-total"),)
    assert each and each[1].where == ()


def test_a_heartbeat_is_a_metric_of_every_host() -> None:
    known = [metric("cpu", "usage_idle", "cpu"), metric("swap", "used_percent"), metric("procstat", "cpu_usage")]
    assert kinds.heartbeat(known) is known[1]
    assert kinds.heartbeat(known[2:]) is None
    assert kinds.heartbeat([known[1]._replace(labels=(frozenset({"ImageId"}),))]) is None


@pytest.mark.parametrize(("seconds", "period"), [(10, 300), (60, 300), (300, 300), (301, 360), (3600, 3600)])
def test_a_period_holds_a_value(seconds: float, period: int) -> None:
    assert kinds.period({"period": 300}, metric("mem", "used", seconds=seconds)) == period


def test_queries() -> None:
    disk = metric("disk", "used_percent", "path")
    assert kinds.query("MAX", disk, ("InstanceId", "path"), [("fstype", "!=", "squashfs"), ("a b", "=", "c")]) == (
        "SELECT MAX(disk_used_percent) FROM \"CWAgent\" WHERE fstype != 'squashfs' AND \"a b\" = 'c'"
        " GROUP BY InstanceId, path ORDER BY MAX() DESC"
    )
    windows = disk._replace(name="LogicalDisk % Free Space")
    assert kinds.query("MIN", windows, ("InstanceId",), []) == (
        'SELECT MIN("LogicalDisk % Free Space") FROM "CWAgent" GROUP BY InstanceId ORDER BY MIN() ASC'
    )
    assert kinds.query("COUNT", disk, (), [("InstanceId", "=", "i-1")]) == (
        "SELECT COUNT(disk_used_percent) FROM \"CWAgent\" WHERE InstanceId = 'i-1'"
    )
