# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about sections and keys."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.check import config_problems

MEM = {"measurement": ["used"]}


def metrics(**collected: Any) -> dict[str, Any]:
    return {"metrics": {"metrics_collected": {"mem": MEM, **collected}}}


def only(configuration: dict[str, Any]) -> dict[str, Any]:
    (problem,) = [item for item in config_problems(configuration) if item["severity"] != "requirement"]
    return problem


@pytest.mark.parametrize(
    ("configuration", "words"),
    [
        (
            metrics(procstat=[{"exe": "x", "measurement": ["pid_count"], "pid_finder": "native"}]),
            "the key pid_finder in entry 1 of procstat.",
        ),
        (
            metrics(procstat=[{"exe": "x", "measurement": ["pid"], "drop_original_metrics": ["pid"]}]),
            "The agent drops no metrics of procstat",
        ),
        (metrics(net={"measurement": ["bytes_sent"], "resource": ["eth0"]}), "the key resource in net. Did you mean resources?"),
        (metrics(swap={"measurement": ["used"], "namespace": "x"}), "the key namespace in swap. It belongs under metrics."),
        ({"agent": {"metricsCollectionInterval": 5}, **metrics()}, "Did you mean metrics_collection_interval?"),
        ({"agent": {"namespace": "x"}, **metrics()}, "It belongs under metrics."),
        ({"files": {"collect_list": []}, **metrics()}, "It belongs under logs.logs_collected or opentelemetry.collect."),
        ({"Logs": {}, **metrics()}, "Did you mean logs?"),
        (
            {"logs": {"metrics_collected": {"statsd": {}}}, **metrics()},
            "statsd in metrics_collected. It belongs under metrics.metrics_collected.",
        ),
        ({"logs": {"metrics_collected": {"kubernets": {}}}, **metrics()}, "Did you mean kubernetes?"),
        (metrics(swap={"measurement": [{"name": "used", "renamed": "x"}]}), "renamed in entry 1 of measurement. Did you mean rename?"),
    ],
)
def test_keys_are_named_with_their_section(configuration: dict[str, Any], words: str) -> None:
    assert words in only(configuration)["message"]


def test_an_equal_entry_is_named() -> None:
    item = {"exe": "x", "measurement": ["pid_count"]}
    problem = only(metrics(procstat=[item, {**item, "exe": "y"}, item]))
    assert problem["message"] == "Entry 3 of procstat is the same as entry 1."


@pytest.mark.parametrize(
    ("region", "severity", "meant"),
    [
        ("eu-wset-1", "warning", "Did you mean eu-west-1?"),
        ("uus-west-2", "warning", "Did you mean us-west-2?"),
        ("fr-par-1", "warning", "such a region."),
        ("US-EAST-1", "error", "Did you mean us-east-1?"),
        ("us-east-1a", "error", "Did you mean us-east-1?"),
        ("moon-1", "error", "which is not the name of an AWS region."),
    ],
)
def test_what_is_no_region(region: str, severity: str, meant: str) -> None:
    problem = only({"agent": {"region": region}, **metrics()})
    assert (problem["rule"], problem["severity"], problem["path"]) == ("region-name", severity, "/agent/region")
    assert problem["message"].endswith(meant)


@pytest.mark.parametrize("path", [("traces", "region_override"), ("prometheus", "sd_cluster_region")])
def test_regions_of_other_sections(path: tuple[str, str]) -> None:
    configuration: dict[str, Any] = {**metrics(), "traces": {"traces_collected": {"xray": {}}}}
    if path[0] == "traces":
        configuration["traces"]["region_override"] = "us-eats-1"
    else:
        service = {"sd_target_cluster": "c", "sd_cluster_region": "us-eats-1"}
        configuration["logs"] = {"metrics_collected": {"prometheus": {"log_group_name": "/p", "ecs_service_discovery": service}}}
    (problem,) = [item for item in config_problems(configuration) if item["rule"] == "region-name"]
    assert problem["path"].endswith("/" + path[1])


@pytest.mark.parametrize("region", ["eu-west-1", "us-gov-east-1", "cn-northwest-1", "eusc-de-east-1", "us-isob-east-1", "${REGION}"])
def test_regions(region: str) -> None:
    assert [item["rule"] for item in config_problems({"agent": {"region": region}, **metrics()})] == []
