# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Associations and executions as the API shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws.systems_manager.associations import OPTIONAL
from aws.systems_manager.clock import moment

if TYPE_CHECKING:
    from aws.systems_manager.associations import Association, Execution, Run
    from aws.systems_manager.service import SystemsManager


def _overview(service: SystemsManager, association: Association) -> dict[str, Any]:
    counts: dict[str, int] = {}
    for name in association.nodes:
        node = service.nodes.found.get(name)
        status = node.associations.get(association.id, {}).get("Status", "Pending") if node else "Pending"
        counts[status] = counts.get(status, 0) + 1
    status = next((name for name in ("Failed", "InProgress", "Pending") if name in counts), "Success" if counts else "Pending")
    return {"Status": status, "DetailedStatus": status, "AssociationStatusAggregatedCount": counts}


def _last(association: Association, *statuses: str) -> Any:
    times = [
        run.when for one in association.executions for run in one.runs.values() if run.when and (not statuses or run.status in statuses)
    ]
    return moment(max(times)) if times else None


def described(service: SystemsManager, association: Association) -> dict[str, Any]:
    """An association as DescribeAssociation shows it."""
    return {
        **{key: association.settings.get(key) for key in OPTIONAL},
        "Name": association.settings["Name"],
        "AssociationId": association.id,
        "AssociationVersion": str(association.version),
        "DocumentVersion": association.settings.get("DocumentVersion") or "$DEFAULT",
        "ApplyOnlyAtCronInterval": bool(association.settings.get("ApplyOnlyAtCronInterval")),
        "Date": moment(association.created),
        "LastUpdateAssociationDate": moment(association.updated),
        "Overview": _overview(service, association),
        "LastExecutionDate": _last(association),
        "LastSuccessfulExecutionDate": _last(association, "Success"),
    }


def listed_item(service: SystemsManager, association: Association) -> dict[str, Any]:
    """An association as ListAssociations shows it."""
    kept = ("Name", "AssociationId", "AssociationVersion", "DocumentVersion", "Targets", "LastExecutionDate", "Overview")
    shown = described(service, association)
    return {key: shown[key] for key in (*kept, "ScheduleExpression", "AssociationName", "ScheduleOffset", "Duration", "TargetMaps")}


def execution_shown(association: Association, execution: Execution) -> dict[str, Any]:
    """An execution."""
    counts = ", ".join(f"{name}={count}" for name, count in sorted(execution.counts().items()))
    times = [run.when for run in execution.runs.values() if run.when]
    return {
        "AssociationId": association.id,
        "AssociationVersion": str(execution.version),
        "ExecutionId": execution.id,
        "Status": execution.status(),
        "DetailedStatus": execution.status(),
        "CreatedTime": moment(execution.created),
        "LastExecutionDate": moment(max(times)) if times else None,
        "ResourceCountByStatus": f"{{{counts}}}",
    }


def target_shown(association: Association, execution: Execution, name: str, run: Run) -> dict[str, Any]:
    """A node of an execution."""
    return {
        "AssociationId": association.id,
        "AssociationVersion": str(execution.version),
        "ExecutionId": execution.id,
        "ResourceId": name,
        "ResourceType": "ManagedInstance",
        "Status": run.status,
        "DetailedStatus": run.status,
        "LastExecutionDate": moment(run.when) if run.when else None,
    }
