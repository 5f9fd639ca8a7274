# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands and their invocations: what was asked, how far each node is, and the status that follows for all."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aws.systems_manager.content import Step

ERRORS = ("Failed", "ExecutionTimedOut")
"""What counts for MaxErrors."""
NEUTRAL = ("Undeliverable", "InvalidPlatform", "AccessDenied")
"""What counts neither for MaxErrors nor for the status of the command, unless all nodes have it."""
FINAL = (*ERRORS, *NEUTRAL, "Success", "DeliveryTimedOut", "Cancelled", "Terminated")
_STATUS = {
    "ExecutionTimedOut": "TimedOut",
    "DeliveryTimedOut": "TimedOut",
    "Terminated": "Cancelled",
    "NoInstancesInTag": "Success",
    "Incomplete": "Failed",
    **dict.fromkeys(NEUTRAL, "Failed"),
}


def status_of(details: str) -> str:
    """The Status that belongs to a StatusDetails."""
    return _STATUS.get(details, details)


@dataclass
class StepResult:
    """What a node has said of one step; `details` as in StatusDetails, `code` -1: not started; times in seconds since the epoch."""

    name: str
    plugin: str
    details: str = "Pending"
    code: int = -1
    output: str = ""
    stdout: str = ""
    stderr: str = ""
    start: float | None = None
    end: float | None = None

    @property
    def final(self) -> bool:
        """Whether it will not change any more."""
        return self.details in FINAL


@dataclass
class Invocation:
    """A command on one node; `sent`: when it went into the node's mailbox, `taken`: when the node acknowledged it."""

    node_id: str
    steps: list[StepResult]
    details: str = "Pending"
    trace: str = ""
    sent: float | None = None
    taken: float | None = None
    cancelling: bool = False
    due: float | None = None

    @property
    def final(self) -> bool:
        """Whether it will not change any more."""
        return self.details in FINAL


@dataclass
class Command:
    """A command. `settings`: what SendCommand asked for; `content`: the version of the document that runs; times in seconds."""

    id: str
    settings: dict[str, Any]
    content: dict[str, Any]
    version: int
    values: dict[str, Any]
    requested: float
    delivery_seconds: float
    execution_seconds: float
    concurrency: int
    errors_allowed: int
    plan: list[Step]
    invocations: dict[str, Invocation] = field(default_factory=dict)
    waiting: deque[str] = field(default_factory=deque)
    running: dict[str, Invocation] = field(default_factory=dict)
    first_sent: float | None = None
    ended: int = 0
    errors: int = 0
    cancelled: bool = False

    @property
    def total_seconds(self) -> float:
        """After so long whatever has not ended has timed out."""
        return self.delivery_seconds + self.execution_seconds

    @property
    def open(self) -> bool:
        """Whether something may still change."""
        return self.ended < len(self.invocations)

    def end(self, invocation: Invocation, details: str) -> None:
        """A node has its final state; a later word does not change it."""
        if invocation.final:
            return
        invocation.details = details
        invocation.cancelling = False
        self.running.pop(invocation.node_id, None)
        self.ended += 1
        self.errors += details in ERRORS

    def count(self, details: str) -> int:
        """How many nodes have this state."""
        return sum(invocation.details == details for invocation in self.invocations.values())

    def details(self) -> str:
        """StatusDetails of the whole."""
        if not self.invocations:
            return "NoInstancesInTag"
        if self.open:
            return "Cancelling" if self.cancelled else "InProgress" if self.first_sent is not None else "Pending"
        states = {invocation.details for invocation in self.invocations.values()}
        if self.cancelled and "Cancelled" in states:
            return "Cancelled"
        telling = states - set(NEUTRAL)
        if self.errors > self.errors_allowed or not telling:
            return "ExecutionTimedOut" if "ExecutionTimedOut" in states and "Failed" not in states else "Failed"
        return next(iter(telling)) if telling in ({"DeliveryTimedOut"}, {"Success"}) else "Incomplete"
