# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report on a plan: problems, forecast, log groups and permissions of each configuration, for people and for programs."""

from __future__ import annotations

from collections import Counter
from typing import Any, Iterator, Mapping

from .._config.findings import ERROR, REQUIREMENT, WARNING, shown
from .._config.log_groups import config_log_groups
from .._config.metrics import CURRENCY, config_metrics
from .._config.policy import config_policy, managed_policy_gaps
from .._config.subject import Subject
from .._config.vaulted import without
from .messages import about_hosts, by_configurations, hosts_text, sentences

_SEVERITIES = (ERROR, WARNING, REQUIREMENT)


def config_report(plan: Mapping[str, Any], facts: Mapping[str, Mapping[str, Any]], prices: Mapping[str, Any]) -> dict[str, Any]:
    """The report on *plan* (the result of cw_agent_plan).

    *facts*: by host, as far as known; *prices*: as for config_metrics. Returns ``lines`` for people, ``configurations``, ``errors``
    (sentences about hosts), ``counts`` by severity, ``metrics`` (their number), and ``cost`` in ``currency`` a month (None without prices).
    """
    configurations = [_configuration(item, facts, prices) for item in plan["configurations"]]
    counts = Counter(problem["severity"] for item in configurations for problem in item["problems"])
    costs = [item["forecast"]["cost"] for item in configurations if item["forecast"]["cost"] is not None]
    result = {
        "configurations": configurations,
        "errors": list(plan["errors"]),
        "notes": list(plan.get("notes", ())),
        "counts": {severity: counts[severity] for severity in _SEVERITIES},
        "metrics": sum(item["forecast"]["total"] for item in configurations),
        "cost": round(sum(costs), 2) if costs else None,
        "currency": str(prices.get("currency") or CURRENCY),
    }
    result["counts"][ERROR] += len(plan["errors"])
    result["counts"][WARNING] += len(result["notes"])
    return {**result, "lines": list(_lines(result, plan.get("hosts") or {}))}


def _configuration(item: Mapping[str, Any], facts: Mapping[str, Mapping[str, Any]], prices: Mapping[str, Any]) -> dict[str, Any]:
    subject = Subject(without(item["configuration"], item["vaulted"]), item["build"], item["platform"], item["mode"])
    refused = any(problem["severity"] == ERROR for problem in item["problems"])
    known = next((facts[host] for host in item["hosts"] if facts.get(host)), {})
    policy = config_policy(subject, [item["name"]], item["region"], "", True)
    plain = {key: item[key] for key in ("key", "name", "region", "profile", "platform", "mode", "hosts", "digest", "problems", "overrides")}
    empty = Subject({}, "", item["platform"], item["mode"])
    return {
        **plain,
        "counted": not refused,
        "forecast": config_metrics(empty if refused else subject, known, len(item["hosts"]), prices),
        "log_groups": config_log_groups(subject),
        "policy": policy,
        "managed_policy_lacks": managed_policy_gaps(policy),
    }


def _lines(result: Mapping[str, Any], hosts: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for severity in _SEVERITIES:
        about = {ERROR: result["errors"], WARNING: result["notes"]}.get(severity, [])
        lines = [f"* {text}" for text in about_hosts(about)] + by_configurations(sentences(result["configurations"], severity))
        if lines:
            yield f"{severity.capitalize()}s:"
            yield from (f"  {line}" for line in lines)
    for item in result["configurations"]:
        modes = sorted({hosts[host]["mode"] for host in item["hosts"] if host in hosts}) or [item["mode"]]
        yield f"{item['key']}: {hosts_text(item['hosts'])} ({item['platform']}, {' and '.join(modes)})"
        for override in item["overrides"]:
            yield f"  {'override':<12}{_override(override)}"
        yield f"  {'metrics':<12}{_forecast(item['forecast']) if item['counted'] else 'not counted while there are errors'}"
        groups = [f"{group['log_group_name']} ({_days(group)})" for group in item["log_groups"]]
        yield f"  {'log groups':<12}{', '.join(groups) or 'none'}"
        lacks = [f"{gap['action']} on {gap['resource']}" for gap in item["managed_policy_lacks"]]
        yield f"  {'permissions':<12}CloudWatchAgentServerPolicy {'lacks ' + ', '.join(lacks) if lacks else 'suffices'}"
    counts = ", ".join(_counted(result["counts"][severity], severity) for severity in _SEVERITIES)
    cost = "" if result["cost"] is None else f", {result['cost']:.2f} {result['currency']} a month"
    # How much a host will write into its logs, nobody knows beforehand.
    cost += ", and what the volume of log events costs" if cost and any(item["log_groups"] for item in result["configurations"]) else ""
    configurations = _counted(len(result["configurations"]), "configuration")
    yield f"{configurations}: {counts}; {_counted(result['metrics'], 'metric')}{cost}"


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _override(override: Mapping[str, Any]) -> str:
    removed = override["value"] is None
    effect = "removes" if removed else f"sets {shown(override['value'])} instead of"
    return f"{override['path']}: {override['by']} {effect} {shown(override['was'])} of {override['of']}"


def _forecast(forecast: Mapping[str, Any]) -> str:
    shared = f" and {forecast['shared']} that the hosts share" if forecast["shared"] else ""
    cost = "" if forecast["cost"] is None else f", {forecast['cost']:.2f} {forecast['currency']} a month"
    unbounded = f"; not counted: {', '.join(forecast['unbounded'])}" if forecast["unbounded"] else ""
    assumed = f"; assumed: {', '.join(forecast['assumed'])}" if forecast["assumed"] else ""
    return f"{forecast['per_host']} for each host{shared}, {forecast['total']} in all{cost}{unbounded}{assumed}"


def _days(group: Mapping[str, Any]) -> str:
    return f"{group['retention_in_days']} days" if group["retention_in_days"] else "for ever"
