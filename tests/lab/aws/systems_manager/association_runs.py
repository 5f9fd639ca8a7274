# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Executions of associations: what starts them, how they reach nodes, what nodes report."""

from __future__ import annotations

import uuid
from collections import deque
from typing import TYPE_CHECKING, Any

from aws.systems_manager import compliance, targets
from aws.systems_manager.amazon_documents import REFRESH
from aws.systems_manager.arguments import references
from aws.systems_manager.associations import Association, Execution, Run, rate_seconds
from aws.systems_manager.mailbox import Message, message_id
from aws.systems_manager.sending import share

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aws.systems_manager.nodes import Node
    from aws.systems_manager.service import SystemsManager

TOGETHER_SECONDS = 120.0
"""Nodes that follow a schedule by themselves within this time make one execution."""


def state_of(service: SystemsManager, association: Association) -> Any:
    """What an association depends on beside itself: the document's version that it means, the versions of parameters that it names."""
    document = service.documents.get(association.settings["Name"])
    version = document.version(association.settings.get("DocumentVersion")).number
    names = sorted(references(association.settings.get("Parameters") or {}))
    return [version, [(name, service.parameter_version(name)) for name in names]]


def start(service: SystemsManager, association: Association, ids: Iterable[str]) -> Execution:
    """A new execution for these nodes."""
    execution = Execution(str(uuid.uuid4()), association.version, service.clock.now())
    for name in ids:
        execution.runs[name] = Run()
    execution.waiting = deque(execution.runs)
    association.executions.append(execution)
    association.scheduled = execution.created
    return execution


def look(service: SystemsManager, association: Association) -> None:
    """Starts what is due by now: a change of what it depends on, new targets, the schedule of nodes that are simulated."""
    found = (
        {node.id: node for node in targets.resolved(service.nodes, association.settings.get("Targets") or [])}
        if (association.settings.get("Targets"))
        else {}
    )
    state = state_of(service, association)
    only = bool(association.settings.get("ApplyOnlyAtCronInterval"))
    fresh = found.keys() - association.nodes
    changed = state != association.seen
    association.nodes, association.seen = set(found), state
    seconds = rate_seconds(association.settings.get("ScheduleExpression"))
    if not only and found and (changed or fresh):
        start(service, association, found if changed else [name for name in found if name in fresh])
    elif seconds is not None and service.clock.since(association.scheduled) >= seconds:
        simulated = [name for name, node in found.items() if node.behaviour]
        if simulated:
            start(service, association, simulated)


def advance(service: SystemsManager, association: Association) -> None:
    """Brings its executions to what holds now."""
    for execution in association.executions:
        errors = sum(run.status == "Failed" for run in execution.runs.values())
        limit = share(str(association.settings.get("MaxConcurrency") or "100%"), len(execution.runs), 1)
        allowed = share(str(association.settings.get("MaxErrors") or "100%"), len(execution.runs), 0)
        if errors > allowed:
            while execution.waiting:
                execution.runs[execution.waiting.popleft()].status = "Skipped"
        told = [name for name, run in execution.runs.items() if not run.final and name not in execution.waiting]
        while execution.waiting and len(told) < limit:
            name = execution.waiting.popleft()
            told.append(name)
            _tell(service, association, name)
        for name in told:
            node = service.nodes.found.get(name)
            if node and node.behaviour:
                _simulate(service, association, execution, node)


def _tell(service: SystemsManager, association: Association, name: str) -> None:
    """Has a node apply the association now; one that has just been registered asks by itself."""
    node = service.nodes.found.get(name)
    if node is None or node.behaviour or not node.listing:
        return
    command, now = str(uuid.uuid4()), service.clock.now()
    payload = {
        "Parameters": {"associationIds": [association.id]},
        "DocumentContent": REFRESH,
        "CommandId": command,
        "DocumentName": "AWS-RefreshAssociation",
        "OutputS3BucketName": "",
        "OutputS3KeyPrefix": "",
        "CloudWatchLogGroupName": "",
        "CloudWatchOutputEnabled": "false",
    }
    identity = message_id(command, name)
    node.mailbox[identity] = Message(identity, "aws.ssm.sendCommand", payload, now)
    service.changed()


def _simulate(service: SystemsManager, association: Association, execution: Execution, node: Node) -> None:
    assert node.behaviour is not None
    row = node.behaviour.row(association.document, association.settings.get("Parameters") or {})
    run, now, status = execution.runs[node.id], service.clock.now(), row.get("status", "Success")
    if status == "Silent" or node.behaviour.ping != "Online":
        return
    run.due = run.due or now + float(row.get("seconds", 0))
    if now < run.due or status in ("Running", "Stubborn"):
        report(service, association, node, {"Status": "InProgress", "ExecutionSummary": "Executing association"})
        return
    good = status == "Success"
    result = {"Status": "Success" if good else "Failed", "ErrorCode": "" if good else "ExecutionError"}
    report(service, association, node, {**result, "ExecutionSummary": "1 out of 1 plugin processed"})
    compliance.of_association(service, association, node.id, good)


def report(service: SystemsManager, association: Association, node: Node, result: dict[str, Any]) -> None:
    """Takes over what a node reports of an association."""
    now, status = service.clock.now(), str(result["Status"])
    execution = next((one for one in reversed(association.executions) if not one.runs.get(node.id, Run("Skipped")).final), None)
    newest = association.executions[-1] if association.executions else None
    if execution is None and status not in ("Success", "Failed"):
        joins = newest is not None and now - newest.created < TOGETHER_SECONDS and node.id not in newest.runs
        execution = newest if joins else start(service, association, [])
        assert execution is not None
        execution.runs[node.id] = Run()
    if execution is not None:
        run = execution.runs[node.id]
        run.status, run.when = status, now
    node.associations[association.id] = {
        "Status": status,
        "DetailedStatus": status,
        "when": now,
        "summary": str(result.get("ExecutionSummary") or "")[:512],
        "code": result.get("ErrorCode") or "",
        "version": association.version,
    }
