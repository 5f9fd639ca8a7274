# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about plugins and measurements."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.check import config_problems


@pytest.mark.parametrize(
    ("version", "measurements"),
    [
        ("1.300054", ["ebs_total_read_ops", "instance_store_total_read_ops"]),
        ("1.300058.0b1", ["instance_store_total_read_ops"]),
        ("1.300059", []),
        ("", []),
    ],
)
def test_measurements_that_the_pinned_agent_does_not_know(version: str, measurements: list[str]) -> None:
    given = ["reads", "diskio_ebs_total_read_ops", {"name": "instance_store_total_read_ops", "rename": "x"}]
    found = config_problems({"metrics": {"metrics_collected": {"diskio": {"measurement": given}}}}, version)
    assert [item["message"].split()[0] for item in found if item["severity"] == "error"] == measurements


@pytest.mark.parametrize("names", [True, "used", {"used": 1}])
def test_what_is_no_list_of_metrics_to_drop_is_ignored(names: Any) -> None:
    (problem,) = config_problems({"metrics": {"metrics_collected": {"mem": {"measurement": ["used"], "drop_original_metrics": names}}}})[:1]
    assert (problem["rule"], problem["severity"]) == ("drop-original-names", "warning")
    assert "which is no list" in problem["message"]


@pytest.mark.parametrize(
    ("collected", "rule", "words"),
    [
        ({"mem": {"measurement": ["usedPercent"]}}, "unknown-measurement", "Did you mean used_percent?"),
        ({"mem": {"measurement": ["used"]}, "NetStat": {"measurement": ["udp_socket"]}}, "unknown-plugin", "Did you mean netstat?"),
        ({"mem": {"measurement": ["used"]}, "PhysicalDisk": {"measurement": ["Disk Reads/sec"]}}, "unknown-plugin", "Did you mean diskio?"),
        ({"mem": {"measurement": [{"name": "used", "unit": "GB"}]}}, "unknown-unit", '"GB"'),
    ],
)
def test_names_are_guessed(collected: dict[str, Any], rule: str, words: str) -> None:
    (problem,) = config_problems({"metrics": {"metrics_collected": collected}})
    assert problem["rule"] == rule
    assert words in problem["message"]
