# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Managed nodes: what they said of themselves, when they spoke last, their tags, what EC2 knows of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from moto.ec2.models import ec2_backends

from aws.answer import AwsError

if TYPE_CHECKING:
    from aws.systems_manager.clock import Clock
    from aws.systems_manager.mailbox import Message
    from aws.systems_manager.simulated import Behaviour

IDENTITY = re.compile(r"(i-([0-9a-f]{8}|[0-9a-f]{17}))|(mi-[0-9a-f]{17})")


@dataclass
class Node:
    """A managed node.

    `said`: what UpdateInstanceInformation sent, by field; `heard`: when it spoke last; `polling`: its long polls that are open;
    `listing`: it has asked for its associations;
    `behaviour`: how a simulated node answers; `registration`: what a hybrid node was registered with (activation, role, public key).
    """

    id: str
    registered: float
    heard: float
    said: dict[str, Any] = field(default_factory=dict)
    polling: int = 0
    listing: bool = False
    mailbox: dict[str, Message] = field(default_factory=dict)
    own_tags: dict[str, str] = field(default_factory=dict)
    registration: dict[str, Any] = field(default_factory=dict)
    behaviour: Behaviour | None = None
    associations: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def hybrid(self) -> bool:
        """Whether it was registered by an activation."""
        return self.id.startswith("mi-")

    @property
    def platform(self) -> str:
        """Windows, Linux or MacOS."""
        return str(self.said.get("PlatformType") or "Linux")


class Nodes:
    """The nodes of an account in a region."""

    def __init__(self, account: str, region: str, clock: Clock) -> None:
        self.account = account
        self.region = region
        self.clock = clock
        self.found: dict[str, Node] = {}

    def instance(self, node_id: str) -> Any:
        """EC2's instance of a node, None where there is none."""
        for reservation in ec2_backends[self.account][self.region].reservations.values():
            for instance in reservation.instances:
                if instance.id == node_id:
                    return instance
        return None

    def heard(self, node_id: str) -> Node:
        """The node that speaks, registered by its first word; raises AccessDeniedException for one that may not."""
        now, node = self.clock.now(), self.found.get(node_id)
        if node is None:
            instance = self.instance(node_id) if node_id.startswith("i-") else None
            if instance is None:
                raise AwsError("InvalidInstanceId", f"Instance {node_id} is not known.")
            node = self.found[node_id] = Node(node_id, now, now)
        node.heard = now
        return node

    def tags(self, node: Node) -> dict[str, str]:
        """A node's tags: of an instance EC2's, of others Systems Manager's."""
        if node.hybrid or node.behaviour:
            return node.own_tags
        instance = self.instance(node.id)
        return {tag["key"]: tag["value"] for tag in instance.get_tags()} if instance else {}

    def running(self, node: Node) -> bool:
        """Whether there is a machine: an instance that runs, or any hybrid node."""
        if node.hybrid or node.behaviour:
            return True
        instance = self.instance(node.id)
        return instance is not None and instance.state == "running"

    def ping(self, node: Node) -> str:
        """Online or ConnectionLost."""
        if node.behaviour:
            return node.behaviour.ping
        return "ConnectionLost" if not node.polling and self.clock.lost(node.heard) else "Online"

    def listed(self) -> list[Node]:
        """All nodes that Systems Manager shows, in the order of their registration; machines that are stopped are not among them."""
        return [node for node in self.found.values() if self.running(node)]
