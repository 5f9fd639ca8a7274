# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._template import stack
from ansible_collections.cloudwatch.agent.plugins.module_utils._template.stack import ACCOUNT, Resource
from hypothesis import given
from hypothesis import strategies as st


def groups(count: int, size: int = 1) -> list[Resource]:
    return [Resource(f"G{number}", "AWS::Logs::LogGroup", {"LogGroupName": "x" * size}, retained=True) for number in range(count)]


def test_the_account_is_filled_in_and_other_braces_stay_text() -> None:
    properties = {"Body": f"arn:aws:iam::{ACCOUNT}:role/${{aws:username}}", "Format": "${srcaddr}", "Digits": f"1{ACCOUNT}", "None": None}
    (made,) = stack.templates([Resource("A", "AWS::X::Y", properties)], "d", "inline")
    expected = {
        "Body": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/${!aws:username}"},
        "Format": "${srcaddr}",
        "Digits": f"1{ACCOUNT}",
    }
    assert made["Resources"]["A"] == {"Type": "AWS::X::Y", "Properties": expected}


def test_five_hundred_resources_are_the_most() -> None:
    first, second = stack.templates(groups(501), "d", "s3")
    assert (len(first["Resources"]), len(second["Resources"])) == (500, 1)
    assert [one["Description"] for one in (first, second)] == ["d (1 of 2)", "d (2 of 2)"]


@given(st.lists(st.integers(1, 30_000), min_size=1, max_size=20), st.sampled_from('ä"x\n'))
def test_no_template_is_over_the_limit_and_nothing_is_lost(sizes: list[int], letter: str) -> None:
    resources = [
        Resource(f"G{number}", "AWS::Logs::LogGroup", {"LogGroupName": letter * (size // 2)}, ("G0",)) for number, size in enumerate(sizes)
    ]
    made = stack.templates(resources, "d", "inline")
    assert all(len(stack.text(one).encode()) <= stack.LIMITS["inline"] for one in made)
    assert [name for one in made for name in one["Resources"]] == [one.id for one in resources]
    for one in made:
        assert all(set(resource.get("DependsOn", [])) <= set(one["Resources"]) for resource in one["Resources"].values())


def test_one_resource_over_the_limit_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"AWS::Logs::LogGroup G0 has 6\d,\d+ bytes, and a template that is given inline takes 51,200"):
        stack.templates(groups(1, 60_000), "d", "inline")
    assert len(stack.templates(groups(1, 60_000), "d", "s3")) == 1


def test_ids_differ_where_names_do() -> None:
    names = ["/a/b", "/a-b", "/a/B", "ab", "x" * 300]
    ids = [stack.resource_id("G", name) for name in names]
    assert len(set(ids)) == len(names) and all(one.isalnum() and len(one) <= 255 for one in ids)
    assert ids == [stack.resource_id("G", name) for name in names]
    assert json.loads(stack.text({"a": "ä"})) == {"a": "ä"}
