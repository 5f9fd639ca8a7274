# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""State Manager as a node sees it: the associations that it has to apply, and how they went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

from aws.answer import AwsError
from aws.systems_manager import association_runs
from aws.systems_manager.clock import moment
from aws.systems_manager.paging import page

if TYPE_CHECKING:
    from aws.systems_manager.associations import Association
    from aws.systems_manager.service import SystemsManager


def _of(service: SystemsManager, name: str) -> list[Association]:
    for association in service.associations.values():
        association_runs.look(service, association)
    return [association for association in service.associations.values() if name in association.nodes]


def list_instance(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """ListInstanceAssociations, by which a node learns what to apply; the checksum changes with whatever has to be applied anew."""
    node = service.nodes.heard(str(params["InstanceId"]))
    node.listing = True
    items = []
    for association in _of(service, node.id):
        kept = ("Name", "Parameters", "ScheduleExpression", "Targets", "OutputLocation", "ApplyOnlyAtCronInterval")
        last = node.associations.get(association.id)
        items.append(
            {
                **{key: association.settings.get(key) for key in kept},
                # The agent ends in an error where a version or a state is left out.
                "DocumentVersion": association.settings.get("DocumentVersion") or "$DEFAULT",
                "AssociationId": association.id,
                "AssociationVersion": str(association.version),
                "Checksum": association.checksum,
                "InstanceId": node.id,
                "DetailedStatus": last["DetailedStatus"] if last else "Associated",
                "LastExecutionDate": moment(last["when"]) if last else None,
            }
        )
    return page(items, params, "Associations", 50)


def update_status(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """UpdateInstanceAssociationStatus."""
    node = service.nodes.heard(str(params["InstanceId"]))
    association = service.associations.get(str(params["AssociationId"]))
    if association is None:
        raise AwsError("AssociationDoesNotExist", "Association does not exist.")
    association_runs.report(service, association, node, params["ExecutionResult"])
    return {}


def statuses(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """DescribeInstanceAssociationsStatus, for the controller: what a node has reported of each association."""
    node = service.nodes.found.get(str(params["InstanceId"]))
    if node is None:
        raise AwsError("InvalidInstanceId", f"Instance {params['InstanceId']} is not a managed node.")
    items = []
    for association in _of(service, node.id):
        run = node.associations.get(association.id)
        items.append(
            {
                "AssociationId": association.id,
                "Name": association.settings["Name"],
                "DocumentVersion": association.settings.get("DocumentVersion") or "$DEFAULT",
                "AssociationVersion": str(association.version),
                "InstanceId": node.id,
                "ExecutionDate": moment(run["when"]) if run else None,
                "Status": run["Status"] if run else "Pending",
                "DetailedStatus": run["DetailedStatus"] if run else "Pending",
                "ExecutionSummary": run["summary"] if run else None,
                "ErrorCode": run["code"] if run else None,
                "AssociationName": association.settings.get("AssociationName"),
            }
        )
    return page(items, params, "InstanceAssociationStatusInfos", 50)


OPERATIONS: dict[str, Callable[[SystemsManager, dict[str, Any]], dict[str, Any]]] = {
    "ListInstanceAssociations": list_instance,
    "UpdateInstanceAssociationStatus": update_status,
    "DescribeInstanceAssociationsStatus": statuses,
}
