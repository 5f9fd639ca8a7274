# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS inside an action plugin: amazon.aws's own plugin support, with the options and the environment that its modules know.

An action runs in Ansible's own process, so boto3 is imported once for all tasks of a run, and no second interpreter is started.
Private to this collection.
"""

from __future__ import annotations

import functools
import os
import sys
import threading
from typing import Any, Callable, Mapping, NoReturn

from ansible.errors import AnsibleActionFail
from ansible_collections.amazon.aws.plugins.module_utils.modules import aws_argument_spec
from ansible_collections.amazon.aws.plugins.plugin_utils.base import AWSPluginBase
from ansible_collections.amazon.aws.plugins.plugin_utils.botocore import get_aws_connection_info
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.clients import ClientPool, client_config, service_data, session
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError, from_botocore
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.actions import ControllerAction

try:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError

    service_data()  # here, so that every worker inherits it from the process that is forked
except ImportError:
    boto3 = None  # type: ignore[assignment]

KEYS = ("access_key", "secret_key", "session_token")
Clients = Callable[[str, str, str], Any]
"""A client of a service, for a profile and a region ('' for the task's own)."""


class AwsConnection(AWSPluginBase):
    """Makes clients from validated connection options of amazon.aws.

    Args:
        name: the plugin's full name, for messages.
        options: ``profile``, ``region``, ``endpoint_url``, ``access_key`` … as ``aws_argument_spec`` gives them.

    Raises:
        AnsibleActionFail: no client can be made: boto3 or the profile is missing, or keys and a profile are both given.
    """

    def __init__(self, name: str, options: Mapping[str, Any]) -> None:
        self.ansible_name = name
        self._options = dict(options)
        # One for each profile: credentials are resolved once (a role is assumed once), and a session is not safe for threads.
        self._session = functools.lru_cache(maxsize=None)(session)
        self._making = threading.Lock()

    def retrying_client(self, service: str, **connection: Any) -> Any:
        """A client for calls that may be repeated safely. ``connection``: instead of the task's own ``region`` or ``profile``."""
        return ClientPool(functools.partial(self._client, service, True, connection))

    def single_client(self, service: str, **connection: Any) -> Any:
        """A client that never repeats a call by itself: for writes of which every one counts."""
        return self._client(service, False, connection)

    def get_options(self, *_args: Any, **_kwargs: Any) -> dict[str, Any]:
        """The connection options, where AWSPluginBase looks for them."""
        return self._options

    def fail_aws(self, message: str, exception: Exception | None = None) -> NoReturn:
        """Fail as the calls of this collection do, with a hint where there is one."""
        raise AnsibleActionFail(str(from_botocore(exception, "connect to AWS")) if exception else message)

    def _client(self, service: str, repeat: bool, connection: Mapping[str, Any]) -> Any:
        chosen = {**self._options, **{key: value for key, value in connection.items() if value}}
        _refuse_two_identities(chosen, bool(connection.get("profile")))
        region, endpoint, arguments = get_aws_connection_info(AwsConnection(self.ansible_name, chosen))
        config = client_config(repeat, service).merge(arguments.pop("aws_config", None) or Config())
        try:
            with self._making:
                return self._session(arguments.pop("profile_name", None)).client(
                    service, region_name=region, endpoint_url=endpoint, config=config, **arguments
                )
        except (ValueError, BotoCoreError) as error:
            self.fail_aws("connect to AWS", error)


def clients(connection: AwsConnection) -> Clients:
    """Clients of a connection that repeat what may be repeated, each made once; one that cannot be made is an AwsError."""

    @functools.lru_cache(maxsize=None)
    def client(service: str, profile: str, region: str) -> Any:
        try:
            return connection.retrying_client(service, profile=profile, region=region)
        except AnsibleActionFail as error:  # the hosts of other accounts are still worth asking about
            raise AwsError(str(error.message)) from error

    return client


class AwsAction(ControllerAction):
    """The base of this collection's actions that call AWS. The options of the connection are the action's own as well."""

    refusals = (*ControllerAction.refusals, AwsError)

    aws: AwsConnection
    client: Clients

    def validated(self) -> dict[str, Any]:
        """The task's options with those of the connection, validated; from here on there is ``aws`` to make clients.

        The task's ``environment`` counts from here on, as it does for a module.

        Raises:
            AnsibleActionFail: an option is wrong, or boto3 is missing.
        """
        self._apply_environment()
        connection = aws_argument_spec()
        result, _options = self.validate_argument_spec({**connection, **self.arguments}, **self.rules)
        options = dict(result.validated_parameters)
        if boto3 is None:
            raise AnsibleActionFail(
                f"{self._task.action} needs boto3 and botocore, which are not installed for Ansible's own Python {sys.executable}."
                f" Hint: {sys.executable} -m pip install boto3"
            )
        self.aws = AwsConnection(self._task.action, {key: options.get(key) for key in connection})
        self.client = clients(self.aws)
        return options

    def region_of(self, service: str, profile: str) -> str:
        """The region of the task or of *profile*, which a client of it alone knows."""
        return str(self.client(service, profile, "").meta.region_name)

    def placed(self, service: str, entry: Mapping[str, Any], plan: Mapping[str, Any]) -> dict[str, Any]:
        """An *entry* (``profile``, ``region``) with the region of the task or of its profile, where neither it nor the *plan* says one."""
        profiles = {item["profile"] for item in plan.get("configurations", [])}
        if entry["region"] or entry["profile"] in profiles or (profiles and not entry["profile"]):
            return dict(entry)
        return {**entry, "region": self.region_of(service, entry["profile"])}

    def _apply_environment(self) -> None:
        """A task runs in a process of its own, so nothing outlives it."""
        layers = self._task.environment or []
        for layer in layers if isinstance(layers, list) else [layers]:
            variables = self._templar.template(layer) if layer else {}
            if not isinstance(variables, dict):
                raise AnsibleActionFail(f"environment must be a dictionary, and is {type(variables).__name__}.")
            os.environ.update({str(key): str(value) for key, value in variables.items()})


def _refuse_two_identities(options: Mapping[str, Any], planned: bool) -> None:
    keys = [key for key in KEYS if options.get(key)]
    if not options.get("profile") or not keys:
        return
    source = "cw_agent_profile of the hosts" if planned else "the option profile or AWS_PROFILE"
    raise AnsibleActionFail(
        f"Two AWS identities are given: profile {options['profile']} ({source}) and {', '.join(keys)} (options or environment)."
        " Hint: keep one of them; unset AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN where the profile is meant."
    )
