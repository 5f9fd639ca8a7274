# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes that Systems Manager manages, those that it lacks, and which of them a document is for."""

from __future__ import annotations

from typing import Any, Iterable, Mapping, NamedTuple, Sequence

from .documents import Document
from .verdicts import UNDELIVERED, WRONG_PLATFORM, Node

ONLINE = "Online"
FIELDS = {
    "instance_id": "InstanceId",
    "name": "Name",
    "computer_name": "ComputerName",
    "ip_address": "IPAddress",
    "ping_status": "PingStatus",
    "platform_type": "PlatformType",
    "platform_name": "PlatformName",
    "platform_version": "PlatformVersion",
    "agent_version": "AgentVersion",
    "resource_type": "ResourceType",
    "iam_role": "IamRole",
    "activation_id": "ActivationId",
    "association_status": "AssociationStatus",
}
"""What is shown of a node, and AWS's name of it."""


class Instance(NamedTuple):
    """What EC2 says of an instance: its state, whether it has an instance profile, and for how many seconds it has run."""

    state: str
    profile: bool
    seconds: float


def shown(item: Mapping[str, Any]) -> dict[str, Any]:
    """A node of DescribeInstanceInformation as the modules return it; texts that are missing are empty."""
    found: dict[str, Any] = {name: str(item.get(key) or "") for name, key in FIELDS.items()}
    last: Any = item.get("LastPingDateTime")
    found["is_latest_version"] = bool(item.get("IsLatestVersion"))
    found["last_ping"] = last.isoformat() if hasattr(last, "isoformat") else str(last or "")
    return found


def unreachable(document: Document, ids: Iterable[str], managed: Mapping[str, Mapping[str, Any]]) -> list[Node]:
    """Those of *ids* that no command can be sent to, by what Systems Manager knows (*managed*: shown nodes by their ids).

    AWS would refuse the command for all nodes because of one of them.
    """
    found = []
    for one in ids:
        node = managed.get(one)
        if node is None:
            found.append(Node(one, UNDELIVERED, "Systems Manager does not know this node"))
        elif node["ping_status"] != ONLINE:
            text = f"its SSM agent is {node['ping_status'] or 'not online'} since {node['last_ping'] or 'an unknown time'}"
            found.append(Node(one, UNDELIVERED, text, node["name"]))
        elif document.platforms and node["platform_type"] and node["platform_type"] not in document.platforms:
            text = f"{document.name} is for {', '.join(document.platforms)}, and the node runs {node['platform_type']}"
            found.append(Node(one, WRONG_PLATFORM, text, node["name"]))
    return found


NEW_SECONDS = 600
"""An instance that has run for less may still be about to register."""


def reason(instance_id: str, instance: Instance | None) -> str:
    """Why Systems Manager lacks a node, as far as EC2 can say it."""
    if instance_id.startswith("mi-"):
        return "no node of this account and region has this id. Hint: it was deregistered, or belongs to another account or region"
    if instance is None:
        return "EC2 does not know the instance in this account and region. Hint: correct the id, the region or the profile"
    if instance.state != "running":
        return f"the instance is {instance.state}"
    if not instance.profile:
        return "the instance has no instance profile. Hint: give it a role with AmazonSSMManagedInstanceCore, and restart its SSM agent"
    if instance.seconds < NEW_SECONDS:
        return f"the instance runs since {int(instance.seconds)} seconds. Hint: wait for its SSM agent to register"
    return (
        "the instance runs, and its SSM agent has not registered. Hint: it needs the agent, a role with AmazonSSMManagedInstanceCore, and a"
        " way to the endpoints ssm, ssmmessages and ec2messages; one that was refused tries again after half an hour, or after a restart"
    )


def missing(ids: Sequence[str], managed: Iterable[str], instances: Mapping[str, Instance] | None) -> list[dict[str, str]]:
    """Those of *ids* that are not *managed*, each with the reason; without one where *instances* is None, since nobody asked EC2."""
    known = set(managed)
    return [
        {"instance_id": one, "reason": "" if instances is None else reason(one, instances.get(one))}
        for one in dict.fromkeys(ids)
        if one not in known
    ]
