# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a command goes out to its nodes: some at a time and exponentially more, until it is over, cancelled, or has too many errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws.systems_manager import content as contents
from aws.systems_manager.mailbox import message_id, put_cancel, put_command

if TYPE_CHECKING:
    from aws.systems_manager.commands import Command, Invocation
    from aws.systems_manager.nodes import Node
    from aws.systems_manager.service import SystemsManager

DELAYED_SECONDS = 60
"""A message that a node has not taken for so long shows as Delayed."""


def advance(service: SystemsManager, command: Command) -> None:
    """Brings a command to what holds now; called at every question, so that no thread has to wait."""
    if not command.open:
        return
    for invocation in list(command.running.values()):
        node = service.nodes.found.get(invocation.node_id)
        if node and node.behaviour:
            node.behaviour.advance(command, invocation, node, service.clock.now())
    _expire(service, command)
    while command.waiting and command.errors <= command.errors_allowed and len(command.running) < _room(service, command):
        _send(service, command, command.invocations[command.waiting.popleft()])
    if command.errors > command.errors_allowed:
        while command.waiting:
            command.end(command.invocations[command.waiting.popleft()], "Terminated")


def _room(service: SystemsManager, command: Command) -> int:
    """How many nodes may run at once by now: one more for each that has ended, and twice as many each second."""
    if command.first_sent is None:
        return 1
    seconds = min(int(service.clock.since(command.first_sent)), 20)
    return int(min(command.concurrency, max(1 + command.ended, 2**seconds)))


def _expire(service: SystemsManager, command: Command) -> None:
    age = service.clock.since(command.requested)
    if age < command.delivery_seconds:
        return
    for invocation in command.running.values():
        node = service.nodes.found.get(invocation.node_id)
        if node and invocation.taken is None:
            # What was not delivered in time is not run any more; its state changes with the total time-out.
            node.mailbox.pop(message_id(command.id, node.id), None)
    if age >= command.total_seconds:
        command.waiting.clear()
        for invocation in command.invocations.values():
            command.end(invocation, "DeliveryTimedOut")


def _send(service: SystemsManager, command: Command, invocation: Invocation) -> None:
    now, node = service.clock.now(), service.nodes.found.get(invocation.node_id)
    command.first_sent = command.first_sent or now
    invocation.sent = now
    refusal = _refused(service, command, node)
    if refusal or node is None:
        command.end(invocation, refusal or "Undeliverable")
        return
    command.running[invocation.node_id] = invocation
    if node.behaviour:
        node.behaviour.advance(command, invocation, node, now)
    elif service.clock.since(command.requested) < command.delivery_seconds:
        put_command(node, command, now)
        service.changed()


def _refused(service: SystemsManager, command: Command, node: Node | None) -> str:
    """The state in which a node ends that gets no message."""
    if node is None or service.nodes.ping(node) != "Online":
        return "Undeliverable"
    if node.id in service.denied:
        return "AccessDenied"
    return "" if node.platform in contents.platforms(command.content) else "InvalidPlatform"


def cancel(service: SystemsManager, command: Command, ids: list[str]) -> None:
    """Cancels what has not begun, and asks the nodes that run the command to end it."""
    for name in ids:
        invocation, node = command.invocations[name], service.nodes.found.get(name)
        if invocation.final:
            continue
        command.cancelled = True
        if name in command.waiting:
            command.waiting.remove(name)
            command.end(invocation, "Cancelled")
        elif node is None or invocation.taken is None:
            command.end(invocation, "Cancelled")
            if node:
                node.mailbox.pop(message_id(command.id, name), None)
        elif node.behaviour:
            if node.behaviour.cancel(invocation):
                command.end(invocation, "Cancelled")
        else:
            invocation.cancelling = True
            put_cancel(node, command.id, service.clock.now())
            service.changed()
