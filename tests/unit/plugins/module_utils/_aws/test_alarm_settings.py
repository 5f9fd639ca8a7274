# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls for alarms and topics. Over the wire: tests/integration/test_alarms.py."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.alarms import Wanted, topic_arn
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import alarm_settings
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.delivery_roles import account
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.tests.support.fake_cloudwatch import ONE, CloudWatch, Topics, refused

NONE: dict[str, Any] = {"InsufficientDataActions": []}


def test_alarms_are_read_by_hundreds_with_tags_where_they_are_wanted() -> None:
    client = CloudWatch()
    for number in range(150):
        client.seed(str(number), {"a": "1"}, **ONE)
    client.seed("composite", AlarmRule="TRUE")
    found = alarm_settings.read(client, [*(Wanted(str(number)) for number in range(151)), Wanted("composite", tags={"b": "1"})])
    assert client.reads == [100, 52] and len(found) == 151
    assert found["7"].properties == {"AlarmName": "7", "ActionsEnabled": True, **ONE, "OKActions": [], "AlarmActions": [], **NONE}
    assert (found["7"].tags, found["composite"].composite) == ({}, True)
    assert alarm_settings.read(client, [Wanted("7", purge_tags=True)])["7"].tags == {"a": "1"}
    assert alarm_settings.existing(client, ["7", "none", "composite"]) == {"7", "composite"}


def test_what_was_done_is_known_where_a_step_fails() -> None:
    client, done = CloudWatch(), []
    client.seed("a", **ONE)
    wanted = Wanted("a", named={**ONE, "Threshold": 2.0}, tags={"a": "1"})

    def failing(**_given: Any) -> None:
        raise refused("AccessDenied", "not allowed")

    client.tag_resource = failing  # type: ignore[method-assign,assignment]
    with pytest.raises(AwsError, match=r"Failed to tag the alarm a: AccessDenied: not allowed.*cloudwatch:Operation.*guide on alarms"):
        alarm_settings.ensure(client, wanted, alarm_settings.read(client, [wanted])["a"], done)
    assert [step.operation for step in done] == ["put_metric_alarm"]


def test_an_alarm_that_somebody_else_has_deleted_is_gone() -> None:
    client, done = CloudWatch(), []
    client.seed("a", **ONE)
    gone = Wanted("a", state="absent")
    found = alarm_settings.read(client, [gone])["a"]
    del client.alarms["a"]
    alarm_settings.ensure(client, gone, found, done)
    assert len(done) == 1


def test_topics() -> None:
    topics = Topics()
    arn = topic_arn(account(topics), "us-east-1", "ops")
    assert arn == "arn:aws:sns:us-east-1:123456789012:ops"
    assert not alarm_settings.topic_exists(topics, arn)
    assert alarm_settings.create_topic(topics, "ops") == arn and alarm_settings.topic_exists(topics, arn)

    def denied(**_given: Any) -> Any:
        raise refused("AuthorizationError", "no")

    topics.get_topic_attributes = denied  # type: ignore[method-assign,assignment]
    with pytest.raises(AwsError, match="Failed to read the topic arn:aws:sns"):
        alarm_settings.topic_exists(topics, arn)
