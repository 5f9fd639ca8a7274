# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host in words."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._report import cells
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._report.examples import (
    BEHIND,
    LOST,
    STOPPED,
    association,
    configuration,
    observed,
    planned,
    run,
    use,
)


def entry(said: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """The entry of one host."""
    found: dict[str, Any] = run({"web-1": said or {}}, **more)["hosts"][0]
    return found


def test_a_host_that_is_well() -> None:
    found = entry()
    assert (cells.build(found), cells.configuration(found), cells.service(found)) == (
        "1.300064.1b1344",
        "AmazonCloudWatch-web:3",
        "running",
    )
    assert cells.credentials(found) == "role web-role until 2026-01-01 02:00Z"
    assert cells.telemetry(found) == "verified, 2025-12-31 23:59Z"


def test_a_host_that_did_not_answer() -> None:
    found = entry(LOST)
    shown = [show(found) for show in (cells.build, cells.configuration, cells.service, cells.credentials)]
    assert shown == ["-"] * 4


def test_the_build_that_is_desired() -> None:
    other = {**observed(), "differing": ["package"], "differences": ["package: a → b"]}
    assert cells.build(entry({"observed": other, "planned": planned(build="1.2")})) == "1.300064.1b1344 → 1.2"
    none = {"observed": observed(package={"installed": False, "build": ""}, configurations=[])}
    assert (cells.build(entry(none)), cells.service(entry(none))) == ("none", "-")


@pytest.mark.parametrize(
    ("said", "of_release", "text"),
    [
        (BEHIND, {}, "AmazonCloudWatch-web:2 (live is 3)"),
        ({}, {"live": 0}, "AmazonCloudWatch-web:3 (nothing is live)"),
        ({}, {"planned": 4, "on_hold": True}, "AmazonCloudWatch-web:3, on hold"),
        ({"use": use(0, state="other", key="")}, {}, "other files (live is 3)"),
        ({"use": use(0, state="none", key="")}, {}, "none (live is 3)"),
    ],
)
def test_configurations(said: dict[str, Any], of_release: dict[str, Any], text: str) -> None:
    assert cells.configuration(entry(said, configurations=[configuration(**of_release)])) == text


def test_services_and_credentials() -> None:
    assert cells.service(entry(STOPPED)) == "failed, disabled, 7 restarts"
    named = observed(common_config={"profile": "mine", "file": "", "keys_expire_at": None})
    assert cells.credentials(entry({"observed": named})) == "profile mine"


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ({}, "-"),
        ({"unread": "denied"}, "not known"),
        ({"association": association()}, "Success, AmazonCloudWatch-web:3"),
        ({"association": association(2, "Failed")}, "Failed, AmazonCloudWatch-web:2 (live is 3)"),
        ({**LOST, "association": {**association(), "gives": []}}, "Success, other files (live is 3)"),
    ],
)
def test_what_an_association_gives(said: dict[str, Any], text: str) -> None:
    assert cells.association(entry(said)) == text
