# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends events to CloudWatch Logs: one batch at a time per stream, offsets kept once a batch is taken."""

from __future__ import annotations

import collections
import queue
import random
import re
import threading
import time
from typing import Any, Callable

from ..awshttp import AwsError
from .host import Host
from .log import LOG

TARGET = "Logs_20140328."
PER_EVENT = 26
MAX_BYTES = 1048576
MAX_EVENTS = 10000
MAX_SPAN = 23 * 3600 * 1000
QUEUE = 20000
DESCRIBE_EVERY = 5.0
SHORT, SHORT_TRIES, LONG, LONG_TRIES, LONGEST = 0.2, 5, 2.0, 2, 60.0
DROP_AFTER = 14 * 86400
STOP_WITHIN = 10.0
SLOW = (
    "ServiceUnavailableException",
    "ThrottlingException",
    "Throttling",
    "RequestTimeout",
    "RequestError",
    "RequestLimitExceeded",
    "TooManyRequestsException",
)


class LogOutput:
    """All destinations of the log output, and the retention work they share."""

    def __init__(self, settings: dict, host: Host) -> None:
        self.settings = settings
        self.host = host
        self.flush = float(str(settings.get("force_flush_interval", "5s")).rstrip("s"))
        self.destinations: dict[tuple[str, str], Destination] = {}
        self.retention = Retention(self)

    def client(self) -> Any:
        """Return a client of its own for a thread."""
        return self.host.client("logs", self.settings)

    def destination(self, group: str, stream: str, table: dict) -> Destination:
        """Return the destination of a group and stream, started at first use."""
        key = (group, stream)
        if key not in self.destinations:
            self.destinations[key] = Destination(self, group, stream, table)
            self.destinations[key].thread.start()
        return self.destinations[key]

    def stop(self) -> None:
        """Send what is waiting, once, and end."""
        for destination in self.destinations.values():
            destination.stopping.set()
            destination.queue.put(None)
        end = time.monotonic() + STOP_WITHIN
        for destination in self.destinations.values():
            destination.thread.join(max(0.0, end - time.monotonic()))

    def entity(self, table: dict) -> dict | None:
        """Return whom the events belong to, None off EC2."""
        document = self.host.document()
        if not document:
            return None
        attributes = {
            "EC2.InstanceId": str(document.get("instanceId", "")),
            "PlatformType": "AWS::EC2",
            "AWS.ServiceNameSource": "ClientIamRole",
        }
        name = self.host.role() or "Unknown"
        if not self.host.role():
            attributes["AWS.ServiceNameSource"] = "Unknown"
        group = self.host.tags.get("AutoScalingGroupName")
        if group:
            attributes["EC2.AutoScalingGroup"] = group
        keys = {
            "AwsAccountId": str(document.get("accountId", "")),
            "Environment": "ec2:" + (group or "default"),
            "Name": name,
            "Type": "Service",
        }
        return {"attributes": attributes, "keyAttributes": keys}


class Retention:
    """Sets the retention of groups: at once for a new group, after a look every few seconds for others."""

    def __init__(self, output: LogOutput) -> None:
        self.output = output
        self.work: queue.Queue[tuple[str, int, bool]] = queue.Queue()
        self.started = False
        self.lock = threading.Lock()

    def ask(self, group: str, days: int, new: bool) -> None:
        """Queue a group; -1 leaves it alone."""
        if days <= 0:
            return
        self.work.put((group, days, new))
        with self.lock:
            if not self.started:
                threading.Thread(target=self._run, daemon=True).start()
            self.started = True

    def _run(self) -> None:
        client = self.output.client()
        waiting: dict[str, int] = {}
        due = time.monotonic() + DESCRIBE_EVERY
        while True:
            try:
                group, days, new = self.work.get(timeout=max(0.1, due - time.monotonic()))
                if new:
                    self._put(client, group, days)
                else:
                    waiting[group] = days
            except queue.Empty:  # noqa: PERF203 (one failure does not end the loop)
                due = time.monotonic() + DESCRIBE_EVERY
                if waiting:
                    self._describe(client, waiting)
                    waiting = {}

    def _describe(self, client: Any, waiting: dict[str, int]) -> None:
        """Put what differs; a group that is not there yet is set when it is made."""
        for attempt in range(5):
            try:
                found = client.json(TARGET + "DescribeLogGroups", {"limit": 50, "logGroupIdentifiers": sorted(waiting)})
            except AwsError as error:
                LOG.line("E", f"[outputs.cloudwatchlogs] failed to describe log group retention for targets {sorted(waiting)}: {error}")
                time.sleep(2.0**attempt)
                continue
            for group in found.get("logGroups", []):
                name = group.get("logGroupName")
                if name in waiting and group.get("retentionInDays") != waiting[name]:
                    self._put(client, name, waiting[name])
            return

    @staticmethod
    def _put(client: Any, group: str, days: int) -> None:
        for attempt in range(5):
            try:
                client.json(TARGET + "PutRetentionPolicy", {"logGroupName": group, "retentionInDays": days})
                return
            except AwsError as error:  # noqa: PERF203 (one failure does not end the loop)
                LOG.line("D", f"[outputs.cloudwatchlogs] retrying to update retention policy for target ({attempt}) {group}: {error}")
                time.sleep(2.0**attempt)
        LOG.line("E", f"[outputs.cloudwatchlogs] failed to update retention policy for target {group} after 5 attempts")


Event = collections.namedtuple("Event", "stamp message commit")


class Destination:
    """One stream: a queue of events, a batch, a thread that sends."""

    def __init__(self, output: LogOutput, group: str, stream: str, table: dict) -> None:
        self.output = output
        self.group = group
        self.stream = stream
        self.table = table
        self.name = f"{group}/{stream}"
        self.queue: queue.Queue[Event | Callable[[], None] | None] = queue.Queue()
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.client = output.client()
        output.retention.ask(group, int(table.get("retention_in_days", -1)), False)

    def full(self) -> bool:
        """Tell whether reading should wait."""
        return self.queue.qsize() >= QUEUE

    def add(self, stamp: int, message: str, commit: tuple) -> None:
        """Queue an event."""
        self.queue.put(Event(stamp, message, commit))

    def skip(self, commit: tuple) -> None:
        """Queue the offset of lines that are not sent."""
        self.queue.put(Event(0, "", commit))

    def after(self, action: Callable[[], None]) -> None:
        """Do something once everything queued so far is sent."""
        self.queue.put(action)

    def _run(self) -> None:
        """Gather a batch until it is full, spans too long, or the flush interval is over."""
        batch = Batch()
        while True:
            try:
                item = self.queue.get(timeout=batch.due(self.output.flush))
            except queue.Empty:
                item = self._flush
            if not isinstance(item, Event) or not batch.fits(item):
                if not self._send(batch):
                    return
                batch = Batch()
            if item is None:
                return
            if isinstance(item, Event):
                batch.add(item)
            else:
                item()

    def _flush(self) -> None:
        """Do nothing more than what comes before it: the batch goes out."""

    def _send(self, batch: Batch) -> bool:
        """Send a batch until it is taken or given up; False when stopped before that: nothing may be sent after it, nor its offset kept."""
        if batch.events:
            payload: dict = {"logEvents": batch.build(), "logGroupName": self.group, "logStreamName": self.stream}
            entity = self.output.entity(self.table)
            if entity:
                payload["entity"] = entity
            if not self._deliver(payload):
                return False
        for state, generation, offset in batch.commits.values():
            state.commit(generation, offset)
        return True

    def _deliver(self, payload: dict) -> bool:
        """Try again and again; False when stopped before the batch was taken."""
        began = time.monotonic()
        tries = {True: 0, False: 0}
        while True:
            error = self._put(payload)
            if error is None:
                return True
            if error.code in ("InvalidParameterException", "DataAlreadyAcceptedException"):
                LOG.line("E", f"[outputs.cloudwatchlogs] {error}, will not retry the request")
                return True
            slow = error.code in SLOW or error.status in (500, 503)
            wait = _wait(slow, tries[slow])
            tries[slow] += 1
            count = sum(tries.values()) - 1
            if time.monotonic() - began + wait > DROP_AFTER:
                LOG.line("E", f"[outputs.cloudwatchlogs] All {count} retries to {self.name} failed for PutLogEvents, request dropped.")
                return True
            LOG.line("W", f"[outputs.cloudwatchlogs] Retried {count} time, going to sleep {wait * 1000:.6f}ms before retrying.")
            if self.stopping.wait(wait) and count:
                what = f"Stop requested after {count} retries to {self.name} failed for PutLogEvents, request dropped."
                LOG.line("E", f"[outputs.cloudwatchlogs] {what}")
                return False

    def _put(self, payload: dict) -> AwsError | None:
        """Send once, making group and stream where they are missing; return what went wrong."""
        try:
            answer = self.client.json(TARGET + "PutLogEvents", payload, {"X-Amz-Agent-Stats": stats(self.output.host)}, packed=True)
        except AwsError as error:
            if error.code != "ResourceNotFoundException":
                LOG.line("E", f"[outputs.cloudwatchlogs] Aws error received when sending logs to {self.name}: {error}")
                return error
            try:
                self._create()
            except AwsError as second:
                LOG.line("E", f"[outputs.cloudwatchlogs] Unable to create log stream {self.name}: {second}")
            return error
        self._rejected(answer.get("rejectedLogEventsInfo") or {})
        count = len(payload["logEvents"])
        what = f"Pusher published {count} log events to group: {self.group} stream: {self.stream}"
        LOG.line("D", f"[outputs.cloudwatchlogs] {what}")
        return None

    def _rejected(self, info: dict) -> None:
        for key, word in (
            ("tooOldLogEventEndIndex", "too old"),
            ("tooNewLogEventStartIndex", "too new"),
            ("expiredLogEventEndIndex", "expired"),
        ):
            if key in info:
                LOG.line("W", f"[outputs.cloudwatchlogs] {info[key]} log events for log '{self.name}' are {word}")

    def _create(self) -> None:
        """Make the stream; where its group is missing make that first, with its retention."""
        try:
            self._call("CreateLogStream", {"logGroupName": self.group, "logStreamName": self.stream})
            self.output.retention.ask(self.group, int(self.table.get("retention_in_days", -1)), False)
        except AwsError as error:
            if error.code != "ResourceNotFoundException":
                raise
            kind = {"logGroupClass": self.table["log_group_class"]} if self.table.get("log_group_class") else {}
            self._call("CreateLogGroup", {"logGroupName": self.group, **kind})
            self.output.retention.ask(self.group, int(self.table.get("retention_in_days", -1)), True)
            self._call("CreateLogStream", {"logGroupName": self.group, "logStreamName": self.stream})

    def _call(self, operation: str, payload: dict) -> None:
        """Call an operation that makes something; that it is there already is fine."""
        try:
            self.client.json(TARGET + operation, payload)
        except AwsError as error:
            if error.code != "ResourceAlreadyExistsException":
                raise


class Batch:
    """Events of one PutLogEvents call."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.commits: dict[str, tuple] = {}
        self.size = 0
        self.first = 0.0

    def due(self, flush: float) -> float | None:
        """Return how long to wait for more; None while there is nothing to send."""
        if not self.commits:
            return None
        return max(0.0, self.first + flush - time.monotonic())

    def fits(self, event: Event) -> bool:
        """Tell whether one more event may come along."""
        if not event.message or not self.events:
            return True
        size = len(event.message.encode("utf-8")) + PER_EVENT
        stamps = [self.events[0].stamp, self.events[-1].stamp, event.stamp]
        return self.size + size <= MAX_BYTES and len(self.events) < MAX_EVENTS and max(stamps) - min(stamps) < MAX_SPAN

    def add(self, event: Event) -> None:
        """Take an event; an empty one only moves the offset."""
        if not self.commits:
            self.first = time.monotonic()
        state, generation, offset = event.commit
        self.commits[state.file] = (state, generation, offset)
        if event.message:
            self.events.append(event)
            self.size += len(event.message.encode("utf-8")) + PER_EVENT

    def build(self) -> list[dict]:
        """Return the events in time order."""
        return [{"message": event.message, "timestamp": event.stamp} for event in sorted(self.events, key=lambda event: event.stamp)]


def _wait(slow: bool, count: int) -> float:
    """Return the pause before another try: a few quick ones, then half a minute to a minute."""
    base, quick = (LONG, LONG_TRIES) if slow else (SHORT, SHORT_TRIES)
    longest = base * 2**count if count < quick else LONGEST
    return random.uniform(longest / 2, longest)


def stats(host: Host) -> str:
    """Return the agent's word on itself."""
    with open("/proc/self/statm", encoding="ascii") as handle:
        memory = int(re.split(r"\s+", handle.read())[1]) * 4096
    return '"cpu":0.1,"mem":{},"fd":11,"th":{},"rt":"{}","m":"{}"'.format(
        memory,
        threading.active_count(),
        "EC2M" if host.ec2 else "OP",
        "EC2" if host.ec2 else "OP",
    )
