# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables as plain data: what JSON cannot say, what never ends, and what is read once."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.inventory import NotPlainError, Reader, is_template, plain, words


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (
            {"a": [{"b": datetime.date(2024, 2, 3)}]},
            'v: /a/0/b is the date 2024-02-03, which JSON does not have. Hint: write it in quotes: "2024-02-03".',
        ),
        ({"at": datetime.datetime(2024, 2, 3, 4, 5)}, "v: /at is the date 2024-02-03T04:05:00"),
        ({"a": {"x", "y"}}, "v: /a is of the type set, which JSON does not have. Hint: write it in quotes."),
        (b"x", "v is of the type bytes"),
        ({"a": {True: 1}}, "v: /a has the key True. Hint: write keys as text, in quotes."),
        ({None: 1}, "v has the key None"),
        ({"a": {1: "x", "1": "y"}}, "v: /a has the key 1 as a number and as text. Hint: remove one of them."),
    ],
)
def test_what_json_cannot_say_is_named_with_its_path(value: Any, said: str) -> None:
    with pytest.raises(NotPlainError) as refused:
        plain(value, "v")
    assert str(refused.value).startswith(said)


def test_what_contains_itself_is_refused_at_once() -> None:
    value: dict[str, Any] = {}
    value["again"] = value
    for read in (lambda: plain(value, "v"), lambda: Reader().value("v", value, lambda item: item, {})):
        with pytest.raises(NotPlainError, match="v contains itself"):
            read()


def test_a_variable_that_a_template_uses_is_named_when_it_contains_itself() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(NotPlainError, match="own contains itself"):
        Reader().value("v", "{{ own }}", lambda item: item, {"own": value})


def test_keys_that_are_numbers_become_text() -> None:
    assert plain({1: (2, "x")}, "v") == {"1": [2, "x"]}


def test_templates_and_their_words() -> None:
    assert is_template(["{{ a }}"])
    assert not is_template({"a": [1, None, "x"]})
    assert words({"a": ["{{ one | default(two) }}", "three"]}) == {"one", "default", "two"}
