# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wizard's metric sets."""

from __future__ import annotations

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.check import config_problems
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.presets import preset


@pytest.mark.parametrize("mode", ["ec2", "onPremise"])
@pytest.mark.parametrize("platform", ["linux", "windows", "darwin"])
@pytest.mark.parametrize("name", ["basic", "standard", "advanced"])
def test_every_preset_is_one_that_the_agent_takes(name: str, platform: str, mode: str) -> None:
    found = preset(name, platform, mode)
    assert found["metrics"]["metrics_collected"]
    assert [item for item in config_problems(found, platform=platform, mode=mode) if item["severity"] == "error"] == []
    assert ("append_dimensions" in found["metrics"]) == (mode == "ec2")


def test_a_larger_preset_has_what_a_smaller_one_has() -> None:
    sizes = [len(preset(name, "linux", "ec2")["metrics"]["metrics_collected"]) for name in ("basic", "standard", "advanced")]
    assert sizes == sorted(sizes) and sizes[0] < sizes[2]


def test_none_is_nothing_and_an_unknown_one_is_refused() -> None:
    assert preset("none", "linux", "ec2") == {}
    with pytest.raises(ConfigError, match="huge"):
        preset("huge", "linux", "ec2")
