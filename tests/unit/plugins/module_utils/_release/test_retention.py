# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose retention a log group has, of several configurations that write to it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.retention import contested


def configuration(name: str, days: int | None, group: str = "/web", region: str = "us-east-1", profile: str = "") -> dict[str, Any]:
    entry = {"file_path": "/a.log", "log_group_name": group, **({"retention_in_days": days} if days else {})}
    made = {"logs": {"logs_collected": {"files": {"collect_list": [entry]}}}}
    shared = {"build": "", "platform": "linux", "mode": "ec2", "region": region, "profile": profile}
    return {"name": name, "configuration": made, "text": json.dumps(made), **shared}


def test_two_agents_that_set_different_retentions_are_named() -> None:
    (said,) = contested([configuration("web", 30), configuration("db", 60), configuration("app", 30)])
    assert said.startswith("The log group /web in us-east-1 gets 30 days (web, app) and 60 days (db): ")
    assert "retention_in_days: -1 in all but one" in said


@pytest.mark.parametrize(
    "other",
    [
        configuration("db", 30),
        configuration("db", None),
        configuration("db", -1),
        configuration("db", 60, group="/db"),
        configuration("db", 60, region="eu-west-1"),
        configuration("db", 60, profile="other"),
    ],
    ids=["equal", "none", "left alone", "another group", "another region", "another account"],
)
def test_who_has_a_group_for_itself_may_say_what_it_likes(other: dict[str, Any]) -> None:
    assert list(contested([configuration("web", 30), other])) == []


def test_a_name_that_hosts_fill_in_is_a_group_of_each() -> None:
    assert list(contested([configuration("web", 30, "/x/{instance_id}"), configuration("db", 60, "/x/{instance_id}")])) == []
