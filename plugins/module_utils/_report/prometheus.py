# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report for Prometheus, as node_exporter's textfile collector reads it (text format 0.0.4)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Iterator, Mapping, NamedTuple

from .._release.usage import UNKNOWN
from .cells import name
from .document import CONVERGED, DIFFERS

PREFIX = "cloudwatch_agent_"
Sample = tuple[Mapping[str, str], float]


class Metric(NamedTuple):
    """A metric without the prefix of its name."""

    name: str
    kind: str
    help: str
    samples: list[Sample]


def exposition(found: Mapping[str, Any]) -> str:
    """The text of the file."""
    return "".join(line + "\n" for metric in _metrics(found) if metric.samples for line in _lines(metric))


def _lines(metric: Metric) -> Iterator[str]:
    title = PREFIX + metric.name
    yield f"# HELP {title} {_escaped(metric.help)}"
    yield f"# TYPE {title} {metric.kind}"
    for labels, value in metric.samples:
        inner = ",".join(f'{label}="{_quoted(text)}"' for label, text in labels.items())
        yield f"{title}{{{inner}}} {value:.15g}" if labels else f"{title} {value:.15g}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n")


def _quoted(text: str) -> str:
    return _escaped(text).replace('"', r"\"")


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp()


def _metrics(found: Mapping[str, Any]) -> Iterator[Metric]:
    hosts = found["hosts"]
    known = [entry for entry in hosts if entry["state"] in (DIFFERS, CONVERGED)]
    yield Metric("report_timestamp_seconds", "gauge", "When the report was made.", [({}, _seconds(found["generated_at"]))])
    yield Metric(
        "report_hosts", "gauge", "Hosts of the run by state.", [({"state": state}, count) for state, count in found["totals"].items()]
    )
    yield Metric("host_observed", "gauge", "Whether the host could be observed.", [(_host(one), one in known) for one in hosts])
    yield Metric(
        "host_converged",
        "gauge",
        "Whether the host is what the inventory and the live release say.",
        [(_host(one), one["state"] == CONVERGED) for one in hosts],
    )
    yield Metric(
        "host_difference",
        "gauge",
        "A part of the host that differs.",
        [({**_host(one), "part": part}, 1) for one in known for part in one["differing"]],
    )
    yield from _of_agent([one for one in known if one["build"]])


def _of_agent(hosts: list[Mapping[str, Any]]) -> Iterator[Metric]:
    """Of the hosts that have the agent."""
    yield Metric(
        "build_info",
        "gauge",
        "The installed build, and the one that the inventory asks for.",
        [({**_host(one), "build": one["build"], "desired": one["desired_build"]}, 1) for one in hosts],
    )
    released = [one for one in hosts if one["configuration"]["key"] and one["configuration"]["state"] != UNKNOWN]
    for title, key, said in (
        ("configuration_version", "runs", "The version of its configuration that the host runs, 0 for none."),
        ("configuration_live_version", "live", "The version of its configuration that is live, 0 for none."),
    ):
        yield Metric(title, "gauge", said, [(_configuration(one), _version(one["configuration"], key)) for one in released])
    services = [(_host(one), one["service"]) for one in hosts]
    yield Metric(
        "service_active", "gauge", "Whether the service is active.", [(host, one["active_state"] == "active") for host, one in services]
    )
    yield Metric(
        "service_enabled", "gauge", "Whether the service starts at boot.", [(host, bool(one["enabled"])) for host, one in services]
    )
    yield Metric(
        "service_restarts_total",
        "counter",
        "How often systemd has restarted the service by itself.",
        [(host, one["restarts"]) for host, one in services],
    )
    for title, part, key, said in (
        ("credentials_expiry_timestamp_seconds", "credentials", "expires_at", "Until when the agent's present credentials are valid."),
        ("telemetry_newest_timestamp_seconds", "telemetry", "newest_at", "When the newest telemetry came that was read."),
    ):
        yield Metric(title, "gauge", said, [(_host(one), _seconds(one[part][key])) for one in hosts if one[part][key]])
    yield Metric(
        "unmanaged_files",
        "gauge",
        "Active configurations that this collection has not written.",
        [(_host(one), len(one["unmanaged"])) for one in hosts],
    )


def _host(entry: Mapping[str, Any]) -> dict[str, str]:
    return {"host": entry["host"]}


def _configuration(entry: Mapping[str, Any]) -> dict[str, str]:
    return {**_host(entry), "configuration": name(entry["configuration"]["key"]), "region": entry["region"]}


def _version(said: Mapping[str, Any], key: str) -> int:
    """A version of the host's own configuration."""
    return int(said[key]) if key == "live" or said["runs_key"] == said["key"] else 0
