# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Subscription filters, as users write them and as AWS has them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.subscription_filters import request, shape, wrong
from ansible_collections.cloudwatch.agent.tests.support.fake_logs import subscription

STREAM = "arn:aws:kinesis:us-east-1:123456789012:stream/s"
ROLE = "arn:aws:iam::123456789012:role/logs"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"name": ""}, "the name is not possible"),
        ({"destination_arn": None}, "destination_arn is None"),
        ({"destination_arn": "arn:aws:sqs:us-east-1:123456789012:q"}, "the ARN of a Lambda function"),
        ({"destination_arn": STREAM}, "role_arn must be given, since the destination is of kinesis"),
        ({"role_arn": ROLE}, "a Lambda function takes none"),
        ({"pattern": "x" * 1025}, "1025 characters"),
    ],
)
def test_what_cannot_be(more: dict[str, Any], said: str) -> None:
    found = list(wrong([subscription(**{"name": "s", **more})], "here"))
    assert len(found) == 1 and said in found[0] and "Hint: " in found[0]


def test_what_can_be() -> None:
    elsewhere = "arn:aws:logs:us-east-1:210987654321:destination:central"
    entries = [subscription("a"), subscription("b", destination_arn=STREAM, role_arn=ROLE), subscription("c", destination_arn=elsewhere)]
    assert list(wrong([*entries, subscription("d", state="absent", destination_arn=None)], "")) == []
    assert "there twice" in next(wrong([entries[0], entries[0]], ""))


def test_shape_and_request_are_each_others_inverse() -> None:
    given = subscription("s", destination_arn=STREAM, role_arn=ROLE, pattern="ERROR", distribution="Random")
    made = request("/web", given, {"emitSystemFields": ["@aws.account"], "applyOnTransformedLogs": False})
    assert shape(made) == {key: value for key, value in given.items() if key not in ("name", "state")}
    assert made["emitSystemFields"] == ["@aws.account"] and "applyOnTransformedLogs" not in made
    assert "roleArn" not in request("/web", subscription("s"), None)
    assert shape({"destinationArn": STREAM}) == {"destination_arn": STREAM, "distribution": "ByLogStream"}
