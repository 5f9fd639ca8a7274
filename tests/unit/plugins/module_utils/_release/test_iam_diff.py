# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run changes of roles and users."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._release import iam_diff

DOCUMENT = {"Statement": [{"Effect": "Allow", "Action": ["l:a"], "Resource": ["r1", "r2"]}]}
ITEM = {"owned": True, "trust": {"Statement": [1]}, "tags": {"ours": "1"}, "attach": ["arn:a"], "inline": DOCUMENT, "managed": []}
HELD = {
    "trust": {"Statement": [1]},
    "tags": {"ours": "1", "theirs": "2"},
    "boundary": "arn:b",
    "attached": ["arn:a", "arn:theirs"],
    "inline": {"cloudwatch-agent": DOCUMENT, "theirs": {}},
    "managed": {},
}


def changed(held: dict[str, Any], present: bool = True, boundary: str = "", **item: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    return iam_diff.difference(held, iam_diff.planned(held, {**ITEM, **item}, present, boundary, ["arn:stale"]))


def test_what_is_there_does_not_differ() -> None:
    """What others attached, tagged and wrote stays; so does a boundary that nobody names."""
    assert changed(HELD) == ({}, {})


def test_a_new_one() -> None:
    before, after = changed({}, boundary="arn:b")
    assert (before, sorted(after)) == ({}, ["attached", "boundary", "inline", "tags", "trust"])


@pytest.mark.parametrize(
    ("item", "boundary", "part", "before", "after"),
    [
        ({"trust": {"Statement": [2]}}, "", "trust", {"Statement": [1]}, {"Statement": [2]}),
        ({"tags": {"ours": "3"}}, "", "tags", HELD["tags"], {"ours": "3", "theirs": "2"}),
        ({}, "arn:other", "boundary", "arn:b", "arn:other"),
        ({"attach": ["arn:new"]}, "", "attached", HELD["attached"], ["arn:a", "arn:new", "arn:theirs"]),
        ({"inline": {}}, "", "inline", HELD["inline"], {"theirs": {}}),
        ({"managed": [{"name": "web-1", "document": DOCUMENT}]}, "", "managed", {}, {"web-1": DOCUMENT}),
    ],
)
def test_parts(item: dict[str, Any], boundary: str, part: str, before: Any, after: Any) -> None:
    assert changed(HELD, boundary=boundary, **item) == ({part: before}, {part: after})


def test_a_stale_policy_is_detached() -> None:
    held = {**HELD, "attached": ["arn:a", "arn:stale", "arn:theirs"], "managed": {"web-1": DOCUMENT}}
    assert changed(held)[1] == {"attached": ["arn:a", "arn:theirs"], "managed": {}}


def test_the_role_of_others_gets_the_policy_alone() -> None:
    held = {**HELD, "inline": {"theirs": {}}}
    assert changed(held, owned=False, tags={}, trust={}, attach=[])[1] == {"inline": {"theirs": {}, "cloudwatch-agent": DOCUMENT}}
    assert changed(HELD, present=False, owned=False)[1] == {"inline": {"theirs": {}}}
    assert changed({}, present=False, owned=False) == ({}, {})


def test_removal() -> None:
    before, after = changed(HELD, present=False)
    assert (before["trust"], after) == (HELD["trust"], {})


def test_documents_that_say_the_same() -> None:
    """IAM takes one item for a list of it, and its lists have no order."""
    other = {"Statement": {"Effect": "Allow", "Action": "l:a", "Resource": ["r2", "r1"]}}
    assert iam_diff.difference({"trust": DOCUMENT}, {"trust": other}) == ({}, {})


def test_lines() -> None:
    assert iam_diff.lines("role web", {"boundary": "arn:b"}, {"boundary": "arn:c"}) == [
        "--- before: role web",
        "+++ after: role web",
        "@@ -1,3 +1,3 @@",
        " {",
        '-  "boundary": "arn:b"',
        '+  "boundary": "arn:c"',
        " }",
    ]
    assert iam_diff.lines("role web", {}, {}) == []
