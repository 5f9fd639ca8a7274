# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about plugins and measurements (contract 4.6)."""

from __future__ import annotations

import re
from typing import Any, Iterator

from ..findings import ERROR, WARNING, Finding, did_you_mean, near_miss, shown
from ..measurements import INTRODUCED, KNOWN_PLUGINS, NO_OBJECTS, OTEL_PLUGINS, WINDOWS_OBJECTS, WITHOUT_RESOURCES, bare, measured_as
from ..pipelines import collects
from ..pointer import Step
from ..problems import rule
from ..subject import SYSTEMS, Subject

_MEM = {"measurement": ["used_percent"]}


def metrics(**collected: Any) -> dict[str, Any]:
    """A configuration of nothing but these plugins, for the examples."""
    return {"metrics": {"metrics_collected": collected}}


def measurements(item: dict[str, Any], path: tuple[Step, ...]) -> Iterator[tuple[tuple[Step, ...], Any]]:
    """(path, entry) of the measurements of a plugin's mapping."""
    entries = item.get("measurement")
    if isinstance(entries, list):
        for index, entry in enumerate(entries):
            yield (*path, "measurement", index), entry


def name_of(entry: Any) -> str | None:
    """The name of a measurement, given bare or in a mapping; None if there is none."""
    name = entry.get("name") if isinstance(entry, dict) else entry
    return name if isinstance(name, str) else None


def _translated(subject: Subject) -> Iterator[tuple[str, tuple[Step, ...], dict[str, Any]]]:
    """The plugins whose measurements the translator reads: of procstat none after an entry without any."""
    ended = False
    for plugin, path, item in subject.plugins():
        if plugin != "procstat":
            yield plugin, path, item
        elif not ended:
            yield plugin, path, item
            ended = not item.get("measurement")


@rule(
    "unknown-plugin",
    WARNING,
    why="The agent passes over a plugin that it does not know, and says so only in its log.",
    hint="Write a plugin that the agent has, or remove it.",
    example=metrics(memory=_MEM, mem=_MEM),
)
def _unknown_plugin(subject: Subject) -> Iterator[Finding]:
    known = KNOWN_PLUGINS[subject.platform]
    if known is None:
        return
    for name, value in subject.section("metrics", "metrics_collected").items():
        if name not in known and name != "nvidia_smi":
            meant = next((plugin for plugin, windows in WINDOWS_OBJECTS.items() if windows and windows == name), "")
            guess = meant or near_miss(name, known)
            message = f"The agent has no plugin {name} on {subject.platform}; it ignores the section.{did_you_mean(guess)}"
            hint = f"Plugins: {', '.join(sorted(known))}."
            elsewhere = next((other for other, plugins in KNOWN_PLUGINS.items() if plugins and name in plugins), "")
            if elsewhere:
                message = f"{name} is a plugin of {SYSTEMS[elsewhere]}; on {SYSTEMS[subject.platform]} the agent ignores the section."
            elif meant or any(key in str(value) for key in ("% ", "/sec")):
                hint = f"It is a performance counter object of Windows: is cw_agent_platform right? {hint}"
            yield Finding(("metrics", "metrics_collected", name), value, message, hint)


@rule(
    "nvidia-smi-ignored",
    WARNING,
    why="The schema describes nvidia_smi, but the plugin that works is nvidia_gpu; the metrics are then called nvidia_smi_….",
    hint="Rename the section to nvidia_gpu.",
    example=metrics(nvidia_smi={"measurement": ["utilization_gpu"]}, mem=_MEM),
)
def _nvidia_smi(subject: Subject) -> Iterator[Finding]:
    collected = subject.section("metrics", "metrics_collected")
    if "nvidia_smi" in collected and subject.platform != "windows":
        path = ("metrics", "metrics_collected", "nvidia_smi")
        yield Finding(path, collected["nvidia_smi"], "The agent ignores the section nvidia_smi.")


@rule(
    "unknown-measurement",
    ERROR,
    why="A measurement that a known plugin does not have makes the agent refuse the whole configuration.",
    hint="Write one of the plugin's measurements, with or without the plugin's name before it.",
    example=metrics(mem={"measurement": ["used_percnt"]}),
)
def _unknown_measurement(subject: Subject) -> Iterator[Finding]:
    for plugin, path, item in _translated(subject):
        accepted = measured_as(subject.platform).get(plugin)
        if accepted is None:
            continue
        for where, entry in measurements(item, path):
            name = name_of(entry)
            if name is not None and bare(plugin, name.strip()) not in accepted:
                guess = near_miss(bare(plugin, name.strip()), accepted, 0.5)
                message = f"{plugin} has no measurement {shown(name)}.{did_you_mean(guess)}"
                yield Finding(where, entry, message, f"Measurements of {plugin}: {', '.join(sorted(accepted))}.")


@rule(
    "measurement-too-new",
    ERROR,
    why="The pinned agent is older than the measurement, and refuses the whole configuration for a measurement that it does not know.",
    hint="Pin a newer agent (cw_agent_build), or remove the measurement.",
    example=metrics(diskio={"measurement": ["ebs_total_read_ops"]}),
)
def _measurement_too_new(subject: Subject) -> Iterator[Finding]:
    for plugin, path, item in _translated(subject) if subject.platform == "linux" else ():
        for where, entry in measurements(item, path):
            measured = (plugin, bare(plugin, (name_of(entry) or "").strip()))
            since = next((release for release, found in INTRODUCED.items() if measured in found), "")
            if since and not subject.since(since):
                message = f"{measured[1]} of {plugin} came with agent {since}; {subject.agent_version} refuses it."
                yield Finding(where, entry, message)


@rule(
    "measurement-without-name",
    ERROR,
    why="A measurement given as a mapping needs the key name; without it the agent's translator fails.",
    hint="Add the key name, or write the measurement as text.",
    example=metrics(mem={"measurement": [{"rename": "MEM"}]}),
)
def _measurement_without_name(subject: Subject) -> Iterator[Finding]:
    windows = subject.platform == "windows"
    for plugin, path, item in _translated(subject):
        if plugin == "jmx" or not (windows or plugin in measured_as(subject.platform)):
            continue
        for where, entry in measurements(item, path):
            if isinstance(entry, dict) and "name" not in entry:
                yield Finding(where, entry, f"The measurement {shown(entry)} of {plugin} has no name.")


@rule(
    "unknown-plugin-decorated",
    ERROR,
    why="A measurement with rename or unit under a plugin that the agent does not know makes the translator fail.",
    hint="Rename the plugin to one that the agent has, or remove it.",
    example=metrics(system={"measurement": [{"name": "load1", "rename": "LOAD"}]}, mem=_MEM),
)
def _unknown_plugin_decorated(subject: Subject) -> Iterator[Finding]:
    if subject.platform == "windows" or not _decorates(subject):
        return
    for plugin, path, item in subject.plugins():
        if plugin in measured_as(subject.platform) or plugin in OTEL_PLUGINS or len(path) != 3:
            continue
        for where, entry in measurements(item, path):
            if isinstance(entry, dict):
                yield Finding(where, entry, f"{shown(entry)} stands under {plugin}, which is no plugin with measurements on this system.")


def _decorates(subject: Subject) -> bool:
    """Whether the agent sets up its renaming, which then reads every measurement that is a mapping."""
    plugins = [(plugin, item) for plugin, path, item in subject.plugins() if plugin != "jmx" and len(path) == 3]
    named = any(
        isinstance(entry, dict) and ("rename" in entry or "unit" in entry)
        for _plugin, item in plugins
        for _path, entry in measurements(item, ())
    )
    sends = (collects(subject.platform, plugin, item) for plugin, item in plugins if plugin != "prometheus")
    return named and any(sends)


_STATEMENT_TEXT = re.compile(r"""([^"\\\n]|\\([abfnrtv\\"]|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[0-7]{3}))*""")


@rule(
    "decoration-quotes",
    ERROR,
    why="The agent builds a statement of name, rename and unit in double quotes; a quote or a backslash in them breaks it.",
    hint="Take quotes and backslashes out.",
    example=metrics(mem={"measurement": [{"name": "used", "rename": 'MEM "used"'}]}),
)
def _decoration_quotes(subject: Subject) -> Iterator[Finding]:
    if not _decorates(subject):
        return
    for plugin, path, item in subject.plugins():
        if plugin in OTEL_PLUGINS or len(path) != 3:
            continue
        for where, entry in measurements(item, path):
            for key in ("name", "rename", "unit") if isinstance(entry, dict) else ():
                text = entry.get(key)
                if isinstance(text, str) and not _STATEMENT_TEXT.fullmatch(text):
                    yield Finding((*where, key), text, f"{key} is {shown(text)}, which the agent cannot quote.")


@rule(
    "empty-measurement",
    WARNING,
    why="A plugin without measurements collects nothing; one such entry of procstat silences all of them.",
    hint="List measurements, or remove the plugin.",
    example=metrics(cpu={"measurement": []}, mem=_MEM),
)
def _empty_measurement(subject: Subject) -> Iterator[Finding]:
    for plugin, path, item in subject.plugins():
        if item.get("measurement") == []:
            effect = "all entries of procstat are dropped" if plugin == "procstat" else f"{plugin} is dropped"
            yield Finding((*path, "measurement"), [], f"The list of measurements is empty: {effect}.")


@rule(
    "drop-original-names",
    ERROR,
    why="drop_original_metrics lists names; anything else makes the agent's translator fail.",
    hint="List names of metrics, as text.",
    example=metrics(mem={"measurement": ["used"], "drop_original_metrics": [1]}),
)
def _drop_original_names(subject: Subject) -> Iterator[Finding]:
    for _plugin, path, item in subject.plugins():
        names = item.get("drop_original_metrics", [])
        if not isinstance(names, list):
            message = f"The agent ignores drop_original_metrics {shown(names)}, which is no list."
            yield Finding((*path, "drop_original_metrics"), names, message, "Write a list of names, or [*] for all.", severity=WARNING)
            continue
        for index, name in enumerate(names if len(path) == 3 else []):
            if not isinstance(name, str):
                yield Finding((*path, "drop_original_metrics", index), name, f"{shown(name)} is not the name of a metric.")


@rule(
    "drop-original-unaggregated",
    WARNING,
    why="drop_original_metrics drops the unaggregated metrics; without aggregation_dimensions nothing is left of the metric.",
    hint="Set metrics.aggregation_dimensions, or remove drop_original_metrics.",
    example=metrics(mem={"measurement": ["used"], "drop_original_metrics": ["used"]}),
)
def _drop_original_unaggregated(subject: Subject) -> Iterator[Finding]:
    if subject.section("metrics").get("aggregation_dimensions"):
        return
    for plugin, path, item in subject.plugins():
        if item.get("drop_original_metrics") and plugin != "procstat":
            message = f"{plugin} drops its original metrics, and no aggregation keeps them."
            yield Finding((*path, "drop_original_metrics"), item["drop_original_metrics"], message)


@rule(
    "windows-without-counters",
    ERROR,
    why="On Windows a section that is no plugin there counts as a performance counter object, which needs measurement; collectd and "
    "ethtool do not exist there, and make the agent's translator fail.",
    hint="Remove the section.",
    example={"platform": "windows", **metrics(collectd={}, Memory={"measurement": ["% Committed Bytes In Use"]})},
)
def _windows_without_counters(subject: Subject) -> Iterator[Finding]:
    if subject.platform == "windows":
        for plugin, path, item in subject.plugins():
            if plugin not in NO_OBJECTS and len(path) == 3 and item.get("measurement") is None:
                elsewhere = plugin in (KNOWN_PLUGINS["linux"] or ())
                what = (
                    "is a plugin of Linux, which Windows does not have" if elsewhere else "is a performance counter object without counters"
                )
                hint = "" if elsewhere else "List its counters as measurement, or remove the section."
                yield Finding(path, item, f"{plugin} {what}.", hint)


@rule(
    "windows-resources",
    ERROR,
    why="On Windows, resources of a performance counter object are instances' names; another type crashes the agent's translator.",
    hint="List the instances' names as text, or *.",
    example={"platform": "windows", **metrics(LogicalDisk={"measurement": ["% Free Space"], "resources": [1]})},
)
def _windows_resources(subject: Subject) -> Iterator[Finding]:
    if subject.platform != "windows":
        return
    for plugin, path, item in subject.plugins():
        if "resources" not in item or plugin in WITHOUT_RESOURCES or len(path) != 3:
            continue
        resources = item["resources"]
        if not isinstance(resources, list):
            yield Finding((*path, "resources"), resources, f"resources of {plugin} is {shown(resources)}, not a list.")
            continue
        for index, name in enumerate(resources):
            if name == "*":
                break
            if not isinstance(name, str):
                yield Finding((*path, "resources", index), name, f"{shown(name)} is not the name of an instance.")


@rule(
    "cpu-without-metrics",
    WARNING,
    why="With totalcpu false and no * in resources the cpu plugin has nothing to report.",
    hint="Remove totalcpu: false, or set resources to [*].",
    example=metrics(cpu={"measurement": ["usage_idle"], "totalcpu": False}, mem=_MEM),
)
def _cpu_without_metrics(subject: Subject) -> Iterator[Finding]:
    for plugin, path, item in subject.plugins():
        resources = item.get("resources")
        per_cpu = isinstance(resources, list) and "*" in resources
        if plugin == "cpu" and subject.platform != "windows" and item.get("totalcpu") is False and not per_cpu:
            yield Finding((*path, "totalcpu"), False, "cpu reports neither the total nor single CPUs.")


_UNITS = frozenset(
    [
        *("Seconds", "Microseconds", "Milliseconds", "Percent", "Count", "None"),
        *(f"{prefix}{unit}" for prefix in ("", "Kilo", "Mega", "Giga", "Tera") for unit in ("bytes", "bits")),
        *("Bytes", "Bits", "Count/Second"),
    ]
)
_RATES = frozenset(f"{unit}/Second" for unit in _UNITS if unit.endswith(("ytes", "its")))


@rule(
    "unknown-unit",
    WARNING,
    why="CloudWatch has a fixed list of units; the agent reports another one at run time and sends None.",
    hint="Write one of CloudWatch's units, such as Percent, Bytes, Count, Seconds, Bytes/Second.",
    example=metrics(mem={"measurement": [{"name": "used", "unit": "GB"}]}),
)
def _unknown_unit(subject: Subject) -> Iterator[Finding]:
    for _plugin, path, item in subject.plugins():
        for where, entry in measurements(item, path):
            unit = entry.get("unit") if isinstance(entry, dict) else None
            if isinstance(unit, str) and unit.strip() not in _UNITS | _RATES:
                yield Finding((*where, "unit"), unit, f"CloudWatch has no unit {shown(unit)}.")


@rule(
    "internal-not-boolean",
    ERROR,
    why="agent.internal is true or false; another type crashes the agent's translator.",
    hint="Write true or false, or remove the key.",
    example={"agent": {"internal": "yes"}, **metrics(mem=_MEM)},
)
def _internal(subject: Subject) -> Iterator[Finding]:
    value = subject.section("agent").get("internal", False)
    if not isinstance(value, bool):
        yield Finding(("agent", "internal"), value, f"internal is {shown(value)}, but must be true or false.")
