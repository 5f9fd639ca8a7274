# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls of State Manager: what the controller asks, and what nodes list and report."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Callable

from aws.answer import AwsError
from aws.systems_manager import association_runs, targets
from aws.systems_manager.arguments import checked
from aws.systems_manager.association_views import described, execution_shown, listed_item, target_shown
from aws.systems_manager.associations import OPTIONAL, Association, check_schedule
from aws.systems_manager.clock import moment
from aws.systems_manager.paging import page

if TYPE_CHECKING:
    from aws.systems_manager.service import SystemsManager

MOST, VERSIONS = 2_000, 1_000


def _checked(service: SystemsManager, settings: dict[str, Any]) -> dict[str, Any]:
    """Settings without what is null, if State Manager takes them."""
    settings = {key: value for key, value in settings.items() if value is not None}
    content = service.documents.get(str(settings["Name"])).version(settings.get("DocumentVersion")).content
    checked(content, settings.get("Parameters"))
    check_schedule(settings)
    if settings.get("Targets"):
        try:
            targets.check(settings["Targets"])
        except AwsError as error:
            raise AwsError("InvalidTarget", error.message) from None
    return settings


def create(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """CreateAssociation: it runs at once, unless it waits for its cron."""
    if len(service.associations) >= MOST:
        raise AwsError("AssociationLimitExceeded", "You can have at most 2,000 active associations.")
    asked = dict(params)
    if asked.get("InstanceId"):
        asked["Targets"] = [{"Key": "InstanceIds", "Values": [asked["InstanceId"]]}]
    settings = _checked(service, {key: asked.get(key) for key in ("Name", *OPTIONAL)})
    now = service.clock.now()
    association = Association(str(uuid.uuid4()), settings, now, now, [{**settings, "created": now}], scheduled=now)
    service.associations[association.id] = association
    association_runs.look(service, association)
    return {"AssociationDescription": described(service, association)}


def _found(service: SystemsManager, params: dict[str, Any]) -> Association:
    association = service.associations.get(str(params.get("AssociationId")))
    if association is None:
        raise AwsError("AssociationDoesNotExist", "Association does not exist.")
    return association


def update(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """UpdateAssociation: what is not sent becomes null; only the document stays. A version more, and it runs at once."""
    association = _found(service, params)
    if params.get("AssociationVersion") not in (None, "$LATEST", str(association.version)):
        raise AwsError("InvalidAssociationVersion", "The version you specified is not valid.")
    if association.version >= VERSIONS:
        raise AwsError("AssociationVersionLimitExceeded", "You have reached the maximum number of versions.")
    asked = {"Name": params.get("Name") or association.settings["Name"], **{key: params.get(key) for key in OPTIONAL}}
    association.settings = _checked(service, asked)
    association.updated = service.clock.now()
    association.versions.append({**association.settings, "created": association.updated})
    association.seen = None
    association_runs.look(service, association)
    return {"AssociationDescription": described(service, association)}


def describe(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """DescribeAssociation."""
    return {"AssociationDescription": described(service, _found(service, params))}


def delete(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """DeleteAssociation."""
    association = _found(service, params)
    del service.associations[association.id]
    for node in service.nodes.found.values():
        node.associations.pop(association.id, None)
    return {}


def start_once(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """StartAssociationsOnce: at most ten; nothing is returned."""
    ids = list(params["AssociationIds"])
    if not 1 <= len(ids) <= 10:
        raise AwsError("ValidationException", "AssociationIds must have 1 to 10 items.")
    for association in [_found(service, {"AssociationId": name}) for name in ids]:
        association_runs.start(service, association, association.nodes)
    return {}


def list_all(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """ListAssociations."""
    items = [listed_item(service, association) for association in service.associations.values()]
    for wanted in params.get("AssociationFilterList") or []:
        key, value = wanted["key"], wanted["value"]
        if key == "InstanceId":
            items = [item for item in items if value in service.associations[item["AssociationId"]].nodes]
        elif key == "AssociationStatusName":
            items = [item for item in items if item["Overview"]["Status"] == value]
        elif key in ("Name", "AssociationId", "AssociationName"):
            items = [item for item in items if item.get(key) == value]
        else:
            raise AwsError("ValidationException", f"The filter key {key} is not valid.")
    return page(items, params, "Associations", 50)


def versions(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """ListAssociationVersions, the oldest first."""
    association = _found(service, params)
    items = [
        {
            **{key: value for key, value in version.items() if key != "created"},
            "AssociationId": association.id,
            "AssociationVersion": str(number),
            "CreatedDate": moment(version["created"]),
        }
        for number, version in enumerate(association.versions, 1)
    ]
    return page(items, params, "AssociationVersions", 50)


def executions(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """DescribeAssociationExecutions, the newest first."""
    association = _found(service, params)
    items = [execution_shown(association, execution) for execution in reversed(association.executions)]
    for wanted in params.get("Filters") or []:
        if wanted["Key"] == "CreatedTime":
            later = wanted["Type"] == "GREATER_THAN"
            items = [item for item in items if (item["CreatedTime"].isoformat() > wanted["Value"].replace("Z", "+00:00")) is later]
        else:
            items = [item for item in items if item[wanted["Key"]] == wanted["Value"]]
    return page(items, params, "AssociationExecutions", 50)


def execution_targets(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """DescribeAssociationExecutionTargets."""
    association = _found(service, params)
    execution = next((one for one in association.executions if one.id == params["ExecutionId"]), None)
    if execution is None:
        raise AwsError("AssociationExecutionDoesNotExist", "The specified execution ID does not exist.")
    items = [target_shown(association, execution, name, run) for name, run in execution.runs.items()]
    for wanted in params.get("Filters") or []:
        items = [item for item in items if item[wanted["Key"]] == wanted["Value"]]
    return page(items, params, "AssociationExecutionTargets", 50)


OPERATIONS: dict[str, Callable[[SystemsManager, dict[str, Any]], dict[str, Any]]] = {
    "CreateAssociation": create,
    "UpdateAssociation": update,
    "DescribeAssociation": describe,
    "DeleteAssociation": delete,
    "StartAssociationsOnce": start_once,
    "ListAssociations": list_all,
    "ListAssociationVersions": versions,
    "DescribeAssociationExecutions": executions,
    "DescribeAssociationExecutionTargets": execution_targets,
}
