# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The custom metrics that a configuration makes, and what they cost."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.metrics import config_metrics, monthly_cost
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.subject import Subject
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._config.examples import EC2

MOUNTS = [
    {"mount": "/", "device": "/dev/nvme0n1p1", "fstype": "xfs", "size_total": 10},
    {"mount": "/data", "device": "/dev/nvme1n1", "fstype": "ext4", "size_total": 10},
    {"mount": "/tmp", "device": "tmpfs", "fstype": "tmpfs", "size_total": 10},
    {"mount": "/empty", "device": "none", "fstype": "proc", "size_total": 0},
]
DEVICES = {"nvme0n1": {"partitions": {"nvme0n1p1": {}}, "model": "Amazon Elastic Block Store"}, "nvme1n1": {"partitions": {}}}
FACTS = {"processor_vcpus": 8, "mounts": MOUNTS, "devices": DEVICES, "interfaces": ["lo", "ens5", "docker0"]}


def subject(more: dict[str, Any] | None = None, platform: str = "linux", **collected: Any) -> Subject:
    return Subject({"metrics": {"metrics_collected": collected, **(more or {})}}, "", platform, "ec2")


def counted(found: Subject, hosts: int = 1, facts: dict[str, Any] | None = None) -> dict[str, Any]:
    return config_metrics(found, FACTS if facts is None else facts, hosts, {})


def test_the_example_of_the_contract() -> None:
    found = counted(
        subject(
            {"append_dimensions": EC2, "aggregation_dimensions": [["InstanceId"]]},
            cpu={"measurement": ["usage_idle", "usage_iowait"], "resources": ["*"]},
            disk={"measurement": ["used_percent"]},
            mem={"measurement": ["used_percent"]},
            swap={"measurement": ["used_percent"]},
        )
    )
    assert (found["original"], found["rollup"], found["metrics"]) == (23, 5, 28)
    assert found["assumed"] == []


@pytest.mark.parametrize(
    ("plugin", "item", "count"),
    [
        ("cpu", {"measurement": ["usage_idle"]}, 1),
        ("cpu", {"measurement": ["usage_idle"], "resources": ["*"], "totalcpu": False}, 8),
        ("cpu", {"measurement": ["usage_idle", "cpu_usage_idle"]}, 1),
        ("disk", {"measurement": ["used"], "ignore_file_system_types": ["tmpfs"]}, 2),
        ("disk", {"measurement": ["used", "free"], "resources": ["/data"]}, 2),
        ("diskio", {"measurement": ["reads"]}, 3),
        ("diskio", {"measurement": ["reads"], "resources": ["nvme1n1"]}, 1),
        ("diskio", {"measurement": ["ebs_total_read_ops"]}, 1),
        ("net", {"measurement": ["bytes_sent"]}, 2),
        ("net", {"measurement": ["bytes_sent"], "resources": ["ens5"]}, 1),
        ("netstat", {"measurement": ["tcp_listen", "udp_socket"]}, 2),
        ("ethtool", {"interface_exclude": ["docker*"], "metrics_include": ["a", "b"]}, 2),
        ("procstat", [{"exe": "a", "measurement": ["cpu_usage", "pid_count"]}, {"exe": "b", "measurement": ["cpu_usage"]}], 3),
        ("system", {"measurement": ["load1"]}, 0),
    ],
)
def test_counts_of_plugins(plugin: str, item: Any, count: int) -> None:
    assert counted(subject(**{plugin: item}))["metrics"] == count


def test_rollups_without_a_host_are_shared_by_the_fleet() -> None:
    found = counted(
        subject({"append_dimensions": EC2, "aggregation_dimensions": [["InstanceId"], []]}, mem={"measurement": ["used"]}), hosts=10
    )
    assert (found["per_host"], found["shared"], found["total"]) == (2, 1, 21)


@pytest.mark.parametrize(
    ("names", "dropped"),
    [
        (["usage_idle"], {"IDLE", "cpu_usage_idle"}),
        (["cpu_usage_idle"], {"IDLE", "cpu_usage_idle"}),
        (["*"], {"IDLE", "cpu_usage_idle", "cpu_usage_user"}),
        (["IDLE"], set()),
        ("usage_idle", set()),
        (None, set()),
    ],
)
def test_which_originals_are_dropped(names: Any, dropped: set[str]) -> None:
    """By the name that the agent has for them, not by a new one; * means all."""
    given = ["usage_idle", {"name": "usage_idle", "rename": "IDLE"}, "usage_user"]
    found = counted(subject(cpu={"measurement": given, "drop_original_metrics": names}))
    assert {item["metric"] for item in found["counts"] if not item["original"]} == dropped


def test_procstat_drops_none() -> None:
    found = counted(subject(procstat=[{"exe": "a", "measurement": ["pid"], "drop_original_metrics": ["pid", "*"]}]))
    assert found["original"] == 1


@pytest.mark.parametrize("plugin", ["disk", "diskio", "net"])
def test_an_empty_list_of_resources_means_all(plugin: str) -> None:
    item = {"measurement": {"disk": ["used"], "diskio": ["reads"], "net": ["bytes_sent"]}[plugin]}
    assert counted(subject(**{plugin: {**item, "resources": []}})) == counted(subject(**{plugin: item}))


@pytest.mark.parametrize("item", [{"measurement": 5}, {"measurement": ["used"], "ignore_file_system_types": True}])
def test_what_the_check_refuses_is_no_crash(item: dict[str, Any]) -> None:
    assert counted(subject(disk=item))["hosts"] == 1


def test_dropped_originals_leave_the_rollups() -> None:
    item = {"measurement": ["usage_idle"], "resources": ["*"], "drop_original_metrics": ["cpu_usage_idle"]}
    found = counted(subject({"append_dimensions": EC2, "aggregation_dimensions": [["InstanceId"]]}, cpu=item))
    assert (found["original"], found["rollup"]) == (0, 1)


def test_renamed_metrics_and_the_high_resolution_are_shown() -> None:
    item = {"measurement": [{"name": "used", "rename": "MEM"}], "metrics_collection_interval": 10}
    (metric,) = counted(subject(mem=item))["counts"]
    assert (metric["metric"], metric["high_resolution"]) == ("MEM", True)


def test_what_cannot_be_counted_is_named() -> None:
    found = counted(subject(statsd={}, disk={"measurement": ["used"]}), facts={})
    assert found["unbounded"] == ["statsd"]
    assert found["assumed"] == ["mounts"]
    assert found["cost"] is None


def test_windows_objects_are_counted_by_instances() -> None:
    found = counted(subject(platform="windows", LogicalDisk={"measurement": ["% Free Space"], "resources": ["C:", "D:"]}))
    assert found["metrics"] == 2


@pytest.mark.parametrize(
    ("series_count", "price", "cost"), [(10, 0.3, 3.0), (15, [[10, 1.0], [None, 0.5]], 12.5), (5, [[10, 1.0], [None, 0]], 5.0)]
)
def test_cost(series_count: int, price: Any, cost: float) -> None:
    assert monthly_cost(series_count, price) == cost
