# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls for detailed monitoring. Over the wire: tests/integration/test_detailed_monitoring.py."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import monitoring
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.tests.support.fake_cloudwatch import refused


def test_states_that_are_on_or_about_to_be() -> None:
    states = {"i-1": "enabled", "i-2": "pending", "i-3": "disabling", "i-4": "disabled", "gone": "enabled"}
    items = [
        {"InstanceId": key, "Monitoring": {"State": value}, "State": {"Name": "terminated" if key == "gone" else "running"}}
        for key, value in states.items()
    ]
    asked: list[int] = []

    def paginate(Filters: list[dict[str, Any]]) -> Any:  # noqa: N803 # AWS's name
        asked.append(len(Filters[0]["Values"]))
        return [{"Reservations": [{"Instances": [one for one in items if one["InstanceId"] in Filters[0]["Values"]]}]}]

    ec2 = SimpleNamespace(get_paginator=lambda _operation: SimpleNamespace(paginate=paginate))
    assert monitoring.read(ec2, [*states, *map(str, range(100))]) == {"i-1": True, "i-2": True, "i-3": False, "i-4": False}
    assert asked == [100, 5]


def test_a_refusal_names_the_guide() -> None:
    def denied(**_given: Any) -> Any:
        raise refused("UnauthorizedOperation", "no")

    for switch in (monitoring.turn_on, monitoring.turn_off):
        with pytest.raises(AwsError, match=r"detailed monitoring of i-1: UnauthorizedOperation.*allow ec2:Operation.*guide on alarms"):
            switch(SimpleNamespace(monitor_instances=denied, unmonitor_instances=denied), ["i-1"])
