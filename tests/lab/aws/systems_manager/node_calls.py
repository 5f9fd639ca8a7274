# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls about nodes: DescribeInstanceInformation, tags, and what nodes say of themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

from aws.answer import AwsError
from aws.systems_manager.clock import moment
from aws.systems_manager.paging import page

if TYPE_CHECKING:
    from aws.systems_manager.nodes import Node
    from aws.systems_manager.service import SystemsManager

_SAID = ("AgentVersion", "PlatformType", "PlatformName", "PlatformVersion", "IPAddress", "ComputerName")
_FIELDS = {
    "InstanceIds": "InstanceId",
    "PingStatus": "PingStatus",
    "PlatformTypes": "PlatformType",
    "ActivationIds": "ActivationId",
    "IamRole": "IamRole",
    "AgentVersion": "AgentVersion",
    "AssociationStatus": "AssociationStatus",
}
"""The fields of a node that filters of other names are about."""
_KINDS = {"ManagedInstance": True, "EC2Instance": False, "AWS::EC2::Instance": False, "AWS::SSM::ManagedInstance": True}


def update(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """UpdateInstanceInformation: the short and the full one; what is empty or left out stays as it was."""
    node = service.nodes.heard(str(params["InstanceId"]))
    node.said.update({key: value for key, value in params.items() if value not in (None, "") and key != "InstanceId"})
    return {}


def shown(service: SystemsManager, node: Node) -> dict[str, Any]:
    """A node as DescribeInstanceInformation shows it."""
    described: dict[str, Any] = {
        "InstanceId": node.id,
        "PingStatus": service.nodes.ping(node),
        "LastPingDateTime": moment(node.heard),
        "IsLatestVersion": False,
        "ResourceType": "ManagedInstance" if node.hybrid else "EC2Instance",
        "SourceId": node.id,
        "SourceType": "AWS::SSM::ManagedInstance" if node.hybrid else "AWS::EC2::Instance",
        **{key: node.said.get(key) for key in _SAID},
    }
    if node.hybrid:
        registration = node.registration
        described.update(ActivationId=registration["activation"], IamRole=registration["role"], Name=registration.get("name"))
        described["RegistrationDate"] = moment(node.registered)
    if node.associations:
        counts: dict[str, int] = {}
        for run in node.associations.values():
            counts[run["Status"]] = counts.get(run["Status"], 0) + 1
        worst = next((name for name in ("Failed", "Pending", "InProgress") if name in counts), "Success")
        described.update(
            AssociationStatus=worst,
            LastAssociationExecutionDate=moment(max(run["when"] for run in node.associations.values())),
            AssociationOverview={"DetailedStatus": worst, "InstanceAssociationStatusAggregatedCount": counts},
        )
    return described


def _matches(service: SystemsManager, node: Node, key: str, values: list[str]) -> bool:
    if key.startswith("tag:"):
        return service.nodes.tags(node).get(key[4:]) in values
    if key == "tag-key":
        return any(value in service.nodes.tags(node) for value in values)
    if key in ("ResourceType", "SourceTypes"):
        return any(_KINDS.get(value) is node.hybrid for value in values)
    field = _FIELDS.get(key)
    if field is None:
        raise AwsError("InvalidFilterKey", f"The filter key {key} is not valid.")
    return shown(service, node).get(field) in values


def describe(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """DescribeInstanceInformation: ten a page unless asked for 5 to 50; a filter by tag stands alone."""
    old, new = params.get("InstanceInformationFilterList") or [], params.get("Filters") or []
    if old and new:
        raise AwsError("ValidationException", "Filters and InstanceInformationFilterList cannot be used together.")
    filters = [(item["key"], item["valueSet"]) for item in old] + [(item["Key"], item["Values"]) for item in new]
    tags = [key for key, _values in filters if key.startswith("tag")]
    if tags and (len(tags) < len(filters) or old):
        raise AwsError("InvalidFilterKey", "A filter by tag cannot be combined with other filters.")
    found = [node for node in service.nodes.listed() if all(_matches(service, node, key, values) for key, values in filters)]
    result = page(found, params, "InstanceInformationList", 50, 10, 5)
    return {**result, "InstanceInformationList": [shown(service, node) for node in result["InstanceInformationList"]]}


def deregister(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """DeregisterManagedInstance."""
    node = service.nodes.found.get(str(params["InstanceId"]))
    if node is None or not node.hybrid:
        raise AwsError("InvalidInstanceId", f"Instance {params['InstanceId']} is not a managed node.")
    del service.nodes.found[node.id]
    return {}


OPERATIONS: dict[str, Callable[[SystemsManager, dict[str, Any]], dict[str, Any]]] = {
    "UpdateInstanceInformation": update,
    "DescribeInstanceInformation": describe,
    "DeregisterManagedInstance": deregister,
}
