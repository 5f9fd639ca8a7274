# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parameter Store's rules and the comparison of values."""

from __future__ import annotations

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import ssm_values as values


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        ("as it is ", "String", "as it is "),
        ('{"b": 1}', "String", '{"b": 1}'),
        ({"b": 1, "a": [True, None, "é"]}, "String", '{"a":[true,null,"é"],"b":1}'),
        (["a", "b", 3], "StringList", "a,b,3"),
        (["a", "b"], "String", '["a","b"]'),
        (5, "String", "5"),
        (True, "SecureString", "true"),
    ],
)
def test_text_of(value: object, kind: str, text: str) -> None:
    assert values.text_of(value, kind) == text


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("a", "a", True),
        ("a", "a ", False),
        ('{"a":1,"b":[2]}', '{\n "b": [ 2 ],\n "a": 1\n}', True),
        ('{"a":1}', '{"a":true}', False),
        ('{"a":1}', '{"a":1.0}', False),
        ("[1,2]", "[2,1]", False),
        ("1", "1.0", False),
        ("true", "true ", False),
        ("{not json", "{not  json", False),
    ],
)
def test_same_value(first: str, second: str, same: bool) -> None:
    for one, other in ((first, second), (second, first)):
        assert values.same_value(one, other) is same


def test_readable_indents_containers_alone() -> None:
    assert values.readable('{"b":1,"a":"é"}') == '{\n  "a": "é",\n  "b": 1\n}\n'
    assert values.readable("plain") == "plain\n"
    assert values.readable("lines\n") == "lines\n"


@pytest.mark.parametrize("name", ["a", "/a/b", "A-z_0.9", "/" + "/".join("abcdefghijklmno"), "a" * 1011, "/my/aws"])
def test_good_names(name: str) -> None:
    assert values.name_problems(name) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "only letters"),
        ("a b", "only letters"),
        ("a:b", "only letters"),
        ("/a//b", "no empty level"),
        ("a/b", "write /a/b"),
        ("aws-x", "reserved"),
        ("/SSM/x", "reserved"),
        ("a" * 1012, "1012 characters"),
        ("/" + "/".join("abcdefghijklmnop"), "16 levels"),
    ],
)
def test_bad_names(name: str, said: str) -> None:
    assert any(said in problem for problem in values.name_problems(name))


@pytest.mark.parametrize("label", ["1st", "awsome", "SSM", "a b", "", "x" * 101, "a:b"])
def test_bad_labels(label: str) -> None:
    assert len(values.label_problems("n", [label])) == 1


def test_labels_are_counted() -> None:
    assert values.label_problems("n", [f"l{number}" for number in range(10)]) == []
    assert "11 labels" in values.label_problems("n", [f"l{number}" for number in range(11)])[0]


@pytest.mark.parametrize(
    ("text", "tier", "said"),
    [
        ("", "Standard", "empty"),
        ("x{{ y }}z", "Standard", "forgotten template"),
        ("é" * 2049, "Standard", "4098 bytes, tier Standard allows 4096: ask for tier auto or Advanced"),
        ("x" * 8193, "Advanced", "8193 bytes, tier Advanced allows 8192: shorten or split"),
        ("x" * 8193, "Standard", "shorten or split"),
    ],
)
def test_bad_values(text: str, tier: str, said: str) -> None:
    (problem,) = values.value_problems("n", text, tier)
    assert said in problem
    assert text[:50] not in problem or not text


@pytest.mark.parametrize(("text", "tier"), [("é" * 2048, "Standard"), ("x" * 8192, "Advanced"), ('{"a":{"b":{}}}', "Standard")])
def test_good_values(text: str, tier: str) -> None:
    assert values.value_problems("n", text, tier) == []
