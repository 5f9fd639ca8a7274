# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Arrived, no data or missing: what an answer of CloudWatch means for a host. Pure. Private to this collection."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Iterable, Mapping

from .causes import LOGS, METRICS, Cause, diagnose, unexplained, written_at
from .evidence import Evidence
from .expected_metrics import Metric
from .expected_streams import JOURNAL, Stream
from .hosts import Host
from .measured import NO_VALUE, NOTHING, Measured, MetricKey, MetricSeen, StreamKey, StreamSeen
from .states import ARRIVED, MISSING, NO_DATA, PENDING, UNVERIFIED, VERIFIED

SLACK_SECONDS = 30.0
"""From the moment the agent sends until CloudWatch shows it, and for a retry of the agent."""

TIMESTAMP_SECONDS = 30.0
"""By how much the time in a line may precede the moment in which it was written."""

CLOCK_SECONDS = 300.0
"""By how much a host's clock may be wrong: what differs more is refused by AWS."""

HOLD_SECONDS = 6.0
"""How long the agent holds the last line of a file, which another one could continue, before it sends it."""

RETRY_SECONDS = 90.0
"""The agent tries again after a minute at the latest, and says each time that it could not."""

SHARED = {
    LOGS: Cause(
        "other hosts send to this log stream as well, or may, so nobody can say whose events these are",
        "put {hostname}, or on EC2 {instance_id}, into log_stream_name",
    ),
    METRICS: Cause(
        "other hosts send this metric with the same dimensions as well, or may, so nobody can say whose value this is",
        "on EC2 add InstanceId to metrics.append_dimensions; elsewhere send the host's name (agent.omit_hostname: false)",
    ),
}
"""What has come, and may be another host's."""

OUTDATED = "the configuration of the plan is not the one that the agent runs with, because this run has not configured the host (tags)"

QUIET_JOURNAL = Cause("whether the journal has had anything to send is not known", "write a line to it (logger), and run again")

UNREADABLE_CLASS = Cause("the class of the log group does not let events be read", "see the agent's own log on the host")


@dataclass(frozen=True)
class Settings:
    """How to evaluate. ``begun``: when the question was first put; ``window``: seconds before it that count for unchanged hosts;
    ``timeout``: seconds for which changed hosts are awaited, 0: nobody is; ``check_mode``: changes were not made."""

    begun: float
    window: float
    timeout: float
    check_mode: bool = False


class Question:
    """One host as CloudWatch is asked about it."""

    def __init__(self, host: Host, settings: Settings) -> None:
        self.host = host
        self.settings = settings
        self.clock = host.clock or settings.begun
        recent = settings.begun - settings.window
        # By the host's own clock alone, which may differ from the controller's.
        self.runs_for = max(0.0, self.clock - (host.since or 0))
        # What an earlier process of the agent has sent says nothing about the one that runs now.
        self.since = host.since or recent if host.changed else max(recent, host.since or 0)
        self.predicted = host.changed and settings.check_mode
        self.awaited = host.changed and host.evidence.active and settings.timeout > 0 and not settings.check_mode
        # The observation is older than the question, so a clock that was already further than it is ahead by so much at least.
        ahead = max(0.0, self.clock - settings.begun)
        self._files = Counter((item.log_group_name, item.log_stream_name) for item in host.streams)
        self.streams = [(StreamKey(item.log_group_name, item.log_stream_name, self.since, ahead), item) for item in host.streams]
        self.metrics = [(self._metric_key(item), item) for item in host.metrics]

    def _metric_key(self, item: Metric) -> MetricKey:
        dimensions = tuple(sorted((str(key), str(value)) for key, value in item.dimensions.items()))
        # Values come at an interval, so the last one is never far back; by the clock of the host, which may be behind.
        recent = self.settings.begun - 2 * item.due - SLACK_SECONDS - CLOCK_SECONDS
        # Only a restart cuts a minute in two: a value of the minute in which the time in question begins is a recent one.
        recent -= recent % 60
        since = max(recent, self.since if self.host.changed else self.host.since or 0)
        return MetricKey(item.namespace, item.name, dimensions, since, item.resolution)

    def due(self, item: Metric, now: float) -> bool:
        """Whether a metric must be there by now."""
        return self.runs_for + now - self.settings.begun >= item.due + SLACK_SECONDS

    def settled(self, item: Stream) -> bool:
        """Whether what is in the file must have been sent when it was observed, or will not be."""
        return not self.host.evidence.active or item.written <= self.clock - item.flush - SLACK_SECONDS

    def grew(self, item: Stream) -> bool:
        """Whether something must have arrived: the file has grown, in the time in question, and long enough ago."""
        # What an earlier process of the agent has sent already does not come again after a restart.
        new = item.written >= self.since
        return item.grown and ((item.waiting or new) if self.awaited else (new and self.settled(item)))

    def complete(self, item: Stream, seen: StreamSeen) -> bool:
        """Whether the events reach to the last change of the file, as far as that is known."""
        slack = TIMESTAMP_SECONDS if item.timestamped else 1
        return seen.events > 0 and (item.filtered or not item.waiting or seen.newest >= item.written - slack)

    def lacks(self, item: Stream) -> bool:
        """Whether events of a stream with several files are none of this file, which the agent cannot read."""
        crowded = self._files[item.log_group_name, item.log_stream_name] > 1
        return crowded and not item.readable and not item.empty

    def held_until(self, item: Stream) -> float:
        """Until when lines that the file had when it was observed may still come, by the host's clock."""
        return max(self.since, item.written) + HOLD_SECONDS + item.flush + 1


def evaluate(question: Question, measured: Measured, now: float) -> dict[str, Any]:
    """The evaluation of a host, as it is returned to the playbook."""
    host = question.host
    streams = [_stream(question, item, measured.streams.get(key, NOTHING), measured) for key, item in question.streams]
    metrics = [_metric(question, item, measured.metrics.get(key, NO_VALUE), measured, now) for key, item in question.metrics]
    everything = streams + metrics
    refused = [measured.refused[kind] for kind, items in ((LOGS, streams), (METRICS, metrics)) if items and kind in measured.refused]
    return {
        "host": host.name,
        "region": host.region,
        "profile": host.profile,
        "changed": host.changed,
        "state": host_state({item["state"] for item in everything}, bool(refused), bool(host.unverified), host.outdated),
        "outdated": host.outdated,
        **host.facts,
        "streams": streams,
        "metrics": metrics,
        "unverified": [*([OUTDATED] if host.outdated else []), *host.unverified],
        "refused": refused,
        **summary(everything),
    }


def host_state(states: set[str], refused: bool, doubted: bool, outdated: bool = False) -> str:
    """The state of a host by those of its items.

    ``refused``: a kind of them could not be asked; ``doubted``: more than these exist; ``outdated``: another configuration sends them.
    """
    if MISSING in states:
        return MISSING
    if refused or outdated:
        return UNVERIFIED
    if PENDING in states:
        return PENDING
    if ARRIVED in states:
        return VERIFIED
    return UNVERIFIED if doubted or UNVERIFIED in states else NO_DATA


def summary(items: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """``cause`` and ``hint`` of all that is missing."""
    missing = [item for item in items if item["state"] == MISSING]
    return {key: "; ".join(dict.fromkeys(str(item[key]) for item in missing)) for key in ("cause", "hint")}


def location(item: Stream) -> str:
    """A stream as the agent's log names it."""
    return f"{item.log_group_name}/{item.log_stream_name}"


def _stream(question: Question, item: Stream, seen: StreamSeen, measured: Measured) -> dict[str, Any]:
    complete = question.complete(item, seen) and not question.lacks(item)
    known = None if complete and not item.shared else diagnose(LOGS, question.host.evidence, location(item), item.file, item.readable)
    state = _stream_state(question, item, seen, known, LOGS in measured.refused)
    if state == UNVERIFIED:
        known = Cause(measured.refused[LOGS], "") if LOGS in measured.refused else _doubt(item, seen)
    elif state == NO_DATA and item.absent and known is None:
        known = Cause(f"there is no file {item.file}", "correct file_path, or leave it: it is read as soon as it is there")
    names = {"log_group_name": item.log_group_name, "log_stream_name": item.log_stream_name, "file": item.file}
    keep = not item.readable and not complete
    found = {
        "readable": item.readable,
        "exists": not item.absent,
        "state": state,
        "events": seen.events,
        "newest": seen.newest if seen.events else None,
    }
    return {**names, **found, **_why(LOGS, state, known, keep)}


def _stream_state(question: Question, item: Stream, seen: StreamSeen, known: Cause | None, refused: bool) -> str:
    came = ARRIVED
    if item.shared:
        # What others have sent hides nothing that the agent itself says.
        came = MISSING if not question.predicted and _denied(question, item, known) else UNVERIFIED
    if question.complete(item, seen) and not question.lacks(item):
        return came
    if question.predicted:
        return came if seen.events else PENDING
    if not item.readable:
        return NO_DATA if item.empty else MISSING
    if refused or seen.unreadable:
        return MISSING if _refused(question, item, known) else UNVERIFIED
    if seen.events:
        return MISSING if _stuck(question, item, known) else came
    return MISSING if _lacks(question, item, known) else UNVERIFIED if item.file == JOURNAL else NO_DATA


def _doubt(item: Stream, seen: StreamSeen) -> Cause:
    if seen.unreadable:
        return UNREADABLE_CLASS
    return SHARED[LOGS] if seen.events or item.file != JOURNAL else QUIET_JOURNAL


def _recently(question: Question, item: Stream) -> bool:
    return item.grown and item.written >= question.since


def _refused(question: Question, item: Stream, known: Cause | None) -> bool:
    """Whether the agent itself says that it cannot send this very stream, of which something waits."""
    return known is not None and _own(item, known) and (item.waiting or _recently(question, item))


def _denied(question: Question, item: Stream, known: Cause | None) -> bool:
    """Whether the agent has said lately that it cannot send this very stream, of which something waits."""
    stated = known is not None and bool(known.line) and _refused(question, item, known)
    return stated and (written_at(known.line if known else "") or item.written) >= item.written - RETRY_SECONDS


def _lacks(question: Question, item: Stream, known: Cause | None) -> bool:
    """Whether there was something to send of a stream that has no events."""
    if item.file == JOURNAL:
        # Nobody sees how far it was sent: only the agent's own words about this stream say that something is missing.
        return known is not None and location(item) in known.line
    if _refused(question, item, known):
        return True
    # Others' troubles say nothing about a file without new lines, but explain one that should have sent something.
    return not item.filtered and (question.grew(item) or (known is not None and _recently(question, item)))


def _stuck(question: Question, item: Stream, known: Cause | None) -> bool:
    """Whether a stream that has events lacks the newest ones. Of a host that is not awaited only the agent's own words say that."""
    stated = known is not None and _own(item, known) and (written_at(known.line) or item.written) >= item.written
    return question.awaited or (stated and question.settled(item))


def _own(item: Stream, known: Cause) -> bool:
    return not known.line or location(item) in known.line or item.file in known.line


def _metric(question: Question, item: Metric, seen: MetricSeen, measured: Measured, now: float) -> dict[str, Any]:
    refused = measured.refused.get(METRICS, "")
    doubt = refused or seen.doubt or item.doubt
    state = _metric_state(question, item, seen, doubt, now)
    known = _metric_cause(question.host.evidence, state, SHARED[METRICS] if seen.value is not None else Cause(doubt, ""))
    names = {"namespace": item.namespace, "name": item.name, "dimensions": dict(item.dimensions)}
    newest = None if seen.value is None else seen.at
    return {**names, "state": state, "value": seen.value, "newest": newest, **_why(METRICS, state, known)}


def _metric_state(question: Question, item: Metric, seen: MetricSeen, doubt: str, now: float) -> str:
    came = UNVERIFIED if item.shared else ARRIVED
    if question.predicted:
        return PENDING if seen.value is None else came
    if not question.host.evidence.active:
        # Whatever there is comes from before the agent ended.
        return MISSING
    if seen.value is not None:
        return came
    if not question.due(item, now):
        return NO_DATA
    return UNVERIFIED if doubt else MISSING


def _metric_cause(evidence: Evidence, state: str, doubt: Cause) -> Cause | None:
    if state == UNVERIFIED:
        return doubt
    return diagnose(METRICS, evidence) if state == MISSING else None


def _why(kind: str, state: str, known: Cause | None, keep: bool = False) -> dict[str, str]:
    """Cause, hint and line. ``keep``: whether what is known matters although nothing is missing."""
    if state == MISSING:
        known = known or unexplained(kind)
    elif known is None or not (keep or state in (NO_DATA, UNVERIFIED)):
        known = Cause("", "")
    return {"cause": known.cause, "hint": known.hint, "line": known.line}
