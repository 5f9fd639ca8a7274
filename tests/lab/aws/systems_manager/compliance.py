# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compliance: what nodes put, as the service lists it. The severity of an association is its own, not the node's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

from aws.answer import AwsError
from aws.systems_manager.clock import moment
from aws.systems_manager.paging import page

if TYPE_CHECKING:
    from aws.systems_manager.associations import Association
    from aws.systems_manager.service import SystemsManager


def put(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """PutComplianceItems: those of a type take the place of the node's earlier ones; an association's are kept by association."""
    held = service.compliance.setdefault(str(params["ResourceId"]), {}).setdefault(str(params["ComplianceType"]), {})
    if params["ComplianceType"] != "Association":
        held.clear()
    for item in params["Items"]:
        held[str(item.get("Id"))] = {**item, "ExecutionSummary": params["ExecutionSummary"], "ResourceType": params["ResourceType"]}
    return {}


def of_association(service: SystemsManager, association: Association, node_id: str, good: bool) -> None:
    """What a node would put of an association."""
    details = {"DocumentName": association.document, "DocumentVersion": association.settings.get("DocumentVersion") or "$DEFAULT"}
    item = {"Id": association.id, "Title": association.document, "Severity": "UNSPECIFIED", "Details": details}
    put(
        service,
        {
            "ResourceId": node_id,
            "ResourceType": "ManagedInstance",
            "ComplianceType": "Association",
            "ExecutionSummary": {"ExecutionTime": service.clock.now(), "ExecutionType": "Command"},
            "Items": [{**item, "Status": "COMPLIANT" if good else "NON_COMPLIANT"}],
        },
    )


def _shown(service: SystemsManager, resource: str, kind: str, item: dict[str, Any]) -> dict[str, Any]:
    association = service.associations.get(item.get("Id", "")) if kind == "Association" else None
    severity = (association.settings.get("ComplianceSeverity") if association else None) or item.get("Severity")
    summary = {**item["ExecutionSummary"], "ExecutionTime": moment(float(item["ExecutionSummary"]["ExecutionTime"]))}
    return {
        "ComplianceType": kind,
        "ResourceType": item["ResourceType"],
        "ResourceId": resource,
        "Id": item.get("Id"),
        "Title": item.get("Title"),
        "Status": item["Status"],
        "Severity": severity,
        "ExecutionSummary": summary,
        "Details": item.get("Details") or {},
    }


def _all(service: SystemsManager, params: dict[str, Any]) -> list[dict[str, Any]]:
    found = [
        _shown(service, resource, kind, item)
        for resource, kinds in service.compliance.items()
        for kind, items in kinds.items()
        for item in items.values()
        if kind != "Association" or item.get("Id") in service.associations
    ]
    for item in params.get("Filters") or []:
        key, values, negated = item["Key"], item["Values"], item.get("Type") == "NOT_EQUAL"
        if key not in ("ComplianceType", "Status", "Severity", "Id", "Title", "ResourceId"):
            raise AwsError("InvalidFilter", f"The filter key {key} is not valid.")
        found = [shown for shown in found if (shown[key] in values) is not negated]
    return found


def listed(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """ListComplianceItems."""
    ids = params.get("ResourceIds")
    found = [shown for shown in _all(service, params) if not ids or shown["ResourceId"] in ids]
    return page(found, params, "ComplianceItems", 50)


def summaries(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """ListResourceComplianceSummaries: one for each node and type."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for shown in _all(service, params):
        key = (shown["ResourceId"], shown["ComplianceType"])
        fresh = {name: shown[name] for name in ("ComplianceType", "ResourceType", "ResourceId", "ExecutionSummary")}
        row = rows.setdefault(key, {**fresh, "Status": "COMPLIANT", "OverallSeverity": "UNSPECIFIED"})
        counts = ("CompliantSummary", "CompliantCount") if shown["Status"] == "COMPLIANT" else ("NonCompliantSummary", "NonCompliantCount")
        summary = row.setdefault(counts[0], {counts[1]: 0})
        summary[counts[1]] += 1
        if shown["Status"] != "COMPLIANT":
            row.update(Status="NON_COMPLIANT", OverallSeverity=shown["Severity"])
    return page(list(rows.values()), params, "ResourceComplianceSummaryItems", 50)


OPERATIONS: dict[str, Callable[[SystemsManager, dict[str, Any]], dict[str, Any]]] = {
    "PutComplianceItems": put,
    "ListComplianceItems": listed,
    "ListResourceComplianceSummaries": summaries,
}
