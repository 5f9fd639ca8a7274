# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs of a log group: refusals, steps, notes, and both sides of the diff."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.log_group_changes import (
    Found,
    Step,
    after,
    longer,
    notes,
    problems,
    shown,
    stays_longer,
    steps,
)
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.log_groups import FOR_EVER, Wanted
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.metric_filters import request
from ansible_collections.cloudwatch.agent.tests.support.fake_logs import metric, subscription

KEY = "arn:aws:kms:us-east-1:123456789012:key/1"
ARN = "arn:aws:logs:us-east-1:123456789012:log-group:/web"
SAID = {"retention": "HERE", "log_class": "HERE", "entry": "HERE"}
FOUND = Found(ARN, 30, tags={"team": "web", "aws:x": "1"}, stored=7)


def wanted(**more: Any) -> Wanted:
    return Wanted("/web", said=SAID, **more)


def operations(one: Wanted, found: Found | None) -> list[str]:
    return [step.operation for step in steps(one, found)]


def test_a_new_group_gets_everything_it_can_when_it_is_made() -> None:
    one = wanted(retention=30, log_class="STANDARD", key=KEY, tags={"a": "1"}, protection=True, metric_filters=(metric("errors"),))
    made = steps(one, None)
    assert made[0] == Step(
        "create_log_group",
        {"logGroupName": "/web", "logGroupClass": "STANDARD", "kmsKeyId": KEY, "tags": {"a": "1"}, "deletionProtectionEnabled": True},
    )
    assert [step.operation for step in made[1:]] == ["put_retention_policy", "put_metric_filter"]
    assert steps(wanted(retention=FOR_EVER, key="", protection=False), None) == [Step("create_log_group", {"logGroupName": "/web"})]


@pytest.mark.parametrize(
    ("more", "found", "expected"),
    [
        ({}, FOUND, []),
        ({"retention": 30}, FOUND, []),
        ({"retention": 60}, FOUND, [Step("put_retention_policy", {"logGroupName": "/web", "retentionInDays": 60})]),
        ({"retention": FOR_EVER}, FOUND, [Step("delete_retention_policy", {"logGroupName": "/web"})]),
        ({"retention": 7}, FOUND._replace(policy="account"), []),
        ({"key": KEY}, FOUND, [Step("associate_kms_key", {"logGroupName": "/web", "kmsKeyId": KEY})]),
        ({"key": KEY}, FOUND._replace(key=KEY), []),
        ({"key": ""}, FOUND._replace(key=KEY), [Step("disassociate_kms_key", {"logGroupName": "/web"})]),
        ({"tags": {"team": "web"}}, FOUND, []),
        ({"tags": {"team": "app", "b": "1"}}, FOUND, [Step("tag_resource", {"resourceArn": ARN, "tags": {"team": "app", "b": "1"}})]),
        ({"purge_tags": True}, FOUND, [Step("untag_resource", {"resourceArn": ARN, "tagKeys": ["team"]})]),
        (
            {"protection": True},
            FOUND,
            [Step("put_log_group_deletion_protection", {"logGroupIdentifier": "/web", "deletionProtectionEnabled": True})],
        ),
        ({"protection": False}, FOUND, []),
        ({"state": "absent"}, FOUND, [Step("delete_log_group", {"logGroupName": "/web"})]),
        ({"state": "absent"}, None, []),
        ({"index_policy": {}, "data_protection_policy": {}}, FOUND, []),
        ({"index_policy": {"Fields": ["b", "a"]}}, FOUND._replace(index_policy={"Fields": ["a", "b"]}), []),
        (
            {"index_policy": {"Fields": ["b"]}},
            FOUND._replace(index_policy={"Fields": ["a", "b"]}),
            [Step("put_index_policy", {"logGroupIdentifier": "/web", "policyDocument": '{"Fields": ["b"]}'})],
        ),
        (
            {"data_protection_policy": {}},
            FOUND._replace(data_protection_policy={"Name": "x"}),
            [Step("delete_data_protection_policy", {"logGroupIdentifier": "/web"})],
        ),
    ],
)
def test_what_differs_alone_is_a_step(more: dict[str, Any], found: Found | None, expected: list[Step]) -> None:
    one = wanted(**more)
    assert steps(one, found) == expected
    if found and one.state == "present":
        assert steps(one, after(one, found)) == []


def test_a_retention_for_all_groups_shortens_none() -> None:
    for days, there, written in ((60, 30, True), (7, 30, False), (7, FOR_EVER, False), (FOR_EVER, 30, True)):
        one, found = wanted(retention=days, only_longer=True), FOUND._replace(retention=there)
        assert bool(steps(one, found)) is written
        assert stays_longer(one, found) is not written
        assert list(notes(one, found)) == []
    assert longer(FOR_EVER, 30) and longer(60, 30) and not longer(30, FOR_EVER) and not longer(30, 30) and not longer(0, 0)


def test_notes_of_what_is_lost_or_has_no_effect() -> None:
    assert "for 7 days instead of 30 days, as HERE says: AWS deletes those" in next(notes(wanted(retention=7), FOUND))
    assert "instead of ever" in next(notes(wanted(retention=7), FOUND._replace(retention=FOR_EVER)))
    assert "the account's policy p sets that" in next(notes(wanted(retention=7), FOUND._replace(policy="p")))
    assert "is deleted with its events (7 bytes), as HERE says" in next(notes(wanted(state="absent"), FOUND))
    assert list(notes(wanted(retention=60), FOUND)) == list(notes(wanted(retention=7), None)) == []


@pytest.mark.parametrize(
    ("more", "found", "said"),
    [
        ({"log_class": "INFREQUENT_ACCESS"}, FOUND, "has the class STANDARD, and HERE says INFREQUENT_ACCESS; AWS cannot change"),
        ({"retention": 7}, FOUND._replace(log_class="DELIVERY"), "HERE of /web: its class is DELIVERY, which keeps events for one day"),
        ({"state": "absent"}, FOUND._replace(protection=True), "protected from deletion. Hint: give HERE deletion_protection: false"),
        ({"tags": {str(number): "" for number in range(50)}}, FOUND, "would have 51 tags"),
        (
            {"metric_filters": (metric("new"),)},
            FOUND._replace(metric_filters={str(number): {} for number in range(100)}),
            "would have 101 metric filters",
        ),
        (
            {"subscription_filters": (subscription("c"),)},
            FOUND._replace(subscription_filters={"a": {}, "b": {}}),
            "would have 3 subscription filters",
        ),
        ({"metric_filters": (metric("new"),)}, FOUND._replace(log_class="INFREQUENT_ACCESS"), "which has no metric filters"),
        ({"metric_filters": (metric("new"),), "log_class": "INFREQUENT_ACCESS"}, None, "which has no metric filters"),
        ({"index_policy": {"Fields": ["a"]}}, FOUND._replace(log_class="DELIVERY"), "and index policies are for STANDARD alone"),
    ],
)
def test_what_cannot_be_is_refused(more: dict[str, Any], found: Found | None, said: str) -> None:
    text = "".join(problems(wanted(**more), found))
    assert said in text and "Hint: " in text


def test_what_can_be_is_not_refused() -> None:
    full = FOUND._replace(subscription_filters={"a": {}, "b": {}})
    swapped = (subscription("c"), subscription("a", state="absent"))
    assert list(problems(wanted(subscription_filters=swapped), full)) == []
    assert operations(wanted(subscription_filters=swapped), full) == ["delete_subscription_filter", "put_subscription_filter"]
    assert list(problems(wanted(state="absent", protection=False), FOUND._replace(protection=True))) == []
    lifted = operations(wanted(state="absent", protection=False), FOUND._replace(protection=True))
    assert lifted == ["put_log_group_deletion_protection", "delete_log_group"]
    assert list(problems(wanted(retention=7, only_longer=True), FOUND._replace(log_class="DELIVERY"))) == []
    assert list(problems(wanted(state="absent"), None)) == []
    assert list(problems(wanted(tags={str(number): "" for number in range(50)}, purge_tags=True), FOUND)) == []


def test_filters_that_are_not_named_stay() -> None:
    there = {name: request("/web", metric(name), None) for name in ("errors", "others", "old")}
    found = FOUND._replace(metric_filters=there)
    one = wanted(metric_filters=(metric("errors", pattern="FATAL"), metric("old", state="absent"), metric("gone", state="absent")))
    assert [(step.operation, step.arguments["filterName"]) for step in steps(one, found)] == [
        ("delete_metric_filter", "old"),
        ("put_metric_filter", "errors"),
    ]
    assert sorted(after(one, found).metric_filters) == ["errors", "others"]
    assert steps(one, after(one, found)) == []


def test_a_diff_shows_what_is_spoken_of() -> None:
    before, later = shown(wanted(retention=60, tags={"team": "app"}, metric_filters=(metric("errors"),)), FOUND)
    common = {"state": "present", "log_group_class": "STANDARD"}
    assert before == {**common, "retention_in_days": 30, "tags": {"aws:x": "1", "team": "web"}, "metric_filters": {}}
    assert (later["retention_in_days"], later["tags"]) == (60, {"aws:x": "1", "team": "app"})
    assert later["metric_filters"]["errors"]["metric_namespace"] == "Shop"
    assert shown(wanted(key=KEY, protection=True), None) == (
        {"state": "absent"},
        {**common, "retention_in_days": "never", "kms_key_id": KEY, "deletion_protection": True},
    )
    assert shown(wanted(state="absent"), FOUND)[1] == {"state": "absent"}
    sides = shown(wanted(index_policy={}), FOUND._replace(index_policy={"Fields": ["a"]}))
    assert [side["index_policy"] for side in sides] == [{"Fields": ["a"]}, {}]
    assert shown(wanted(retention=60), None)[1]["retention_in_days"] == 60


def test_nothing_is_said_of_the_retention_that_a_class_has_by_itself() -> None:
    """DELIVERY keeps events for a day, and its group has no retention that could be shown: never would be the opposite."""
    before, after = shown(wanted(log_class="DELIVERY"), None)
    assert (before, after) == ({"state": "absent"}, {"state": "present", "log_group_class": "DELIVERY"})
    assert shown(wanted(log_class="STANDARD"), None)[1]["retention_in_days"] == "never"
