# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a call of ssm or ec2messages comes in, and what an account has of Systems Manager in a region."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Any, Callable

from aws.answer import AwsError
from aws.systems_manager import (
    activations,
    association_calls,
    association_node_calls,
    association_runs,
    command_calls,
    compliance,
    dispatch,
    distributor,
    document_calls,
    message_calls,
    node_calls,
    tag_calls,
)
from aws.systems_manager.documents import Documents
from aws.systems_manager.node_rights import check_rights
from aws.systems_manager.nodes import IDENTITY, Nodes

if TYPE_CHECKING:
    from aws.call import Call
    from aws.identity import Principal
    from aws.parameters import Store
    from aws.systems_manager.associations import Association
    from aws.systems_manager.clock import Clock
    from aws.systems_manager.commands import Command

Operation = Callable[["SystemsManager", dict[str, Any]], dict[str, Any]]
OF_SSM: dict[str, Operation] = {
    **document_calls.OPERATIONS,
    **node_calls.OPERATIONS,
    **command_calls.OPERATIONS,
    **tag_calls.OPERATIONS,
    **activations.OPERATIONS,
    **distributor.OPERATIONS,
    **association_calls.OPERATIONS,
    **association_node_calls.OPERATIONS,
    **compliance.OPERATIONS,
}
OF_MESSAGES: dict[str, Operation] = message_calls.OPERATIONS
OF_NODES = {"UpdateInstanceInformation", "ListInstanceAssociations", "UpdateInstanceAssociationStatus"}
"""The calls of ssm that a node makes for itself."""
LOOK_SECONDS = 0.2
"""How often targets and what associations depend on are looked at, at most."""
_NODE = re.compile(IDENTITY.pattern + "$")


class SystemsManager:
    """All state of one account in one region. Calls come one at a time: whoever waits lets go of `condition`, the stand-in's lock."""

    def __init__(self, store: Store, clock: Clock, condition: threading.Condition, packages: dict[str, dict[str, Any]]) -> None:
        self.store = store
        self.account, self.region = account, region = store.account, store.region
        self.clock = clock
        self.documents = Documents(account)
        self.nodes = Nodes(account, region, clock)
        self.commands: dict[str, Command] = {}
        self.associations: dict[str, Association] = {}
        self.compliance: dict[str, dict[str, dict[str, dict[str, Any]]]] = {}
        self.activations: dict[str, activations.Activation] = {}
        self.packages = packages
        self.denied: set[str] = set()
        self.closed = False
        self._condition = condition
        self._open: list[Command] = []
        self._looked = 0.0

    def answer(self, call: Call, principal: Principal) -> dict[str, Any] | None:
        """The result of a call, None for one that is moto's; raises AwsError."""
        if call.operation == "RequestManagedInstanceRoleToken":
            return activations.token(self, call.params, str(call.environ.get("HTTP_AUTHORIZATION", "")))
        messages = call.service == "ec2messages"
        operation = (OF_MESSAGES if messages else OF_SSM).get(call.operation)
        if operation is None or not tag_calls.known(call.operation, call.params):
            return None
        if messages or call.operation in OF_NODES:
            self._check_node(call, principal)
        self.advance()
        return operation(self, call.params)

    def _check_node(self, call: Call, principal: Principal) -> None:
        """A node's keys are good for that node alone, and only where its role lets it."""
        if ":assumed-role/" not in principal.arn:
            return
        params = call.params
        named = str(params.get("InstanceId") or params.get("Destination") or str(params.get("MessageId")).rpartition(".")[2])
        session = principal.arn.rpartition("/")[2]
        if _NODE.match(session) and named not in (session, "None"):
            raise AwsError("AccessDeniedException", f"{session} may not speak for {named}.")
        check_rights(principal, f"{call.service}:{call.operation}")

    def add(self, command: Command) -> None:
        """A new command."""
        self.commands[command.id] = command
        self._open.append(command)

    def advance(self) -> None:
        """Brings everything to what holds now."""
        for command in self._open:
            dispatch.advance(self, command)
        self._open = [command for command in self._open if command.open]
        now = self.clock.now()
        for association in self.associations.values():
            if now - self._looked >= LOOK_SECONDS:
                association_runs.look(self, association)
            association_runs.advance(self, association)
        if now - self._looked >= LOOK_SECONDS:
            self._looked = now

    def parameter_version(self, name: str) -> int:
        """The newest version of a parameter of Parameter Store, 0 where there is none."""
        parameter = self.store.parameters.get(name)
        return parameter.latest.number if parameter else 0

    def changed(self) -> None:
        """Wakes the nodes that wait for messages."""
        self._condition.notify_all()

    def wait(self, seconds: float) -> None:
        """Lets others work until something changed, at most so long."""
        self._condition.wait(seconds)

    def close(self) -> None:
        """Sends everybody away who waits: this state is forgotten."""
        self.closed = True
        self.changed()
