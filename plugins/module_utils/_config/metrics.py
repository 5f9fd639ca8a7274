# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The metrics that a configuration makes on a host, and what they cost (contract 8.3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Iterator, Mapping

from .host_facts import Facts
from .measurements import CLOUDWATCH_PREFIXES, EBS, HOST_KEYS, INSTANCE_STORE, bare, measured_as, sends_metrics
from .pipelines import collects
from .placeholders import GLOBAL_DIMENSIONS
from .subject import Subject

UNBOUNDED = frozenset({"statsd", "collectd", "jmx", "otlp", "prometheus"})
"""Plugins that pass on what others make: nobody can count their metrics beforehand."""

CURRENCY = "USD"
"""What AWS publishes its prices in."""


@dataclass
class Count:
    """CloudWatch bills each name with each set of dimensions as a metric.

    ``original``: with all dimensions; ``rollup``: by aggregation_dimensions; ``host``: those of each host; ``shared``: those that all hosts
    feed together.
    """

    plugin: str
    metric: str
    original: int = 0
    rollup: int = 0
    host: int = 0
    shared: int = 0
    high_resolution: bool = False


@dataclass
class Forecast:
    """The counts of a configuration; ``unbounded`` names plugins whose metrics cannot be counted, ``assumed`` facts that were missing."""

    counts: list[Count] = field(default_factory=list)
    unbounded: list[str] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)

    def total(self, name: str) -> int:
        """The sum of one field of all counts."""
        return sum(int(getattr(item, name)) for item in self.counts)


def forecast(subject: Subject, facts: Facts) -> Forecast:
    """Count the metrics of a host with these *facts*."""
    result = Forecast()
    rollups = aggregation(subject)
    general = general_dimensions(subject)
    collected = subject.section("metrics", "metrics_collected")
    if not sends_to_cloudwatch(subject):
        return result
    for plugin, _path, item in subject.plugins():
        if not (collects(subject.platform, plugin, collected[plugin]) and sends_metrics(subject.platform, plugin)):
            continue
        if plugin in UNBOUNDED:
            result.unbounded.append(plugin)
            continue
        for metric, field_name, sets in _metrics(subject, plugin, item, facts):
            merged = [{**general, **own, **_added(item)} for own in sets]
            count = _count(plugin, metric, merged, rollups, is_dropped(plugin, field_name, metric, item))
            count.high_resolution = interval(subject, item) < 60
            result.counts.append(count)
    result.unbounded = sorted(set(result.unbounded))
    result.assumed = sorted(facts.assumed)
    return result


def sends_to_cloudwatch(subject: Subject) -> bool:
    """Whether the metrics go to CloudWatch, and not to another destination alone."""
    destinations = subject.section("metrics", "metrics_destinations")
    return not destinations or "cloudwatch" in destinations


def aggregation(subject: Subject) -> list[list[str]]:
    """The sets of dimensions that metrics are rolled up to."""
    lists = subject.section("metrics").get("aggregation_dimensions")
    return [[str(key) for key in keys] for keys in (lists if isinstance(lists, list) else []) if isinstance(keys, list)]


def general_dimensions(subject: Subject) -> dict[str, str]:
    """The dimensions that every metric of the host gets, with their placeholders."""
    section = subject.section("metrics")
    if "append_dimensions" in section:
        return {key: value for key, value in subject.section("metrics", "append_dimensions").items() if GLOBAL_DIMENSIONS.get(key) == value}
    return {} if subject.section("agent").get("omit_hostname") is True else {"host": "host"}


def _added(item: Mapping[str, Any]) -> dict[str, str]:
    added = item.get("append_dimensions")
    return {key: str(value) for key, value in added.items()} if isinstance(added, dict) else {}


def interval(subject: Subject, item: Mapping[str, Any]) -> float:
    """The seconds between two values of a plugin."""
    for holder in (item, subject.section("agent")):
        value = holder.get("metrics_collection_interval")
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return float(value)
    return 60.0


def is_dropped(plugin: str, field_name: str, metric: str, item: Mapping[str, Any]) -> bool:
    """Whether a metric is sent as a roll-up alone. Of procstat none is, and a new name is not what the agent compares with."""
    names = item.get("drop_original_metrics")
    if plugin == "procstat" or not isinstance(names, list):
        return False
    prefix = CLOUDWATCH_PREFIXES.get(plugin, plugin) + "_"
    full = {name if plugin in name else prefix + name for name in map(str, names)}
    return "*" in names or not full.isdisjoint((metric, prefix + field_name))


def _count(plugin: str, metric: str, sets: list[dict[str, str]], aggregation: list[list[str]], dropped: bool) -> Count:
    originals = set() if dropped else {tuple(sorted(one.items())) for one in sets}
    rollups = set()
    for keys in aggregation:
        for one in sets:
            if len(one) > len(keys) and all(key in one for key in keys):
                rollups.add(tuple(sorted((key, one[key]) for key in keys)))
    rollups -= originals
    found = originals | rollups
    own = sum(1 for one in found if any(key in HOST_KEYS for key, _value in one))
    return Count(plugin, metric, len(originals), len(rollups), own, len(found) - own)


def _metrics(subject: Subject, plugin: str, item: Mapping[str, Any], facts: Facts) -> Iterator[tuple[str, str, list[dict[str, str]]]]:
    """(name in CloudWatch, field, sets of the plugin's own dimensions) of each measurement."""
    if plugin == "ethtool":
        names = item.get("metrics_include")
        if not isinstance(names, list):
            facts.assume("ethtool_statistics")
            names = ["statistic"]
        for name in names:
            yield f"ethtool_{name}", str(name), facts.nics(item)
        return
    known = plugin in measured_as(subject.platform)
    for metric, field_name in measured(subject.platform, plugin, item):
        yield metric, field_name, _sets(plugin, field_name, item, facts, known)


def measured(platform: str, plugin: str, item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(name in CloudWatch, field) of each measurement of a plugin that takes ``measurement``."""
    seen = set()
    known = plugin in measured_as(platform)
    entries = item.get("measurement")
    for entry in entries if isinstance(entries, list) else []:
        name = str(entry.get("name", "")) if isinstance(entry, dict) else str(entry)
        field_name = bare(plugin, name.strip()) if known else name
        given = f"{CLOUDWATCH_PREFIXES.get(plugin, plugin)}_{field_name}" if known else f"{plugin} {field_name}"
        if plugin == "procstat" and field_name == "pid_count":
            given = "procstat_lookup_pid_count"
        metric = str(entry["rename"]) if isinstance(entry, dict) and entry.get("rename") else given
        if metric not in seen:
            seen.add(metric)
            yield metric, field_name


def _sets(plugin: str, field_name: str, item: Mapping[str, Any], facts: Facts, known: bool) -> list[dict[str, str]]:
    if not known:
        return facts.instances(plugin, item)
    if plugin == "diskio" and field_name in EBS:
        return facts.volumes("ebs")
    if plugin == "diskio" and field_name in INSTANCE_STORE:
        return facts.volumes("instance_store")
    if plugin == "procstat":
        return facts.processes(item, field_name == "pid_count")
    return {
        "cpu": facts.cpus,
        "disk": facts.mounts,
        "diskio": facts.devices,
        "net": facts.interfaces,
        "nvidia_gpu": facts.gpus,
    }.get(plugin, facts.single)(item)


def monthly_cost(count: int, price: Any) -> float:
    """What *count* metrics cost in a month, in the currency of *price*.

    *price*: a number for each metric, or tiers [[upper bound, price], …], the last bound None.
    """
    if isinstance(price, (int, float)):
        return round(count * float(price), 2)
    cost, below = 0.0, 0
    for bound, each in price:
        upper = count if bound is None else min(count, int(bound))
        cost += max(0, upper - below) * float(each)
        below = max(below, upper)
    return round(cost, 2)


def config_metrics(subject: Subject, facts: Mapping[str, Any], hosts: int, prices: Mapping[str, Any]) -> dict[str, Any]:
    """The forecast as plain data, for *hosts* hosts alike.

    ``metrics``: for one host; ``counts``: by plugin and measurement; ``total``: for all hosts. ``cost``: in ``currency`` for a month; None
    without ``prices['metric']``, which is for one metric a month (see monthly_cost). ``prices['currency']`` is USD if not given.
    """
    found = forecast(subject, Facts(facts))
    own, shared = found.total("host"), found.total("shared")
    total = own * hosts + shared
    return {
        "metrics": own + shared,
        "original": found.total("original"),
        "rollup": found.total("rollup"),
        "per_host": own,
        "shared": shared,
        "hosts": hosts,
        "total": total,
        "high_resolution": sum(item.host + item.shared for item in found.counts if item.high_resolution),
        "counts": [vars(item) for item in found.counts],
        "unbounded": found.unbounded,
        "assumed": found.assumed,
        "cost": monthly_cost(total, prices["metric"]) if "metric" in prices else None,
        "currency": str(prices.get("currency") or CURRENCY),
    }
