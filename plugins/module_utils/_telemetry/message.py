# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of missing telemetry: everything that is missing, why, and how to mend it."""

from __future__ import annotations

from typing import Any, Iterable, Mapping

from .causes import LOGS, METRICS, Evidence, diagnose

MISSING = "missing"


def telemetry_explained(verdicts: Iterable[Mapping[str, Any]], looks: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The verdicts with the causes that a newer look at the hosts tells.

    The agent complains some time after its start, when a changed host has already been looked at.
    ``verdicts``: hosts of ``cw_agent_telemetry_info``; ``looks``: results of ``cw_agent_info``, their ``item`` the host.
    """
    agents = {look["item"]: look["agent"] for look in looks if look.get("agent")}
    return [_explained(verdict, agents[verdict["host"]]) if verdict["host"] in agents else dict(verdict) for verdict in verdicts]


def evidence(agent: Mapping[str, Any], sends_to: str) -> Evidence:
    """What ``cw_agent_info`` has seen, as far as it bears on telemetry that goes to the region ``sends_to``."""
    identity = agent.get("identity") or {}
    return Evidence(
        active=(agent.get("service") or {}).get("active_state", "active") == "active",
        errors=tuple(agent.get("errors") or ()),
        run_as_user=str(agent.get("run_as_user") or "root"),
        region=str(identity.get("region") or ""),
        sends_to=sends_to,
        role=str(identity.get("role") or ""),
    )


def _explained(verdict: Mapping[str, Any], agent: Mapping[str, Any]) -> dict[str, Any]:
    known = evidence(agent, str(verdict["region"]))
    streams = [_item(LOGS, item, known) for item in verdict["streams"]]
    metrics = [_item(METRICS, item, known) for item in verdict["metrics"]]
    return {**verdict, "streams": streams, "metrics": metrics, **summary(streams + metrics)}


def _item(kind: str, item: Mapping[str, Any], known: Evidence) -> dict[str, Any]:
    if item["state"] != MISSING or item["line"]:
        return dict(item)
    found = diagnose(kind, known, place(item), str(item.get("file") or ""))
    return {**item, **found._asdict()} if found else dict(item)


def summary(items: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """``cause`` and ``mend`` of all that is missing."""
    lacking = [item for item in items if item["state"] == MISSING]
    return {key: "; ".join(dict.fromkeys(str(item[key]) for item in lacking)) for key in ("cause", "mend")}


def place(item: Mapping[str, Any]) -> str:
    """A stream as the agent's log names it, '' for a metric."""
    return f"{item['log_group_name']}/{item['log_stream_name']}" if "log_group_name" in item else ""


def telemetry_message(verdicts: Iterable[Mapping[str, Any]]) -> str:
    """One text that names every missing stream and metric, why, and how to mend it; '' where nothing is missing."""
    known = list(verdicts)
    lacking = [item for item in known if item["state"] == MISSING]
    if not lacking:
        return ""
    lines = [f"Telemetry of {len(lacking)} of {len(known)} hosts is missing in CloudWatch:"]
    for verdict in lacking:
        for (cause, mend), items in _by_cause(verdict).items():
            lines.append(f"{verdict['host']}: {'; '.join(map(_what, items))} ({verdict['region']}): {cause}. Mend: {mend}.")
            line = next((item["line"] for item in items if item["line"]), "")
            lines += [f"    the agent's log: {line}"] if line else []
    return "\n".join(lines)


def _by_cause(verdict: Mapping[str, Any]) -> dict[tuple[str, str], list[Mapping[str, Any]]]:
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for item in [*verdict["streams"], *verdict["metrics"]]:
        if item["state"] == MISSING:
            found.setdefault((item["cause"], item["mend"]), []).append(item)
    return found


def _what(item: Mapping[str, Any]) -> str:
    if "file" in item:
        return f"{item['file']} → log group {item['log_group_name']}, stream {item['log_stream_name']}"
    dimensions = ", ".join(f"{key}={value}" for key, value in sorted(item["dimensions"].items()))
    return f"metric {item['namespace']} {item['name']} {{{dimensions}}}"
