# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host with a given configuration must deliver: its log streams, and a few metrics that stand for all of them.

A metric is found in CloudWatch only by its exact set of dimensions, so those are worked out here as the agent makes them.
"""

from __future__ import annotations

import re
import time
from typing import Any, Mapping, NamedTuple

from .expected_metrics import expected_metrics
from .placeholders import Identity, resolve

FLUSH_SECONDS = 5
"""How often the agent sends logs unless ``logs.force_flush_interval`` says otherwise."""

JOURNAL = "the journal"

_GLOB = re.compile(r"[*?\[{]")
_NOT_IN_A_GROUP_NAME = re.compile(r"[^.\-_/#A-Za-z0-9]")
_ROLE_ACCOUNT = re.compile(r"^arn:[^:]*:iam::(\d{12}):role/")


class Stream(NamedTuple):
    """The place of one configured file.

    ``grown``: since the agent's start; ``written``: its last change (seconds since the epoch); ``filtered``: not every line is sent;
    ``timestamped``: events carry the time that the line says; ``flush``: seconds between two sendings.
    """

    log_group_name: str
    log_stream_name: str
    file: str
    grown: bool = False
    readable: bool = True
    written: float = 0.0
    filtered: bool = False
    timestamped: bool = False
    flush: int = FLUSH_SECONDS


def telemetry_expectations(configuration: Mapping[str, Any], agent: Mapping[str, Any], region: str = "") -> dict[str, Any]:
    """What CloudWatch must show of this host.

    ``agent`` is what ``cw_agent_info`` returns under that name; ``region`` is where the host's inventory places it.
    Returns ``region`` (where the daemon sends to), ``streams``, ``metrics``, and ``unverified``: sentences about what cannot be judged
    from here.
    """
    section = _mapping(configuration.get("agent"))
    sends_to = str(section.get("region") or region or _mapping(agent.get("identity")).get("region") or "")
    identity = Identity.of(agent, sends_to)
    unverified: list[str] = []
    streams: list[Stream] = []
    logs, metrics = _mapping(configuration.get("logs")), _mapping(configuration.get("metrics"))
    if _elsewhere(logs, section, identity, "logs", unverified):
        logs = {}
    if _elsewhere(metrics, section, identity, "metrics", unverified):
        metrics = {}
    files = {str(item.get("path")): item for item in agent.get("files") or []}
    for entry in _entries(logs, "files"):
        streams += _file_stream(entry, logs, files, identity, unverified)
    for entry in _entries(logs, "journald"):
        streams += _journal_stream(entry, logs, identity, unverified)
    return {
        "region": sends_to,
        "streams": [item._asdict() for item in streams],
        "metrics": expected_metrics(metrics, section, identity, agent.get("mounts") or []),
        "unverified": unverified,
    }


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _entries(logs: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
    collected = _mapping(_mapping(logs.get("logs_collected")).get(kind))
    return [item for item in collected.get("collect_list") or [] if isinstance(item, Mapping)]


def _elsewhere(part: Mapping[str, Any], section: Mapping[str, Any], identity: Identity, what: str, unverified: list[str]) -> bool:
    """Whether the agent assumes a role of another account for this part of its work, whose telemetry cannot be read from here."""
    role = _mapping(part.get("credentials")).get("role_arn") or _mapping(section.get("credentials")).get("role_arn")
    account = _ROLE_ACCOUNT.match(str(role or ""))
    if not part or account is None or account.group(1) == identity.account_id:
        return False
    unverified.append(f"{what} go to account {account.group(1)} through {role}: verify them with that account's credentials")
    return True


def _file_stream(
    entry: Mapping[str, Any], logs: Mapping[str, Any], files: Mapping[str, Mapping[str, Any]], identity: Identity, unverified: list[str]
) -> list[Stream]:
    pattern = str(entry.get("file_path") or "")
    seen = files.get(pattern, {})
    tailed = str(seen.get("file") or ("" if _GLOB.search(pattern) else pattern))
    group = str(entry.get("log_group_name") or re.sub(r"\.[^./]*$", "", pattern))
    stream = str(entry.get("log_stream_name") or logs.get("log_stream_name") or identity.log_stream)
    if entry.get("publish_multi_logs"):
        if not tailed:
            unverified.append(f"{pattern}: no file matches yet, its log streams are named after the files")
            return []
        safe = _NOT_IN_A_GROUP_NAME.sub("_", tailed)
        if entry.get("log_group_name"):
            stream += "_" + safe.replace("/", "_")
        else:
            group = safe
    return [
        Stream(
            log_group_name=log_group_name,
            log_stream_name=log_stream_name,
            file=tailed or pattern,
            grown=bool(seen.get("grown")),
            readable=bool(seen.get("readable", True)),
            written=float(seen.get("mtime") or 0),
            filtered=bool(entry.get("filters")),
            timestamped=bool(entry.get("timestamp_format")),
            flush=int(logs.get("force_flush_interval") or FLUSH_SECONDS),
        )
        for log_group_name, log_stream_name in _names(group, stream, pattern, identity, unverified)
    ]


def _journal_stream(entry: Mapping[str, Any], logs: Mapping[str, Any], identity: Identity, unverified: list[str]) -> list[Stream]:
    stream = str(entry.get("log_stream_name") or logs.get("log_stream_name") or identity.log_stream)
    names = _names(str(entry.get("log_group_name") or ""), stream, JOURNAL, identity, unverified)
    return [Stream(log_group_name, log_stream_name, JOURNAL) for log_group_name, log_stream_name in names]


def _names(group: str, stream: str, what: str, identity: Identity, unverified: list[str]) -> list[tuple[str, str]]:
    """The group and the stream with every placeholder filled in, or nothing where one cannot be known from here."""
    log_group_name, log_stream_name = resolve(group, identity), resolve(stream, identity)
    if log_group_name is None or log_stream_name is None:
        unverified.append(f"{what}: a placeholder of {group} or {stream} is not known of this host")
        return []
    return [(log_group_name, log_stream_name)]


def telemetry_requests(
    plan: Mapping[str, Any],
    observed: Mapping[str, Any],
    converged: Mapping[str, Any] | None = None,
    wait: str = "changed",
    now: float | None = None,
) -> list[dict[str, Any]]:
    """The questions to CloudWatch for many hosts, one item for every account.

    ``plan``: result of ``cw_agent_config_check``. ``observed``, ``converged``: by host, the results of ``cw_agent_info`` and (where a host
    was changed) ``cw_agent_config``. ``wait``: whose telemetry is awaited: ``changed``, ``all`` or ``none``.
    Returns a list of ``{"profile": …, "hosts": […]}``, the hosts as ``cw_agent_telemetry_info`` takes them.
    """
    configurations = {item["key"]: item["configuration"] for item in plan["configurations"]}
    batches: dict[str, list[dict[str, Any]]] = {}
    for host, seen in observed.items():
        planned = plan["hosts"].get(host)
        if not planned or not _mapping(seen).get("agent"):
            continue
        change = _mapping((converged or {}).get(host))
        agent = change.get("agent") or seen["agent"]
        expected = telemetry_expectations(configurations[planned["key"]], agent, str(planned.get("region") or ""))
        changed = wait == "all" or (wait == "changed" and bool(change.get("changed")))
        batches.setdefault(str(planned.get("profile") or ""), []).append(_request(host, agent, expected, changed, now or time.time()))
    return [{"profile": profile, "hosts": hosts} for profile, hosts in sorted(batches.items())]


def _request(host: str, agent: Mapping[str, Any], expected: Mapping[str, Any], changed: bool, now: float) -> dict[str, Any]:
    service = _mapping(agent.get("service"))
    return {
        "host": host,
        **expected,
        "changed": changed,
        "since": float(service.get("started_at") or 0),
        "clock": float(agent.get("clock") or now),
        "agent": {
            "active": service.get("active_state", "active") == "active",
            "errors": list(agent.get("errors") or []),
            "run_as_user": str(agent.get("run_as_user") or "root"),
            "region": str(_mapping(agent.get("identity")).get("region") or ""),
            "role": str(_mapping(agent.get("identity")).get("role") or ""),
        },
    }
