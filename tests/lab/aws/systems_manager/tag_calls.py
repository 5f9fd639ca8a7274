# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags of managed nodes and documents. Those of parameters are Parameter Store's; of instances EC2's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

from aws.answer import AwsError

if TYPE_CHECKING:
    from aws.systems_manager.service import SystemsManager

KINDS = ("ManagedInstance", "Document")


def known(operation: str, params: dict[str, Any]) -> bool:
    """Whether a call is answered here: of tags only those of `KINDS`."""
    return operation not in OPERATIONS or params.get("ResourceType") in KINDS


def _tags(service: SystemsManager, params: dict[str, Any]) -> dict[str, str]:
    name = str(params["ResourceId"])
    if params["ResourceType"] == "Document":
        return service.documents.get(name).tags
    node = service.nodes.found.get(name)
    if node is None or not node.hybrid:
        raise AwsError("InvalidResourceId", "")
    return node.own_tags


def add(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """AddTagsToResource."""
    _tags(service, params).update({tag["Key"]: tag["Value"] for tag in params["Tags"]})
    return {}


def remove(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """RemoveTagsFromResource."""
    for key in params["TagKeys"]:
        _tags(service, params).pop(key, None)
    return {}


def listed(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """ListTagsForResource."""
    return {"TagList": [{"Key": key, "Value": value} for key, value in _tags(service, params).items()]}


OPERATIONS: dict[str, Callable[[SystemsManager, dict[str, Any]], dict[str, Any]]] = {
    "AddTagsToResource": add,
    "RemoveTagsFromResource": remove,
    "ListTagsForResource": listed,
}
