# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.event_selectors import (
    DEFAULT,
    Selectors,
    same,
    shown,
    to_advanced,
    wrong,
)

S3, LAMBDA, DYNAMODB = "AWS::S3::Object", "AWS::Lambda::Function", "AWS::DynamoDB::Table"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"


def field(name: str, operator: str, *values: str) -> dict[str, Any]:
    return {"Field": name, operator: list(values)}


MANAGEMENT, DATA = field("eventCategory", "Equals", "Management"), field("eventCategory", "Equals", "Data")
OBJECTS = field("resources.type", "Equals", S3)


def data(kind: str, *values: str, **more: Any) -> dict[str, Any]:
    return {"DataResources": [{"Type": kind, "Values": list(values)}], "IncludeManagementEvents": False, **more}


@pytest.mark.parametrize(
    ("basic", "advanced"),
    [
        ({}, [[MANAGEMENT]]),
        ({"ReadWriteType": "ReadOnly"}, [[MANAGEMENT, field("readOnly", "Equals", "true")]]),
        ({"ReadWriteType": "WriteOnly"}, [[MANAGEMENT, field("readOnly", "Equals", "false")]]),
        (
            {"ExcludeManagementEventSources": ["kms.amazonaws.com"]},
            [[MANAGEMENT, field("eventSource", "NotEquals", "kms.amazonaws.com")]],
        ),
        (data(S3, "arn:aws:s3"), [[DATA, OBJECTS]]),
        (data(S3, "arn:aws:s3:::b/"), [[DATA, OBJECTS, field("resources.ARN", "StartsWith", "arn:aws:s3:::b/")]]),
        (data(S3, "arn:aws:s3:::b/", "arn:aws:s3"), [[DATA, OBJECTS]]),
        (data(LAMBDA, "arn:aws-cn:lambda"), [[DATA, field("resources.type", "Equals", LAMBDA)]]),
        (
            data(S3, "arn:aws:s3", IncludeManagementEvents=True, ReadWriteType="WriteOnly"),
            [[MANAGEMENT, field("readOnly", "Equals", "false")], [DATA, OBJECTS, field("readOnly", "Equals", "false")]],
        ),
    ],
)
def test_basic_selectors_and_the_advanced_ones_that_record_the_same(basic: dict[str, Any], advanced: list[Any]) -> None:
    expected = [{"FieldSelectors": fields} for fields in advanced]
    assert to_advanced([basic]) == expected
    named = [{"Name": "n", "FieldSelectors": list(reversed(one["FieldSelectors"]))} for one in expected]
    assert same(Selectors((basic,)), Selectors((), named)) and same(Selectors((), named), Selectors((basic,)))


@pytest.mark.parametrize("basic", [data(LAMBDA, FUNCTION), data(DYNAMODB, "arn:aws:dynamodb:us-east-1:123456789012:table/t"), data(S3)])
def test_what_is_not_certain_is_not_converted(basic: dict[str, Any]) -> None:
    """A function's name might stand for itself alone, or for all that begin so; so a user's word replaces what is there."""
    assert to_advanced([{}, basic]) is None
    guess = [{"FieldSelectors": [DATA, field("resources.type", "Equals", LAMBDA), field("resources.ARN", "StartsWith", FUNCTION)]}]
    assert not same(Selectors((basic,)), Selectors((), guess))
    assert same(Selectors((basic,)), Selectors((dict(basic),)))


def test_the_order_of_values_and_defaults_say_nothing() -> None:
    as_aws = {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [], "ExcludeManagementEventSources": []}
    assert same(Selectors(({},)), Selectors((as_aws,))) and same(Selectors(DEFAULT), Selectors((as_aws,)))
    assert not same(Selectors(({},)), Selectors(({"ReadWriteType": "ReadOnly"},)))
    assert not same(Selectors(({},)), Selectors((), [{"FieldSelectors": [DATA, OBJECTS]}]))
    assert shown(Selectors(({},))) == {"event_selectors": [as_aws]}
    assert list(shown(Selectors((), [{"FieldSelectors": [DATA]}]))) == ["advanced_event_selectors"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"event_selectors": [{}], "advanced_event_selectors": [{}]}, "a trail has one form"),
        ({"event_selectors": []}, "leave it out to keep what is there"),
        ({"event_selectors": [{}] * 6}, "5 at most"),
        ({"event_selectors": [{"readWriteType": "All"}]}, "'readWriteType' is no part of a basic selector"),
        ({"event_selectors": [{"ReadWriteType": "Read"}]}, "ReadWriteType is 'Read'"),
        ({"event_selectors": [{"ExcludeManagementEventSources": ["ec2.amazonaws.com"]}]}, "alone; advanced selectors take others"),
        ({"event_selectors": [data("AWS::SQS::Queue", "x")]}, "advanced selectors take others"),
        ({"event_selectors": [data(S3, *(["arn:aws:s3:::b/"] * 251))]}, "250 at most"),
        ({"event_selectors": [{"IncludeManagementEvents": False}]}, "neither management events nor data"),
        ({"advanced_event_selectors": [{}]}, "FieldSelectors, a list"),
        ({"advanced_event_selectors": [{"FieldSelectors": [{"Field": "eventCategory"}]}]}, "one of Equals"),
        ({"advanced_event_selectors": [{"FieldSelectors": [field("eventCategory", "StartsWith", "Data")]}]}, "it takes Equals alone"),
        ({"advanced_event_selectors": [{"FieldSelectors": [OBJECTS]}]}, "eventCategory is None"),
        ({"advanced_event_selectors": [{"FieldSelectors": [DATA]}]}, "names no resources.type"),
        ({"advanced_event_selectors": [{"FieldSelectors": [MANAGEMENT, field("eventName", "Equals", "Put*")]}]}, "no wildcards"),
        (
            {"advanced_event_selectors": [{"FieldSelectors": [MANAGEMENT, field("eventName", "Equals", *map(str, range(500)))]}]},
            "500 at most",
        ),
    ],
)
def test_what_cloudtrail_would_refuse(given: dict[str, Any], words: str) -> None:
    said = list(wrong({"event_selectors": None, "advanced_event_selectors": None, **given}, "HERE"))
    assert said and any(words in line for line in said), said
    assert list(wrong({"event_selectors": [{}], "advanced_event_selectors": None}, "HERE")) == []
