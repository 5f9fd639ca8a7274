# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's side of cw_agent_info: what is desired of the host, from the data of the run.

In the task's options that would be a template each, which costs each host as much of the controller as the rest of the observation.
"""

from __future__ import annotations

import hashlib
from typing import Any, Mapping

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.inventory import is_template
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.settings import SSM

MODULE = "cloudwatch.agent.cw_agent_info"
KEYS = ("cw_agent_credentials_access_key_id", "cw_agent_credentials_secret_access_key", "cw_agent_credentials_session_token")
UNPLANNED = ("build", "mode", "region", "transport")


class ActionModule(ActionBase):
    """Runs the module, with the data of the run where the task asks for it."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = True
    _supports_diff = False

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the module's result; a host that SSH does not reach is skipped."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables, arguments = task_vars or {}, dict(self._task.args)
        if boolean(arguments.pop("from_run", False)):
            desired = self._desired(variables)
            if desired["planned"].get("transport") == SSM:
                return {
                    **result,
                    "changed": False,
                    "skipped": True,
                    "skip_reason": "SSH does not reach the host (cw_agent_transport is ssm)",
                }
            # A configuration with a value out of Ansible Vault stands in no log, and nor do the lines of the agent's log about it.
            self._task.no_log = self._task.no_log or bool(desired["planned"].get("vaulted"))
            arguments = {**desired, **arguments}
        later = bool(self._task.async_val) and not self._connection.has_native_async
        answer: dict[str, Any] = self._execute_module(module_name=MODULE, module_args=arguments, task_vars=variables, wrap_async=later)
        return {**result, **answer}

    def _desired(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The module's options as the run has planned and published them for the host of *variables*."""
        host = variables["inventory_hostname"]
        published = variables.get("cw_agent_published") or {}
        planned = (variables.get("cw_agent_plan") or {}).get("hosts", {}).get(host)
        keys = [self._value(variables, name) for name in KEYS]
        return {
            "planned": planned or {name: self._value(variables, f"cw_agent_{name}") for name in UNPLANNED},
            "sources": self._value(variables, "cw_agent_service_sources") or _compared(published.get("sources", {}).get(host)),
            "account": published.get("accounts", {}).get(host) or "",
            "credentials": {
                "profile": self._value(variables, "cw_agent_credentials_profile"),
                "file": self._value(variables, "cw_agent_credentials_file"),
                "digest": hashlib.sha256(":".join(map(str, keys)).encode()).hexdigest() if keys[0] else "",
            },
        }

    def _value(self, variables: Mapping[str, Any], name: str) -> Any:
        """A variable of the host, filled in only where there is something to fill in; '' where it has none."""
        raw = variables.get(name)
        return (self._templar.template(raw) if is_template(raw) else raw) or ""


def _compared(sources: list[dict[str, str]] | None) -> list[dict[str, str]]:
    """Published configurations without their text: they are compared by digest."""
    return [{"location": source["location"], "digest": source["digest"]} for source in sources or []]
