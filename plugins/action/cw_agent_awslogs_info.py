# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's side of cw_agent_awslogs_info: what the files that the host has read become."""

from __future__ import annotations

from typing import Any, Mapping

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.cloudwatch.agent.plugins.module_utils._awslogs.ini import File
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._migration.awslogs import Options, migrate, refusal_text

MODULE = "cloudwatch.agent.cw_agent_awslogs_info"
OBSERVED = ("directory", "services", "proxies", "state_file", "offsets")


class ActionModule(ActionBase):
    """Runs the module, then migrates what it has read."""

    _supports_check_mode = True
    _supports_diff = False

    def run(self, tmp: Any = None, task_vars: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the module's result with fragment, report and refusals."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        answer = self._execute_module(module_name=MODULE, module_args=dict(self._task.args), task_vars=dict(task_vars or {}))
        observed = answer.pop("observed", {})
        if not observed:
            return {**result, **answer}
        arguments = answer["invocation"]["module_args"]
        options = Options(arguments["mode"], arguments["agent_version"], tuple(arguments["skip"]))
        main, *others = [File.of(one) for one in (observed["main"], *observed["additional"], *observed["cli"])]
        count = len(observed["additional"])
        try:
            migration = migrate(main, others[:count], others[count:], options)
        except ConfigError as error:
            raise AnsibleActionFail(str(error)) from error
        result |= {**answer, **{key: observed[key] for key in OBSERVED}, "files": [file.path for file in (main, *others)]}
        return {**result, **migration.data, "variables": migration.variables, "refusal": refusal_text(migration.refusals)}
