# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Series by their exact dimensions, held against what the real agent sent on the wire."""

from __future__ import annotations

import os
import urllib.parse
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.expectations import expectations
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.expected_metrics import Metric

SHARED = Path(os.environ.get("CW_AGENT_SHARED") or Path(__file__).parents[6] / "shared")
ROOT_FS = {"path": "/", "device": "overlay", "fstype": "overlay"}
DATA_FS = {"path": "/data", "device": "vdb1", "fstype": "xfs"}
AGENT: dict[str, Any] = {
    "mode": "ec2",
    "hostname": "web-1",
    "service": {},
    "identity": {"instance_id": "i-0123456789abcdef0", "image_id": "ami-12c6146b", "instance_type": "t3.micro", "region": "us-east-1"},
    "mounts": [ROOT_FS, DATA_FS],
}
ALL = {key: f"${{aws:{key}}}" for key in ("InstanceId", "ImageId", "InstanceType")}
INSTANCE = {"InstanceId": "${aws:InstanceId}"}


def metrics(
    collected: dict[str, Any], agent: dict[str, Any] | None = None, section: dict[str, Any] | None = None, **part: Any
) -> list[Metric]:
    """The expected metrics of a configuration."""
    return expectations({"agent": section or {}, "metrics": {"metrics_collected": collected, **part}}, agent or AGENT).metrics


def dimensions_of(*args: Any, **kwargs: Any) -> dict[str, dict[str, str]]:
    """Dimensions by metric name."""
    return {item.name: dict(item.dimensions) for item in metrics(*args, **kwargs)}


def sent_by_the_agent() -> set[tuple[str, tuple[tuple[str, str], ...]]]:
    """Names and dimensions of the recorded PutMetricData."""
    recording = SHARED / "corpus" / "wire" / "PutMetricData.http"
    if not recording.exists():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no recording at {recording}: set CW_AGENT_SHARED")
    fields = dict(urllib.parse.parse_qsl(recording.read_text().split("\n\n", 1)[1].strip()))
    names: dict[str, str] = {}
    parts: dict[str, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for key, value in fields.items():
        datum, _dot, rest = key.partition(".MetricData.member.")[2].partition(".")
        if rest == "MetricName":
            names[datum] = value
        elif rest.startswith("Dimensions.member."):
            _word, _member, number, what = rest.split(".")
            parts[datum][number][what] = value
    return {(name, tuple(sorted((item["Name"], item["Value"]) for item in parts[datum].values()))) for datum, name in names.items()}


def test_the_real_agent_sends_these_very_metrics() -> None:
    sent = sent_by_the_agent()
    expected = dimensions_of(
        {name: {"measurement": ["used_percent"]} for name in ("mem", "swap", "disk")},
        append_dimensions=ALL,
        aggregation_dimensions=[["InstanceId"], []],
    )
    cpu = dimensions_of({"cpu": {"measurement": ["usage_idle"], "resources": ["*"], "totalcpu": True}}, append_dimensions=ALL)
    assert set(expected) == {"mem_used_percent", "swap_used_percent", "disk_used_percent"}
    assert {(name, tuple(sorted(dimensions.items()))) for name, dimensions in {**expected, **cpu}.items()} <= sent


def test_host_is_the_dimension_unless_something_else_is_asked_for() -> None:
    mem = {"mem": {"measurement": ["used_percent"]}}
    assert dimensions_of(mem) == {"mem_used_percent": {"host": "web-1"}}
    assert dimensions_of(mem, section={"omit_hostname": True}) == {"mem_used_percent": {}}
    assert dimensions_of(mem, append_dimensions={"Custom": "x"}) == {"mem_used_percent": {}}
    assert dimensions_of(mem, append_dimensions=INSTANCE) == {"mem_used_percent": {"InstanceId": "i-0123456789abcdef0"}}


def test_plugin_dimensions_are_added_and_resolved() -> None:
    options = {"measurement": ["used"], "append_dimensions": {"team": "web", "type": "${aws:InstanceType}"}}
    assert dimensions_of({"mem": options}) == {"mem_used": {"host": "web-1", "team": "web", "type": "t3.micro"}}
    assert dimensions_of({"mem": {**options, "append_dimensions": {"v": "${aws:VolumeId}"}}}) == {}


@pytest.mark.parametrize(
    ("measurement", "name"),
    [
        (["mem_used_percent"], "mem_used_percent"),
        (["free", "used_percent"], "mem_used_percent"),
        (["free", "used"], "mem_free"),
        ([{"name": "used_percent", "rename": "RAM", "unit": "Percent"}], "RAM"),
    ],
)
def test_names(measurement: list[Any], name: str) -> None:
    assert list(dimensions_of({"mem": {"measurement": measurement}})) == [name]


@pytest.mark.parametrize(
    ("options", "path"),
    [({}, "/"), ({"resources": ["*"]}, "/"), ({"resources": ["/data"]}, "/data"), ({"ignore_file_system_types": ["overlay"]}, "/data")],
)
def test_disks(options: dict[str, Any], path: str) -> None:
    (dimensions,) = dimensions_of({"disk": {"measurement": ["used_percent"], **options}}).values()
    assert dimensions["path"] == path
    assert set(dimensions) == {"host", "path", "device", "fstype"}


def test_disks_that_are_not_mounted_are_not_expected() -> None:
    assert dimensions_of({"disk": {"measurement": ["used_percent"], "resources": ["/gone"]}}) == {}


def test_drop_device() -> None:
    (dimensions,) = dimensions_of({"disk": {"measurement": ["used_percent"], "drop_device": True}}).values()
    assert dimensions == {"host": "web-1", "path": "/", "fstype": "overlay"}


def test_rates_only_where_there_is_nothing_else() -> None:
    cpu = {"cpu": {"measurement": ["usage_idle"]}}
    assert dimensions_of(cpu) == {"cpu_usage_idle": {"host": "web-1", "cpu": "cpu-total"}}
    assert list(dimensions_of({**cpu, "mem": {"measurement": ["used"]}})) == ["mem_used"]
    assert dimensions_of({"cpu": {"measurement": ["usage_idle"], "totalcpu": False, "resources": ["*"]}})["cpu_usage_idle"]["cpu"] == "cpu0"
    assert dimensions_of({"cpu": {"measurement": ["usage_idle"], "totalcpu": False}}) == {}


def test_roll_ups_stand_in_for_metrics_that_are_not_certain() -> None:
    net = {"net": {"measurement": ["bytes_sent"]}}
    assert dimensions_of(net, append_dimensions=INSTANCE) == {}
    assert dimensions_of(net, append_dimensions=INSTANCE, aggregation_dimensions=[[], ["InstanceId"]]) == {
        "net_bytes_sent": {"InstanceId": "i-0123456789abcdef0"}
    }


@pytest.mark.parametrize("name", ["used_percent", "disk_used_percent", "*"])
def test_dropped_originals_leave_the_roll_up(name: str) -> None:
    disk = {"disk": {"measurement": ["used_percent"], "drop_original_metrics": [name]}}
    assert dimensions_of(disk, append_dimensions=INSTANCE) == {}
    assert list(dimensions_of(disk, append_dimensions=INSTANCE, aggregation_dimensions=[["InstanceId"]]).values()) == [
        {"InstanceId": "i-0123456789abcdef0"}
    ]


GROUP = {**INSTANCE, "AutoScalingGroupName": "${aws:AutoScalingGroupName}", "ImageId": "${aws:ImageId}"}
MEM = {"mem": {"measurement": ["used_percent"]}}


def in_group(name: str | None) -> dict[str, Any]:
    return {**AGENT, "identity": {**AGENT["identity"], "autoscaling_group": name}}


def test_an_unknown_auto_scaling_group_is_avoided_where_a_roll_up_can() -> None:
    (found,) = metrics(MEM, in_group(None), append_dimensions=GROUP, aggregation_dimensions=[["InstanceId"]])
    assert (found.dimensions, found.doubt) == ({"InstanceId": "i-0123456789abcdef0"}, "")


def test_an_unknown_auto_scaling_group_without_a_roll_up_leaves_a_doubt() -> None:
    (found,) = metrics(MEM, in_group(None), append_dimensions=GROUP)
    assert set(found.dimensions) == {"InstanceId", "ImageId"}
    assert "not known" in found.doubt


@pytest.mark.parametrize(("group", "more"), [("", set()), ("web", {"AutoScalingGroupName"})])
def test_a_known_auto_scaling_group_leaves_none(group: str, more: set[str]) -> None:
    (found,) = metrics(MEM, in_group(group), append_dimensions=GROUP)
    assert (set(found.dimensions), found.doubt) == ({"InstanceId", "ImageId", *more}, "")


def test_when_the_first_value_is_due() -> None:
    mem, cpu = {"mem": {"measurement": ["used"]}}, {"cpu": {"measurement": ["usage_idle"]}}
    assert metrics(mem)[0].due == 120
    assert metrics(mem, section={"metrics_collection_interval": 10}, force_flush_interval=5)[0].due == 15
    assert metrics(cpu, section={"metrics_collection_interval": 10}, force_flush_interval=5)[0].due == 25
    assert metrics({"mem": {"measurement": ["used"], "metrics_collection_interval": 300}})[0].due == 360


def test_short_intervals_are_kept_in_high_resolution() -> None:
    assert metrics({"mem": {"measurement": ["used"]}})[0].resolution == 60
    assert metrics({"mem": {"measurement": ["used"], "metrics_collection_interval": 59}})[0].resolution == 5


def test_metrics_that_go_to_prometheus_are_not_looked_for_in_cloudwatch() -> None:
    mem = {"mem": {"measurement": ["used"]}}
    assert metrics(mem, metrics_destinations={"amp": {"workspace_id": "ws"}}) == []
    assert len(metrics(mem, metrics_destinations={"amp": {"workspace_id": "ws"}, "cloudwatch": {}})) == 1
