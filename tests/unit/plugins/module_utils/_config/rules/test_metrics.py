# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about plugins and measurements."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.check import config_problems


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
