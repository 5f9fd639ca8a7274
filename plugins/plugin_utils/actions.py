# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What this collection's actions on the controller share. Private to this collection."""

from __future__ import annotations

from typing import Any, ClassVar, Mapping

from ansible.plugins.action import ActionBase
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.errors import CommandError
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.vaulted import Mask, mask_of


class ControllerAction(ActionBase):
    """The base of actions that run on the controller alone: no host is contacted, and check mode runs them as well.

    An action has ``arguments``, an argument spec, ``rules`` beside it (``required_if`` and its like), and ``perform``. What ``perform``
    raises as one of ``refusals`` is the task's failure.
    """

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_diff = False

    arguments: ClassVar[Mapping[str, Any]] = {}
    rules: ClassVar[Mapping[str, Any]] = {}
    refusals: ClassVar[tuple[type[Exception], ...]] = (ConfigError, CommandError)

    variables: Mapping[str, Any]
    """The task's variables, with ``hostvars`` and ``groups``."""
    mask: Mask
    """Hides what the configurations of the option ``plan`` have out of Ansible Vault."""

    def run(self, tmp: Any = None, task_vars: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The result of ``perform``, or that of its refusal.

        Raises:
            AnsibleActionFail: an option is wrong.
        """
        super().run(tmp, task_vars)
        self.variables = task_vars or {}
        options = self.validated()
        self.mask = mask_of((options.get("plan") or {}).get("configurations") or [])
        try:
            return self.perform(options)
        except self.refusals as error:
            return self.failed(str(error), **getattr(error, "details", {}))

    def perform(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The task's result. *options*: as validated, with the defaults of those that are not given."""
        raise NotImplementedError

    def validated(self) -> dict[str, Any]:
        """The task's options, validated.

        Raises:
            AnsibleActionFail: an option is wrong.
        """
        result, _options = self.validate_argument_spec(self.arguments, **self.rules)
        return dict(result.validated_parameters)

    def failed(self, text: str, **more: Any) -> dict[str, Any]:
        """The result of a task that fails before it has changed anything, unless *more* says so.

        Returned and not raised, so that ``failed_when`` and ``until`` see it, and so that Ansible does not print the cause, which quotes
        every configuration of the call.
        """
        return {"failed": True, "changed": False, "msg": self.mask(text), **more}
