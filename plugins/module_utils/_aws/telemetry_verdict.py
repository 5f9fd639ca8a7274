# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Arrived, quiet or missing: what an answer of CloudWatch means for a host. Pure. Private to this collection."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping

from .._config.causes import LOGS, METRICS, Cause, Evidence, diagnose, unexplained
from .._config.telemetry_message import MISSING, place, summary
from .telemetry_reading import MetricKey, StreamKey

ARRIVED = "arrived"
QUIET = "quiet"
PENDING = "pending"
"""A change that check mode did not make: what it would bring cannot have arrived."""

SLACK_SECONDS = 30.0
"""From the moment the agent sends until CloudWatch shows it, and for a retry of the agent."""


@dataclass(frozen=True)
class Terms:
    """How to judge. ``begun``: when the question was first put; ``window``: seconds before it that count for unchanged hosts;
    ``timeout``: seconds for which changed hosts are awaited, 0: nobody is; ``check_mode``: changes were not made."""

    begun: float
    window: float
    timeout: float
    check_mode: bool = False


@dataclass
class Measured:
    """What CloudWatch has: the number of events of streams, the newest value of series."""

    streams: dict[StreamKey, int] = field(default_factory=dict)
    metrics: dict[MetricKey, float | None] = field(default_factory=dict)


class Host:
    """One host of the question, as ``cw_agent_telemetry_info`` takes it in O(hosts)."""

    def __init__(self, given: Mapping[str, Any], terms: Terms) -> None:
        self.name = str(given["host"])
        self.region = str(given["region"])
        self.changed = bool(given["changed"])
        self.awaited = self.changed and terms.timeout > 0 and not terms.check_mode
        self.terms = terms
        self.clock = float(given["clock"] or terms.begun)
        recent = terms.begun - terms.window
        self.started = min(float(given["since"] or 0), terms.begun)
        self.since = float(given["since"] or recent) if self.changed else recent
        agent = given["agent"] or {}
        self.evidence = Evidence(
            active=bool(agent.get("active", True)),
            errors=tuple(agent.get("errors") or ()),
            run_as_user=str(agent.get("run_as_user") or "root"),
            region=str(agent.get("region") or ""),
            sends_to=self.region,
            role=str(agent.get("role") or ""),
        )
        self.streams = [(self._stream_key(item), item) for item in given["streams"] or []]
        self.metrics = [(self._metric_key(item), item) for item in given["metrics"] or []]

    def _stream_key(self, item: Mapping[str, Any]) -> StreamKey:
        return StreamKey(self.region, item["log_group_name"], item["log_stream_name"], self.since)

    def _metric_key(self, item: Mapping[str, Any]) -> MetricKey:
        dimensions = tuple(sorted((str(key), str(value)) for key, value in (item["dimensions"] or {}).items()))
        # A metric of a long interval has its last value further back than the window.
        since = self.since if self.changed else min(self.since, self.terms.begun - 2 * item["due"] - SLACK_SECONDS)
        return MetricKey(self.region, item["namespace"], item["name"], dimensions, since)

    def due(self, item: Mapping[str, Any]) -> float:
        """When a metric must be there at the latest, seconds since the epoch."""
        return self.started + float(item["due"]) + SLACK_SECONDS

    def grew(self, item: Mapping[str, Any]) -> bool:
        """Whether something must have arrived: the file has grown, by the time that is looked at, and long enough ago."""
        if not item["grown"]:
            return False
        settled = self.clock - item["flush"] - SLACK_SECONDS
        return self.awaited or self.since <= item["written"] <= settled


def judge(host: Host, measured: Measured, now: float) -> dict[str, Any]:
    """The verdict on a host, as it is returned to the playbook."""
    streams = [_stream(host, item, measured.streams.get(key, 0)) for key, item in host.streams]
    metrics = [_metric(host, item, measured.metrics.get(key), now) for key, item in host.metrics]
    everything = streams + metrics
    states = {item["state"] for item in everything}
    state = next((state for state in (MISSING, PENDING, ARRIVED) if state in states), QUIET)
    return {
        "host": host.name,
        "region": host.region,
        "changed": host.changed,
        "state": state,
        "streams": streams,
        "metrics": metrics,
        **summary(everything),
    }


def _stream(host: Host, item: Mapping[str, Any], events: int) -> dict[str, Any]:
    known = None if events else diagnose(LOGS, host.evidence, place(item), item["file"], item["readable"])
    if events:
        state = ARRIVED
    elif host.changed and host.terms.check_mode:
        state = PENDING
    else:
        state = MISSING if _lacks(host, item, known) else QUIET
    names = {key: item[key] for key in ("log_group_name", "log_stream_name", "file")}
    return {**names, "state": state, "events": events, **_why(LOGS, state, known)}


def _lacks(host: Host, item: Mapping[str, Any], known: Cause | None) -> bool:
    """Whether there was something to send of a stream that has no events."""
    recently = item["grown"] and item["written"] >= host.since
    if known is not None and (item["waiting"] or recently):
        # The witness must speak of this very stream: other files' troubles say nothing about a calm one.
        own = not known.line or place(item) in known.line or item["file"] in known.line
        if own or (recently and not item["filtered"]):
            return True
    return not item["filtered"] and host.grew(item)


def _metric(host: Host, item: Mapping[str, Any], value: float | None, now: float) -> dict[str, Any]:
    if value is not None:
        state = ARRIVED
    elif host.changed and host.terms.check_mode:
        state = PENDING
    else:
        state = MISSING if now >= host.due(item) else QUIET
    known = diagnose(METRICS, host.evidence) if state == MISSING else None
    names = {key: item[key] for key in ("namespace", "name", "dimensions")}
    return {**names, "state": state, "value": value, **_why(METRICS, state, known)}


def _why(kind: str, state: str, known: Cause | None) -> dict[str, str]:
    if state == MISSING:
        known = known or unexplained(kind)
    elif state == PENDING or known is None:
        known = Cause("", "")
    return {"cause": known.cause, "mend": known.mend, "line": known.line}
