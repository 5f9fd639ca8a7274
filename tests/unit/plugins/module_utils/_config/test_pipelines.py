# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the agent gets anything to do."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.pipelines import collects, has_pipeline, jmx_targets
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.subject import Subject


@pytest.mark.parametrize(
    ("configuration", "there"),
    [
        ({"logs": {"logs_collected": {}}}, True),
        ({"logs": {"metrics_collected": {"emf": {}}}}, True),
        ({"traces": {"traces_collected": {"xray": {}}}}, True),
        ({"metrics": {"metrics_collected": {"statsd": {}}}}, True),
        ({"metrics": {"metrics_collected": {"memory": {"measurement": ["used"]}}}}, False),
        ({"agent": {}}, False),
    ],
)
def test_pipelines(configuration: dict[str, Any], there: bool) -> None:
    assert has_pipeline(Subject(configuration, "", "linux", "ec2")) is there


def test_plugins_by_platform() -> None:
    assert collects("windows", "Anything", {"measurement": ["x"]})
    assert not collects("linux", "Anything", {"measurement": ["x"]})
    assert not collects("linux", "procstat", [{"measurement": ["x"]}, {"measurement": []}])


def test_one_target_without_measurements_drops_the_entry() -> None:
    assert jmx_targets({"jvm": {"measurement": ["x"]}}) == ["jvm"]
    assert jmx_targets({"jvm": {"measurement": ["x"]}, "kafka": {}}) == []
