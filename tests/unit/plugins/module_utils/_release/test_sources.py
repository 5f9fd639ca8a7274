# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each host fetches of what was published, and what may be released."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.canonical import canonical_text
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.sources import (
    Published,
    accounts_by_host,
    sources_by_host,
    withheld,
)
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._release.examples import LARGE, NAME, SMALL, plan_of, published_of


def test_sources_are_exact_versions_with_the_digest_of_their_text() -> None:
    plan = plan_of(regions=("us-east-1", "eu-west-1"))
    found = sources_by_host(plan, published_of(plan, {NAME: 7}), "keep")
    text = canonical_text(SMALL)
    source = {"location": f"ssm:{NAME}:7", "digest": hashlib.sha256(text.encode()).hexdigest(), "content": text}
    assert found["eu-west-1-2"] == [source]
    assert len(found) == 4


def test_the_account_of_each_host() -> None:
    """As the parameters' ARNs say; nobody knows it of what is not there yet."""
    plan = plan_of()
    (name,) = {item["name"] for item in plan["configurations"]}
    known = published_of(plan, **{name: {"arn": f"arn:aws:ssm:us-east-1:123456789012:parameter/{name}"}})
    assert set(accounts_by_host(plan, known).values()) == {"123456789012"}
    assert set(accounts_by_host(plan, published_of(plan)).values()) == {""}


def test_sources_of_parts() -> None:
    plan = plan_of(LARGE)
    (first, *others) = sources_by_host(plan, published_of(plan), "keep")["us-east-1-1"]
    assert first["location"] == f"ssm:{NAME}:5"
    assert [source["location"] for source in others] == [f"ssm:{NAME}.part{number}:5" for number in range(2, len(others) + 2)]


def test_what_parameter_store_spells_differently_counts_as_it_is_spelled() -> None:
    plan = plan_of()
    spelled = '{ "metrics": {"metrics_collected": {"mem": {"measurement": ["mem_used_percent"]}}}}'
    (source,) = sources_by_host(plan, published_of(plan, **{NAME: {"stored_value": spelled}}), "keep")["us-east-1-1"]
    assert source["content"] == spelled
    assert source["digest"] == hashlib.sha256(spelled.encode()).hexdigest()


def test_unpublished_is_refused_naming_the_host() -> None:
    with pytest.raises(ConfigError, match="us-east-1-1: its configuration us-east-1/AmazonCloudWatch-web was not published"):
        sources_by_host(plan_of(), [], "keep")


def on_hold(more_parts: bool = False) -> Published:
    """Version 5 was rolled back to version 4."""
    labels = {NAME: {"live": 4, "hold": 5}}
    values = {NAME: {"labelled_values": {"live": "one"}}}
    if more_parts:
        labels[f"{NAME}.part2"] = {"live": 2}
        values[f"{NAME}.part2"] = {"labelled_values": {"live": "two"}}
    (item,) = published_of(plan_of(), labels=labels, **values)
    return item


@pytest.mark.parametrize(
    ("labels", "value", "same"),
    [
        ({NAME: {"live": 5}}, {}, True),
        ({NAME: {"live": 3}}, {"live": canonical_text(SMALL)}, True),
        ({NAME: {"live": 3}}, {"live": "{}"}, False),
        ({NAME: {"live": 3}}, {"live": None}, False),
        ({}, {}, False),
        ({NAME: {"live": 5}, f"{NAME}.part2": {"live": 1}}, {}, False),
    ],
    ids=["live", "an older version", "another text", "a secret", "nothing live", "one more part"],
)
def test_what_is_live_may_have_the_texts_that_were_published(labels: Any, value: Any, same: bool) -> None:
    (item,) = published_of(plan_of(), labels=labels, **{NAME: {"labelled_values": value}})
    assert item.result("keep")["same_as_live"] == same


def test_on_hold_hosts_get_the_live_version() -> None:
    item = on_hold()
    assert item.sources("keep") == [{"location": f"ssm:{NAME}:4", "digest": hashlib.sha256(b"one").hexdigest(), "content": "one"}]
    assert item.result("keep")["on_hold"]
    assert not item.to_release("keep")
    assert "hosts stay at version 4, the inventory asks for version 5. Hint: set cw_agent_release_hold to lift" in item.hold_warning()


def test_on_hold_every_part_of_the_live_release_is_fetched() -> None:
    item = on_hold(more_parts=True)
    assert (item.more_live_parts("keep"), item.more_live_parts("lift"), on_hold().more_live_parts("keep")) == (3, 0, 0)
    item.live_parts = [{"name": f"{NAME}.part{number}", "version": number, "value": str(number)} for number in (3, 4)]
    assert [(source["location"], source["content"]) for source in item.sources("keep")] == [
        (f"ssm:{NAME}:4", "one"),
        (f"ssm:{NAME}.part2:2", "two"),
        (f"ssm:{NAME}.part3:3", "3"),
        (f"ssm:{NAME}.part4:4", "4"),
    ]


def test_lifted_hold_gives_the_new_version() -> None:
    item = on_hold()
    assert item.sources("lift")[0]["location"] == f"ssm:{NAME}:5"
    assert item.to_release("lift")
    assert not item.on_hold("lift")


def test_hold_means_nothing_for_what_is_live() -> None:
    (item,) = published_of(plan_of(), labels={NAME: {"live": 5, "hold": 6}})
    assert not item.on_hold("keep")
    assert item.sources("keep")[0]["location"] == f"ssm:{NAME}:5"


@pytest.mark.parametrize(
    ("labels", "expected"),
    [({}, False), ({NAME: {"live": 5}}, True), ({NAME: {"live": 5}, f"{NAME}.part2": {"live": 2}}, False)],
    ids=["new", "live", "a surplus part is live"],
)
def test_what_is_released(labels: dict[str, dict[str, int]], expected: bool) -> None:
    (item,) = published_of(plan_of(), labels=labels)
    assert (item.released, item.result("keep")["released"]) == (expected, expected)


@pytest.mark.parametrize(
    ("changes", "verified", "others", "expected"),
    [
        ({}, ["a", "b"], [], ""),
        ({}, ["a"], [], "b is not verified"),
        ({"hosts": ["a", "b", "c", "d", "e"]}, ["a"], [], "b, c, d and 1 more are not verified"),
        ({}, ["a", "b"], ["z", "y"], "y, z are not part of this run"),
        ({"on_hold": True}, ["a", "b"], [], "it is on hold"),
    ],
)
def test_why_a_release_is_withheld(changes: dict[str, Any], verified: list[str], others: list[str], expected: str) -> None:
    reason = withheld({"on_hold": False, "hosts": ["a", "b"], **changes}, verified, others)
    assert reason.startswith(expected)
    assert bool(reason) == bool(expected)


@pytest.mark.parametrize(
    ("parts", "expected"), [([], False), (["labels"], False), (["value"], True), (["created"], True), (["tags", "value"], True)]
)
def test_what_was_changed_is_a_new_version(parts: list[str], expected: bool) -> None:
    (item,) = published_of(plan_of(), **{NAME: {"changed_parts": parts}})
    assert item.result("keep")["changed"] is expected
