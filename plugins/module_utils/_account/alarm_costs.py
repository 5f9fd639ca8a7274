# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What alarms cost in a month. Pure."""

from __future__ import annotations

from typing import Any, Iterable, Mapping

from .._config.errors import ConfigError
from .._config.metrics import CURRENCY
from .._config.words import counted
from .alarm_changes import SHORT
from .alarm_kinds import is_query
from .alarms import COMPOSITE_RULE, Host, desired

PRICES = {"alarm": 0.10, "high_resolution_alarm": 0.30, "composite_alarm": 0.50}
"""For a metric of an alarm, or for a composite alarm, where prices name nothing else: AWS's price in most regions."""


def forecast(alarms: Iterable[Mapping[str, Any]], prices: Mapping[str, Any]) -> dict[str, Any]:
    """The cost of alarms, each as its Put operation has it.

    ``standard`` and ``high_resolution``: metrics that alarms watch; ``composite``: alarms; ``queries``: alarms of Metrics Insights, of
    which every metric that the query reads costs as a standard one: counted once here, as how many there are only CloudWatch knows.
    """
    found = {"standard": 0, "high_resolution": 0, "composite": 0, "queries": 0}
    for one in alarms:
        if COMPOSITE_RULE in one:
            found["composite"] += 1
            continue
        entries = one.get("Metrics") or []
        periods = {(entry.get("MetricStat") or entry).get("Period") for entry in entries} | {one.get("Period")}
        found["queries"] += any(map(is_query, entries))
        watched = sum(1 for entry in entries if entry.get("MetricStat")) or 1
        found["high_resolution" if periods & set(SHORT) else "standard"] += watched
    each = {**PRICES, **{key: value for key, value in prices.items() if key in PRICES}}
    cost = found["standard"] * each["alarm"] + found["high_resolution"] * each["high_resolution_alarm"]
    cost += found["composite"] * each["composite_alarm"]
    return {**found, "cost": round(cost, 2), "currency": str(prices.get("currency") or CURRENCY)}


def add_alarms(report: dict[str, Any], plan: Mapping[str, Any], hosts: Mapping[str, Host], prices: Mapping[str, Any]) -> None:
    """Add to a report on *plan* the alarms that *hosts* ask for: ``alarms``, as ``forecast``, a line, and an error where they cannot be."""
    try:
        wanted = desired(plan, hosts, (), ())
    except ConfigError as error:
        wrong = str(error).splitlines()
        report["errors"] += wrong
        report["counts"]["error"] += len(wrong)
        report["lines"] += ["Errors of alarms:", *(f"  * {line}" for line in wrong)]
        return
    found = forecast([one.named for named in wanted.alarms.values() for one in named.values()], prices)
    report["alarms"] = found
    metrics, composite = counted(found["standard"] + found["high_resolution"], "metric"), counted(found["composite"], "composite alarm")
    more = f", and what {counted(found['queries'], 'alarm')} on queries read" if found["queries"] else ""
    report["lines"].append(f"alarms: {metrics} and {composite}, {found['cost']:.2f} {found['currency']} a month{more}")
