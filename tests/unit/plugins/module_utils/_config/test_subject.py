# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every rule asks about a configuration."""

from __future__ import annotations

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.pointer import Step
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.subject import Subject


@pytest.mark.parametrize(
    ("path", "version", "platform", "there"),
    [
        (("logs", "logs_collected", "journald"), "1.300060", "linux", False),
        (("logs", "logs_collected", "journald"), "", "linux", True),
        (("logs", "logs_collected", "journald", "collect_list"), "", "windows", False),
        (("logs", "logs_collected", "windows_events"), "", "darwin", False),
        (("logs", "logs_collected", "files", "collect_list", 3, "trim_timestamp"), "1.300050", "linux", False),
        (("logs", "logs_collected", "files", "collect_list", 3, "timezone"), "1.300050", "linux", True),
        (("opentelemetry", "collect"), "1.300060", "linux", False),
    ],
)
def test_which_keys_an_agent_has(path: tuple[Step, ...], version: str, platform: str, there: bool) -> None:
    assert Subject({}, version, platform, "ec2").has(path) is there


def test_sections_that_are_too_new_are_taken_out() -> None:
    subject = Subject({"opentelemetry": {"collect": {}}, "agent": {}}, "1.300060", "linux", "ec2")
    assert subject.config == {"agent": {}}
    assert [item.path for item in subject.too_new][:1] == [("opentelemetry",)]


@pytest.mark.parametrize(("platform", "mode"), [("aix", "ec2"), ("linux", "azure")])
def test_other_platforms_and_modes_are_refused(platform: str, mode: str) -> None:
    with pytest.raises(ConfigError, match="expected one of"):
        Subject({}, "", platform, mode)
