# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service ec2messages, by which nodes get commands and answer, and ssmmessages, which refuses them."""

from __future__ import annotations

import json
import time
import uuid
from typing import TYPE_CHECKING, Any, Callable

from aws.answer import Answer, AwsError
from aws.systems_manager import replies

if TYPE_CHECKING:
    from aws.systems_manager.commands import Command
    from aws.systems_manager.service import SystemsManager

LONGEST_POLL = 19.0
"""An agent gives up at 20 seconds."""
SLICE = 1.0
MOST = 10


def get_messages(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """GetMessages: waits until there is a message, at most LONGEST_POLL seconds; one that is given out is hidden for a while."""
    name = str(params["Destination"])
    node = service.nodes.heard(name)
    hidden = float(params.get("VisibilityTimeoutInSeconds", 10))
    end = time.monotonic() + LONGEST_POLL
    node.polling += 1
    try:
        while True:
            service.advance()
            now = service.clock.now()
            due = [message for message in node.mailbox.values() if message.visible <= now][:MOST]
            left = end - time.monotonic()
            if due or left <= 0 or service.closed:
                break
            service.wait(min(SLICE, left))
    finally:
        node.polling -= 1
        node.heard = service.clock.now()
    for message in due:
        message.visible = now + hidden
    return {"Destination": name, "MessagesRequestId": str(uuid.uuid4()), "Messages": [message.shown(name) for message in due]}


def _parts(message_id: str) -> tuple[str, str]:
    """Command and node of a message."""
    parts = message_id.split(".")
    if len(parts) != 4 or parts[:2] != ["aws", "ssm"]:
        raise AwsError("ValidationException", f"The message {message_id} is not known.")
    return parts[2], parts[3]


def _command(service: SystemsManager, message_id: str) -> tuple[Command | None, str]:
    command_id, name = _parts(message_id)
    service.nodes.heard(name)
    return service.commands.get(command_id), name


def acknowledge(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """AcknowledgeMessage: the message is not given out again."""
    command, name = _command(service, str(params["MessageId"]))
    node = service.nodes.found[name]
    known = node.mailbox.pop(str(params["MessageId"]), None)
    if command and known:
        replies.accept(command.invocations[name], service.clock.now())
    return {}


def delete(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """DeleteMessage: as AcknowledgeMessage, but the command has not begun."""
    _command_id, name = _parts(str(params["MessageId"]))
    service.nodes.heard(name).mailbox.pop(str(params["MessageId"]), None)
    return {}


def fail(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """FailMessage: the node cannot make anything of the message."""
    command, name = _command(service, str(params["MessageId"]))
    service.nodes.found[name].mailbox.pop(str(params["MessageId"]), None)
    if command:
        command.end(command.invocations[name], "Failed")
    return {}


def reply(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """SendReply."""
    command, name = _command(service, str(params["MessageId"]))
    try:
        payload = json.loads(str(params["Payload"]))
    except ValueError:
        raise AwsError("ValidationException", "The payload is not JSON.") from None
    if command:
        replies.take(command, name, payload, service.clock.now())
        service.advance()
    return {}


def endpoint(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """GetEndpoint."""
    return {"Endpoint": {"Protocol": "https", "Endpoint": f"ec2messages.{service.region}.amazonaws.com"}}


OPERATIONS: dict[str, Callable[[SystemsManager, dict[str, Any]], dict[str, Any]]] = {
    "GetMessages": get_messages,
    "AcknowledgeMessage": acknowledge,
    "DeleteMessage": delete,
    "FailMessage": fail,
    "SendReply": reply,
    "GetEndpoint": endpoint,
}


def refused_channel() -> Answer:
    """What ssmmessages says to everything: the word in it keeps an agent with ec2messages."""
    body = b"<AccessDeniedException><Message>This stand-in has ec2messages alone.</Message></AccessDeniedException>"
    return Answer(400, [("Content-Type", "application/xml")], body, "AccessDeniedException")
