# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of configurations, documented in the YAML files of their names."""

from __future__ import annotations

from typing import Any, Callable

from ansible.errors import AnsibleTemplateError
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.check import config_problems
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.findings import ERROR


def valid_config(config: Any, agent_version: str = "", platform: str = "linux", mode: str = "ec2") -> bool:
    """Whether nothing in *config* makes the agent refuse it, die, or lose a section."""
    try:
        problems = config_problems(config, agent_version, platform, mode)
    except ConfigError as error:
        raise AnsibleTemplateError(str(error)) from error
    return not any(item["severity"] == ERROR for item in problems)


class TestModule:
    """The tests about configurations."""

    def tests(self) -> dict[str, Callable[..., bool]]:
        """The functions by the names that playbooks use."""
        return {"valid_config": valid_config}
