# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters' edge: refusals become Ansible's errors, and what a user should know is a warning."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.cloudwatch.agent.plugins.filter import publication

FILTERS = publication.FilterModule().filters()


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    lines: list[str] = []
    monkeypatch.setattr(publication.display, "warning", lines.append)
    return lines


def plan(name: str) -> dict[str, Any]:
    entry = {"key": f"us-east-1/{name}", "name": name, "region": "us-east-1", "profile": "", "text": '{"agent":{}}', "hosts": ["h"]}
    return {"hosts": {"h": {"key": entry["key"], "profile": "", "region": "us-east-1", "mode": "ec2"}}, "configurations": [entry]}


def published(name: str, **labels: int) -> dict[str, Any]:
    (item,) = FILTERS["config_publications"](plan(name))
    at = {"candidate": 5, "live": 0, "hold": 0, **labels}
    shared = {"labelled_values": {"live": "{}"}, "stored_value": None}
    parts = [{"name": name, "version": 5, "labels": at, **shared}, {"name": f"{name}.part2", "version": 0, "labels": {"live": 0}, **shared}]
    return {"results": [{"item": item, "parameters": parts}]}


def test_names_that_the_managed_policy_does_not_cover_are_warned_of(told: list[str]) -> None:
    FILTERS["config_publications"](plan("AmazonCloudWatch-x"))
    assert told == []
    FILTERS["config_publications"](plan("elsewhere"))
    assert len(told) == 1
    assert told[0].startswith("elsewhere: the managed policy CloudWatchAgentServerPolicy")


def test_what_is_on_hold_is_warned_of(told: list[str]) -> None:
    name = "AmazonCloudWatch-x"
    FILTERS["config_sources"](plan(name), published(name, live=4))
    assert told == []
    FILTERS["config_sources"](plan(name), published(name, live=4, hold=5))
    assert told == [
        f"us-east-1/{name}: on hold since its rollback: hosts stay at version 4, the inventory asks for version 5; "
        "set cw_agent_release_hold to lift to release it."
    ]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("config_publications", (plan("x.part2"),)),
        ("config_sources", (plan("x"), {"results": []})),
        ("config_places", (plan("x"), ["y"])),
        ("config_label_moves", ({"results": [{"item": {"profile": "", "region": "r", "names": ["x"]}, "parameters": []}]}, "rollback")),
    ],
)
def test_refusals_are_ansibles_errors(told: list[str], name: str, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(AnsibleFilterError, match=r"x|y"):
        FILTERS[name](*arguments)
