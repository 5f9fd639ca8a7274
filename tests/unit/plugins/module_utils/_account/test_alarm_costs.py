# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What alarms cost."""

from __future__ import annotations

from ansible_collections.cloudwatch.agent.plugins.module_utils._account.alarm_costs import forecast
from ansible_collections.cloudwatch.agent.tests.support.fake_cloudwatch import ONE

STAT = {"MetricStat": {"Metric": {}, "Period": 10, "Stat": "Sum"}}


def test_metrics_composite_alarms_and_queries() -> None:
    alarms = [ONE, {**ONE, "Period": 10}, {"AlarmRule": "TRUE"}, {"Metrics": [{"Expression": "SELECT MAX(m) FROM N", "Period": 300}]}]
    alarms.append({"Metrics": [STAT, STAT, {"Expression": "m1 + m2"}]})
    found = forecast(alarms, {"metric": 5})
    assert found == {"standard": 2, "high_resolution": 3, "composite": 1, "queries": 1, "cost": 1.6, "currency": "USD"}
    assert forecast(alarms, {"alarm": 1, "currency": "EUR"})["cost"] == 3.4
    assert forecast([], {})["cost"] == 0
