# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which alarms refuse a roll-out, and which canaries they stop."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry import alarm_gate
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.gates import Failure

PLACES = {"a": ("", "us-east-1"), "b": ("", "eu-west-1"), "c": ("other", "us-east-1"), "none": ("", "")}
PLAN = {"hosts": {host: {"profile": profile, "region": region} for host, (profile, region) in PLACES.items()}}


def alarm(name: str = "errors", region: str = "us-east-1", state: str = "OK", alarmed: bool = False, reason: str = "") -> dict[str, Any]:
    return {"name": name, "profile": "", "region": region, "state": state, "reason": reason, "updated": 1.0, "alarmed": alarmed}


def test_places_of_hosts() -> None:
    assert alarm_gate.targets(PLAN, PLAN["hosts"]) == [("", "eu-west-1"), ("", "us-east-1"), ("other", "us-east-1")]


def test_quiet_alarms_refuse_nothing() -> None:
    alarm_gate.require_quiet(["errors"], [alarm(), alarm(region="eu-west-1", state="INSUFFICIENT_DATA")])
    alarm_gate.require_quiet([], [])


def test_an_alarm_that_does_not_exist() -> None:
    with pytest.raises(ConfigError, match=r"cw_agent_gate_alarms names lost, which CloudWatch does not have.*Hint: correct the name"):
        alarm_gate.require_quiet(["errors", "lost"], [alarm()], begun=True)


def test_an_alarm_before_the_roll_out() -> None:
    loud = alarm(state="ALARM", alarmed=True, reason="Threshold crossed: 3.")
    with pytest.raises(ConfigError, match=r"the alarm errors \(us-east-1\) is in ALARM: Threshold crossed: 3\. Nothing was changed"):
        alarm_gate.require_quiet(["errors"], [loud])
    # Canaries that an interrupted roll-out has left with the candidate have to be looked at.
    alarm_gate.require_quiet(["errors"], [loud], begun=True)


def test_an_alarm_stops_the_canaries_of_its_region() -> None:
    loud = alarm(region="eu-west-1", state="ALARM", alarmed=True)
    assert alarm_gate.failures(PLAN, ["a", "b"], ["errors"], [alarm(), loud]) == [
        Failure("b", "alarm", "the alarm errors (eu-west-1) is in ALARM")
    ]


def test_or_all_where_there_are_none_and_for_what_is_over_too() -> None:
    over = alarm(region="eu-west-1", alarmed=True, reason="it rose")
    found = alarm_gate.failures(PLAN, ["a", "c"], ["errors"], [over])
    assert [(item.host, item.reason) for item in found] == [
        (host, "the alarm errors (eu-west-1) was in ALARM meanwhile: it rose") for host in ("a", "c")
    ]


@pytest.mark.parametrize(
    ("names", "alarms", "unread", "reason"),
    [
        (["errors"], [], "AccessDenied", "the alarms could not be read: AccessDenied"),
        (["errors", "gone"], [alarm()], "", "CloudWatch has no alarm gone any more"),
    ],
)
def test_alarms_that_cannot_be_read_or_are_gone_let_nobody_pass(
    names: list[str], alarms: list[dict[str, Any]], unread: str, reason: str
) -> None:
    assert alarm_gate.failures(PLAN, ["a", "b"], names, alarms, unread) == [Failure(host, "alarm", reason) for host in ("a", "b")]
    assert alarm_gate.failures(PLAN, [], names, alarms, unread) == []
