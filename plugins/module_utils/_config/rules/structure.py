# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about sections and keys: what the agent refuses, drops or never reads."""

from __future__ import annotations

from typing import Iterator

from ..findings import ERROR, WARNING, Finding, did_you_mean, near_miss, shown
from ..merging import JOINED, SECTIONS
from ..pipelines import LOG_METRICS, has_pipeline, jmx_targets
from ..pointer import Step, at, spoken
from ..problems import rule
from ..regions import is_likely, is_region, meant_region
from ..schema_keys import belongs
from ..subject import Subject

_SCHEMA_RULES = {
    "schema-type": ("The value has another type than the agent's schema wants.", {"metrics": {"metrics_collected": {"cpu": []}}}),
    "schema-missing-key": ("A key that the agent's schema demands is missing.", {"logs": {"force_flush_interval": 5}}),
    "schema-unknown-key": (
        "Most sections are closed: one key too many, and the agent refuses the whole configuration.",
        {"logs": {"logs_collected": {"files": {"collect_list": [{"file_path": "/a.log", "from_beginning": True}]}}}},
    ),
    "schema-value": (
        "The agent's schema allows only certain values here.",
        {"logs": {"logs_collected": {"files": {"collect_list": [{"file_path": "/a.log", "retention_in_days": 10}]}}}},
    ),
    "schema-duplicate": (
        "The entries of this list must differ.",
        {"metrics": {"metrics_collected": {"mem": {"measurement": ["used", "used"]}}}},
    ),
    "schema-size": (
        "Numbers, texts and lists have limits in the agent's schema.",
        {"metrics": {"namespace": "", "metrics_collected": {"mem": {"measurement": ["used"]}}}},
    ),
}


def _schema_rule(name: str, why: str, example: object) -> None:
    @rule(
        name, ERROR, why=why + " The agent refuses the configuration.", hint="Change the value to what the message allows.", example=example
    )
    def _find(subject: Subject) -> Iterator[Finding]:
        return (finding for found, finding in subject.schema if found == name)


for _name, (_why, _example) in _SCHEMA_RULES.items():
    _schema_rule(_name, _why, _example)


@rule(
    "collects-nothing",
    ERROR,
    why="Without a pipeline the agent passes its own validation, writes no YAML, and dies at every start.",
    hint="Configure a plugin under metrics.metrics_collected, an entry under logs.logs_collected, or traces.",
    example={"agent": {"debug": True}},
)
def _collects_nothing(subject: Subject) -> Iterator[Finding]:
    if not has_pipeline(subject):
        sections = ", ".join(subject.given) or "nothing"
        yield Finding((), None, f"The configuration collects nothing: it has {sections}. The agent would die at its start.")


@rule(
    "section-type",
    ERROR,
    why="A whole section of the wrong type, or an empty list among those that the agent merges, is dropped without a word.",
    hint="Write the section as a mapping (collect_list and procstat: as a list with entries), or remove it.",
    example={"metrics": [], "logs": {"logs_collected": {"files": {"collect_list": [{"file_path": "/a.log"}]}}}},
)
def _section_type(subject: Subject) -> Iterator[Finding]:
    for path in subject.view.dropped + subject.view.empty:
        value = at(subject.given, path)
        expected = "a list" if path in JOINED else "a mapping"
        entries = " with entries" if value == [] and expected == "a list" else ""
        message = f"{path[-1]} is {shown(value)}, but must be {expected}{entries}: the agent drops it in silence."
        yield Finding(path, value, message, f"Write {expected}{entries}, or remove it.")


@rule(
    "unknown-section",
    WARNING,
    why="The agent reads agent, metrics, logs, traces and opentelemetry, and drops every other top-level key without a word.",
    hint="Rename or remove the key.",
    example={"metric": {}, "metrics": {"metrics_collected": {"mem": {"measurement": ["used"]}}}},
)
def _unknown_section(subject: Subject) -> Iterator[Finding]:
    for key in subject.view.unknown:
        message = f"The agent knows no section {key}; it reads {', '.join(SECTIONS)}."
        section = belongs((), key, subject.given[key], subject.has)
        if section:
            yield Finding((key,), subject.given[key], f"{message} It belongs under {section}.", f"Move it under {section}.")
        else:
            yield Finding((key,), subject.given[key], message + did_you_mean(near_miss(key, SECTIONS)))


@rule(
    "duplicate-entry",
    WARNING,
    why="The agent joins equal entries of this list into one.",
    hint="Remove the second entry.",
    example={"logs": {"logs_collected": {"files": {"collect_list": [{"file_path": "/a.log"}, {"file_path": "/a.log"}]}}}},
)
def _duplicate_entry(subject: Subject) -> Iterator[Finding]:
    for path in subject.view.duplicates:
        value = at(subject.given, path)
        first = next((index for index in range(int(path[-1])) if at(subject.given, (*path[:-1], index)) == value), 0)
        message = f"Entry {int(path[-1]) + 1} of {path[-2]} is the same as entry {first + 1}."
        yield Finding(path, value, message, related=((*path[:-1], first),))


@rule(
    "key-too-new",
    ERROR,
    why="The pinned agent is older than the key: it refuses the configuration, or loses the section.",
    hint="Pin a newer agent (cw_agent_build), or remove the key.",
    example={"opentelemetry": {"collect": {"host_metrics": {}}}},
)
def _key_too_new(subject: Subject) -> Iterator[Finding]:
    for item in subject.too_new:
        lost = item.key.refused or len(item.path) == 1 or item.path[:-1] == ("metrics", "metrics_collected")
        effect = "refuses it" if item.key.refused else "ignores it"
        message = f"{item.path[-1]} came with agent {item.key.since}; {subject.agent_version} {effect}."
        yield Finding(item.path, item.value, message, severity="" if lost else WARNING)


AGENT_KEYS = frozenset(
    [
        "metrics_collection_interval",
        "logfile",
        "debug",
        "quiet",
        "omit_hostname",
        "run_as_user",
        "region",
        "credentials",
        "user_agent",
        "usage_data",
        "usage_metadata",
        "use_dualstack_endpoint",
        "aws_sdk_log_level",
        "internal",
        "hostname",
        "system_metrics_enabled",
        "flush_interval",
        "flush_jitter",
        "collection_jitter",
        "metric_batch_size",
        "metric_buffer_limit",
        "precision",
        "round_interval",
        "service.name",
        "deployment.environment",
    ]
)
PLUGIN_KEYS = frozenset(
    [
        "measurement",
        "metrics_collection_interval",
        "append_dimensions",
        "drop_original_metrics",
        "resources",
        "totalcpu",
        "ignore_file_system_types",
        "drop_device",
        "pid_file",
        "exe",
        "pattern",
    ]
)
MEASUREMENT_KEYS = frozenset({"name", "rename", "unit"})
_OPEN_PLUGINS = frozenset("cpu disk diskio mem swap net netstat processes procstat nvidia_gpu efa".split())  # noqa: SIM905
_COMMENTS = ("_", "#", "//", "comment")


@rule(
    "unknown-agent-key",
    WARNING,
    why="The section agent takes any key, and ignores those that it does not know.",
    hint="Rename or remove the key.",
    example={"agent": {"metric_collection_interval": 60}, "metrics": {"metrics_collected": {"mem": {"measurement": ["used"]}}}},
)
def _unknown_agent_key(subject: Subject) -> Iterator[Finding]:
    yield from _unknown_keys(subject, subject.section("agent"), ("agent",), AGENT_KEYS)


@rule(
    "unknown-plugin-key",
    WARNING,
    why="Plugins of host metrics take any key, and ignore those that they do not know.",
    hint="Rename or remove the key.",
    example={"metrics": {"metrics_collected": {"net": {"measurement": ["bytes_sent"], "resource": ["eth0"]}}}},
)
def _unknown_plugin_key(subject: Subject) -> Iterator[Finding]:
    for plugin, path, item in subject.plugins():
        if plugin in _OPEN_PLUGINS and subject.platform != "windows":
            yield from _unknown_keys(subject, item, path, PLUGIN_KEYS)
        if plugin == "procstat" and item.get("drop_original_metrics"):
            message = "The agent drops no metrics of procstat, because several entries may have the same ones."
            yield Finding((*path, "drop_original_metrics"), item["drop_original_metrics"], message, "Remove the key.")


@rule(
    "unknown-measurement-key",
    WARNING,
    why="A measurement in a mapping has name, rename and unit; the agent ignores other keys.",
    hint="Rename or remove the key.",
    example={"metrics": {"metrics_collected": {"mem": {"measurement": [{"name": "used", "units": "Bytes"}]}}}},
)
def _unknown_measurement_key(subject: Subject) -> Iterator[Finding]:
    for plugin, path, item in subject.plugins():
        for target, where in [(item.get(name), (*path, name)) for name in jmx_targets(item)] if plugin == "jmx" else [(item, path)]:
            entries = target.get("measurement") if isinstance(target, dict) else None
            for index, entry in enumerate(entries if isinstance(entries, list) else []):
                if isinstance(entry, dict):
                    yield from _unknown_keys(subject, entry, (*where, "measurement", index), MEASUREMENT_KEYS)


@rule(
    "unknown-log-metrics",
    WARNING,
    why="Under logs.metrics_collected the agent looks for a few sections by name, and passes over others without a word.",
    hint=f"Rename or remove it; the sections are {', '.join(LOG_METRICS)}.",
    example={
        "logs": {"metrics_collected": {"statsd": {}}},
        "metrics": {"metrics_collected": {"mem": {"measurement": ["used"]}}},
    },
)
def _unknown_log_metrics(subject: Subject) -> Iterator[Finding]:
    path = ("logs", "metrics_collected")
    yield from _unknown_keys(subject, subject.section(*path), path, frozenset(LOG_METRICS))


_ALIKE = 0.8
"""How alike a misspelt key must be: keys of plugins are short, and many are alike."""


def _unknown_keys(subject: Subject, section: dict[str, object], path: tuple[Step, ...], known: frozenset[str]) -> Iterator[Finding]:
    for key, value in section.items():
        if key in known or key.startswith(_COMMENTS):
            continue
        message = f"The agent ignores the key {key} in {spoken(path)}."
        guess = near_miss(key, known, _ALIKE)
        owner = "" if guess else belongs(path, key, value, subject.has)
        if owner:
            yield Finding((*path, key), value, f"{message} It belongs under {owner}.", f"Move it under {owner}.")
        else:
            yield Finding((*path, key), value, message + did_you_mean(guess))


@rule(
    "user-not-text",
    ERROR,
    why="run_as_user is the name of a user. With a number, even a user's, the agent passes its own validation and dies at every start.",
    hint="Write the name of the user, in quotes.",
    example={"agent": {"run_as_user": 1000}, "metrics": {"metrics_collected": {"mem": {"measurement": ["used"]}}}},
)
def _user_not_text(subject: Subject) -> Iterator[Finding]:
    user = subject.section("agent").get("run_as_user")
    if user is not None and not isinstance(user, str) and subject.platform != "windows":
        yield Finding(("agent", "run_as_user"), user, f"run_as_user is {shown(user)}, which is no name: the agent would die at its start.")


SDK_LEVELS = frozenset(
    f"LogDebug{kind}"
    for kind in ("", *(f"With{of}" for of in ("Signing", "HTTPBody", "RequestRetries", "RequestErrors", "EventStreamBody")))
)


@rule(
    "sdk-log-level",
    WARNING,
    why="aws_sdk_log_level takes names joined by |; the agent ignores others.",
    hint="Names: LogDebug, LogDebugWithSigning, LogDebugWithHTTPBody, LogDebugWithRequestRetries, LogDebugWithRequestErrors and "
    "LogDebugWithEventStreamBody.",
    example={"agent": {"aws_sdk_log_level": "DEBUG"}, "metrics": {"metrics_collected": {"mem": {"measurement": ["used"]}}}},
)
def _sdk_log_level(subject: Subject) -> Iterator[Finding]:
    value = subject.section("agent").get("aws_sdk_log_level")
    if isinstance(value, str):
        unknown = [name.strip() for name in value.split("|") if name.strip() not in SDK_LEVELS]
        if unknown:
            yield Finding(("agent", "aws_sdk_log_level"), value, f"The agent does not know {', '.join(unknown)}.")


_REGIONS = (
    ("agent", "region"),
    ("traces", "region_override"),
    ("logs", "metrics_collected", "prometheus", "ecs_service_discovery", "sd_cluster_region"),
)


@rule(
    "region-name",
    ERROR,
    why="The agent takes any text for a region, passes its own validation, and then sends to an endpoint that does not exist. A name whose "
    "words no region has so far is a warning.",
    hint="Write the name of a region, such as eu-west-1; without agent.region the agent takes the host's.",
    example={"agent": {"region": "eu-west"}, "metrics": {"metrics_collected": {"mem": {"measurement": ["used"]}}}},
)
def _region_name(subject: Subject) -> Iterator[Finding]:
    for path in _REGIONS:
        value = subject.section(*path[:-1]).get(path[-1])
        # The agent fills in variables of its environment at its start.
        if not isinstance(value, str) or not value or "${" in value or is_likely(value):
            continue
        question = did_you_mean(meant_region(value))
        if is_region(value):
            message = f"{path[-1]} is {shown(value)}, and AWS is not known to have such a region.{question}"
            yield Finding(path, value, message, severity=WARNING)
        else:
            yield Finding(path, value, f"{path[-1]} is {shown(value)}, which is not the name of an AWS region.{question}")
