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

from .._config.metrics import UNBOUNDED
from .._config.pipelines import LOG_METRICS, collects
from .._config.words import listed
from .expected_metrics import Metric, expected_metrics
from .expected_streams import Stream, Streams
from .placeholders import ENVIRONMENT, Identity
from .sharing import Name

_ROLE_ACCOUNT = re.compile(r"^arn:[^:]*:iam::(\d{12}):role/")


class Expectations(NamedTuple):
    """``region``: where the daemon sends to; ``unverified``: sentences about what cannot be known from here."""

    region: str
    streams: list[Stream]
    metrics: list[Metric]
    unverified: list[str]


def expectations(
    configuration: Mapping[str, Any], agent: Mapping[str, Any], region: str = "", others: frozenset[Name] = frozenset()
) -> Expectations:
    """What CloudWatch must show of this host.

    ``agent`` is what ``cw_agent_info`` returns under that name; ``region`` is where the host's inventory places it; ``others``: what other
    hosts send to.
    """
    section = _mapping(configuration.get("agent"))
    sends_to = str(section.get("region") or region or agent.get("region") or _mapping(agent.get("identity")).get("region") or "")
    if ENVIRONMENT in sends_to:
        return Expectations(
            str(region), [], [], [f"the agent takes its region out of its environment, and what {sends_to} is there is not known"]
        )
    identity = Identity.of(agent, sends_to)
    unverified: list[str] = []
    logs = _here(configuration, "logs", identity, unverified)
    files = {str(item.get("path")): item for item in agent.get("files") or []}
    streams = Streams(logs, identity, files, float(agent.get("clock") or time.time()), unverified, others)
    metrics = _here(configuration, "metrics", identity, unverified)
    expected = expected_metrics(metrics, section, identity, list(agent.get("mounts") or []), others)
    unasked = _unasked(configuration, logs, metrics, bool(expected))
    if unasked:
        unverified.append(f"CloudWatch is not asked for what {listed(unasked)} {'sends' if len(unasked) == 1 else 'send'}")
    return Expectations(sends_to, streams.expected(), expected, unverified)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _unasked(configuration: Mapping[str, Any], logs: Mapping[str, Any], metrics: Mapping[str, Any], represented: bool) -> list[str]:
    """What of the configuration sends and is never asked for. ``represented``: whether a metric stands for all of the host's own."""
    plugins = _mapping(metrics.get("metrics_collected"))
    running = [name for name, value in plugins.items() if collects("linux", name, value)]
    found = [f"metrics_collected.{name}" for name in running if name in UNBOUNDED or not represented]
    found += [f"logs.metrics_collected.{name}" for name in _mapping(logs.get("metrics_collected")) if name in LOG_METRICS]
    found += [f"traces_collected.{name}" for name in _mapping(_mapping(configuration.get("traces")).get("traces_collected"))]
    return found + [f"opentelemetry.collect.{name}" for name in _mapping(_mapping(configuration.get("opentelemetry")).get("collect"))]


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
