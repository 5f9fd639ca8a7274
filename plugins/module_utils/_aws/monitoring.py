# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Detailed monitoring of EC2 instances: what EC2 says, and the calls that switch it. Private to this collection."""

from __future__ import annotations

from typing import Any

from .errors import MONITORING, aws_call

IDS = 100
ON = ("enabled", "pending")
"""States of monitoring in which it is on, or about to be."""


@aws_call("read the instances {ids}", MONITORING)
def read(ec2: Any, ids: list[str]) -> dict[str, bool]:
    """By id whether it is on; instances that are gone are left out."""
    found: dict[str, bool] = {}
    for start in range(0, len(ids), IDS):
        filters = [{"Name": "instance-id", "Values": ids[start : start + IDS]}]
        for page in ec2.get_paginator("describe_instances").paginate(Filters=filters):
            for one in (item for reservation in page["Reservations"] for item in reservation["Instances"]):
                if one["State"]["Name"] not in ("terminated", "shutting-down"):
                    found[one["InstanceId"]] = (one.get("Monitoring") or {}).get("State") in ON
    return found


@aws_call("turn on detailed monitoring of {ids}", MONITORING)
def turn_on(ec2: Any, ids: list[str]) -> None:
    """For at most ``IDS`` instances."""
    ec2.monitor_instances(InstanceIds=ids)


@aws_call("turn off detailed monitoring of {ids}", MONITORING)
def turn_off(ec2: Any, ids: list[str]) -> None:
    """For at most ``IDS`` instances."""
    ec2.unmonitor_instances(InstanceIds=ids)
