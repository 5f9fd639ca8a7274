# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What alarms cost."""

from __future__ import annotations

from typing import Any

from ansible_collections.cloudwatch.agent.plugins.module_utils._account.alarm_costs import add_alarms, forecast
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.alarms import Host
from ansible_collections.cloudwatch.agent.tests.support.fake_cloudwatch import ONE, item, plan

STAT = {"MetricStat": {"Metric": {}, "Period": 10, "Stat": "Sum"}}


def test_metrics_composite_alarms_and_queries() -> None:
    alarms = [ONE, {**ONE, "Period": 10}, {"AlarmRule": "TRUE"}, {"Metrics": [{"Expression": "SELECT MAX(m) FROM N", "Period": 300}]}]
    alarms.append({"Metrics": [STAT, STAT, {"Expression": "m1 + m2"}]})
    found = forecast(alarms, {"metric": 5})
    assert found == {"standard": 2, "high_resolution": 3, "composite": 1, "queries": 1, "cost": 1.6, "currency": "USD"}
    assert forecast(alarms, {"alarm": 1, "currency": "EUR"})["cost"] == 3.4
    assert forecast([], {})["cost"] == 0


def test_the_report_says_what_the_alarms_of_hosts_cost() -> None:
    report: dict[str, Any] = {"lines": [], "errors": [], "counts": {"error": 0}}
    add_alarms(report, plan(item()), {"web-1": Host({"memory": {}, "silent": {}}, "i-1")}, {})
    assert report["lines"] == ["alarms: 2 metrics and 1 composite alarm, 0.70 USD a month, and what 1 alarm on queries read"]
    assert report["alarms"]["composite"] == 1
    add_alarms(report, plan(item()), {"web-1": Host({"memry": {}}, "i-1")}, {})
    assert report["counts"]["error"] == 1 and "there is no kind 'memry'" in report["lines"][-1] + report["errors"][0]
