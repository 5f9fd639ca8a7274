# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Arrived, quiet or missing: what an answer of CloudWatch means for a host. Pure. Private to this collection."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping

from .._aws.telemetry_reading import NOTHING, MetricKey, Seen, StreamKey
from .causes import LOGS, METRICS, Cause, Evidence, diagnose, unexplained, written_at
from .message import MISSING, place, summary

ARRIVED = "arrived"
QUIET = "quiet"
UNVERIFIED = "unverified"
"""A log group whose class does not let events be read."""

PENDING = "pending"
"""A change that check mode did not make: what it would bring cannot have arrived."""

SLACK_SECONDS = 30.0
"""From the moment the agent sends until CloudWatch shows it, and for a retry of the agent."""

TIMESTAMP_SECONDS = 30.0
"""By how much the time in a line may precede the moment in which it was written."""


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
    """What CloudWatch has: the events of streams, the newest value of series."""

    streams: dict[StreamKey, Seen] = field(default_factory=dict)
    metrics: dict[MetricKey, float | None] = field(default_factory=dict)


class Host:
    """One host of the question, as ``cw_agent_telemetry_info`` takes it in O(hosts)."""

    def __init__(self, given: Mapping[str, Any], terms: Terms) -> None:
        self.name = str(given["host"])
        self.region = str(given["region"])
        self.changed = bool(given["changed"])
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
        self.awaited = self.changed and self.evidence.active and terms.timeout > 0 and not terms.check_mode
        self.streams = [(self._stream_key(item), item) for item in given["streams"] or []]
        self.metrics = [(self._metric_key(item), item) for item in given["metrics"] or []]

    def _stream_key(self, item: Mapping[str, Any]) -> StreamKey:
        return StreamKey(self.region, item["log_group_name"], item["log_stream_name"], self.since)

    def _metric_key(self, item: Mapping[str, Any]) -> MetricKey:
        dimensions = tuple(sorted((str(key), str(value)) for key, value in (item["dimensions"] or {}).items()))
        # Values come at an interval, so the last one is never far back.
        recent = self.terms.begun - 2 * item["due"] - SLACK_SECONDS
        # Only a restart cuts a minute in two: a value of the minute in which the time looked at begins is a recent one.
        recent -= recent % 60
        since = max(self.since, recent) if self.changed else recent
        return MetricKey(self.region, item["namespace"], item["name"], dimensions, since, item["resolution"])

    def due(self, item: Mapping[str, Any]) -> float:
        """When a metric must be there at the latest, seconds since the epoch."""
        return self.started + float(item["due"]) + SLACK_SECONDS

    def settled(self, item: Mapping[str, Any]) -> bool:
        """Whether what is in the file must have been sent when it was looked at, or will not be."""
        return not self.evidence.active or bool(item["written"] <= self.clock - item["flush"] - SLACK_SECONDS)

    def grew(self, item: Mapping[str, Any]) -> bool:
        """Whether something must have arrived: the file has grown, in the time that is looked at, and long enough ago."""
        # What an earlier process of the agent has sent already does not come again after a restart.
        new = item["written"] >= self.since
        return item["grown"] and ((item["waiting"] or new) if self.awaited else (new and self.settled(item)))

    def complete(self, item: Mapping[str, Any], seen: Seen) -> bool:
        """Whether the events reach to the last change of the file, as far as that is known."""
        slack = TIMESTAMP_SECONDS if item["timestamped"] else 1
        return seen.events > 0 and (item["filtered"] or not item["waiting"] or seen.newest >= item["written"] - slack)


def judge(host: Host, measured: Measured, now: float) -> dict[str, Any]:
    """The verdict on a host, as it is returned to the playbook."""
    streams = [_stream(host, item, measured.streams.get(key, NOTHING)) for key, item in host.streams]
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


def _stream(host: Host, item: Mapping[str, Any], seen: Seen) -> dict[str, Any]:
    complete = host.complete(item, seen)
    known = None if complete else diagnose(LOGS, host.evidence, place(item), item["file"], item["readable"])
    if complete:
        state = ARRIVED
    elif host.changed and host.terms.check_mode:
        state = ARRIVED if seen.events else PENDING
    elif seen.shut:
        state = MISSING if _refused(host, item, known) else UNVERIFIED
    elif seen.events:
        state = MISSING if _stuck(host, item, known) else ARRIVED
    else:
        state = MISSING if _lacks(host, item, known) else QUIET
    names = {key: item[key] for key in ("log_group_name", "log_stream_name", "file")}
    return {**names, "state": state, "events": seen.events, **_why(LOGS, state, known)}


def _recently(host: Host, item: Mapping[str, Any]) -> bool:
    return bool(item["grown"] and item["written"] >= host.since)


def _refused(host: Host, item: Mapping[str, Any], known: Cause | None) -> bool:
    """Whether the agent itself says that it cannot send this very stream, of which something waits."""
    return known is not None and _own(item, known) and (item["waiting"] or _recently(host, item))


def _lacks(host: Host, item: Mapping[str, Any], known: Cause | None) -> bool:
    """Whether there was something to send of a stream that has no events."""
    if _refused(host, item, known):
        return True
    # Others' troubles say nothing about a calm file, but are told of one that should have sent something.
    return not item["filtered"] and (host.grew(item) or (known is not None and _recently(host, item)))


def _stuck(host: Host, item: Mapping[str, Any], known: Cause | None) -> bool:
    """Whether a stream that has events lacks the newest ones. Of a host that is not awaited only the agent's own words tell that."""
    told = known is not None and _own(item, known) and (written_at(known.line) or item["written"]) >= item["written"]
    return host.awaited or (told and host.settled(item))


def _own(item: Mapping[str, Any], known: Cause) -> bool:
    return not known.line or place(item) in known.line or item["file"] in known.line


def _metric(host: Host, item: Mapping[str, Any], value: float | None, now: float) -> dict[str, Any]:
    if host.changed and host.terms.check_mode:
        state = PENDING if value is None else ARRIVED
    elif not host.evidence.active:
        # Whatever there is comes from before the agent ended.
        state = MISSING
    elif value is not None:
        state = ARRIVED
    else:
        state = MISSING if now >= host.due(item) else QUIET
    known = diagnose(METRICS, host.evidence) if state == MISSING else None
    names = {key: item[key] for key in ("namespace", "name", "dimensions")}
    return {**names, "state": state, "value": value, **_why(METRICS, state, known)}


def _why(kind: str, state: str, known: Cause | None) -> dict[str, str]:
    if state == MISSING:
        known = known or unexplained(kind)
    elif state != QUIET or known is None:
        known = Cause("", "")
    return {"cause": known.cause, "mend": known.mend, "line": known.line}
