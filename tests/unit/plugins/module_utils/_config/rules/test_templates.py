# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text that other programs take for a template."""

from __future__ import annotations

from ansible_collections.cloudwatch.agent.plugins.module_utils._config.check import config_problems


def test_a_template_that_nobody_filled_in_is_one_problem() -> None:
    entry = {"file_path": "/var/log/{{ app }}.log", "log_group_name": "/a", "retention_in_days": 7}
    configuration = {"logs": {"logs_collected": {"files": {"collect_list": [entry]}}}}
    assert [item["rule"] for item in config_problems(configuration)] == ["parameter-template"]
