# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Collects every input at its interval and sends what was collected at the flush interval."""

from __future__ import annotations

import datetime
import threading
import time
from typing import Any

from .. import registry
from ..awshttp import AwsError
from . import hostmetrics, procstat
from .host import Host
from .log import LOG
from .logsout import stats

READERS: dict[str, type[hostmetrics.Reader]] = {
    "mem": hostmetrics.Mem,
    "swap": hostmetrics.Swap,
    "cpu": hostmetrics.Cpu,
    "disk": hostmetrics.Disk,
    "diskio": hostmetrics.DiskIo,
    "net": hostmetrics.Net,
    "netstat": hostmetrics.NetStat,
    "processes": hostmetrics.Processes,
    "procstat": procstat.ProcStat,
}
FIRST = 1.0
MAX_DIMENSIONS = 30
MAX_DATUMS = 1000
TRIES = 5
HIGH_RESOLUTION = 60


class Input:
    """One reader with its schedule."""

    def __init__(self, plugin: str, table: dict, flush: float) -> None:
        self.plugin = plugin
        self.fields = set(table.get("fieldinclude", []))
        self.tags = {str(key): str(value) for key, value in (table.get("tags") or {}).items()}
        self.interval = float(str(table.get("interval", "60s")).rstrip("s"))
        self.reader = READERS[plugin](table)
        # Nothing of an input arrives before its interval is over.
        self.due = time.monotonic() + max(FIRST, self.interval - flush)

    def read(self) -> list[tuple[dict[str, str], str, float]]:
        """Return (own dimensions, field, value) of what is asked for."""
        found = []
        for tags, values in self.reader.read():
            for field, value in values.items():
                asked = "pid_count" if field == procstat.PID_COUNT else field
                if asked in self.fields:
                    found.append((tags, field, float(value)))
        return found


class MetricsLoop:
    """The metrics half of the daemon."""

    def __init__(self, inputs: dict, pipelines: dict, host: Host) -> None:
        self.settings = pipelines["exporters"]["awscloudwatch"]
        self.host = host
        self.flush = float(str(self.settings["force_flush_interval"]).rstrip("s"))
        wanted = [(plugin, table) for plugin, tables in sorted(inputs.items()) if plugin in READERS for table in tables]
        self.inputs = [Input(plugin, table, self.flush) for plugin, table in wanted]
        self.decorations = {(item["category"], item["name"]): _checked(item) for item in self.settings["metric_decoration"]}
        self.rollups = [sorted(keys) for keys in self.settings["rollup_dimensions"]]
        self.datums: list[dict[str, Any]] = []
        self.oldest = 0.0
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.client = host.client("monitoring", self.settings)

    def start(self) -> None:
        """Begin."""
        LOG.line("I", f"cloudwatch: get unique roll up list {self.rollups}")
        LOG.line("I", "cloudwatch: publish with ForceFlushInterval: {}".format(self.settings["force_flush_interval"]))
        self.thread.start()

    def stop(self) -> None:
        """Send what is there and end."""
        self.stopping.set()
        self.thread.join(10)

    def _run(self) -> None:
        while not self.stopping.wait(self._pause()):
            moment = time.monotonic()
            for item in self.inputs:
                if item.due <= moment:
                    item.due = max(item.due + item.interval, moment)
                    self._collect(item)
            if self.datums and moment - self.oldest >= self.flush:
                self._publish()
        self._publish()

    def _pause(self) -> float:
        """Return how long nothing is to be done."""
        due = [item.due for item in self.inputs]
        if self.datums:
            due.append(self.oldest + self.flush)
        return min(max(0.05, min(due, default=time.monotonic() + 1) - time.monotonic()), 60.0)

    def _collect(self, item: Input) -> None:
        """Read one input into datums."""
        try:
            found = item.read()
        except (OSError, ValueError, IndexError) as error:
            LOG.line("E", f"[inputs.{item.plugin}] Error in plugin: {error}")
            return
        if found and not self.datums:
            self.oldest = time.monotonic()
        stamp = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        for tags, field, value in found:
            self.datums += self._datums(item, {**self.host.base_tags(), **tags, **item.tags}, field, value, stamp)

    def _datums(self, item: Input, tags: dict[str, str], field: str, value: float, stamp: str) -> list[dict[str, Any]]:
        """Return the datum of one value and of every roll-up it takes part in."""
        name = f"{item.plugin}_{field}"
        decoration = self.decorations.get((item.plugin, field), {})
        base = {
            "MetricName": decoration.get("rename") or name,
            "StorageResolution": "1" if item.interval < HIGH_RESOLUTION else "60",
            "Timestamp": stamp,
            "Unit": decoration.get("unit") or registry.unit(item.plugin, field),
            "Value": number(value),
        }
        sets = [] if self.settings["drop_original_metrics"].get(name) else [cut(tags)]
        sets += [{key: tags[key] for key in keys} for keys in self.rollups if len(keys) < len(tags) and all(key in tags for key in keys)]
        return [{**base, "Dimensions": dimensions} for dimensions in sets]

    def _publish(self) -> None:
        """Send everything collected, a thousand at a time."""
        datums, self.datums = self.datums, []
        for start in range(0, len(datums), MAX_DATUMS):
            self._put(self._fields(datums[start : start + MAX_DATUMS]))

    def _fields(self, datums: list[dict[str, Any]]) -> dict[str, str]:
        """Return the query fields; on EC2 the datums travel with the entity they belong to."""
        fields = {
            "Action": "PutMetricData",
            "Version": "2010-08-01",
            "Namespace": self.settings["namespace"],
            "StrictEntityValidation": "false",
        }
        document = self.host.document()
        prefix = "MetricData"
        if document:
            fields["MetricData"] = ""
            prefix = "EntityMetricData.member.1.MetricData"
            entity = "EntityMetricData.member.1.Entity."
            fields[entity + "Attributes"] = ""
            keys = {
                "AwsAccountId": document.get("accountId"),
                "Identifier": document.get("instanceId"),
                "ResourceType": "AWS::EC2::Instance",
                "Type": "AWS::Resource",
            }
            for place, (key, value) in enumerate(sorted(keys.items()), 1):
                fields[entity + f"KeyAttributes.entry.{place}.key"] = key
                fields[entity + f"KeyAttributes.entry.{place}.value"] = str(value or "")
        for place, datum in enumerate(datums, 1):
            _datum_fields(f"{prefix}.member.{place}.", datum, fields)
        return fields

    def _put(self, fields: dict[str, str]) -> None:
        """Send one request, some times."""
        for attempt in range(TRIES):
            try:
                self.client.query(fields, {"X-Amz-Agent-Stats": stats(self.host)}, packed=True)
                return
            except AwsError as error:
                LOG.line("E", f"cloudwatch: code: {error.code}, message: {error.message}, original error: <nil>")
                LOG.line("E", f"cloudwatch: WriteToCloudWatch failure, err:  {error}")
            wait = 0.2 * 2**attempt
            LOG.line("I", f"cloudwatch: {attempt} retries, going to sleep {wait * 1000} ms before retrying.")
            if self.stopping.wait(wait):
                return


def _checked(decoration: dict) -> dict:
    """Return a decoration with a unit that CloudWatch has: of another one is warned, and the metric has none."""
    unit = decoration.get("unit")
    if not unit or unit in registry.UNITS:
        return decoration
    LOG.line("W", "cloudwatch: unit {} of {}_{} is not supported, None is sent".format(unit, decoration["category"], decoration["name"]))
    return {**decoration, "unit": "None"}


def _datum_fields(prefix: str, datum: dict[str, Any], fields: dict[str, str]) -> None:
    """Spell one datum as query fields; no dimensions are an empty list."""
    for key, value in datum.items():
        if key != "Dimensions":
            fields[prefix + key] = value
    if not datum["Dimensions"]:
        fields[prefix + "Dimensions"] = ""
    for place, key in enumerate(sorted(datum["Dimensions"]), 1):
        fields[f"{prefix}Dimensions.member.{place}.Name"] = key
        fields[f"{prefix}Dimensions.member.{place}.Value"] = datum["Dimensions"][key]


def cut(tags: dict[str, str]) -> dict[str, str]:
    """Keep at most thirty dimensions: host, then the first by name; empty values are no dimensions."""
    filled = {key: value for key, value in tags.items() if value}
    order = sorted(filled, key=lambda key: (key != "host", key))
    return {key: filled[key] for key in order[:MAX_DIMENSIONS]}


def number(value: float) -> str:
    """Spell a number without an exponent and without a needless fraction."""
    if value == int(value):
        return str(int(value))
    text = repr(value)
    return text if "e" not in text else (f"{value:.20f}").rstrip("0")
