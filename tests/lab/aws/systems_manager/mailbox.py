# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node's mailbox: messages that are given out again until the node acknowledges them."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aws.systems_manager.clock import iso

if TYPE_CHECKING:
    from aws.systems_manager.commands import Command
    from aws.systems_manager.nodes import Node


@dataclass
class Message:
    """A message; `visible`: from when on it is given out (again), in seconds since the epoch."""

    id: str
    topic: str
    payload: dict[str, Any]
    created: float
    visible: float = 0.0

    def shown(self, destination: str) -> dict[str, Any]:
        """The message as GetMessages gives it."""
        return {
            "CreatedDate": iso(self.created),
            "Destination": destination,
            "MessageId": self.id,
            "Topic": self.topic,
            "Payload": json.dumps(self.payload),
            "PayloadDigest": "",
        }


def message_id(command_id: str, node_id: str) -> str:
    """The identity of a command's message to a node."""
    return f"aws.ssm.{command_id}.{node_id}"


def put_command(node: Node, command: Command, now: float) -> None:
    """The message by which a node is told to run a command: the whole content of the document is in it."""
    logs = command.settings.get("CloudWatchOutputConfig") or {}
    enabled = bool(logs.get("CloudWatchOutputEnabled"))
    name = str(command.settings["DocumentName"]).rpartition(":document/")[2]
    payload = {
        "Parameters": command.values,
        "DocumentContent": command.content,
        "CommandId": command.id,
        "DocumentName": name,
        "OutputS3BucketName": command.settings.get("OutputS3BucketName") or "",
        "OutputS3KeyPrefix": command.settings.get("OutputS3KeyPrefix") or "",
        "CloudWatchLogGroupName": (logs.get("CloudWatchLogGroupName") or f"/aws/ssm/{name}") if enabled else "",
        "CloudWatchOutputEnabled": "true" if enabled else "false",
    }
    identity = message_id(command.id, node.id)
    node.mailbox[identity] = Message(identity, "aws.ssm.sendCommand", payload, now)


def put_cancel(node: Node, command_id: str, now: float) -> None:
    """The message by which a node is told to end a command that it has taken."""
    identity = f"aws.ssm.{uuid.uuid4()}.{node.id}"
    payload = {"CancelMessageId": message_id(command_id, node.id)}
    node.mailbox[identity] = Message(identity, "aws.ssm.cancelCommand", payload, now)
