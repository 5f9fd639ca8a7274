# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about dimensions, aggregation and resolution: what is silently ignored, and what costs."""

from __future__ import annotations

import re
from typing import Any, Iterator

from ..findings import ERROR, WARNING, Finding, shown
from ..measurements import KNOWN_PLUGINS
from ..placeholders import GLOBAL_DIMENSIONS, PLUGIN_DIMENSIONS, misspelt_dimension
from ..pointer import Step, walk
from ..presets import PSEUDO_FILE_SYSTEMS
from ..problems import rule
from ..subject import Subject
from .metrics import metrics

_MEM = {"measurement": ["used_percent"]}
_AWS = re.compile(r"\$\{!?aws:[^}]*\}?")
_OWN_DIMENSIONS: dict[str, tuple[str, ...]] = {
    "cpu": ("cpu",),
    "disk": ("path", "device", "fstype"),
    "diskio": ("name", "VolumeId", "SerialId"),
    "net": ("interface",),
    "ethtool": ("interface", "driver"),
    "nvidia_gpu": ("index", "name", "arch"),
    "procstat": ("exe", "pattern", "pidfile", "process_name", "pid_finder"),
}
_FREE_DIMENSIONS = frozenset({"statsd", "collectd", "jmx", "otlp", "prometheus"})
_MOST_DIMENSIONS = 30
_VOLUME = "${aws:VolumeId}"
_OFF_EC2 = "Remove it for hosts with cw_agent_mode onPremise."


def _metrics(more: dict[str, Any], **collected: Any) -> dict[str, Any]:
    return {"metrics": {**metrics(**(collected or {"mem": _MEM}))["metrics"], **more}}


@rule(
    "append-dimensions-off-ec2",
    ERROR,
    why="Off EC2 there is no instance metadata: validation passes, and the daemon dies some seconds after its start.",
    hint="Remove metrics.append_dimensions for hosts with cw_agent_mode onPremise.",
    example={"mode": "onPremise", **_metrics({"append_dimensions": {"InstanceId": "${aws:InstanceId}"}})},
)
def _append_dimensions_off_ec2(subject: Subject) -> Iterator[Finding]:
    section = subject.section("metrics")
    if subject.mode != "ec2" and "append_dimensions" in section:
        path = ("metrics", "append_dimensions")
        yield Finding(path, section["append_dimensions"], "append_dimensions stands in the configuration of a host off EC2.")


@rule(
    "append-dimensions-ignored",
    WARNING,
    why="metrics.append_dimensions knows four pairs and ignores all others without a word.",
    hint="Constants belong into append_dimensions of a plugin; here only ImageId, InstanceId, InstanceType and AutoScalingGroupName.",
    example=_metrics({"append_dimensions": {"Environment": "prod"}}),
)
def _append_dimensions_ignored(subject: Subject) -> Iterator[Finding]:
    for key, value in subject.section("metrics", "append_dimensions").items():
        if GLOBAL_DIMENSIONS.get(key) != value:
            wanted = f"only {key}: {GLOBAL_DIMENSIONS[key]} works" if key in GLOBAL_DIMENSIONS else "only the four of EC2 work"
            yield Finding(("metrics", "append_dimensions", key), value, f"The agent ignores the dimension {key}: {shown(value)}; {wanted}.")


@rule(
    "placeholder-unexpanded",
    WARNING,
    why="${aws:…} is resolved in append_dimensions only; elsewhere the text itself is sent.",
    hint="Use {instance_id}, {hostname}, {aws_region} … in names of log groups and streams; elsewhere write the value.",
    example=_metrics({"namespace": "App/${aws:InstanceId}"}),
)
def _placeholder_unexpanded(subject: Subject) -> Iterator[Finding]:
    for path, value in walk(subject.config):
        if not isinstance(value, str):
            continue
        own = "append_dimensions" in path[:-1] and path[:2] != ("metrics", "append_dimensions")
        guess = misspelt_dimension(value) if own else ""
        if own and subject.mode != "ec2" and (guess or value in PLUGIN_DIMENSIONS - {_VOLUME}):
            message = f"{shown(value)} stays unresolved: off EC2 there is no instance metadata."
            yield Finding(subject.view.original(path), value, message, _OFF_EC2)
            continue
        if guess:
            message = f"{shown(value)} is sent as it stands. Did you mean {guess}?"
            yield Finding(subject.view.original(path), value, message, f"Write {guess}.")
            continue
        if "${" not in value or not _AWS.search(value):
            continue
        if "append_dimensions" in path[:-1] or "aggregation_dimensions" in path:
            if path[:2] == ("metrics", "append_dimensions") or (value in PLUGIN_DIMENSIONS and subject.since("1.300061")):
                continue
            if value == _VOLUME:
                continue
            reason = "only since agent 1.300061" if value in PLUGIN_DIMENSIONS else "not by the agent at all"
            yield Finding(subject.view.original(path), value, f"{shown(value)} is resolved here {reason}.")
        else:
            hint = (
                ""
                if subject.mode == "ec2"
                else "Use {hostname}, {aws_region} … in names of log groups and streams; elsewhere write the value."
            )
            yield Finding(subject.view.original(path), value, f"{shown(value)} is not resolved here.", hint)


@rule(
    "aggregation-without-effect",
    WARNING,
    why="A list of aggregation_dimensions works only on metrics that carry all its keys; otherwise nothing happens, without a word.",
    hint="Name dimensions that the metrics have, or remove the list.",
    example=_metrics({"aggregation_dimensions": [["Environment"]]}),
)
def _aggregation_without_effect(subject: Subject) -> Iterator[Finding]:
    lists = subject.section("metrics").get("aggregation_dimensions")
    sets = [_dimensions(subject, plugin, item) for plugin, _path, item in subject.plugins()]
    for index, keys in enumerate(lists if isinstance(lists, list) else []):
        if not isinstance(keys, list) or not keys or any(known is None for known in sets):
            continue
        wanted = {key for key in keys if isinstance(key, str)}
        if not any(wanted <= known for known in sets if known is not None):
            path = ("metrics", "aggregation_dimensions", index)
            yield Finding(path, keys, f"No metric here carries all of {', '.join(sorted(wanted))}.")


def _dimensions(subject: Subject, plugin: str, item: dict[str, Any]) -> set[str] | None:
    """The dimensions that a plugin's metrics can carry; None where anybody may set any."""
    known = KNOWN_PLUGINS[subject.platform]
    if plugin in _FREE_DIMENSIONS:
        return None
    if known is not None and plugin not in known:
        return set()
    own = ("instance", "objectname") if known is None else _OWN_DIMENSIONS.get(plugin, ())
    added = item.get("append_dimensions")
    section = subject.section("metrics")
    general = [key for key, value in subject.section("metrics", "append_dimensions").items() if GLOBAL_DIMENSIONS.get(key) == value]
    host = ["host"] if "append_dimensions" not in section and not subject.section("agent").get("omit_hostname") else []
    return {*own, *general, *host, *(added if isinstance(added, dict) else {})}


@rule(
    "too-many-dimensions",
    WARNING,
    why="CloudWatch takes 30 dimensions (agents before 1.247352: 10); the agent cuts the surplus, in the order of the alphabet.",
    hint="Append fewer dimensions.",
    example=_metrics({}, disk={"measurement": ["used"], "append_dimensions": {f"d{number}": "x" for number in range(28)}}),
)
def _too_many_dimensions(subject: Subject) -> Iterator[Finding]:
    most = _MOST_DIMENSIONS if subject.since("1.247352") else 10
    for plugin, path, item in subject.plugins():
        known = _dimensions(subject, plugin, item)
        if known is not None and len(known) > most:
            message = f"{plugin} may carry {len(known)} dimensions; {most} fit."
            yield Finding((*path, "append_dimensions"), item.get("append_dimensions"), message)


@rule(
    "volume-id-without-tagger",
    WARNING,
    why="VolumeId is resolved only on EC2, and only where metrics.append_dimensions is set, too.",
    hint="Add metrics.append_dimensions, such as InstanceId: ${aws:InstanceId}.",
    example=_metrics({}, disk={"measurement": ["used"], "append_dimensions": {"VolumeId": "${aws:VolumeId}"}}),
)
def _volume_id(subject: Subject) -> Iterator[Finding]:
    for plugin, path, item in subject.plugins():
        added = item.get("append_dimensions")
        if not isinstance(added, dict) or _VOLUME not in added.values():
            continue
        if subject.mode != "ec2":
            message = f"VolumeId of {plugin} stays unresolved: there are no EBS volumes off EC2."
            yield Finding((*path, "append_dimensions"), added, message, _OFF_EC2)
        elif "append_dimensions" not in subject.section("metrics"):
            message = f"VolumeId of {plugin} stays unresolved: metrics.append_dimensions is missing."
            yield Finding((*path, "append_dimensions"), added, message)


@rule(
    "pseudo-file-systems",
    WARNING,
    why="All mounts means tmpfs, overlay and snap mounts, too: each is a metric for each measurement, the usual surprise on the bill.",
    hint="Set ignore_file_system_types to [sysfs, devtmpfs, tmpfs, overlay, squashfs], or list mount points in resources.",
    example=metrics(disk={"measurement": ["used_percent"], "resources": ["*"]}),
)
def _pseudo_file_systems(subject: Subject) -> Iterator[Finding]:
    if subject.platform != "linux":
        return
    for plugin, path, item in subject.plugins():
        resources = item.get("resources") or ["*"]
        if plugin != "disk" or not isinstance(resources, list) or "*" not in resources:
            continue
        ignored = item.get("ignore_file_system_types")
        missing = [name for name in PSEUDO_FILE_SYSTEMS[2:] if not isinstance(ignored, list) or name not in ignored]
        if missing:
            yield Finding(path, item, f"disk watches every mount and does not ignore {', '.join(missing)}.")


@rule(
    "metric-characters",
    WARNING,
    why="CloudWatch refuses a request with a namespace that begins with AWS/ or a colon, and with dimensions that are blank, begin with a "
    "colon or have other than ASCII characters; with it, all other values that stand in it are lost.",
    hint="Write it in ASCII, and without the prefix.",
    example=_metrics({"namespace": "AWS/App"}),
)
def _metric_characters(subject: Subject) -> Iterator[Finding]:
    namespace = subject.section("metrics").get("namespace")
    if isinstance(namespace, str) and (namespace.startswith(("AWS/", ":")) or not namespace.isascii()):
        yield Finding(("metrics", "namespace"), namespace, f"CloudWatch refuses the namespace {shown(namespace)}.")
    for _plugin, path, item in subject.plugins():
        added = item.get("append_dimensions")
        for key, value in added.items() if isinstance(added, dict) else ():
            if not key.isascii() or not key.strip() or key.startswith(":"):
                yield Finding((*path, "append_dimensions", key), value, f"CloudWatch refuses the name of the dimension {shown(key)}.")
            elif isinstance(value, str) and value and (not value.isascii() or not value.strip()):
                yield Finding(
                    (*path, "append_dimensions", key), value, f"CloudWatch refuses the value of the dimension {key}: {shown(value)}."
                )


@rule(
    "high-resolution",
    WARNING,
    why="Below 60 seconds the agent sends high-resolution metrics: more API calls, and alarms on them cost three times as much.",
    hint="Set an interval of 60 seconds or more, or silence the rule with the reason.",
    example={"agent": {"metrics_collection_interval": 10}, **metrics(mem=_MEM)},
)
def _high_resolution(subject: Subject) -> Iterator[Finding]:
    if not subject.section("metrics"):
        return
    holders: list[tuple[str, tuple[Step, ...], dict[str, Any]]] = [("agent", ("agent",), subject.section("agent"))]
    holders += [(plugin, path, item) for plugin, path, item in subject.plugins() if plugin != "statsd"]
    found: dict[float, list[tuple[str, tuple[Step, ...], Any]]] = {}
    for name, path, item in holders:
        interval = item.get("metrics_collection_interval")
        if isinstance(interval, (int, float)) and not isinstance(interval, bool) and 0 < interval < 60:
            found.setdefault(interval, []).append((name, (*path, "metrics_collection_interval"), interval))
    for interval, where in found.items():
        names = ", ".join(dict.fromkeys(name for name, _path, _value in where))
        message = f"Metrics are collected every {interval:g} seconds (by {names}), in high resolution."
        yield Finding(where[0][1], where[0][2], message, related=tuple(path for _name, path, _value in where[1:]))


@rule(
    "unaggregated-high-resolution",
    WARNING,
    why="metrics_aggregation_interval 0 of statsd and collectd means no aggregation: every single value is sent in high resolution.",
    hint="Set 60.",
    example=metrics(statsd={"metrics_aggregation_interval": 0}),
)
def _unaggregated(subject: Subject) -> Iterator[Finding]:
    for plugin, path, item in subject.plugins():
        if plugin in ("statsd", "collectd") and item.get("metrics_aggregation_interval") == 0:
            yield Finding((*path, "metrics_aggregation_interval"), 0, f"{plugin} does not aggregate.")


@rule(
    "resource-kind",
    WARNING,
    why="disk takes mount points in resources, diskio names of devices, net names of interfaces; another text matches nothing.",
    hint="disk: /, /data …; diskio: nvme0n1, sda1, xvd* …; net: eth0, ens* …; or [*] for all.",
    example=metrics(diskio={"measurement": ["reads"], "resources": ["/dev/sda"]}),
)
def _resource_kind(subject: Subject) -> Iterator[Finding]:
    if subject.platform == "windows":
        return
    for plugin, path, item in subject.plugins():
        resources = item.get("resources")
        for index, name in enumerate(resources if isinstance(resources, list) else []):
            reason = _wrong_resource(plugin, name) if isinstance(name, str) and name != "*" else ""
            if reason:
                yield Finding((*path, "resources", index), name, f"{plugin} will not find {shown(name)}: {reason}.")


def _wrong_resource(plugin: str, name: str) -> str:
    if plugin == "disk":
        if not name.startswith("/") or name.startswith("/dev/"):
            return "it takes mount points, not devices"
        return "it takes whole mount points, no patterns" if any(mark in name for mark in "*?[") else ""
    if plugin == "diskio" and name.startswith("/"):
        device = name.removeprefix("/dev/").strip("/")
        meant = f", such as {device}" if name.startswith("/dev/") and device else ""
        return f"it takes names of devices{meant}, not paths or directories"
    if plugin == "net" and "/" in name:
        return "it takes names of interfaces"
    return ""
