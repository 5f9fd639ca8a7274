# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudWatch alarms: what moto does not answer. The alarms stay moto's own objects."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Iterator

from moto.cloudwatch.models import cloudwatch_backends

from aws.metrics import moment

if TYPE_CHECKING:
    from moto.cloudwatch.models import Alarm


def history(account: str, region: str, params: dict[str, Any]) -> dict[str, Any]:
    """DescribeAlarmHistory: the updates of states, newest first; moto keeps them and has no way to ask for them."""
    name, start = params.get("AlarmName"), moment(params["StartDate"]) if params.get("StartDate") else 0.0
    alarms = cloudwatch_backends[account][region].alarms
    items = [item for alarm in alarms.values() if name in (None, alarm.name) for item in _updates(alarm)]
    found = [item for item in items if item["Timestamp"].timestamp() >= start]
    return {"AlarmHistoryItems": sorted(found, key=lambda item: item["Timestamp"], reverse=True)}


def _updates(alarm: Alarm) -> Iterator[dict[str, Any]]:
    # Of each update moto notes the state that it has ended.
    ended = [(state, reason, at) for _kind, reason, _data, state, at in alarm.history]
    states = [*ended, (alarm.state_value, alarm.state_reason, alarm.state_updated_timestamp)]
    for (old, before, _then), (new, reason, at) in zip(states, states[1:]):
        data = {
            "version": "1.0",
            "oldState": {"stateValue": old, "stateReason": before},
            "newState": {"stateValue": new, "stateReason": reason},
        }
        yield {
            "AlarmName": alarm.name,
            "AlarmType": "CompositeAlarm" if alarm.rule else "MetricAlarm",
            "Timestamp": _moment(at),
            "HistoryItemType": "StateUpdate",
            "HistorySummary": f"Alarm updated from {old} to {new}",
            "HistoryData": json.dumps(data),
        }


def _moment(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=timezone.utc)
