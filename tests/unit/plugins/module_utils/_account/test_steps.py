# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.cloudwatch.agent.plugins.module_utils._account.steps import (
    Step,
    new_tags,
    retagging,
    stale_tags,
    tags_after,
    texts,
    wrong_tags,
)


def test_tags_that_differ() -> None:
    found = {"a": "1", "b": "2", "aws:x": "3"}
    assert new_tags(found, {"a": "1", "b": "3", "c": "4"}) == {"b": "3", "c": "4"}
    assert stale_tags(found, {"a": "1"}, purge=True) == ["b"] and stale_tags(found, {}, purge=False) == []


def test_calls_that_set_tags() -> None:
    """Nothing for what holds already; AWS's own tags stay."""
    found, wanted = {"a": "1", "b": "2", "aws:x": ""}, {"a": "1", "c": "3"}
    assert retagging("arn", found, wanted, purge=True) == [
        Step("untag_resource", {"ResourceARN": "arn", "TagKeys": ["b"]}),
        Step("tag_resource", {"ResourceARN": "arn", "Tags": [{"Key": "c", "Value": "3"}]}),
    ]
    assert tags_after(found, wanted, purge=True) == {"a": "1", "aws:x": "", "c": "3"}
    assert retagging("arn", found, {"a": "1"}, purge=False) == [] and tags_after(found, {}, purge=False) == found


def test_tags_that_aws_does_not_take() -> None:
    assert texts({1: 2}) == {"1": "2"}
    for tags in ({"": "x"}, {"x" * 129: ""}, {"x": "y" * 257}, {"AWS:x": ""}, dict.fromkeys(map(str, range(51)), "")):
        (said,) = wrong_tags(tags, "HERE")
        assert said.startswith("HERE has ") and "Hint: " in said
    assert list(wrong_tags({"x" * 128: "y" * 256}, "HERE")) == []
