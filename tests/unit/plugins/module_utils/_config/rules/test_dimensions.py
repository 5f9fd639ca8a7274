# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about dimensions, resources and resolution."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.check import config_problems

EC2 = {"append_dimensions": {"InstanceId": "${aws:InstanceId}"}}


def found(configuration: dict[str, Any], **options: str) -> list[dict[str, Any]]:
    return [item for item in config_problems(configuration, **options) if item["severity"] != "requirement"]


def metrics(more: dict[str, Any] | None = None, **collected: Any) -> dict[str, Any]:
    return {"metrics": {"metrics_collected": collected, **(more or {})}}


@pytest.mark.parametrize(
    ("metrics", "path"),
    [
        ({"namespace": "AWS/EC2"}, "/metrics/namespace"),
        ({"namespace": ":App"}, "/metrics/namespace"),
        ({"namespace": "Größe"}, "/metrics/namespace"),
        ({"append": {":a": "x"}}, "/metrics/metrics_collected/mem/append_dimensions/:a"),
        ({"append": {"ü": "x"}}, "/metrics/metrics_collected/mem/append_dimensions/ü"),
        ({"append": {"a": "Größe"}}, "/metrics/metrics_collected/mem/append_dimensions/a"),
        ({"append": {"a": " "}}, "/metrics/metrics_collected/mem/append_dimensions/a"),
    ],
)
def test_what_cloudwatch_refuses_of_names(metrics: dict[str, Any], path: str) -> None:
    mem = {"measurement": ["used"], "append_dimensions": metrics.pop("append", {})}
    (problem,) = config_problems({"metrics": {**metrics, "metrics_collected": {"mem": mem}}})
    assert (problem["rule"], problem["path"]) == ("metric-characters", path)


@pytest.mark.parametrize("text", ["{aws:VolumeId}", "$aws:VolumeId", "${aws:volume_id}", "{InstanceId}", "${instance_id}"])
def test_misspelt_placeholders_of_a_plugin_are_named_once(text: str) -> None:
    item = {"measurement": ["used"], "resources": ["/"], "append_dimensions": {"x": text}}
    (problem,) = found(metrics(EC2, disk=item))
    assert problem["rule"] == "placeholder-unexpanded"
    assert "Did you mean ${aws:" in problem["message"]


@pytest.mark.parametrize("text", ["VolumeId", "volume", "{team}", "$5"])
def test_other_constants_are_nobodys_business(text: str) -> None:
    item = {"measurement": ["used"], "resources": ["/"], "append_dimensions": {"x": text}}
    assert found(metrics(EC2, disk=item)) == []


@pytest.mark.parametrize(
    ("plugin", "resource", "wrong"),
    [
        *(("diskio", name, True) for name in ("/dev", "/dev/sda", "/", "/data")),
        *(("diskio", name, False) for name in ("sda", "nvme*", "disk/by-uuid/1", "*")),
        *(("disk", name, True) for name in ("sda1", "/dev/sda1", "/data/*", "C:")),
        *(("disk", name, False) for name in ("/", "/data", "/mnt/a b")),
        *(("net", name, True) for name in ("/sys/class/net/eth0",)),
        *(("net", name, False) for name in ("eth0", "ens*")),
    ],
)
def test_resources_are_of_their_kind(plugin: str, resource: str, wrong: bool) -> None:
    measurement = {"disk": "used", "diskio": "reads", "net": "bytes_sent"}[plugin]
    problems = found(metrics(**{plugin: {"measurement": [measurement], "resources": [resource], "ignore_file_system_types": ["tmpfs"]}}))
    assert [item["rule"] for item in problems] == (["resource-kind"] if wrong else [])


def test_high_resolution_is_one_line_for_each_interval() -> None:
    mem, swap, cpu = (
        {"measurement": [name], "metrics_collection_interval": each} for name, each in (("used", 10), ("free", 10), ("usage_idle", 1))
    )
    problems = found({"agent": {"metrics_collection_interval": 10}, **metrics(mem=mem, swap=swap, cpu=cpu)})
    assert [item["message"] for item in problems] == [
        "Metrics are collected every 10 seconds (by agent, mem, swap), in high resolution.",
        "Metrics are collected every 1 seconds (by cpu), in high resolution.",
    ]


def test_an_empty_list_of_resources_means_every_mount() -> None:
    (problem,) = found(metrics(disk={"measurement": ["used"], "resources": []}))
    assert problem["rule"] == "pseudo-file-systems"


@pytest.mark.parametrize("value", ["${aws:VolumeId}", "${aws:InstanceId}", "{instance_id}"])
def test_off_ec2_nothing_is_asked_for_that_another_rule_refuses(value: str) -> None:
    added = {"X": value}
    (problem,) = found(metrics(disk={"measurement": ["used"], "resources": ["/"], "append_dimensions": added}), mode="onPremise")
    assert problem["hint"] == "Remove it for hosts with cw_agent_mode onPremise."
    assert "stays unresolved" in problem["message"]


@pytest.mark.parametrize(("mode", "proposed"), [("ec2", True), ("onPremise", False)])
def test_names_of_ec2_are_proposed_on_ec2_alone(mode: str, proposed: bool) -> None:
    (problem,) = found(metrics({"namespace": "App/${aws:InstanceId}"}, mem={"measurement": ["used"]}), mode=mode)
    assert ("{instance_id}" in problem["hint"]) == proposed
