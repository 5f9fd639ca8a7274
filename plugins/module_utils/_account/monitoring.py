# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Detailed monitoring: EC2's own metrics of an instance every minute instead of every five. Pure."""

from __future__ import annotations

from typing import Any, Mapping, NamedTuple

from .._config.errors import ConfigError
from .._config.metrics import CURRENCY, monthly_cost
from .._release.publications import Target

VARIABLE = "cw_agent_detailed_monitoring"
METRICS = 7
"""What CloudWatch charges for an instance with detailed monitoring."""


class Wanted(NamedTuple):
    """Whether the instance of a host shall have detailed monitoring."""

    host: str
    target: Target
    instance: str
    enabled: bool


def desired(plan: Mapping[str, Any], settings: Mapping[str, tuple[Any, str]]) -> list[Wanted]:
    """What the hosts of *plan* say. *settings*: by host the value of its variable, None without one, and its instance id.

    Raises:
        ConfigError: a host that says it is no instance, its value is neither true nor false, or two say it differently of one instance.
    """
    wrong: list[str] = []
    found: dict[tuple[Target, str], Wanted] = {}
    for name, entry in plan.get("hosts", {}).items():
        value, instance = settings.get(name, (None, ""))
        if value is None:
            continue
        if not isinstance(value, bool):
            wrong.append(f"{name}: {VARIABLE} is {value!r}. Hint: true, false, or no value for what is there.")
        elif not instance or not entry["region"]:
            wrong.append(f"{name}: {VARIABLE} is set, and its instance is not known. Hint: set instance_id, or take it out outside EC2.")
        else:
            one = Wanted(name, Target(entry["profile"], entry["region"]), instance, value)
            other = found.setdefault((one.target, instance), one)
            if other.enabled != value:
                wrong.append(f"{name}: {VARIABLE} of {instance} differs from that of {other.host}. Hint: make them equal.")
    if wrong:
        raise ConfigError("\n".join(wrong))
    return list(found.values())


def forecast(wanted: list[Wanted], prices: Mapping[str, Any]) -> dict[str, Any]:
    """What detailed monitoring of these instances costs in a month; None without ``prices['metric']``."""
    count = sum(one.enabled for one in wanted)
    cost = monthly_cost(count * METRICS, prices["metric"]) if "metric" in prices else None
    return {"instances": count, "metrics": count * METRICS, "cost": cost, "currency": str(prices.get("currency") or CURRENCY)}
