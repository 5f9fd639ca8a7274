# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands, invocations and steps as the API shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws.systems_manager.clock import moment
from aws.systems_manager.commands import status_of
from aws.systems_manager.dispatch import DELAYED_SECONDS

if TYPE_CHECKING:
    from aws.systems_manager.commands import Command, Invocation, StepResult
    from aws.systems_manager.service import SystemsManager

OUTPUT, TRACE = 2_500, 2_500
_KEPT = (
    "Comment",
    "Targets",
    "OutputS3BucketName",
    "OutputS3KeyPrefix",
    "NotificationConfig",
    "AlarmConfiguration",
)


def document_name(command: Command) -> str:
    """The document's name without the rest of an ARN."""
    return str(command.settings["DocumentName"]).rpartition(":document/")[2]


def _listed(values: dict[str, Any]) -> dict[str, list[str]]:
    return {name: [str(item) for item in (value if isinstance(value, list) else [value])] for name, value in values.items()}


def _logs(command: Command) -> dict[str, Any]:
    asked = command.settings.get("CloudWatchOutputConfig") or {}
    return {"CloudWatchLogGroupName": "", "CloudWatchOutputEnabled": False, **asked}


def command_shown(service: SystemsManager, command: Command, fresh: bool = False) -> dict[str, Any]:
    """A command; `fresh`: as SendCommand answers, which knows no targets by tag and no state yet."""
    settings, named = command.settings, bool(command.settings.get("InstanceIds"))
    late = not named and not service.clock.visible(command.requested)
    details = "Pending" if fresh or (late and not command.invocations) else command.details()
    count = 0 if fresh and not named else len(command.invocations)
    return {
        "CommandId": command.id,
        "DocumentName": document_name(command),
        "DocumentVersion": settings.get("DocumentVersion") or "$DEFAULT",
        "ExpiresAfter": moment(command.requested + command.total_seconds),
        "Parameters": _listed(command.values),
        "InstanceIds": settings.get("InstanceIds") or [],
        "RequestedDateTime": moment(command.requested),
        "Status": status_of(details),
        "StatusDetails": details,
        "MaxConcurrency": str(settings.get("MaxConcurrency") or "50"),
        "MaxErrors": str(settings.get("MaxErrors") or "0"),
        "TargetCount": count,
        "CompletedCount": 0 if fresh else command.ended,
        "ErrorCount": 0 if fresh else command.errors,
        "DeliveryTimedOutCount": 0 if fresh else command.count("DeliveryTimedOut"),
        "ServiceRole": settings.get("ServiceRoleArn") or "",
        "CloudWatchOutputConfig": _logs(command),
        "TimeoutSeconds": int(command.delivery_seconds),
        **{key: settings.get(key) for key in _KEPT},
    }


def invocation_details(service: SystemsManager, invocation: Invocation) -> str:
    """StatusDetails of an invocation by now."""
    if invocation.cancelling:
        return "Cancelling"
    late = invocation.sent is not None and invocation.taken is None and service.clock.since(invocation.sent) > DELAYED_SECONDS
    return "Delayed" if late and not invocation.final else invocation.details


def invocation_shown(service: SystemsManager, command: Command, invocation: Invocation, steps: bool) -> dict[str, Any]:
    """An invocation, with its steps where they are asked for."""
    details = invocation_details(service, invocation)
    node = service.nodes.found.get(invocation.node_id)
    return {
        "CommandId": command.id,
        "InstanceId": invocation.node_id,
        "InstanceName": (node.said.get("ComputerName") if node else None) or "",
        "Comment": command.settings.get("Comment") or "",
        "DocumentName": document_name(command),
        "DocumentVersion": command.settings.get("DocumentVersion") or "$DEFAULT",
        "RequestedDateTime": moment(command.requested),
        "Status": status_of(details),
        "StatusDetails": details,
        "TraceOutput": invocation.trace[:TRACE],
        "StandardOutputUrl": "",
        "StandardErrorUrl": "",
        "CommandPlugins": [plugin_shown(service.region, command, invocation, step) for step in invocation.steps] if steps else [],
        "ServiceRole": command.settings.get("ServiceRoleArn") or "",
        "NotificationConfig": command.settings.get("NotificationConfig"),
        "CloudWatchOutputConfig": _logs(command),
    }


def plugin_shown(region: str, command: Command, invocation: Invocation, step: StepResult) -> dict[str, Any]:
    """A step of an invocation; what never ran because the whole ended has the whole's end."""
    details = step.details if step.final or not invocation.final else invocation.details
    bucket, urls = command.settings.get("OutputS3BucketName"), ("", "")
    if bucket:
        prefix = f"{command.settings.get('OutputS3KeyPrefix') or ''}/{command.id}/{invocation.node_id}".strip("/")
        name = step.name if step.name != step.plugin else f"0.{step.plugin}"
        region = command.settings.get("OutputS3Region") or region
        place = f"https://s3.{region}.amazonaws.com/{bucket}/{prefix}/{step.plugin}/{name}".replace("aws:", "aws")
        urls = (f"{place}/stdout", f"{place}/stderr")
    return {
        "Name": step.name,
        "Status": status_of(details),
        "StatusDetails": details,
        "ResponseCode": step.code,
        "ResponseStartDateTime": moment(step.start) if step.start else None,
        "ResponseFinishDateTime": moment(step.end) if step.end else None,
        "Output": step.output[:OUTPUT],
        "StandardOutputUrl": urls[0],
        "StandardErrorUrl": urls[1],
        "OutputS3BucketName": bucket or "",
        "OutputS3KeyPrefix": command.settings.get("OutputS3KeyPrefix") or "",
    }
