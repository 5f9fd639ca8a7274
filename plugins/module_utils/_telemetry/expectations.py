# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hosts with given configurations must deliver: their log streams, and a few metrics that stand for all of them.

A metric is found in CloudWatch only by its exact set of dimensions, so those are worked out here as the agent makes them.
"""

from __future__ import annotations

import json
import re
import time
from typing import Any, Mapping

from .._config.errors import ConfigError
from .expected_metrics import expected_metrics
from .expected_streams import Streams
from .placeholders import Identity

WAITS = ("changed", "all", "none")
_ROLE_ACCOUNT = re.compile(r"^arn:[^:]*:iam::(\d{12}):role/")


def telemetry_expectations(configuration: Mapping[str, Any], agent: Mapping[str, Any], region: str = "") -> dict[str, Any]:
    """What CloudWatch must show of this host.

    ``agent`` is what ``cw_agent_info`` returns under that name; ``region`` is where the host's inventory places it.
    Returns ``region`` (where the daemon sends to), ``streams``, ``metrics``, and ``unverified``: sentences about what cannot be judged
    from here.
    """
    section = _mapping(configuration.get("agent"))
    sends_to = str(section.get("region") or region or agent.get("region") or _mapping(agent.get("identity")).get("region") or "")
    identity = Identity.of(agent, sends_to)
    unverified: list[str] = []
    logs = _here(configuration, "logs", identity, unverified)
    files = {str(item.get("path")): item for item in agent.get("files") or []}
    streams = Streams(logs, identity, files, float(agent.get("clock") or time.time()), unverified)
    metrics = _here(configuration, "metrics", identity, unverified)
    return {
        "region": sends_to,
        "streams": [item._asdict() for item in streams.expected()],
        "metrics": expected_metrics(metrics, section, identity, agent.get("mounts") or []),
        "unverified": unverified,
    }


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _here(configuration: Mapping[str, Any], what: str, identity: Identity, unverified: list[str]) -> Mapping[str, Any]:
    """This part of the configuration, empty where the agent assumes a role of another account for it, which cannot be read from here."""
    part = _mapping(configuration.get(what))
    credentials = [_mapping(_mapping(holder).get("credentials")) for holder in (part, configuration.get("agent"))]
    role = str(credentials[0].get("role_arn") or credentials[1].get("role_arn") or "")
    account = _ROLE_ACCOUNT.match(role)
    if not part or account is None or account.group(1) == identity.account_id:
        return part
    unverified.append(f"{what} go to account {account.group(1)} through {role}: verify them with that account's credentials")
    return {}


def telemetry_requests(
    plan: Mapping[str, Any],
    observed: Mapping[str, Any],
    converged: Mapping[str, Any] | None = None,
    wait: str = "changed",
    sources: Mapping[str, Any] | None = None,
) -> list[dict[str, Any]]:
    """The questions to CloudWatch for many hosts, one item for every account.

    ``plan``: result of ``cw_agent_plan``. ``observed``, ``converged``: by host, the results of ``cw_agent_info`` and (where a host
    was changed) ``cw_agent_config``. ``wait``: whose telemetry is awaited. ``sources``: by host, what it has fetched.
    Returns a list of ``{"profile": …, "hosts": […]}``, the hosts as ``cw_agent_telemetry_info`` takes them.

    Raises:
        ConfigError: ``wait`` is none of ``WAITS``.
    """
    if wait not in WAITS:
        raise ConfigError(f"cw_agent_verify_wait is {wait!r}: set one of {', '.join(WAITS)}")
    batches: dict[str, list[dict[str, Any]]] = {}
    for host, seen in observed.items():
        planned = plan["hosts"].get(host)
        if not planned or not _mapping(seen).get("agent"):
            continue
        change = _mapping((converged or {}).get(host))
        changed = wait == "all" or (wait == "changed" and _was_changed(seen, change))
        agent = {**seen["agent"], **(change.get("agent") or {})}
        agent["files"] = _files(seen["agent"], float(_mapping(agent.get("service")).get("started_at") or 0))
        configuration = _active(plan, planned, (sources or {}).get(host))
        expected = telemetry_expectations(configuration, agent, str(planned.get("region") or ""))
        batches.setdefault(str(planned.get("profile") or ""), []).append(_request(host, agent, expected, changed))
    return [{"profile": profile, "hosts": hosts} for profile, hosts in sorted(batches.items())]


def _files(agent: Mapping[str, Any], started_at: float) -> list[dict[str, Any]]:
    """The files, which are looked at before a change: what they held then was sent by the process that has ended since."""
    return [{**item, "grown": item.get("grown") and float(item.get("mtime") or 0) >= started_at} for item in agent.get("files") or []]


def _was_changed(seen: Mapping[str, Any], change: Mapping[str, Any]) -> bool:
    """Whether the agent was changed or started anew, be it by an upgrade of its package or by new credentials."""
    before = _mapping(seen["agent"].get("service")).get("invocation_id")
    after = _mapping(_mapping(change.get("agent")).get("service")).get("invocation_id")
    return bool(change.get("changed")) or bool(after and after != before)


def _active(plan: Mapping[str, Any], planned: Mapping[str, Any], fetched: Any) -> Mapping[str, Any]:
    """The planned configuration, or the one that a host has fetched instead (a release on hold)."""
    configuration = next(item["configuration"] for item in plan["configurations"] if item["key"] == planned["key"])
    parts = [part for part in _mapping(fetched).get("sources") or [] if part.get("content")]
    if len(parts) == 1 and planned.get("digest") not in (None, parts[0].get("digest")):
        return json.loads(parts[0]["content"])
    return configuration


def _request(host: str, agent: Mapping[str, Any], expected: Mapping[str, Any], changed: bool) -> dict[str, Any]:
    service, identity = _mapping(agent.get("service")), _mapping(agent.get("identity"))
    return {
        "host": host,
        **expected,
        "changed": changed,
        "since": float(service.get("started_at") or 0),
        "clock": float(agent.get("clock") or 0),
        "agent": {
            "active": service.get("active_state", "active") == "active",
            "errors": list(agent.get("errors") or []),
            "run_as_user": str(agent.get("run_as_user") or "root"),
            "region": str(identity.get("region") or ""),
            "role": str(identity.get("role") or ""),
        },
    }
