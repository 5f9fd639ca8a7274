# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes without a host: thousands of them, answered by a table. For benchmarks and for kinds of failures.

    POST /_lab/nodes
    {"count": 1000, "tags": {"Role": "web"}, "platform": "Linux", "ping": "Online", "kind": "ec2", "region": "us-east-1",
     "answers": [{"document": "AWS-Run*", "contains": "text", "status": "Failed", "code": 1, "step": "…",
                  "stdout": "…", "stderr": "…", "seconds": 0.5}]}

gives `{"nodes": ["i-…", …]}`. Every field has a default; `ids` instead of `count` names nodes, also such as exist already: those of real
hosts keep their agent and take over only `tags` (hybrid ones) and `denied`. `kind` is ec2 or hybrid; `platform` Windows or MacOS is foreign
to a shell script. `denied: true`: SendCommand ends with AccessDenied for these nodes, as a policy with `ssm:resourceTag` would have it.
`DELETE /_lab/nodes` removes all simulated nodes and denials.

`answers`: the first whose `document` (shell wildcard) is the command's and whose `contains` stands in its parameters tells what happens
`seconds` after the node got it; no answer: Success, without output. `status` is Success, Failed, TimedOut (of the node's own time-out),
Cancelled, Silent (the node never takes the command: DeliveryTimedOut), Running (it never ends: DeliveryTimedOut at the total time-out,
Cancelled by CancelCommand), Stubborn (as Running, and not to be cancelled). `step` is the one that it happens in (default: the first that
the platform does not skip); steps before it succeed, steps after it do as well. Each step's `stdout` is that of the answer.
"""

from __future__ import annotations

import fnmatch
import json
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aws.systems_manager.nodes import Node

if TYPE_CHECKING:
    from aws.systems_manager.commands import Command, Invocation, StepResult
    from aws.systems_manager.service import SystemsManager

DETAILS = {"TimedOut": "ExecutionTimedOut"}
SILENT, ENDLESS = "Silent", ("Running", "Stubborn")
FIELDS = {"count", "ids", "tags", "platform", "ping", "kind", "region", "answers", "denied", "agent_version", "name"}
CUT = "---Output truncated---"


@dataclass
class Behaviour:
    """How a simulated node answers; `ping` is Online or ConnectionLost."""

    ping: str = "Online"
    answers: list[dict[str, Any]] = field(default_factory=list)

    def row(self, document: str, values: dict[str, Any]) -> dict[str, Any]:
        """The row of the table that a document with these parameters falls under."""
        name, text = document.rpartition(":document/")[2], json.dumps(values)
        for row in self.answers:
            if fnmatch.fnmatchcase(name, row.get("document", "*")) and str(row.get("contains", "")) in text:
                return row
        return {}

    def advance(self, command: Command, invocation: Invocation, node: Node, now: float) -> None:
        """Takes the command, and ends it when its time has come."""
        row = self.row(str(command.settings["DocumentName"]), command.values)
        status = row.get("status", "Success")
        if status == SILENT:
            return
        if invocation.taken is None:
            invocation.taken, invocation.details = now, "InProgress"
            invocation.due = now + float(row.get("seconds", 0))
        if status in ENDLESS or invocation.due is None or now < invocation.due:
            return
        _fill(command, invocation, node.platform, row, now)
        command.end(invocation, DETAILS.get(status, status))

    def cancel(self, invocation: Invocation) -> bool:
        """Whether the node lets itself be cancelled."""
        stubborn = any(row.get("status") == "Stubborn" for row in self.answers)
        invocation.cancelling = stubborn
        return not stubborn


def _fill(command: Command, invocation: Invocation, platform: str, row: dict[str, Any], now: float) -> None:
    able = [step.name for step in command.plan if platform in step.platforms]
    failing = row.get("step") or next(iter(able), "")
    for step, result in zip(command.plan, invocation.steps):
        result.start = result.end = now
        if step.name not in able:
            _skip(result, step.platform)
            continue
        mine = row if step.name == failing else {}
        result.details = DETAILS.get(mine.get("status", "Success"), mine.get("status", "Success"))
        result.code = int(mine.get("code", 0 if result.details == "Success" else 137 if "TimedOut" in result.details else 1))
        result.stdout, result.stderr = str(mine.get("stdout", "")), str(mine.get("stderr", ""))
        result.output = result.stdout + (f"\n----------ERROR-------\n{result.stderr}" if result.stderr else "")
        if len(result.output) > 2500:
            result.output = result.output[: 2500 - len(CUT)] + CUT


def _skip(result: StepResult, platform: str) -> None:
    result.details, result.code = "Success", 0
    condition = f"'\"StringEquals\": [platformType, {platform}]'" if platform else "the platform"
    result.output = result.stdout = f"Step execution skipped due to unsatisfied preconditions: {condition}. Step name: {result.name}"


def add(service: SystemsManager, wanted: dict[str, Any]) -> list[str]:
    """Makes nodes from the fields above; raises ValueError with the reason when they make no sense. Returns their ids."""
    unknown = sorted(set(wanted) - FIELDS)
    if unknown:
        raise ValueError(f"unknown field {unknown[0]}; known: {', '.join(sorted(FIELDS))}")
    prefix = "mi-" if wanted.get("kind") == "hybrid" else "i-"
    ids = wanted.get("ids") or [prefix + secrets.token_hex(9)[:17] for _unused in range(int(wanted.get("count", 1)))]
    for number, name in enumerate(ids, 1):
        node = service.nodes.found.get(name)
        if node is None or node.behaviour:
            node = service.nodes.found[name] = _made(service, name, number, wanted)
        node.own_tags.update(wanted.get("tags") or {})
        if wanted.get("denied") is not None:
            (service.denied.add if wanted["denied"] else service.denied.discard)(name)
    return list(ids)


def _made(service: SystemsManager, name: str, number: int, wanted: dict[str, Any]) -> Node:
    now, platform = service.clock.now(), str(wanted.get("platform", "Linux"))
    names = {"Linux": "Amazon Linux", "Windows": "Microsoft Windows Server 2022 Datacenter", "MacOS": "macOS"}
    said = {
        "PlatformType": platform,
        "PlatformName": names[platform],
        "PlatformVersion": "2023",
        "AgentVersion": str(wanted.get("agent_version", "3.3.1142.0")),
        "ComputerName": f"{wanted.get('name', 'node')}-{number}",
        "IPAddress": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
    }
    registration = {"activation": "00000000-0000-0000-0000-000000000000", "role": "simulated", "name": said["ComputerName"]}
    behaviour = Behaviour(str(wanted.get("ping", "Online")), list(wanted.get("answers") or []))
    return Node(name, now, now, said, registration=registration if name.startswith("mi-") else {}, behaviour=behaviour)


def clear(service: SystemsManager) -> int:
    """Removes all simulated nodes and all denials; returns how many nodes there were."""
    gone = [name for name, node in service.nodes.found.items() if node.behaviour]
    for name in gone:
        del service.nodes.found[name]
    service.denied.clear()
    return len(gone)
