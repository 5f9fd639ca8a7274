# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""State Manager: associations, their versions and executions."""

from __future__ import annotations

import hashlib
import json
import re
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from aws.answer import AwsError

OPTIONAL = (
    "AssociationName",
    "DocumentVersion",
    "Parameters",
    "Targets",
    "ScheduleExpression",
    "OutputLocation",
    "AutomationTargetParameterName",
    "MaxErrors",
    "MaxConcurrency",
    "ComplianceSeverity",
    "SyncCompliance",
    "ApplyOnlyAtCronInterval",
    "CalendarNames",
    "TargetLocations",
    "ScheduleOffset",
    "Duration",
    "TargetMaps",
    "AlarmConfiguration",
    "AssociationDispatchAssumeRole",
)
"""What UpdateAssociation sets to null unless it is sent."""
_RATE = re.compile(r"rate\(\s*(\d+)\s+(minute|hour|day)s?\s*\)")
_UNITS = {"minute": 60, "hour": 3600, "day": 86_400}


def rate_seconds(expression: str | None) -> float | None:
    """The seconds of a rate(…), None for any other schedule."""
    found = _RATE.fullmatch(expression or "")
    return float(int(found[1]) * _UNITS[found[2]]) if found else None


def check_schedule(settings: dict[str, Any]) -> None:
    """Refuses a schedule that State Manager refuses: rates from half an hour to 31 days, cron without months, one moment by at(…)."""
    expression, only = settings.get("ScheduleExpression"), settings.get("ApplyOnlyAtCronInterval")
    seconds = rate_seconds(expression)
    if expression is None:
        return
    cron = re.fullmatch(r"cron\((.+)\)", expression)
    if seconds is not None:
        good = 1800 <= seconds <= 31 * 86_400 and not only
    elif cron:
        fields = cron[1].split()
        good = len(fields) in (5, 6) and fields[-3 if len(fields) == 6 else 3] in ("*", "?")
    else:
        good = re.fullmatch(r"at\(\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?\)", expression) is not None
    if not good:
        raise AwsError("InvalidSchedule", f"The schedule expression {expression} is not valid.")


@dataclass
class Run:
    """An execution on one node: Status and DetailedStatus as the API shows them."""

    status: str = "Pending"
    when: float | None = None
    due: float | None = None

    @property
    def final(self) -> bool:
        """Whether it will not change any more."""
        return self.status in ("Success", "Failed", "Skipped")


@dataclass
class Execution:
    """One execution of an association: a run for each node; `waiting` are those that have not been told yet."""

    id: str
    version: int
    created: float
    runs: dict[str, Run] = field(default_factory=dict)
    waiting: deque[str] = field(default_factory=deque)

    def status(self) -> str:
        """The status of the whole."""
        states = {run.status for run in self.runs.values()}
        return next((name for name in ("InProgress", "Pending", "Failed") if name in states), "Success")

    def counts(self) -> dict[str, int]:
        """How many nodes have which status."""
        found: dict[str, int] = {}
        for run in self.runs.values():
            found[run.status] = found.get(run.status, 0) + 1
        return found


@dataclass
class Association:
    """An association. `versions`: the settings of each version; `seen`: what its last execution was started for."""

    id: str
    settings: dict[str, Any]
    created: float
    updated: float
    versions: list[dict[str, Any]] = field(default_factory=list)
    executions: list[Execution] = field(default_factory=list)
    nodes: set[str] = field(default_factory=set)
    seen: Any = None
    scheduled: float = 0.0

    @property
    def version(self) -> int:
        """The number of its newest version."""
        return len(self.versions)

    @property
    def document(self) -> str:
        """The document's name without the rest of an ARN."""
        return str(self.settings["Name"]).rpartition(":document/")[2]

    @property
    def checksum(self) -> str:
        """What differs when a node has to apply it anew."""
        return hashlib.sha256(json.dumps([self.version, self.seen], default=str).encode()).hexdigest()
