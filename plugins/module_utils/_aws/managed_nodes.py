# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The nodes of Systems Manager, by ids, tags and more, and why some are missing. Private to this collection. Controller only."""

from __future__ import annotations

import time
from functools import partial
from typing import Any, Callable, Iterable, Mapping, Sequence

from .._commands.nodes import Instance, shown
from .._commands.requests import ANY, NODES
from . import command_api as api
from .errors import AwsError, Source, aws_call

IDS = 50
GROUP = "resource-groups:Name"
EC2 = Source("ec2", "hosts without SSH")
GROUPS = Source("resource-groups", "hosts without SSH")
Nodes = dict[str, dict[str, Any]]
"""Nodes as the modules return them, by their ids."""


def by_filters(client: Any, filters: Sequence[Mapping[str, Any]]) -> Nodes:
    """The nodes that meet every filter (Key, Values)."""
    items = api.pages(partial(api.describe_nodes, client, [dict(one) for one in filters]), "InstanceInformationList")
    return {item["InstanceId"]: shown(item) for item in items}


def by_ids(client: Any, ids: Iterable[str]) -> Nodes:
    """Those of *ids* that Systems Manager knows, fifty a call."""
    asked, found = list(dict.fromkeys(ids)), {}
    for start in range(0, len(asked), IDS):
        found.update(by_filters(client, [{"Key": NODES, "Values": asked[start : start + IDS]}]))
    return found


def by_tags(client: Any, tags: Mapping[str, Sequence[str]]) -> Nodes:
    """The nodes that have one of the values of each tag. AWS combines no filter of a tag with another one."""
    found = [by_filters(client, [{"Key": f"tag:{key}", "Values": list(values)}]) for key, values in tags.items()]
    common = set.intersection(*map(set, found)) if found else set()
    return {one: node for nodes in found[:1] for one, node in nodes.items() if one in common}


def by_targets(client: Callable[[str], Any], targets: Sequence[Mapping[str, Any]]) -> Nodes:
    """The nodes that *targets* of SendCommand mean by now. ``client``: a client of a service by its name.

    Raises:
        AwsError: a call was refused, or a target is of a kind that only a command resolves.
    """
    found: list[Nodes] = []
    for target in targets:
        key, values = target["Key"], target["Values"]
        if key == NODES:
            found.append(by_filters(client("ssm"), []) if ANY in values else by_ids(client("ssm"), values))
        elif key == GROUP:
            found.append(by_ids(client("ssm"), _instances_of_groups(client("resource-groups"), values)))
        elif key.startswith("tag:") or key == "tag-key":
            found.append(by_filters(client("ssm"), [{"Key": key, "Values": values}]))
        else:
            raise AwsError(f"targets: nodes of {key} are resolved by a command alone, so that check mode cannot name them.")
    common = set.intersection(*map(set, found)) if found else set()
    return {one: node for nodes in found[:1] for one, node in nodes.items() if one in common}


def _instances_of_groups(client: Any, names: Sequence[str]) -> list[str]:
    return [one for name in names for one in _instances_of(client, name)]


@aws_call("list the resources of the group {name}", GROUPS)
def _instances_of(client: Any, name: str) -> list[str]:
    pages = client.get_paginator("list_group_resources").paginate(Group=name)
    arns = [item["ResourceArn"] for page in pages for item in page.get("ResourceIdentifiers") or []]
    return [arn.rpartition("/")[2] for arn in arns if ":instance/" in arn or ":managed-instance/" in arn]


@aws_call("read the instances {ids}", EC2)
def instances(client: Any, ids: list[str], now: Callable[[], float] = time.time) -> dict[str, Instance]:
    """What EC2 says of *ids*; those that it does not know are left out."""
    found: dict[str, Instance] = {}
    for start in range(0, len(ids), 100):
        filters = [{"Name": "instance-id", "Values": ids[start : start + 100]}]
        for page in client.get_paginator("describe_instances").paginate(Filters=filters):
            for item in (one for reservation in page["Reservations"] for one in reservation["Instances"]):
                age = now() - item["LaunchTime"].timestamp() if item.get("LaunchTime") else 0.0
                found[item["InstanceId"]] = Instance(item["State"]["Name"], bool(item.get("IamInstanceProfile")), age)
    return found
