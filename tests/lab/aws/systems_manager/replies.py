# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a node's reply says of a command: steps are accumulated, and what has ended stays as it ended."""

from __future__ import annotations

import calendar
import re
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aws.systems_manager.commands import Command, Invocation, StepResult

DETAILS = {"TimedOut": "ExecutionTimedOut", "Skipped": "Success"}
"""The service's words for an agent's; a skipped step counts as one that went well."""
OPEN = ("InProgress", "Pending", "NotStarted", "SuccessAndReboot", "")
_STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?")


def seconds(stamp: str | None) -> float | None:
    """An agent's time as seconds since the epoch, None where there is none."""
    found = _STAMP.match(stamp or "")
    if not found or found[1].startswith("0001"):
        return None
    return calendar.timegm(time.strptime(found[1], "%Y-%m-%dT%H:%M:%S")) + float(found[2] or 0)


def take(command: Command, node_id: str, payload: dict[str, Any], now: float) -> None:
    """Takes a reply's payload over; one to a command that has ended for this node changes nothing."""
    invocation = command.invocations.get(node_id)
    if invocation is None or invocation.final:
        return
    accept(invocation, now)
    for name, said in (payload.get("runtimeStatus") or {}).items():
        result = next((step for step in invocation.steps if step.name == name), None)
        if result is not None and not result.final:
            _step(result, said)
    invocation.trace = str(payload.get("documentTraceOutput") or invocation.trace)[:2500]
    status = str(payload.get("documentStatus") or "")
    if status not in OPEN:
        command.end(invocation, DETAILS.get(status, status))


def accept(invocation: Invocation, now: float) -> None:
    """The node has the command."""
    if invocation.taken is None:
        invocation.taken = now
    if invocation.details == "Pending":
        invocation.details = "InProgress"


def _step(result: StepResult, said: dict[str, Any]) -> None:
    status = str(said.get("status") or "")
    result.details = "InProgress" if status in OPEN else DETAILS.get(status, status)
    result.code = int(said.get("code") or 0) if result.final else -1
    result.output = str(said.get("output") or "")
    result.stdout = str(said.get("standardOutput") or "")
    result.stderr = str(said.get("standardError") or "")
    result.start, result.end = seconds(said.get("startDateTime")), seconds(said.get("endDateTime"))
