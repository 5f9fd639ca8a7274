# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The log groups that a configuration sends to."""

from __future__ import annotations

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
