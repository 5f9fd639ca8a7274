# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of measurements by plugin and platform."""

from __future__ import annotations

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.measurements import (
    ACCEPTED,
    KNOWN_PLUGINS,
    WINDOWS_OBJECTS,
    bare,
    measured_as,
    sends_metrics,
)


@pytest.mark.parametrize(
    ("plugin", "count"),
    [
        ("cpu", 22),
        ("disk", 7),
        ("diskio", 28),
        ("mem", 11),
        ("swap", 3),
        ("net", 8),
        ("netstat", 13),
        ("processes", 11),
        ("procstat", 54),
        ("nvidia_gpu", 17),
    ],
)
def test_linux_has_as_many_as_the_agent(plugin: str, count: int) -> None:
    assert len(ACCEPTED["linux"][plugin]) == count


def test_the_prefix_of_a_plugin_is_optional() -> None:
    assert bare("mem", "mem_used") == "used"
    assert bare("nvidia_gpu", "nvidia_smi_fan_speed") == "fan_speed"
    assert bare("mem", "used") == "used"


def test_windows_takes_any_object_but_has_none_with_names_of_linux() -> None:
    assert KNOWN_PLUGINS["windows"] is None
    assert set(measured_as("windows")) == {"procstat", "nvidia_gpu"}
    assert not any(sends_metrics("windows", plugin) for plugin in WINDOWS_OBJECTS)
    assert sends_metrics("windows", "Memory")
    assert all(sends_metrics("linux", plugin) for plugin in WINDOWS_OBJECTS)
