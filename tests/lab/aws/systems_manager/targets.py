# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which nodes the targets of a command or association mean."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.resourcegroups.models import resourcegroups_backends

from aws.answer import AwsError

if TYPE_CHECKING:
    from aws.systems_manager.nodes import Node, Nodes


def resolved(nodes: Nodes, targets: list[dict[str, Any]]) -> list[Node]:
    """The nodes that fit all keys, by any value of each; nodes that were never registered are not among them.

    Keys: InstanceIds ("*": all), tag:K, tag-key, resource-groups:Name (one). Raises AwsError for any other key.
    """
    found = nodes.listed()
    for target in targets:
        key, values = str(target["Key"]), [str(value) for value in target.get("Values") or []]
        found = [node for node in found if _fits(nodes, node, key, values)]
    return found


def _fits(nodes: Nodes, node: Node, key: str, values: list[str]) -> bool:
    if key == "InstanceIds":
        return "*" in values or node.id in values
    if key.startswith("tag:"):
        return nodes.tags(node).get(key[4:]) in values
    if key == "tag-key":
        return any(value in nodes.tags(node) for value in values)
    if key == "resource-groups:Name":
        return any(_in_group(nodes, node, name) for name in values)
    raise AwsError("ValidationException", f"The target key {key} is not valid.")


def _in_group(nodes: Nodes, node: Node, name: str) -> bool:
    backend = resourcegroups_backends[nodes.account][nodes.region]
    group = backend.groups.by_name.get(name)
    if group is None:
        return False
    filters = json.loads(group.resource_query["Query"]).get("TagFilters", [])
    tags = nodes.tags(node)
    return all(tags.get(item["Key"]) in item["Values"] if item.get("Values") else item["Key"] in tags for item in filters)


def check(targets: list[dict[str, Any]]) -> None:
    """Refuses targets that the API's model or its guide refuses."""
    if len(targets) > 5:
        raise AwsError("ValidationException", "1 validation error detected: targets must have length less than or equal to 5")
    if sum(target["Key"] == "resource-groups:Name" for target in targets) > 1 or any(
        target["Key"] == "resource-groups:Name" and len(target.get("Values") or []) != 1 for target in targets
    ):
        raise AwsError("ValidationException", "Only one resource group can be a target.")
    for target in targets:
        if not target.get("Values") or len(target["Values"]) > 50:
            raise AwsError("ValidationException", f"The target {target['Key']} needs one to 50 values.")
