# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about log groups and streams."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.check import config_problems


def problems(*entries: dict[str, Any]) -> list[dict[str, Any]]:
    return config_problems({"logs": {"logs_collected": {"files": {"collect_list": list(entries)}}}})


def entry(number: int, **more: Any) -> dict[str, Any]:
    return {"file_path": f"/{number}.log", "log_group_name": "/a", **more}


@pytest.mark.parametrize(("key", "one", "two"), [("retention_in_days", 7, 30), ("log_group_class", "STANDARD", "infrequent_access")])
def test_both_sides_of_a_conflict_are_named(key: str, one: Any, two: Any) -> None:
    more = {} if key == "retention_in_days" else {"retention_in_days": 7}
    (problem,) = problems(entry(0, **more, **{key: one}), entry(1, **more, **{key: two}))
    assert problem["path"] == f"/logs/logs_collected/files/collect_list/1/{key}"
    assert f"at /logs/logs_collected/files/collect_list/0/{key}, and " in problem["message"]


@pytest.mark.parametrize(
    ("name", "meant"), [("instanceid", "{instance_id}"), ("aws:InstanceId", "{instance_id}"), ("HostName", "{hostname}"), ("team", "")]
)
def test_a_misspelt_placeholder_is_named(name: str, meant: str) -> None:
    (problem,) = problems(entry(0, retention_in_days=7, log_stream_name="{" + name + "}"))[:1]
    assert problem["rule"] == "placeholder-literal"
    assert (f"Did you mean {meant}?" in problem["message"]) == bool(meant)


def test_the_prefix_that_aws_keeps_for_itself() -> None:
    found = {name: [item["rule"] for item in problems(entry(0, retention_in_days=7, log_group_name=name))] for name in ("aws/x", "/aws/x")}
    assert found == {"aws/x": ["group-characters"], "/aws/x": []}


@pytest.mark.parametrize("given", ["STANDARD", "infrequent_access"])
def test_journald_has_no_class(given: str) -> None:
    journal = {"collect_list": [{"log_group_name": "/j", "retention_in_days": 7, "log_group_class": given}]}
    (problem,) = [item for item in config_problems({"logs": {"logs_collected": {"journald": journal}}}) if item["severity"] == "warning"]
    assert (problem["rule"], problem["path"].rpartition("/")[2]) == ("class-unknown", "log_group_class")
