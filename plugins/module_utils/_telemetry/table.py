# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table that a person reads at the end of a run."""

from __future__ import annotations

import re
from typing import Any, Iterable, Mapping

HEAD = ("host", "mode", "build", "configuration", "service", "log groups (events)", "metrics")
_MODES = {"ec2": "EC2", "onPremise": "on-prem", "onPrem": "on-prem"}


def telemetry_table(
    verdicts: Iterable[Mapping[str, Any]],
    observed: Mapping[str, Any],
    converged: Mapping[str, Any] | None = None,
    sources: Mapping[str, Any] | None = None,
) -> list[str]:
    """Aligned lines of plain text, a block of them for every host.

    ``verdicts``: hosts of ``cw_agent_telemetry_info``; ``observed``, ``converged``: by host, results of ``cw_agent_info`` and
    ``cw_agent_config``; ``sources``: by host, ``{"sources": [{"location": …}]}``.
    """
    rows: list[tuple[list[str], ...]] = []
    for verdict in verdicts:
        host = verdict["host"]
        agent = ((converged or {}).get(host) or {}).get("agent") or (observed.get(host) or {}).get("agent") or {}
        rows.append(
            (
                [host],
                [_mode(str(agent.get("mode") or ""))],
                [str((agent.get("package") or {}).get("build") or "none")],
                _configurations(agent, (sources or {}).get(host) or {}),
                [_service(agent.get("service") or {})],
                _groups(verdict["streams"]),
                _metrics(verdict["metrics"]),
            )
        )
    return _aligned(rows)


def _mode(mode: str) -> str:
    return _MODES.get(mode, mode or "-")


def _configurations(agent: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """What is active, by the names of the parameters; what will be, where nothing is."""
    # The agent names its files after the location; what cannot be in a file name is an underscore there.
    names = {re.sub(r"[/ :]", "_", item["location"]): item["location"].split(":", 1)[-1] for item in wanted.get("sources") or []}
    active = [str(item.get("file")) for item in agent.get("configurations") or []]
    return [names.get(file) or re.sub(r"^ssm_(.+)_(\d+)$", r"\1:\2", file) for file in active] or list(names.values())


def _service(service: Mapping[str, Any]) -> str:
    return "running" if service.get("active_state") == "active" else str(service.get("active_state") or "absent")


def _groups(streams: Iterable[Mapping[str, Any]]) -> list[str]:
    """A line for every group: the events of all its streams (a stream that several files share counts once), or why there are none."""
    groups: dict[str, dict[str, Mapping[str, Any]]] = {}
    for item in streams:
        known = groups.setdefault(item["log_group_name"], {})
        # A stream of two files is missing where one of them is.
        if known.get(item["log_stream_name"], {}).get("state") != "missing":
            known[item["log_stream_name"]] = item
    return [f"{group} ({_count(list(found.values()))})" for group, found in groups.items()]


def _count(streams: list[Mapping[str, Any]]) -> str:
    words = sorted({item["state"] for item in streams} - {"arrived"})
    events = sum(item["events"] for item in streams)
    return ", ".join(([str(events)] if events else []) + [word.upper() if word == "missing" else word for word in words])


def _metrics(metrics: Iterable[Mapping[str, Any]]) -> list[str]:
    return [f"{item['name']} {item['value']:.4g}" if item["state"] == "arrived" else f"{item['name']} {_word(item)}" for item in metrics]


def _word(item: Mapping[str, Any]) -> str:
    return {"missing": "MISSING", "quiet": "not due yet"}.get(item["state"], str(item["state"]))


def _aligned(rows: list[tuple[list[str], ...]]) -> list[str]:
    table = [tuple([title] for title in HEAD), *rows]
    widths = [max(len(text) for row in table for text in row[column] or [""]) for column in range(len(HEAD))]
    lines = [list(HEAD), ["-" * width for width in widths]]
    for row in rows:
        height = max(len(cell) for cell in row)
        lines += [[cell[index] if index < len(cell) else "" for cell in row] for index in range(height)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines]
