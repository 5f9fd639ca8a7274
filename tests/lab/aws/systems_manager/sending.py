# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SendCommand: what is refused at once, and the command that results."""

from __future__ import annotations

import re
import uuid
from collections import deque
from typing import TYPE_CHECKING, Any

from aws.answer import AwsError
from aws.answer import constraint as aws_constraint
from aws.systems_manager import content as contents
from aws.systems_manager import targets
from aws.systems_manager.arguments import checked
from aws.systems_manager.commands import Command, Invocation, StepResult

if TYPE_CHECKING:
    from aws.systems_manager.documents import Document
    from aws.systems_manager.nodes import Node
    from aws.systems_manager.service import SystemsManager

_CONCURRENCY = re.compile(r"[1-9][0-9]*|[1-9][0-9]%|[1-9]%|100%")
_ERRORS = re.compile(r"[0-9]*|[0-9]%|[1-9][0-9]%|100%")


def constraint(value: Any, name: str, rule: str) -> AwsError:
    """A request that breaks the API's own model."""
    return aws_constraint("ValidationException", value, name, rule)


def share(text: str, count: int, least: int) -> int:
    """A number of nodes from "7" or "10%", rounded down but at least `least`."""
    number = int(text[:-1]) * count // 100 if text.endswith("%") else int(text)
    return max(number, least)


def _check_model(params: dict[str, Any]) -> None:
    seconds = params.get("TimeoutSeconds")
    if seconds is not None and not 30 <= int(seconds) <= 2_592_000:
        raise constraint(seconds, "timeoutSeconds", "Member must have value between 30 and 2592000")
    if len(str(params.get("Comment") or "")) > 100:
        raise constraint(params["Comment"], "comment", "Member must have length less than or equal to 100")
    for name, pattern in (("MaxConcurrency", _CONCURRENCY), ("MaxErrors", _ERRORS)):
        if name in params and not pattern.fullmatch(str(params[name])):
            raise constraint(params[name], name[0].lower() + name[1:], f"Member must satisfy regular expression pattern: {pattern.pattern}")
    if len(params.get("InstanceIds") or []) > 50:
        raise constraint(params["InstanceIds"], "instanceIds", "Member must have length less than or equal to 50")
    if not params.get("InstanceIds") and not params.get("Targets"):
        raise AwsError("ValidationException", "Either InstanceIds or Targets must be given.")
    if params.get("InstanceIds") and params.get("Targets"):
        raise AwsError("ValidationException", "InstanceIds and Targets cannot be used together.")


def _named(service: SystemsManager, ids: list[str], document: Document, able: list[str]) -> list[Node]:
    if len(set(ids)) < len(ids):
        raise AwsError("DuplicateInstanceId", "")
    known = {node.id: node for node in service.nodes.listed()}
    lost = [name for name in ids if name not in known or service.nodes.ping(known[name]) != "Online"]
    if lost:
        raise AwsError("InvalidInstanceId", f"Instances [[{', '.join(lost)}]] not in a valid state for account {service.account}")
    foreign = [name for name in ids if known[name].platform not in able]
    if foreign:
        raise AwsError(
            "UnsupportedPlatformType", f"The document {document.name} does not support the platform type of [{', '.join(foreign)}]."
        )
    return [known[name] for name in ids]


def send(service: SystemsManager, params: dict[str, Any]) -> Command:
    """Checks a request in the order in which its parts depend on each other, and makes the command."""
    _check_model(params)
    document = service.documents.get(str(params["DocumentName"]))
    if document.kind != "Command":
        raise AwsError("InvalidDocument", f"Document {document.name} is of type {document.kind}, not Command.")
    version = document.version(params.get("DocumentVersion"))
    values = checked(version.content, params.get("Parameters"))
    if params.get("InstanceIds"):
        nodes = _named(service, list(params["InstanceIds"]), document, contents.platforms(version.content))
    else:
        targets.check(params["Targets"])
        nodes = targets.resolved(service.nodes, params["Targets"])
    command = made(service, params, version.content, version.number, values, nodes)
    service.add(command)
    return command


def made(
    service: SystemsManager, params: dict[str, Any], content: dict[str, Any], number: int, values: dict[str, Any], nodes: list[Node]
) -> Command:
    """A command to these nodes, with an invocation for each."""
    plan = contents.steps(content)
    command = Command(
        id=str(uuid.uuid4()),
        settings=params,
        content=content,
        version=number,
        values=values,
        requested=service.clock.now(),
        delivery_seconds=float(params.get("TimeoutSeconds") or 3600),
        execution_seconds=contents.execution_seconds(content, values),
        concurrency=share(str(params.get("MaxConcurrency") or "50"), len(nodes), 1),
        errors_allowed=share(str(params.get("MaxErrors") or "0"), len(nodes), 0),
        plan=plan,
        waiting=deque(node.id for node in nodes),
    )
    command.invocations = {node.id: Invocation(node.id, [StepResult(step.name, step.plugin) for step in plan]) for node in nodes}
    return command
