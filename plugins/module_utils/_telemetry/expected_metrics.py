# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A few metrics whose names and dimensions are certain: one for each plugin of a configuration that has such a metric.

All host metrics take the same way to CloudWatch, so the ones that come first prove it. Rates (CPU usage, network) need a second sample and
come an interval later: they are asked for only where there is nothing else.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Iterator, Mapping, NamedTuple

from .._config.measurements import HOST_KEYS, NAMESPACE
from .._config.metrics import is_dropped
from .placeholders import Identity, resolve_dimension
from .sharing import Name, metric_name

MINUTE = 60
INTERVAL = MINUTE
FLUSH = MINUTE
HIGH_RESOLUTION = 5
"""Metrics of shorter intervals are stored by the second; asking by five is precise enough."""
_GROUP = "AutoScalingGroupName"
_UNKNOWN_GROUP = (
    "whether the instance is in an Auto Scaling group is not known, because its metadata does not show tags: switch instance tags in "
    "metadata on, or add [InstanceId] to aggregation_dimensions"
)
_PREFERRED = {"mem": "used_percent", "swap": "used_percent", "disk": "used_percent", "cpu": "usage_idle"}
_PLUGINS = ("mem", "disk", "swap", "netstat", "processes", "cpu", "net")


class Metric(NamedTuple):
    """One metric. ``due``: seconds after the agent's start in which the first value is sent; ``resolution``: CloudWatch's, in seconds;
    ``doubt``: why its dimensions are not certain, '' where they are; ``shared``: other hosts send values of this very metric."""

    namespace: str = NAMESPACE
    name: str = ""
    dimensions: Mapping[str, str] = MappingProxyType({})
    due: int = INTERVAL + FLUSH
    resolution: int = MINUTE
    doubt: str = ""
    shared: bool = False


class _Measurement(NamedTuple):
    field: str
    name: str


def expected_metrics(
    metrics: Mapping[str, Any],
    section: Mapping[str, Any],
    identity: Identity,
    mounts: list[Mapping[str, Any]],
    others: frozenset[Name] = frozenset(),
) -> list[Metric]:
    """The metrics to ask for.

    ``metrics``, ``section``: the configuration's parts ``metrics`` and ``agent``; ``mounts``: file systems (path, device, fstype);
    ``others``: what other hosts send to.
    """
    destinations = metrics.get("metrics_destinations")
    if destinations and "cloudwatch" not in destinations:
        return []
    found = list(_candidates(metrics, section, identity, mounts, others))
    soon = [item for rate, item in found if not rate]
    return soon or [item for _rate, item in found]


def _candidates(
    metrics: Mapping[str, Any], section: Mapping[str, Any], identity: Identity, mounts: list[Mapping[str, Any]], others: frozenset[Name]
) -> Iterator[tuple[bool, Metric]]:
    flush = int(metrics.get("force_flush_interval") or FLUSH)
    common = _common_dimensions(metrics, section, identity)
    doubt = "" if identity.group_known or _GROUP not in (metrics.get("append_dimensions") or {}) else _UNKNOWN_GROUP
    collected = metrics.get("metrics_collected") or {}
    for plugin in _PLUGINS:
        options = collected.get(plugin)
        if not isinstance(options, Mapping):
            continue
        measurement = _measurement(plugin, options)
        own = _own_dimensions(plugin, options, mounts)
        extra = _plugin_dimensions(options, identity)
        if measurement is None or own is None or extra is None:
            continue
        dimensions = {**common, **own, **extra}
        dropped = is_dropped(plugin, measurement.field, measurement.name, options)
        sent = _sent_dimensions(metrics, dropped, dimensions, bool(doubt))
        if sent is None:
            continue
        interval = int(options.get("metrics_collection_interval") or section.get("metrics_collection_interval") or INTERVAL)
        rate = plugin == "net" or measurement.field.startswith("usage_")
        due = (2 if rate else 1) * interval + flush
        resolution = HIGH_RESOLUTION if interval < MINUTE else MINUTE
        name = str(metrics.get("namespace") or NAMESPACE)
        own_name = options.get("append_dimensions") and metric_name(metrics, section, plugin, options) not in others
        shared = not (_tells_hosts_apart(sent, identity) or own_name)
        yield rate, Metric(name, measurement.name, sent, due, resolution, doubt if sent == dimensions else "", shared)


def _common_dimensions(metrics: Mapping[str, Any], section: Mapping[str, Any], identity: Identity) -> dict[str, str]:
    appended = metrics.get("append_dimensions")
    if appended is None:
        host = str(section.get("hostname") or identity.hostname)
        return {} if section.get("omit_hostname") else {"host": host}
    # Only the exact pairs work here, and the group's name only on members of one.
    return {key: value for key, value in identity.dimensions.items() if appended.get(key) == f"${{aws:{key}}}"}


def _plugin_dimensions(options: Mapping[str, Any], identity: Identity) -> dict[str, str] | None:
    values = {str(key): resolve_dimension(str(value), identity) for key, value in (options.get("append_dimensions") or {}).items()}
    if None in values.values():
        return None
    return {key: str(value) for key, value in values.items()}


def _tells_hosts_apart(dimensions: Mapping[str, str], identity: Identity) -> bool:
    own = identity.dimensions.get("InstanceId")
    return any(key in HOST_KEYS or (own and own in value) for key, value in dimensions.items())


def _measurement(plugin: str, options: Mapping[str, Any]) -> _Measurement | None:
    """The measurement that stands for the plugin: the usual one where it is asked for, else the first."""
    found = []
    for item in options.get("measurement") or []:
        details = item if isinstance(item, Mapping) else {"name": item}
        field = str(details.get("name") or "")
        field = field[len(plugin) + 1 :] if field.startswith(f"{plugin}_") else field
        if field:
            found.append(_Measurement(field, str(details.get("rename") or f"{plugin}_{field}")))
    steady = [item for item in found if not item.field.startswith("usage_")] or found
    usual = [item for item in steady if item.field == _PREFERRED.get(plugin)]
    return next(iter(usual or steady), None)


def _own_dimensions(plugin: str, options: Mapping[str, Any], mounts: list[Mapping[str, Any]]) -> dict[str, str] | None:
    """What the plugin itself adds, '' for a value that is not known; None where no metric is certain."""
    if plugin == "cpu":
        total = options.get("totalcpu", True)
        return {"cpu": "cpu-total" if total else "cpu0"} if total or "*" in (options.get("resources") or []) else None
    if plugin == "net":
        return {"interface": ""}
    if plugin != "disk":
        return {}
    if not mounts:
        return {"path": "", "device": "", "fstype": ""}
    paths = options.get("resources") or ["*"]
    ignored = options.get("ignore_file_system_types") or []
    fit = [item for item in mounts if ("*" in paths or item.get("path") in paths) and item.get("fstype") not in ignored]
    chosen = next((item for item in fit if item.get("path") == "/"), fit[0] if fit else None)
    if chosen is None:
        return None
    own = {key: str(chosen.get(key) or "") for key in ("path", "device", "fstype")}
    if options.get("drop_device"):
        del own["device"]
    return own


def _sent_dimensions(metrics: Mapping[str, Any], dropped: bool, dimensions: dict[str, str], doubtful: bool) -> dict[str, str] | None:
    """The full set of dimensions where it is certain and sent (not ``dropped``), else a roll-up that belongs to this host alone."""
    sent = "" not in dimensions.values() and not dropped
    rollups = [
        {key: dimensions[key] for key in keys}
        for keys in metrics.get("aggregation_dimensions") or []
        if set(keys) < set(dimensions) and set(keys) & set(HOST_KEYS) and all(dimensions[key] for key in keys)
    ]
    if sent and not (doubtful and rollups):
        return dimensions
    return next(iter(rollups), None)
