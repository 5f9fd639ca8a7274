# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From versions with labels to releases, whole or known in part, and to what they change."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.canonical import canonical_text, digest
from ansible_collections.cloudwatch.agent.plugins.module_utils._release import history
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.history import CONFIDENTIAL, UNKNOWN_PARTS, releases_of
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.notes import Note
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.parts import part_name, split
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._release.examples import LARGE, NAME, SMALL, version

PART = f"{NAME}.part2"


def seen(found: dict[str, Any]) -> list[tuple[dict[str, int], tuple[str, ...], bool]]:
    """Parts, labels and completeness of each release."""
    releases = releases_of(NAME, found)
    return [({name: one.number for name, one in release.parts.items()}, release.labels, release.complete) for release in releases]


def test_every_version_of_one_parameter_is_a_release() -> None:
    found = {NAME: [version(1), version(2, labels=("live", "mine")), version(3, labels=("candidate",)), version(4, labels=("hold",))]}
    assert seen(found) == [
        ({NAME: 4}, ("hold",), True),
        ({NAME: 3}, ("candidate",), True),
        ({NAME: 2}, ("live", "mine"), True),
        ({NAME: 1}, (), True),
    ]
    assert releases_of(NAME, {}) == []


@pytest.mark.parametrize(
    ("description", "complete"), [("", False), (str(Note("x")), True), (str(Note("x", 1, 2)), False)], ids=["others", "one", "part"]
)
def test_labels_put_parts_together_and_notes_tell_of_the_others(description: str, complete: bool) -> None:
    found = {
        NAME: [version(1, description=description), version(2, labels=("previous",)), version(3, labels=("candidate", "live"))],
        PART: [version(1), version(2, labels=("candidate", "live"))],
    }
    assert seen(found) == [
        ({NAME: 3, PART: 2}, ("candidate", "live"), True),
        ({NAME: 2}, ("previous",), True),
        ({NAME: 1}, (), complete),
    ]


def test_releases_that_share_their_first_part() -> None:
    found = {
        NAME: [version(1, labels=("candidate", "live", "previous", "hold"))],
        PART: [version(1, labels=("live", "previous")), version(2, labels=("candidate",))],
    }
    assert seen(found) == [({NAME: 1, PART: 2}, ("candidate", "hold"), True), ({NAME: 1, PART: 1}, ("live", "previous"), True)]


def test_a_release_of_parts_is_one_configuration() -> None:
    texts = [canonical_text(part) for part in split(NAME, LARGE)]
    found = {part_name(NAME, number): [version(1, text, labels=("live",))] for number, text in enumerate(texts, 1)}
    (release,) = releases_of(NAME, found)
    assert len(texts) > 2
    assert release.configuration == LARGE
    assert release.digest == digest(canonical_text(LARGE))


def test_a_difference_shows_what_changes_and_no_more() -> None:
    (new, live) = releases_of(
        NAME, {NAME: [version(1, SMALL, labels=("live",)), version(2, {**SMALL, "agent": {"debug": True}}, labels=("candidate",))]}
    )
    lines = history.differences(new, live)
    assert lines[:2] == ["--- version 1 (live)", "+++ version 2"]
    assert [line for line in lines[2:] if line[0] in "+-"] == ['+  "agent": {', '+    "debug": true', "+  },"]
    assert history.differences(live, live) == []


@pytest.mark.parametrize("text", ["no json", "[1]"])
def test_what_is_no_configuration_is_compared_as_text(text: str) -> None:
    (new, live) = releases_of(NAME, {NAME: [version(1, SMALL, labels=("live",)), version(2, text)]})
    assert new.configuration is None
    assert (new.digest, f"+{text}" in history.differences(new, live)) == (digest(text), True)


@pytest.mark.parametrize(
    ("new", "live", "vaulted", "reason"),
    [
        ({}, {}, False, ""),
        ({"encrypted": True}, {}, False, CONFIDENTIAL),
        ({}, {"encrypted": True}, False, CONFIDENTIAL),
        ({"description": str(Note("x", vaulted=True))}, {}, False, CONFIDENTIAL),
        ({}, {"description": str(Note("x", vaulted=True))}, False, CONFIDENTIAL),
        ({}, {}, True, CONFIDENTIAL),
        ({"description": str(Note("x", 1, 2))}, {}, False, UNKNOWN_PARTS),
    ],
)
def test_what_is_not_shown(new: dict[str, Any], live: dict[str, Any], vaulted: bool, reason: str) -> None:
    releases = releases_of(NAME, {NAME: [version(1, labels=("live",), **live), version(2, **new)]})
    assert history.live_of(releases) is releases[1]
    assert history.hidden(releases[0], releases[1], vaulted) == reason


def test_a_text_is_not_in_the_repr() -> None:
    assert "swordfish" not in repr(releases_of(NAME, {NAME: [version(1, "swordfish")]}))
