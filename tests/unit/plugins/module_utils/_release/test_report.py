# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report on a plan, for people and for programs."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.plan import HostInput, Planner
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.report import config_report

BASE = {"metrics": {"metrics_collected": {"mem": {"measurement": ["used_percent"]}}}}
BROKEN = {"metrics": {"metrics_collected": {"mem": {"measurement": ["usd"]}}}}


def report(prices: dict[str, Any] | None = None, **fragments: dict[str, Any]) -> dict[str, Any]:
    """The report on a host for each fragment."""
    planner = Planner()
    for name, fragment in fragments.items():
        planner.add(HostInput(f"host-{name}", {f"cw_agent_fragment_{name}": fragment}, {}, "us-east-1"))
    plan = planner.plan
    data = {"hosts": plan.hosts, "configurations": list(plan.configurations.values()), "errors": plan.errors, "notes": plan.notes}
    return config_report(data, {}, prices or {})


def test_costs_have_their_currency() -> None:
    found = report({"metric": 0.5}, base=BASE)
    assert found["cost"] == pytest.approx(0.5 * found["metrics"])
    assert "USD" in found["lines"][-1]


def test_what_logs_cost_is_not_called_nothing() -> None:
    """It goes by the volume that a host writes, which nobody knows beforehand."""
    logs = {"logs": {"logs_collected": {"files": {"collect_list": [{"file_path": "/a", "log_group_name": "/a", "retention_in_days": 7}]}}}}
    assert report({"metric": 0.5}, base=logs)["lines"][-1].endswith("0.00 USD a month, and what the volume of log events costs")
    assert report({"metric": 0.5}, base=BASE)["lines"][-1].endswith(" USD a month")


def test_without_prices_there_is_no_cost() -> None:
    found = report(base=BASE)
    assert found["cost"] is None
    assert "USD" not in "\n".join(found["lines"])


def test_a_configuration_with_errors_is_not_counted() -> None:
    found = report(base=BASE, broken=BROKEN)
    assert found["counts"]["error"] == 1
    assert [item["counted"] for item in found["configurations"]] == [True, False]
    assert any("not counted while there are errors" in line for line in found["lines"])


def test_plurals_are_right() -> None:
    assert "1 configuration:" in report(base=BASE)["lines"][-1]
    assert "2 configurations:" in report(base=BASE, other=BASE)["lines"][-1]
