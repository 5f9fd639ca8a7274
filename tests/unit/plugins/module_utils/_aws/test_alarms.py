# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The alarms' calls: bounded, of both types, and nothing of before the moment. Over the wire: tests/e2e/test_rollout.py."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import alarms
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError

from .conftest import client_error


def at(moment: float) -> datetime:
    return datetime.fromtimestamp(moment, timezone.utc)


class CloudWatch:
    """Alarms by name, and one page of history for each entry of ``pages``."""

    def __init__(self, *pages: list[dict[str, Any]]) -> None:
        self.pages, self.asked = pages, [dict[str, Any]()]

    def describe_alarms(self, **request: Any) -> dict[str, Any]:
        self.asked.append(request)
        found = [
            {"AlarmName": name, "StateValue": "OK", "StateReason": "fine", "StateUpdatedTimestamp": at(5)}
            for name in request["AlarmNames"]
            if name != "gone"
        ]
        return {"MetricAlarms": found[:1], "CompositeAlarms": found[1:]}

    def get_paginator(self, operation: str) -> CloudWatch:
        assert operation == "describe_alarm_history"
        return self

    def paginate(self, **request: Any) -> list[dict[str, Any]]:
        self.asked.append(request)
        return [{"AlarmHistoryItems": page} for page in self.pages]


def update(moment: float, state: str) -> dict[str, Any]:
    return {"Timestamp": at(moment), "HistoryData": json.dumps({"newState": {"stateValue": state, "stateReason": f"it was {state}"}})}


def test_a_hundred_names_a_call_of_both_types() -> None:
    client = CloudWatch()
    found = alarms.read(client, [*(f"a{number:03}" for number in range(150)), "gone", "a000"])
    assert [len(request["AlarmNames"]) for request in client.asked[1:]] == [100, 51]
    assert all(request["AlarmTypes"] == ["MetricAlarm", "CompositeAlarm"] for request in client.asked[1:])
    assert len(found) == 150
    assert found[0] == {"name": "a000", "state": "OK", "reason": "fine", "updated": 5.0}


def test_states_since_a_moment_of_all_pages() -> None:
    client = CloudWatch([update(9, "OK"), update(8, "ALARM")], [update(7, "INSUFFICIENT_DATA"), update(5, "ALARM")])
    assert list(alarms.states_since(client, "a", 5.0)) == [
        ("OK", "it was OK"),
        ("ALARM", "it was ALARM"),
        ("INSUFFICIENT_DATA", "it was INSUFFICIENT_DATA"),
    ]
    assert client.asked[-1]["StartDate"] == 5.0


def test_a_denied_call_names_the_permission() -> None:
    class Denied:
        def describe_alarms(self, **_request: Any) -> None:
            raise client_error("AccessDenied", operation="DescribeAlarms")

    with pytest.raises(AwsError, match=r"read the alarms a: AccessDenied.*cloudwatch:DescribeAlarms.*guide on verification"):
        alarms.read(Denied(), ["a"])
