# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The states of CloudWatch alarms, now and since a moment. Private to this collection.

Limits of the API reference: 100 names a DescribeAlarms call, 100 items a DescribeAlarmHistory page.
"""

from __future__ import annotations

import json
from typing import Any, Iterable, Iterator, Mapping

from .errors import aws_call

NAMES = 100
TYPES = ["MetricAlarm", "CompositeAlarm"]
"""Without them AWS answers with metric alarms alone."""


@aws_call("read the alarms {names}")
def describe_alarms(client: Any, names: list[str]) -> list[dict[str, Any]]:
    """Those of at most ``NAMES`` alarms that exist, as AWS describes them."""
    answer = client.describe_alarms(AlarmNames=names, AlarmTypes=TYPES, MaxRecords=NAMES)
    return [*answer.get("MetricAlarms", []), *answer.get("CompositeAlarms", [])]


@aws_call("read the history of the alarm {name}")
def state_updates(client: Any, name: str, start: float) -> list[dict[str, Any]]:
    """The changes of an alarm's state since a moment (seconds since the epoch)."""
    pages = client.get_paginator("describe_alarm_history").paginate(
        AlarmName=name, AlarmTypes=TYPES, HistoryItemType="StateUpdate", StartDate=start
    )
    return [item for page in pages for item in page["AlarmHistoryItems"]]


def read(client: Any, names: Iterable[str]) -> list[dict[str, Any]]:
    """The alarms of an account and region that have these names: ``name``, ``state``, ``reason``, ``updated`` (seconds since the epoch)."""
    wanted = sorted(set(names))
    found = [alarm for start in range(0, len(wanted), NAMES) for alarm in describe_alarms(client, wanted[start : start + NAMES])]
    return [
        {
            "name": alarm["AlarmName"],
            "state": alarm["StateValue"],
            "reason": alarm.get("StateReason", ""),
            "updated": alarm["StateUpdatedTimestamp"].timestamp(),
        }
        for alarm in found
    ]


def states_since(client: Any, name: str, moment: float) -> Iterator[tuple[str, str]]:
    """State and reason of each of the alarm's updates after a moment, which is one of AWS's clock."""
    for item in state_updates(client, name, moment):
        if item["Timestamp"].timestamp() > moment:
            new: Mapping[str, Any] = json.loads(item["HistoryData"])["newState"]
            yield str(new["stateValue"]), str(new.get("stateReason", ""))
