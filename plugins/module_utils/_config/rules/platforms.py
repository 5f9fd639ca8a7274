# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about what belongs to another platform (contract 4.5, 4.6, 4.7): the agent passes over it in silence."""

from __future__ import annotations

from typing import Iterator

from ..findings import WARNING, Finding
from ..measurements import WINDOWS_OBJECTS, sends_metrics
from ..problems import rule
from ..subject import LOG_PLATFORMS, SYSTEMS, Subject
from .metrics import metrics

_MEM = {"measurement": ["used_percent"]}
_EVENTS = [{"event_name": "System", "event_levels": ["ERROR"], "log_group_name": "/windows", "retention_in_days": 30}]


@rule(
    "other-platform",
    WARNING,
    why="Some sections, plugins and keys exist on one platform only; on another the agent passes over them in silence.",
    hint="Remove it for these hosts, or correct cw_agent_platform.",
    example={"logs": {"logs_collected": {"windows_events": {"collect_list": _EVENTS}}}, **metrics(mem=_MEM)},
)
def _other_platform(subject: Subject) -> Iterator[Finding]:
    here = SYSTEMS[subject.platform]
    collected = subject.section("logs", "logs_collected")
    for name, platforms in LOG_PLATFORMS.items():
        if name in collected and subject.platform not in platforms:
            where = " and ".join(SYSTEMS[platform] for platform in sorted(platforms))
            message = f"{name} is for {where}; on {here} the agent reads none of it, and makes none of its log groups."
            yield Finding(("logs", "logs_collected", name), collected[name], message)
    collect = subject.section("opentelemetry", "collect")
    if "windows_events" in collect and subject.platform != "windows":
        message = f"windows_events is for Windows; on {here} the agent reads none of it."
        yield Finding(("opentelemetry", "collect", "windows_events"), collect["windows_events"], message)
    for name, value in subject.section("metrics", "metrics_collected").items():
        if not sends_metrics(subject.platform, name):
            meant = f" Did you mean {WINDOWS_OBJECTS[name]}, with its counters?" if WINDOWS_OBJECTS[name] else ""
            message = (
                f"{name} is a plugin of Linux, and Windows has no performance counter object of that name: nothing is collected.{meant}"
            )
            yield Finding(("metrics", "metrics_collected", name), value, message)
    if subject.platform == "windows" and subject.section("agent").get("run_as_user"):
        yield Finding(("agent", "run_as_user"), subject.section("agent")["run_as_user"], "run_as_user does nothing on Windows.")
