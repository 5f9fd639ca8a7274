# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the labels that are there to the moves of a promotion or rollback."""

from __future__ import annotations

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._release import labels
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.labels import PROMOTE, REJECT, ROLLBACK, Own
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.parts import part_name
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.publications import LABELS
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._release.examples import NAME

At = dict[str, dict[str, int]]


def stored(**at: dict[str, int]) -> At:
    """The labels of the parts as read; p1 is the name itself, p2 its second part."""
    return {part_name(NAME, int(key[1:])): dict.fromkeys(LABELS, 0) | found for key, found in at.items()}


@pytest.mark.parametrize(
    ("there", "action", "hold", "expected"),
    [
        (stored(p1={"candidate": 1}, p2={}), PROMOTE, "keep", {NAME: {"live": 1}}),
        (stored(p1={"candidate": 5, "live": 4, "previous": 3}, p2={}), PROMOTE, "keep", {NAME: {"live": 5, "previous": 4}}),
        (stored(p1={"candidate": 5, "live": 5, "previous": 4}, p2={}), PROMOTE, "keep", {}),
        (
            stored(p1={"candidate": 5, "live": 4, "previous": 3}, p2={"candidate": 1}, p3={}),
            PROMOTE,
            "keep",
            {NAME: {"live": 5, "previous": 4}, f"{NAME}.part2": {"live": 1}},
        ),
        (
            stored(p1={"candidate": 6, "live": 5, "previous": 4}, p2={"live": 1}, p3={"previous": 9}, p4={}),
            PROMOTE,
            "keep",
            {NAME: {"live": 6, "previous": 5}, f"{NAME}.part2": {"live": 0, "previous": 1}, f"{NAME}.part3": {"previous": 0}},
        ),
        (stored(p1={"candidate": 5, "live": 5, "previous": 4}, p2={}), ROLLBACK, "keep", {NAME: {"live": 4, "hold": 5}}),
        (stored(p1={"candidate": 5, "live": 4, "previous": 4, "hold": 5}, p2={}), ROLLBACK, "keep", {}),
        (stored(p1={"candidate": 5, "live": 4, "previous": 4, "hold": 5}, p2={}), PROMOTE, "lift", {NAME: {"live": 5, "hold": 0}}),
        (
            stored(p1={"candidate": 6, "live": 6, "previous": 5}, p2={"previous": 1}, p3={}),
            ROLLBACK,
            "keep",
            {NAME: {"live": 5, "hold": 6}, f"{NAME}.part2": {"live": 1}},
        ),
        (stored(p1={"candidate": 5, "live": 4, "previous": 3}, p2={}), REJECT, "keep", {NAME: {"hold": 5}}),
        (stored(p1={"candidate": 6, "live": 4, "hold": 5}, p2={"candidate": 1}, p3={}), REJECT, "keep", {NAME: {"hold": 6}}),
        (stored(p1={"candidate": 5, "live": 4, "hold": 5}, p2={}), REJECT, "keep", {}),
    ],
    ids=[
        "first",
        "next",
        "released",
        "grows",
        "shrinks",
        "back",
        "back already",
        "lifted",
        "back to parts",
        "rejected",
        "again",
        "held already",
    ],
)
def test_moves(there: At, action: str, hold: str, expected: At) -> None:
    assert labels.moves(NAME, there, action, hold) == expected


@pytest.mark.parametrize(
    ("there", "to", "expected"),
    [
        ({"candidate": 5, "live": 5, "previous": 4}, 2, {"live": 2, "previous": 2, "hold": 5}),
        ({"candidate": 5, "live": 5, "previous": 4}, 4, {"live": 4, "hold": 5}),
        ({"candidate": 6, "live": 4, "previous": 4, "hold": 5}, 2, {"live": 2, "previous": 2}),
        # To what was rolled back itself: the hold says what was left last.
        ({"candidate": 6, "live": 4, "previous": 4, "hold": 5}, 5, {"live": 5, "previous": 5, "hold": 4}),
        ({"candidate": 3}, 2, {"live": 2, "previous": 2, "hold": 3}),
        ({"candidate": 3}, 3, {"live": 3, "previous": 3}),
    ],
    ids=["older", "previous", "on hold", "held", "never live", "candidate"],
)
def test_moves_to_a_version(there: dict[str, int], to: int, expected: dict[str, int]) -> None:
    assert labels.moves_to(NAME, stored(p1=there, p2={}), {NAME: to}) == {NAME: expected}


def test_moves_to_other_parts() -> None:
    there = stored(p1={"candidate": 5, "live": 5, "previous": 4}, p2={"candidate": 2, "live": 1}, p3={"live": 1}, p4={})
    assert labels.moves_to(NAME, there, {NAME: 5, f"{NAME}.part2": 2}) == {
        NAME: {"previous": 5, "hold": 5},
        f"{NAME}.part2": {"live": 2, "previous": 2},
        f"{NAME}.part3": {"live": 0},
    }


@pytest.mark.parametrize(
    ("there", "action", "reason"),
    [
        (stored(p1={"live": 1}), ROLLBACK, "there is no previous release to go back to: correct the fragments"),
        (stored(p1={"live": 1}), PROMOTE, "there is no candidate: publish one first"),
        (
            stored(p1={"candidate": 5, "live": 4, "hold": 5}),
            PROMOTE,
            "is on hold since its rollback from version 5: set",
        ),
        (stored(p1={"candidate": 5, "live": 4}), PROMOTE, ""),
        (stored(p1={"candidate": 5, "live": 4, "hold": 3}), REJECT, ""),
        (stored(p1={"candidate": 5}), REJECT, "there is no live release to stay at"),
        (stored(p1={"candidate": 5, "live": 5}), REJECT, "its candidate is live already"),
        (stored(p1={"live": 5}), REJECT, "there is no candidate"),
    ],
)
def test_refusals(there: At, action: str, reason: str) -> None:
    found = labels.refusal(NAME, there, action, "keep")
    assert found.startswith(reason)
    assert bool(found) == bool(reason)


OWN = Own({NAME: 5})


@pytest.mark.parametrize(
    ("there", "own", "reason"),
    [
        (stored(p1={"candidate": 5, "live": 4}, p2={}), OWN, ""),
        (stored(p1={"candidate": 6, "live": 4}, p2={}), OWN, "candidate is version 6 by now, which another run has published"),
        # Another slice of the same job has released it.
        (stored(p1={"candidate": 5, "live": 5}, p2={}), OWN, ""),
        (stored(p1={"candidate": 5, "live": 4, "hold": 5}, p2={}), OWN, "version 5 was put on hold meanwhile"),
        (stored(p1={"candidate": 5, "live": 3, "hold": 4}, p2={}), OWN, "version 4 was put on hold meanwhile"),
        # A hold that this run is to lift.
        (stored(p1={"candidate": 5, "live": 4, "hold": 3}, p2={}), OWN._replace(hold=3), ""),
        (stored(p1={"candidate": 5, "live": 5}, p2={}), OWN._replace(released=True), ""),
        (stored(p1={"candidate": 6, "live": 5}, p2={}), OWN._replace(released=True), ""),
        (stored(p1={"candidate": 6, "live": 6, "previous": 5}, p2={}), OWN._replace(released=True), "live is version 6 by now"),
        (stored(p1={"candidate": 5, "live": 4, "hold": 5}, p2={}), OWN._replace(hold=5, released=True), "version 5 was put on hold"),
        (stored(p1={"candidate": 5, "live": 4}, p2={"candidate": 2}, p3={}), OWN, "candidate is another version of its parts by now"),
        (stored(p1={"live": 4}, p2={}), OWN, "candidate is no version by now"),
    ],
)
def test_what_somebody_else_has_made_of_it(there: At, own: Own, reason: str) -> None:
    found = labels.overtaken(NAME, there, own)
    assert found.startswith(reason)
    assert bool(found) == bool(reason)


def test_a_move_in_words() -> None:
    there = stored(p1={"candidate": 5, "live": 4})
    moved = labels.moves(NAME, there, PROMOTE, "keep")
    assert [labels.shown(move) for move in labels.move_lines(NAME, moved, there)] == [
        f"{NAME}: live version 4 → version 5",
        f"{NAME}: previous none → version 4",
    ]


@pytest.mark.parametrize(
    ("there", "action", "expected"),
    [
        (stored(p1={"candidate": 5, "live": 4}, p2={"candidate": 2}), PROMOTE, {NAME: 5, f"{NAME}.part2": 2}),
        (stored(p1={"candidate": 5, "live": 5, "previous": 4}, p2={"candidate": 2, "live": 2}), ROLLBACK, {NAME: 4}),
        (stored(p1={"candidate": 5, "live": 4, "previous": 4}), ROLLBACK, {NAME: 4}),
        (stored(p1={"candidate": 5, "live": 4}, p2={"live": 1}), REJECT, {NAME: 4, f"{NAME}.part2": 1}),
    ],
    ids=["a part more", "a part less", "nothing moves", "rejected"],
)
def test_what_is_live_afterwards(there: At, action: str, expected: dict[str, int]) -> None:
    assert labels.live_after(NAME, there, labels.moves(NAME, there, action, "keep")) == expected


def test_unused_parts() -> None:
    there = stored(p1={"live": 1}, p2={}, p3={"previous": 2}, p4={}) | {f"{NAME}.party": {"live": 0}}
    assert labels.unused_parts([NAME], there) == [f"{NAME}.part2", f"{NAME}.part4"]
    assert labels.unused_parts([NAME], stored(p1={"live": 1}, p2={"live": 1})) == []
