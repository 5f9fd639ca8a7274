# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's side of cw_agent_package: packages that the controller has, or that only it may read, find their way to the host."""

from __future__ import annotations

import pathlib
from typing import Any, Mapping
from urllib.parse import urlsplit

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.packages import LATEST
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.mirror import Bucket, latest_build

MODULE = "cloudwatch.agent.cw_agent_package"
REQUIRED = 3
"""Key, signature and package of the desired build come first in what is wanted."""


class ActionModule(ActionBase):
    """Runs the module; where the controller has the packages, asks the host first which of them it needs."""

    TRANSFERS_FILES = True
    _supports_check_mode = True
    _supports_diff = True

    def run(self, tmp: Any = None, task_vars: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the module's result."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments, variables = dict(self._task.args), dict(task_vars or {})
        directory, url = str(arguments.get("directory") or ""), str(arguments.get("mirror_url") or "")
        # Hosts log the options of modules: a signature goes by an option that is not logged.
        parts = urlsplit(url)
        if parts.query:
            arguments["mirror_url"], arguments["mirror_query"] = parts._replace(query="").geturl(), parts.query
        if not directory and not url.startswith("s3://"):
            return {**result, **self._module(arguments, variables)}
        if arguments.get("build") == LATEST:
            arguments["build"] = latest_build(url, directory)
        answer = self._module(arguments, variables)
        if not answer.get("wanted"):
            return {**result, **answer}
        if directory:
            arguments["files"] = self._copied(pathlib.Path(directory).expanduser(), answer["wanted"])
        else:
            arguments["files"] = dict(zip(answer["wanted"], map(Bucket(url).signed, answer["wanted"])))
        return {**result, **self._module(arguments, variables)}

    def _module(self, arguments: Mapping[str, Any], variables: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self._execute_module(module_name=MODULE, module_args=dict(arguments), task_vars=variables)
        return answer

    def _copied(self, directory: pathlib.Path, wanted: list[str]) -> dict[str, str]:
        """Copy what is wanted to the host; return its URLs there by path below the mirror.

        Of the build before, the last two, the controller may have none: then there is no way back, as the module says.
        """
        found: dict[str, str] = {}
        place = self._connection._shell.tmpdir or self._make_tmp_path()
        for number, relative in enumerate(wanted):
            source = directory / relative
            if not source.is_file():
                if number < REQUIRED:
                    hint = "Hint: lay the directory out like the mirror, with .sig files and the key; see cw_agent_build."
                    raise AnsibleActionFail(f"{source} is missing on the controller (cw_agent_package_directory). {hint}")
                continue
            target = self._connection._shell.join_path(place, f"{number}-{source.name}")
            self._transfer_file(str(source), target)
            self._fixup_perms2((place, target))
            found[relative] = f"file://{target}"
        return found
