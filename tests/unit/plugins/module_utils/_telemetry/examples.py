# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evaluations as the account, the message and the table take them."""

from __future__ import annotations

from typing import Any

WHY = {"cause": "", "hint": "", "line": ""}


def stream(group: str, state: str = "arrived", events: int = 0, **more: Any) -> dict[str, Any]:
    """A log stream of a host."""
    names = {"log_group_name": group, "log_stream_name": "i-1", "file": f"{group}.log", "readable": True}
    return {**names, "state": state, "events": events, **WHY, **more}


def metric(state: str = "arrived", value: float | None = 12.3456, host: str = "web-1", **more: Any) -> dict[str, Any]:
    """A metric of a host."""
    names = {"namespace": "CWAgent", "name": "mem_used_percent", "dimensions": {"host": host}}
    return {**names, "state": state, "value": value, **WHY, **more}


def evaluation(host: str, streams: list[dict[str, Any]], metrics: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A host with the facts of a running agent."""
    missing = any(item["state"] == "missing" for item in streams + metrics)
    return {
        "host": host,
        "region": "us-east-1",
        "profile": "",
        "changed": True,
        "state": "missing" if missing else "verified",
        "mode": "onPremise",
        "build": "1.300060.0b1248",
        "configurations": ["AmazonCloudWatch-base-web:3"],
        "service": "running",
        "streams": streams,
        "metrics": metrics,
        "unverified": [],
        "refused": [],
        "cause": "",
        "hint": "",
        **more,
    }
