# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls of Run Command that the controller makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

from aws.answer import AwsError
from aws.systems_manager import dispatch, sending
from aws.systems_manager.clock import iso
from aws.systems_manager.command_views import command_shown, invocation_shown, plugin_shown
from aws.systems_manager.commands import Command, Invocation
from aws.systems_manager.paging import page

if TYPE_CHECKING:
    from aws.systems_manager.service import SystemsManager

STDOUT, STDERR = 24_000, 8_000


def send(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """SendCommand. Of targets it does not say yet how many there are."""
    command = sending.send(service, params)
    shown = command_shown(service, command, fresh=True)
    dispatch.advance(service, command)
    return {"Command": shown}


def _found(service: SystemsManager, identity: str) -> Command:
    command = service.commands.get(identity)
    if command is None:
        raise AwsError("InvalidCommandId", "")
    return command


def cancel(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """CancelCommand, for all nodes or some."""
    command = _found(service, str(params["CommandId"]))
    ids = list(params.get("InstanceIds") or command.invocations)
    if len(set(ids)) < len(ids):
        raise AwsError("DuplicateInstanceId", "")
    if any(name not in command.invocations for name in ids):
        raise AwsError("InvalidInstanceId", "An instance is not a target of the command.")
    dispatch.cancel(service, command, ids)
    return {}


def _selected(service: SystemsManager, params: dict[str, Any]) -> list[Command]:
    """The commands that CommandId and filters leave, the newest first."""
    commands = [_found(service, params["CommandId"])] if params.get("CommandId") else list(reversed(service.commands.values()))
    for item in params.get("Filters") or []:
        commands = [command for command in commands if _passes(service, command, item["key"], item["value"])]
    return commands


def _passes(service: SystemsManager, command: Command, key: str, value: str) -> bool:
    if key in ("InvokedAfter", "InvokedBefore"):
        after = iso(command.requested) >= value
        return after if key == "InvokedAfter" else not after
    if key == "DocumentName":
        return str(command.settings["DocumentName"]).rpartition(":document/")[2] == value
    if key == "ExecutionStage":
        return command.open is (value == "Executing")
    if key == "Status":
        shown = command_shown(service, command)
        return value in (shown["Status"], shown["StatusDetails"])
    raise AwsError("InvalidFilterKey", "")


def list_commands(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """ListCommands."""
    commands = _selected(service, params)
    if params.get("InstanceId"):
        commands = [command for command in commands if params["InstanceId"] in command.invocations]
    result = page(commands, params, "Commands", 50)
    return {**result, "Commands": [command_shown(service, command) for command in result["Commands"]]}


def list_invocations(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """ListCommandInvocations: none of a command that is too new; steps only with Details."""
    filters = [item for item in params.get("Filters") or [] if item["key"] == "Status"]
    others = [item for item in params.get("Filters") or [] if item["key"] != "Status"]
    found: list[tuple[Command, Invocation]] = []
    for command in _selected(service, {**params, "Filters": others}):
        if service.clock.visible(command.requested):
            found += [(command, one) for one in command.invocations.values() if params.get("InstanceId") in (None, one.node_id)]
    for item in filters:
        found = [pair for pair in found if item["value"] in _states(service, *pair)]
    result = page(found, params, "CommandInvocations", 50)
    details = bool(params.get("Details"))
    shown = [invocation_shown(service, command, one, details) for command, one in result["CommandInvocations"]]
    return {**result, "CommandInvocations": shown}


def _states(service: SystemsManager, command: Command, invocation: Invocation) -> tuple[str, str]:
    shown = invocation_shown(service, command, invocation, False)
    return shown["Status"], shown["StatusDetails"]


def get_invocation(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """GetCommandInvocation: one step; of a document with several steps that is not named, no output."""
    command = service.commands.get(str(params["CommandId"]))
    invocation = command.invocations.get(str(params["InstanceId"])) if command else None
    if command is None or invocation is None or not service.clock.visible(command.requested):
        raise AwsError("InvocationDoesNotExist", "")
    wanted = params.get("PluginName")
    steps = [step for step in invocation.steps if wanted in (None, step.name)]
    if wanted and not steps:
        raise AwsError("InvalidPluginName", "")
    shown = invocation_shown(service, command, invocation, False)
    kept = ("CommandId", "InstanceId", "Comment", "DocumentName", "DocumentVersion", "Status", "StatusDetails", "CloudWatchOutputConfig")
    result = {key: shown[key] for key in kept}
    if len(steps) != 1:
        code = -1 if not invocation.final else max((step.code for step in invocation.steps), default=-1)
        return {**result, "PluginName": "", "ResponseCode": code, "StandardOutputContent": "", "StandardErrorContent": ""}
    step = steps[0]
    plugin = plugin_shown(service.region, command, invocation, step)
    times = {"ExecutionStartDateTime": iso(step.start) if step.start else "", "ExecutionEndDateTime": iso(step.end) if step.end else ""}
    elapsed = f"PT{max(step.end - step.start, 0):.3f}S" if step.start and step.end else ""
    state = {"Status": plugin["Status"], "StatusDetails": plugin["StatusDetails"]} if wanted else {}
    return {
        **result,
        **state,
        **times,
        "PluginName": step.name,
        "ResponseCode": step.code,
        "ExecutionElapsedTime": elapsed,
        "StandardOutputContent": step.stdout[:STDOUT],
        "StandardErrorContent": step.stderr[:STDERR],
        "StandardOutputUrl": plugin["StandardOutputUrl"],
        "StandardErrorUrl": plugin["StandardErrorUrl"],
    }


OPERATIONS: dict[str, Callable[[SystemsManager, dict[str, Any]], dict[str, Any]]] = {
    "SendCommand": send,
    "CancelCommand": cancel,
    "ListCommands": list_commands,
    "ListCommandInvocations": list_invocations,
    "GetCommandInvocation": get_invocation,
}
