# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hosts must deliver, and what they did, for playbooks. Every filter is documented in the YAML file of its name."""

from __future__ import annotations

from typing import Any, Callable

from ansible.errors import AnsibleFilterError
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry import expectations
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.message import telemetry_explained, telemetry_message
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.table import telemetry_table


def telemetry_requests(*args: Any, **kwargs: Any) -> list[dict[str, Any]]:
    """As in `_config.expectations`, with what is refused in Ansible's words."""
    try:
        return expectations.telemetry_requests(*args, **kwargs)
    except ConfigError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """The filters about telemetry."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The functions by the names that playbooks use."""
        return {
            "telemetry_expectations": expectations.telemetry_expectations,
            "telemetry_requests": telemetry_requests,
            "telemetry_explained": telemetry_explained,
            "telemetry_message": telemetry_message,
            "telemetry_table": telemetry_table,
        }
