# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about patterns and times that lose events."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.check import config_problems


def rules(**entry: Any) -> list[str]:
    base = {"file_path": "/a.log", "log_group_name": "/a", "retention_in_days": 7}
    configuration = {"logs": {"logs_collected": {"files": {"collect_list": [{**base, **entry}]}}}}
    return [item["rule"] for item in config_problems(configuration)]


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        ({"multi_line_start_pattern": "{date_format}"}, ["multi-line-pattern"]),
        ({"multi_line_start_pattern": "^({timestamp_format})", "timestamp_format": "%Y-%m-%d"}, ["multi-line-pattern"]),
        ({"multi_line_start_pattern": "^|INFO"}, ["multi-line-pattern"]),
        ({"multi_line_start_pattern": "%d/%b/%Y"}, ["multi-line-pattern"]),
        ({"multi_line_start_pattern": "(?=x)|"}, ["pattern-invalid"]),
        ({"multi_line_start_pattern": "^\\d{4}"}, []),
        ({"timestamp_format": "%I:%M:%S %p"}, ["timestamp-without-date"]),
        ({"timestamp_format": "%F %H:%M"}, ["timestamp-token"]),
        ({"timestamp_format": "%b %d %H:%M:%S"}, []),
        ({"timezone": "Local"}, []),
        ({"timezone": "UTC"}, []),
        ({"trim_timestamp": True}, ["timestamp-options"]),
        ({"trim_timestamp": False}, []),
    ],
)
def test_each_mistake_has_one_problem(entry: dict[str, Any], found: list[str]) -> None:
    assert rules(**entry) == found
