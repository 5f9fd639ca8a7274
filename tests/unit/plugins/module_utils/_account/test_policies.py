# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies of a log group: what can be, and when two say the same."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.policies import same, wrong
from ansible_collections.cloudwatch.agent.tests.support.fake_logs import data_protection, entry


def protected(number: int, **more: Any) -> dict[str, Any]:
    """A policy one of whose blocks has other keys."""
    document = data_protection()
    document["Statement"][number].update(more)
    return document


@pytest.mark.parametrize(
    ("field", "document", "said"),
    [
        ("index_policy", {"fields": ["a"]}, "it has fields"),
        ("index_policy", {"Fields": []}, "it has Fields. Hint: write Fields, a list"),
        ("index_policy", {"Fields": list(map(str, range(21)))}, "21 fields"),
        ("index_policy", {"Fields": ["x" * 101]}, "1 fields. Hint: 20 at most, with names of 100"),
        ("data_protection_policy", {"Statement": []}, "must have two blocks"),
        ("data_protection_policy", {"Statement": "x"}, "must have two blocks"),
        ("data_protection_policy", protected(1, Operation={"Audit": {"FindingsDestination": {}}}), "one with Deidentify"),
        ("data_protection_policy", protected(1, DataIdentifier=["x"]), "of its two blocks differ"),
        ("data_protection_policy", protected(0, DataIdentifier=[]), "or are empty"),
        ("data_protection_policy", protected(0, Operation={"Audit": {}}), "no FindingsDestination"),
        ("data_protection_policy", protected(1, Operation={"Deidentify": {"MaskConfig": {"a": 1}}}), "Deidentify must be MaskConfig alone"),
    ],
)
def test_what_cannot_be(field: str, document: dict[str, Any], said: str) -> None:
    found = list(wrong(entry("/web", **{field: document}), "here"))
    assert len(found) == 1 and said in found[0] and found[0].startswith(f"here {field}: ") and "Hint: " in found[0]


def test_what_can_be() -> None:
    fields = {"Fields": ["a"], "FieldsV2": {"b": {"type": "FACET"}}}
    assert list(wrong(entry("/web", index_policy=fields, data_protection_policy=data_protection()), "")) == []
    assert list(wrong(entry("/web", index_policy={}, data_protection_policy={}), "")) == []


def test_the_order_of_fields_says_nothing() -> None:
    assert same({"Fields": ["a", "b"]}, {"Fields": ["b", "a"]}) and same({}, {})
    assert not same({"Fields": ["a"]}, {"Fields": ["A"]}) and not same({"Fields": ["a"]}, {})
    assert not same({"Fields": ["a"], "FieldsV2": {}}, {"Fields": ["a"]})
    assert not same(data_protection(), protected(0, Sid="x"))
