# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Awaits and judges the telemetry of many hosts. Private to this collection; clock and clients are handed in."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Callable, Iterable, Mapping

from .._telemetry.verdicts import SLACK_SECONDS, Host, Measured, Terms, judge
from .telemetry_reading import MetricKey, StreamKey, read_metrics, read_newest, read_streams

POLL_SECONDS = 2.0
SLOWEST_POLL_SECONDS = 10.0
LONGEST_SECONDS = 600.0
"""Nobody waits longer for a metric, however long its interval."""


@dataclass
class Watch:
    """One question about many hosts.

    ``client`` gives the client of (service, region); ``clock``: seconds since the epoch.
    """

    client: Callable[[str, str], Any]
    terms: Terms
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    measured: Measured = field(default_factory=Measured)

    def run(self, given: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
        """Returns ``hosts`` (their verdicts), ``missing`` (names of hosts) and ``waited`` (seconds).

        Raises:
            AwsError: CloudWatch could not be asked.
        """
        hosts = [Host(item, self.terms) for item in given]
        self._read([key for host in hosts for key, _item in host.streams], [key for host in hosts for key, _item in host.metrics])
        waited = self._await(hosts)
        if waited:
            # Counts as they are at the end, not as they were when the first line came.
            self._read([key for host in hosts for key, _item in host.streams], [])
        self._look_again(hosts, timestamped=False)
        now = self.clock()
        verdicts = [judge(host, self.measured, now) for host in hosts]
        missing = [item["host"] for item in verdicts if item["state"] == "missing"]
        return {"hosts": verdicts, "missing": missing, "waited": round(waited, 1)}

    def _read(self, streams: Iterable[StreamKey], metrics: Iterable[MetricKey]) -> None:
        for region, some in _by_region(streams).items():
            self.measured.streams.update(read_streams(self.client("logs", region), some))
        for region, series in _by_region(metrics).items():
            self.measured.metrics.update(read_metrics(self.client("cloudwatch", region), series, self.clock()))

    def _await(self, hosts: list[Host]) -> float:
        pause = POLL_SECONDS
        waited = 0.0
        while True:
            streams, metrics = self._awaited(hosts)
            if not streams and not metrics:
                return waited
            self.sleep(pause)
            pause = min(pause * 1.5, SLOWEST_POLL_SECONDS)
            self._read(streams, metrics)
            self._look_again(hosts, timestamped=True)
            waited = self.clock() - self.terms.begun

    def _awaited(self, hosts: list[Host]) -> tuple[list[StreamKey], list[MetricKey]]:
        """What is not there yet and may still come in time."""
        passed = self.clock() - self.terms.begun
        streams: list[StreamKey] = []
        metrics: list[MetricKey] = []
        for host in hosts:
            if not host.awaited:
                continue
            if passed < self.terms.timeout:
                # Nothing will come of a file that the agent cannot read, and perhaps nothing of lines that are filtered.
                due = [(key, item) for key, item in host.streams if host.grew(item) and item["readable"] and not item["filtered"]]
                seen = self.measured.streams
                streams += [key for key, item in due if not seen[key].shut and not host.complete(item, seen[key])]
            for key, item in host.metrics:
                patience = max(self.terms.timeout, min(float(item["due"]) + SLACK_SECONDS, LONGEST_SECONDS))
                if passed < patience and self.measured.metrics.get(key) is None:
                    metrics.append(key)
        return streams, metrics

    def _look_again(self, hosts: list[Host], timestamped: bool) -> None:
        """Look at the newest events of streams that seem to have none: they may carry an older time than the moment they were sent.

        ``timestamped``: only where lines bring their own time. At the end also where nothing was known to come, and before a stream is
        called missing.
        """
        for host in hosts:
            for key, item in host.streams:
                seen = self.measured.streams[key]
                if seen.events or seen.shut:
                    continue
                if (host.grew(item) and (item["timestamped"] or not timestamped)) or (
                    host.awaited and item["timestamped"] and not timestamped
                ):
                    self.measured.streams[key] = read_newest(self.client("logs", key.region), key)


def _by_region(keys: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for key in dict.fromkeys(keys):
        found[key.region].append(key)
    return found
