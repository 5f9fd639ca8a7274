# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which version a user means, and every refusal of one."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.notes import Note
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.publications import Target
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.selection import Selection, release_to_go_back_to, selected
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._release.examples import NAME, SMALL, plan_of, version

HERE = Target("", "us-east-1")
PART = f"{NAME}.part2"


def plan(*regions: str) -> dict[str, Any]:
    """Two configurations in each region."""
    found = plan_of(regions=regions)
    found["configurations"] += plan_of(SMALL, "AmazonCloudWatch-db", regions)["configurations"]
    return found


@pytest.mark.parametrize(
    ("text", "names", "regions"),
    [
        (f"{NAME}:3", [], ["us-east-1"]),
        (f"us-east-1/{NAME}:3", [], ["us-east-1", "eu-west-1"]),
        ("3", [NAME], ["us-east-1"]),
        (f"{NAME}:3", [NAME, "AmazonCloudWatch-db"], ["us-east-1"]),
    ],
)
def test_one_configuration(text: str, names: list[str], regions: list[str]) -> None:
    assert selected(plan(*regions), names, text) == Selection(HERE, NAME, 3)


@pytest.mark.parametrize(
    ("text", "names", "regions", "said"),
    [
        (
            "3",
            [],
            ["us-east-1"],
            "'3', which 2 configurations may have: us-east-1/AmazonCloudWatch-db, us-east-1/AmazonCloudWatch-web. Hint",
        ),
        (f"{NAME}:3", [], ["us-east-1", "eu-west-1"], f"2 configurations may have: us-east-1/{NAME}, eu-west-1/{NAME}. Hint"),
        (
            f"{NAME}:3",
            ["AmazonCloudWatch-db"],
            ["us-east-1"],
            "of another configuration than those of this run: us-east-1/AmazonCloudWatch-db.",
        ),
        ("other:3", [], ["us-east-1"], "of another configuration than those of this run: us-east-1/"),
        (f"{PART}:3", [], ["us-east-1"], "It is a part: the version is that of the whole configuration"),
        (f"{NAME}:0", [], ["us-east-1"], "Hint: write NAME:VERSION, such as AmazonCloudWatch-db:1"),
        ("previous", [], ["us-east-1"], "Hint: write NAME:VERSION"),
        ("3", ["nobody"], ["us-east-1"], "nobody belongs to no host of this run"),
    ],
)
def test_several_or_none(text: str, names: list[str], regions: list[str], said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        selected(plan(*regions), names, text)
    assert said in str(raised.value)


def test_a_version_with_or_without_a_label() -> None:
    history = {NAME: [version(1), version(2, labels=("previous",)), version(3, labels=("live",))]}
    for number in (1, 2):
        assert release_to_go_back_to(Selection(HERE, NAME, number), history).version == number


def test_parts_of_a_label_that_begin_like_live() -> None:
    history = {
        NAME: [version(1, labels=("candidate", "live"))],
        PART: [version(1, labels=("live",)), version(2, labels=("candidate",))],
    }
    found = release_to_go_back_to(Selection(HERE, NAME, 1), history)
    assert {name: one.number for name, one in found.parts.items()} == {NAME: 1, PART: 2}


@pytest.mark.parametrize(
    ("versions", "parts", "asked", "said"),
    [
        (
            [version(1), version(2, labels=("live",))],
            [],
            9,
            "us-east-1/AmazonCloudWatch-web: there is no version 9. Hint: there are the versions 2 (live), 1.",
        ),
        ([], [], 1, "there is no version 1. Hint: nothing is published under that name."),
        ([version(1), version(2, labels=("live",))], [], 2, "version 2 is live already. Hint: there are"),
        ([version(1, "no json"), version(2, labels=("live",))], [], 1, "version 1 holds no configuration of the agent"),
        ([version(1, description=str(Note("x", 1, 2))), version(2, labels=("live",))], [], 1, "version 1 was one of several parts"),
        (
            [version(1, labels=("candidate", "previous")), version(2, labels=("live",))],
            [version(1, labels=("candidate",)), version(2, labels=("previous",))],
            1,
            "begins several releases (candidate and previous) of different parts",
        ),
    ],
    ids=["none", "nothing", "live", "no configuration", "a part", "several"],
)
def test_refusals(versions: list[Any], parts: list[Any], asked: int, said: str) -> None:
    history = {name: some for name, some in {NAME: versions, PART: parts}.items() if some}
    with pytest.raises(ConfigError) as raised:
        release_to_go_back_to(Selection(HERE, NAME, asked), history)
    assert said in str(raised.value)


def test_a_long_history_is_listed_in_part() -> None:
    with pytest.raises(ConfigError, match=r"there are the versions 100, 99, .*, 89 and 88 more\."):
        release_to_go_back_to(Selection(HERE, NAME, 101), {NAME: [version(number) for number in range(1, 101)]})
