# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes: who cannot be sent a command, and why somebody is missing."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.documents import Document
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.nodes import Instance, missing, reason, shown, unreachable


def node(**more: Any) -> dict[str, Any]:
    return shown({"InstanceId": "i-1", "PingStatus": "Online", "PlatformType": "Linux", **more})


def test_a_node_is_shown_with_texts_for_what_is_missing() -> None:
    found = node(LastPingDateTime=datetime(2026, 1, 2, tzinfo=timezone.utc), ComputerName="web-1")
    assert (found["computer_name"], found["last_ping"], found["iam_role"]) == ("web-1", "2026-01-02T00:00:00+00:00", "")
    assert node()["last_ping"] == ""


def test_those_that_no_command_reaches_have_a_verdict_before_it_is_sent() -> None:
    managed = {"i-1": node(), "i-2": node(PingStatus="ConnectionLost"), "i-3": node(PlatformType="Windows")}
    found = unreachable(Document("Doc", "1", {}, (), ("Linux",)), ["i-1", "i-2", "i-3", "i-4"], managed)
    assert [(one.instance_id, one.verdict) for one in found] == [("i-2", "undelivered"), ("i-3", "wrong_platform"), ("i-4", "undelivered")]
    assert "ConnectionLost" in found[0].message and "Windows" in found[1].message and "does not know" in found[2].message
    assert unreachable(Document("Doc", "1", {}, ()), ["i-3"], managed) == []


@pytest.mark.parametrize(
    ("name", "instance", "said"),
    [
        ("mi-1", None, "no node of this account"),
        ("i-1", None, "EC2 does not know"),
        ("i-1", Instance("stopped", True, 9e9), "the instance is stopped"),
        ("i-1", Instance("running", False, 9e9), "no instance profile"),
        ("i-1", Instance("running", True, 30), "runs since 30 seconds"),
        ("i-1", Instance("running", True, 9e9), "has not registered"),
    ],
)
def test_the_reason_is_the_first_thing_to_correct(name: str, instance: Instance | None, said: str) -> None:
    assert said in reason(name, instance)


def test_missing_are_those_that_are_not_managed() -> None:
    assert [one["instance_id"] for one in missing(["i-1", "i-2", "i-2"], ["i-1"], {})] == ["i-2"]
    assert missing(["i-2"], [], None) == [{"instance_id": "i-2", "reason": ""}]
