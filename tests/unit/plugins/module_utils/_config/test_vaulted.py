# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is out of the vault is hidden in whatever way it is written."""

from __future__ import annotations

import json

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.findings import shown
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.vaulted import HIDDEN, Mask, Vaulted, mask_of, without

TEXT = 'pä"ss\\word-which-is-long'
MASK = Mask([TEXT])


@pytest.mark.parametrize(
    "text", [TEXT, f"a {TEXT} b", json.dumps(TEXT), json.dumps(TEXT, ensure_ascii=False), shown("x" * 100 + TEXT), TEXT[:9], TEXT[-8:]]
)
def test_no_spelling_shows_it(text: str) -> None:
    hidden = MASK(text)
    assert HIDDEN in hidden
    assert not any(TEXT[at : at + 6] in hidden for at in range(len(TEXT) - 5))


def test_keys_numbers_and_lists_are_hidden_as_well() -> None:
    mask = Mask(["4711", "key"])
    assert mask({"a": [4711, "x4711"], "key": 1, "b": (True, None, 12)}) == {"a": [HIDDEN, "x(hidden)"], HIDDEN: 1, "b": [True, None, 12]}


def test_without_texts_nothing_is_touched() -> None:
    value = {"a": [1]}
    assert Mask([])(value) is value
    assert not Mask([])
    assert without(value, []) is value


def test_values_are_found_and_hidden_by_their_pointers() -> None:
    configuration = {"a": [{"b/c": f"x{TEXT}"}, 1], "d": "x"}
    assert MASK.pointers(configuration) == ["/a/0/b~1c"]
    assert without(configuration, ["/a/0/b~1c"]) == {"a": [{"b/c": HIDDEN}, 1], "d": "x"}


def test_what_several_variables_take_is_united() -> None:
    one, two = Vaulted(frozenset("a"), frozenset("x")), Vaulted(frozenset("b"), frozenset("y"))
    assert (one | two) == Vaulted(frozenset("ab"), frozenset("xy"))


def test_a_plan_says_what_to_hide() -> None:
    configurations = [{"configuration": {"a": ["secret", 4711]}, "vaulted": ["/a/0", "/a/1"]}, {"configuration": {"b": "plain"}}]
    assert mask_of(configurations)(["a secret", 4711, "plain"]) == [f"a {HIDDEN}", HIDDEN, "plain"]
    assert not mask_of([])
