# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The log groups that a configuration sends to."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.log_groups import config_log_groups
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.subject import Subject
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._config.examples import FULL


def test_log_groups_are_merged_by_name() -> None:
    groups = config_log_groups(Subject(FULL, "", "linux", "ec2"))
    assert groups == [
        {
            "log_group_name": "/app/{instance_id}",
            "retention_in_days": 30,
            "log_group_class": "STANDARD",
            "streams": ["", "c"],
            "files": ["/a.log", "/c.log"],
        },
        {
            "log_group_name": "/var/log/b",
            "retention_in_days": None,
            "log_group_class": "STANDARD",
            "streams": [""],
            "files": ["/var/log/b.log"],
        },
    ]


def groups_of(kind: str, **entry: Any) -> list[tuple[str, str]]:
    configuration = {"logs": {"logs_collected": {kind: {"collect_list": [entry]}}}}
    return [(item["log_group_name"], item["log_group_class"]) for item in config_log_groups(Subject(configuration, "", "linux", "ec2"))]


@pytest.mark.parametrize(
    ("path", "group"),
    [
        ("/var/log/app.log", "/var/log/app.log"),
        ("/var/log/my app.log", "/var/log/my_app.log"),
        ("/var/log/*/[ab]?.log", "/var/log/*/[ab]?.log"),
    ],
)
def test_files_that_name_their_groups_keep_their_extensions(path: str, group: str) -> None:
    assert groups_of("files", file_path=path, publish_multi_logs=True) == [(group, "STANDARD")]
    assert groups_of("files", file_path=path, publish_multi_logs=True, log_group_name="/app") == [("/app", "STANDARD")]


@pytest.mark.parametrize(
    ("kind", "given", "heeded"),
    [
        ("files", "infrequent_access", "INFREQUENT_ACCESS"),
        ("files", "DELIVERY", "STANDARD"),
        ("journald", "INFREQUENT_ACCESS", "STANDARD"),
    ],
)
def test_a_class_that_the_agent_ignores_is_none(kind: str, given: str, heeded: str) -> None:
    assert groups_of(kind, file_path="/a.log", log_group_name="/a", log_group_class=given) == [("/a", heeded)]
