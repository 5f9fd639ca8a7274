# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Associations: whatever a task does not name is the same after an update, for every field that AWS's model has."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands import associations
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.errors import CommandError
from ansible_collections.cloudwatch.agent.tests.support.fake_associations import ADDRESS, UPDATE, FakeStateManager, association
from hypothesis import given
from hypothesis import strategies as st

OPTIONS: dict[str, Any] = {
    **dict.fromkeys((*associations.OPTIONS, "output_s3_bucket", "output_s3_key_prefix", "output_s3_region")),
    "name": "agent",
}
FIELDS = sorted(UPDATE - ADDRESS)
VALUES = st.sampled_from(["a", "ä b", 1, 9, True, ["a"], ["b", "a"]])
"""What a value is, an update does not care for; whether two are the same, and in which order, it does."""
SIMPLE = [field for field in FIELDS if field not in ("Targets", "CalendarNames", *associations.DEFAULTS)]
SOME_FIELDS = st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, VALUES))
SOME_SIMPLE = st.fixed_dictionaries({}, optional=dict.fromkeys(SIMPLE, VALUES))


@given(SOME_FIELDS, SOME_FIELDS)
def test_an_update_loses_nothing_that_was_not_named(current: dict[str, Any], wanted: dict[str, Any]) -> None:
    client = FakeStateManager({"AssociationId": "a-1", "AssociationVersion": "7", **current})
    before = dict(client.associations["a-1"])
    client.update_association(**associations.update(before, associations.desired(before, wanted, UPDATE)))
    after = client.associations["a-1"]
    assert {field: after.get(field) for field in FIELDS} == {field: {**current, **wanted}.get(field) for field in FIELDS}
    assert after["AssociationVersion"] == "8"


@given(SOME_SIMPLE, SOME_SIMPLE)
def test_differences_are_those_and_no_others(current: dict[str, Any], wanted: dict[str, Any]) -> None:
    found = associations.differences(current, associations.desired(current, wanted, UPDATE))
    assert found == sorted(field for field, value in wanted.items() if current.get(field) != value)


def test_the_options_cover_their_fields() -> None:
    assert set(associations.OPTIONS.values()) <= UPDATE


def test_a_task_names_fields_and_an_empty_value_takes_one_away() -> None:
    given = {**OPTIONS, "schedule": "", "max_errors": "10%", "output_s3_bucket": "b", "output_s3_key_prefix": "p", "targets": []}
    wanted = associations.named(given, [{"Key": "tag:A", "Values": ["b"]}])
    assert wanted == {
        "AssociationName": "agent",
        "ScheduleExpression": "",
        "MaxErrors": "10%",
        "Targets": [{"Key": "tag:A", "Values": ["b"]}],
        "OutputLocation": {"S3Location": {"OutputS3BucketName": "b", "OutputS3KeyPrefix": "p"}},
    }
    after = associations.desired(association(ScheduleExpression="rate(1 day)", Duration=3), wanted, UPDATE)
    assert "ScheduleExpression" not in after and after["Duration"] == 3
    assert associations.named({**OPTIONS, "output_s3_bucket": ""}, [])["OutputLocation"] == {}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"schedule": "rate(29 minutes)"}, r"from rate\(30 minutes\)"),
        ({"schedule": "rate(32 days)"}, r"to rate\(31 days\)"),
        ({"schedule": "daily"}, "Hint: give rate"),
        ({"schedule": "rate(1 hour)", "apply_only_at_cron_interval": True}, "is for schedules by cron"),
    ],
)
def test_schedules_that_cannot_be_right_are_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        associations.named({**OPTIONS, **given}, [])


@pytest.mark.parametrize(
    "schedule", ["rate(30 minutes)", "rate(31 days)", "rate(1 hour)", "cron(0 2 ? * SUN *)", "at(2030-01-01T00:00:00)"]
)
def test_schedules_of_aws_pass(schedule: str) -> None:
    assert associations.named({**OPTIONS, "schedule": schedule}, [])["ScheduleExpression"] == schedule


def test_parameters_that_are_not_named_stay_and_null_takes_one_away() -> None:
    current = association()
    assert associations.parameters({"word": "x"}, current, None) == {"action": ["Install"], "word": "x"}
    assert associations.parameters({"word": None}, current, "Two") == {"action": ["Install"]}
    assert associations.parameters({"a": 1}, current, "Other") == {"a": 1}
    assert associations.parameters(None, {}, "Two") == {}


def test_order_and_defaults_are_no_differences() -> None:
    one = {"Targets": [{"Key": "tag:A", "Values": ["x", "y"]}, {"Key": "tag:B", "Values": ["z"]}], "CalendarNames": ["a", "b"]}
    other = {"Targets": [{"Key": "tag:B", "Values": ["z"]}, {"Key": "tag:A", "Values": ["y", "x"]}], "CalendarNames": ["b", "a"]}
    assert associations.differences(one, {**other, "ComplianceSeverity": "UNSPECIFIED", "ApplyOnlyAtCronInterval": False}) == []
    assert associations.differences(one, {**other, "ComplianceSeverity": "LOW"}) == ["ComplianceSeverity"]


def test_what_is_created_shown_and_run() -> None:
    assert associations.creation({"Name": "Two"}, {"b": "2", "a": "1"})["Tags"] == [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
    assert associations.creation({"Name": "Two"}, {}) == {"Name": "Two"}
    shown = associations.shown(association(MaxErrors="", Overview={"Status": "Success"}), UPDATE)
    assert sorted(shown) == sorted(["AssociationName", "Name", "Parameters", "Targets", *associations.DEFAULTS])
    assert associations.shown({}, UPDATE) == {}
    assert associations.runs_by_itself({"ScheduleExpression": "cron(0 2 ? * SUN *)"})
    assert not associations.runs_by_itself({"ScheduleExpression": "cron(0 2 ? * SUN *)", "ApplyOnlyAtCronInterval": True})
