# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about file_path."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.check import config_problems


def rules(platform: str = "linux", version: str = "", **entry: Any) -> list[str]:
    base = {"log_group_name": "/a", "retention_in_days": 7}
    configuration = {"logs": {"logs_collected": {"files": {"collect_list": [{**base, **entry}]}}}}
    return [item["rule"] for item in config_problems(configuration, platform=platform, agent_version=version)]


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        ({"file_path": "/opt/{a,b}/x.log"}, ["file-never-read"]),
        ({"file_path": "/opt/{a,b}/*.log", "publish_multi_logs": True}, ["file-never-read"]),
        ({"file_path": "/opt/app/{a,b}.log"}, ["glob-single-file"]),
        ({"file_path": "/opt/app/{a,b}.log", "publish_multi_logs": True}, []),
        ({"file_path": "/opt/*/x.log"}, ["glob-single-file"]),
        ({"file_path": "/opt/*/x.log", "publish_multi_logs": True}, []),
        ({"file_path": "/opt/app/"}, ["file-never-read"]),
        ({"file_path": "E:\\x.log"}, ["file-of-other-platform"]),
        ({"file_path": "E:\\x.log", "platform": "windows"}, []),
        ({"file_path": "/x.log", "platform": "windows"}, ["file-of-other-platform"]),
        ({"file_path": "E:\new.log", "platform": "windows"}, ["control-characters"]),
        ({"file_path": "/opt/app.log", "blacklist": "\x08tmp"}, ["control-characters"]),
        ({"file_path": "/opt/app*.log"}, []),
        ({"file_path": "/opt/{a,b}.log", "version": "1.247358"}, ["file-never-read"]),
    ],
)
def test_each_path_has_one_problem_at_most(entry: dict[str, Any], found: list[str]) -> None:
    assert rules(**entry) == found


def test_the_other_entry_is_named() -> None:
    entries = [{"file_path": "/a.log", "log_group_name": f"/{name}", "retention_in_days": 7} for name in "ab"]
    (problem,) = config_problems({"logs": {"logs_collected": {"files": {"collect_list": entries}}}})
    assert problem["message"] == '"/a.log" stands in /logs/logs_collected/files/collect_list/0, too.'
