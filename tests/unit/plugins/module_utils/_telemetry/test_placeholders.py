# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who a host is, and what placeholders become on it."""

from __future__ import annotations

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.placeholders import Identity, resolve, resolve_dimension

EVENING = 1_767_225_600.0 - 3600
"""23:00 UTC on 2025-12-31."""


@pytest.mark.parametrize(("offset", "date"), [(0, "2025-12-31"), (2 * 3600, "2026-01-01"), (-3600, "2025-12-31")])
def test_the_date_is_that_of_the_agents_start_in_the_hosts_time(offset: int, date: str) -> None:
    identity = Identity.of({"utc_offset": offset, "service": {"started_at": EVENING}}, "us-east-1")
    assert resolve("app-{date}", identity) == f"app-{date}"


def test_the_date_of_a_host_that_does_not_say_its_time_zone_is_not_known() -> None:
    assert resolve("app-{date}", Identity.of({"service": {"started_at": EVENING}}, "us-east-1")) is None


def test_the_address_is_the_one_that_the_host_says() -> None:
    onprem = Identity.of({"mode": "onPremise", "ip_address": "192.0.2.7"}, "us-east-1")
    assert resolve("{ip_address}", onprem) == "192.0.2.7"
    older = Identity.of({"mode": "ec2", "identity": {"private_ip": "10.0.0.7"}}, "us-east-1")
    assert resolve("{ip_address}", older) == "10.0.0.7"


@pytest.mark.parametrize(("group", "known"), [("web", True), ("", True), (None, False)])
def test_whether_the_auto_scaling_group_is_known(group: str | None, known: bool) -> None:
    identity = Identity.of({"mode": "ec2", "identity": {"instance_id": "i-1", "autoscaling_group": group}}, "us-east-1")
    assert identity.group_known is known
    assert resolve_dimension("${aws:AutoScalingGroupName}", identity) == (group or None)
    assert Identity.of({"mode": "onPremise", "identity": {}}, "us-east-1").group_known is True
