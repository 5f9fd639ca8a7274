# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The metrics of a configuration with the names of their dimensions."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.collected import Collected, collected
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.subject import Subject

INSTANCE = {"append_dimensions": {"InstanceId": "${aws:InstanceId}"}}
DISK = {"disk": {"measurement": ["used_percent"], "drop_device": True}}


def found(section: dict[str, Any], agent: dict[str, Any] | None = None, platform: str = "linux") -> list[Collected]:
    return list(collected(Subject({"agent": agent or {}, "metrics": section}, "1.300071.0", platform, "ec2")))


def test_names_intervals_and_labels() -> None:
    plugins = {
        "mem": {"measurement": ["mem_used_percent", {"name": "free", "rename": "Free"}], "metrics_collection_interval": 10},
        **DISK,
        "cpu": {"measurement": ["usage_idle"], "append_dimensions": {"Service": "web"}},
    }
    metrics = found(
        {"namespace": "Shop", **INSTANCE, "metrics_collected": plugins, "aggregation_dimensions": [["InstanceId"], ["Service"]]}
    )
    assert [(one.name, one.namespace, one.seconds) for one in metrics] == [
        ("mem_used_percent", "Shop", 10),
        ("Free", "Shop", 10),
        ("disk_used_percent", "Shop", 60),
        ("cpu_usage_idle", "Shop", 60),
    ]
    by_name = {one.name: one for one in metrics}
    assert by_name["mem_used_percent"].labels == (frozenset({"InstanceId"}),)
    assert by_name["disk_used_percent"].labels == (frozenset({"InstanceId", "path", "fstype"}), frozenset({"InstanceId"}))
    assert frozenset({"Service"}) in by_name["cpu_usage_idle"].labels
    assert (by_name["disk_used_percent"].key(), by_name["disk_used_percent"].key("path")) == ("InstanceId", "InstanceId")
    assert by_name["mem_used_percent"].key("path") == ""


@pytest.mark.parametrize(
    ("section", "agent", "key"),
    [
        ({}, {}, "host"),
        ({}, {"omit_hostname": True}, ""),
        ({"append_dimensions": {"ImageId": "${aws:ImageId}"}}, {}, ""),
        (INSTANCE, {}, "InstanceId"),
    ],
)
def test_what_tells_hosts_apart(section: dict[str, Any], agent: dict[str, Any], key: str) -> None:
    (metric,) = found({**section, "metrics_collected": {"mem": {"measurement": ["used"]}}}, agent)
    assert metric.key() == key


def test_an_original_that_is_dropped_leaves_its_roll_ups() -> None:
    disk = {"disk": {"measurement": ["used_percent"], "drop_original_metrics": ["used_percent"]}}
    (metric,) = found({**INSTANCE, "metrics_collected": disk, "aggregation_dimensions": [["InstanceId"]]})
    assert metric.labels == (frozenset({"InstanceId"}),) and metric.key("path") == ""


def test_windows_and_other_destinations() -> None:
    (metric,) = found(
        {**INSTANCE, "metrics_collected": {"LogicalDisk": {"measurement": ["% Free Space"], "resources": ["*"]}}}, {}, "windows"
    )
    assert (metric.name, metric.labels) == ("LogicalDisk % Free Space", (frozenset({"InstanceId", "objectname", "instance"}),))
    assert found({"metrics_destinations": {"amp": {"workspace_id": "w"}}, "metrics_collected": DISK}) == []
