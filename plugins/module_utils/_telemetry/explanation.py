# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Causes that a newer observation shows: the agent complains some time after its start, when a changed host was already observed."""

from __future__ import annotations

from typing import Any, Iterable, Mapping

from .causes import LOGS, METRICS, diagnose
from .evaluation import summary
from .evidence import Evidence
from .states import MISSING


def explained(evaluations: Iterable[Mapping[str, Any]], observed: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The evaluations with the causes that ``observed`` (by host, results of ``cw_agent_info``) shows."""
    return [_explained(item, (observed.get(item["host"]) or {}).get("agent")) for item in evaluations]


def _explained(evaluation: Mapping[str, Any], agent: Mapping[str, Any] | None) -> dict[str, Any]:
    if not agent:
        return dict(evaluation)
    evidence = Evidence.of(agent, str(evaluation["region"]))
    streams = [_item(LOGS, item, evidence) for item in evaluation["streams"]]
    metrics = [_item(METRICS, item, evidence) for item in evaluation["metrics"]]
    return {**evaluation, "streams": streams, "metrics": metrics, **summary(streams + metrics)}


def _item(kind: str, item: Mapping[str, Any], evidence: Evidence) -> dict[str, Any]:
    if item["state"] != MISSING or item["line"]:
        return dict(item)
    location = f"{item['log_group_name']}/{item['log_stream_name']}" if kind == LOGS else ""
    found = diagnose(kind, evidence, location, str(item.get("file") or ""), bool(item.get("readable", True)))
    return {**item, **found._asdict()} if found else dict(item)
