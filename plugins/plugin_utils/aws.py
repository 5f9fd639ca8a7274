# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS for action plugins: amazon.aws's connection options and clients without a module's interpreter of its own.

Ansible loads an action plugin before it forks, so what this file imports is loaded once for all tasks of a run.
"""

from __future__ import annotations

import os
from typing import Any, Mapping

from ansible.plugins.action import ActionBase
from ansible_collections.amazon.aws.plugins.module_utils.modules import aws_argument_spec
from ansible_collections.amazon.aws.plugins.plugin_utils.base import AWSPluginBase
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.clients import client_config
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import HINTS, AwsError

KEYS = ("access_key", "secret_key", "session_token")


class Connection(AWSPluginBase):
    """Clients for the connection *options* (those of ``aws_argument_spec``) of a task."""

    ansible_name = "cloudwatch.agent"

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._options = options

    def get_options(self) -> dict[str, Any]:
        """The connection options, as AWSPluginBase reads them."""
        return dict(self._options)

    def _do_fail(self, message: str) -> Any:
        hint = (
            HINTS["ProfileNotFound"] if "config profile" in message else "check the connection options and the environment's AWS_ variables"
        )
        raise AwsError(f"{message.rstrip('.')}. Hint: {hint}.")

    def of(self, profile: str = "", region: str = "") -> Connection:
        """This connection with another profile or region. A profile stands for itself: keys of the environment do not count beside it."""
        changed: dict[str, Any] = {"region": region} if region else {}
        if profile:
            changed.update(dict.fromkeys(KEYS), profile=profile)
        return Connection({**self._options, **changed})

    def retrying_client(self, service: str) -> Any:
        """A client for calls that may be repeated safely; it repeats throttles and lost answers.

        Raises:
            AwsError: no client can be made of the options.
        """
        return self.client(service, config=client_config(repeat=True))

    def single_client(self, service: str) -> Any:
        """A client that never repeats a call by itself: for writes of which every one counts.

        Raises:
            AwsError: no client can be made of the options.
        """
        return self.client(service, config=client_config(repeat=False))


class AwsAction(ActionBase):
    """An action that talks to AWS from the controller and contacts no host."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True

    def arguments(self, spec: Mapping[str, Mapping[str, Any]], **rules: Any) -> dict[str, Any]:
        """The task's arguments by *spec* and amazon.aws's connection options; the task's keyword ``environment`` counts.

        Args:
            spec: the argument spec without the connection options.
            rules: as of ``validate_argument_spec``.
        """
        # This process was forked for this task alone.
        for variables in self._task.environment or []:
            for name, value in (self._templar.template(variables) or {}).items():
                os.environ[name] = str(value)
        _result, arguments = self.validate_argument_spec({**aws_argument_spec(), **spec}, **rules)
        return dict(arguments)
