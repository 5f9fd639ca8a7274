# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and patterns of filters of every kind."""

from __future__ import annotations

from ansible_collections.cloudwatch.agent.plugins.module_utils._account.filters import too_long, wrong


def test_names_are_possible_and_there_once() -> None:
    entries = [{"name": name, "state": "absent"} for name in ("a", "b*", "a", "x" * 513)]
    found = list(wrong(entries, "here filter", lambda _entry: iter(["never asked"])))
    assert [line.partition(". Hint: ")[0] for line in found] == [
        "here filter 'b*': the name is not possible",
        "here filter 'a': the name is there twice",
        f"here filter '{'x' * 513}': the name is not possible",
    ]


def test_the_problems_of_those_that_are_to_be_there() -> None:
    entries = [{"name": name, "state": state} for name, state in (("a", "present"), ("b", "absent"))]
    assert list(wrong(entries, "here", lambda entry: iter([f"wrong with {entry['name']}"]))) == ["here 'a': wrong with a"]


def test_a_pattern_has_an_end() -> None:
    assert list(too_long("x" * 1024)) == [] and "1025 characters" in next(too_long("x" * 1025))
