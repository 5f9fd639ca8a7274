# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The section that has a key."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.schema_keys import belongs
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.subject import Subject


@pytest.mark.parametrize(
    ("path", "key", "value", "section"),
    [
        (("metrics",), "procstat", [], "metrics.metrics_collected"),
        (("metrics",), "nvidia_gpu", {}, "metrics.metrics_collected"),
        (("metrics",), "region", "x", "agent"),
        (("agent",), "namespace", "x", "metrics"),
        (("agent",), "force_flush_interval", 5, "metrics or logs"),
        (("logs", "logs_collected", "files"), "retention_in_days", 7, "logs.logs_collected.files.collect_list"),
        (("logs",), "log_group_name", "/a", "logs.logs_collected.files.collect_list"),
        (("logs", "logs_collected"), "log_group_name", "/a", "logs.logs_collected.files.collect_list"),
        (("logs", "logs_collected"), "collect_list", [{"file_path": "/a"}], "logs.logs_collected.files"),
        (("logs", "logs_collected"), "collect_list", [{"event_name": "System"}], "logs.logs_collected.windows_events"),
        (("metrics",), "measurement", ["used"], "a section under metrics.metrics_collected"),
        ((), "collect_list", [], "logs.logs_collected.files"),
        ((), "nothing", 1, ""),
    ],
)
def test_where_keys_belong(path: tuple[str, ...], key: str, value: Any, section: str) -> None:
    platform = "windows" if "event_name" in str(value) else "linux"
    assert belongs(path, key, value, Subject({}, "1.300060", platform, "ec2").has) == section


def test_what_the_agent_does_not_have_is_no_section() -> None:
    entry = [{"log_group_name": "/j", "units": ["x"]}]
    path = ("logs", "logs_collected")
    assert belongs(path, "collect_list", entry, Subject({}, "", "linux", "ec2").has) == "logs.logs_collected.journald"
    assert belongs(path, "collect_list", entry, Subject({}, "1.300060", "linux", "ec2").has) == "logs.logs_collected.files"
