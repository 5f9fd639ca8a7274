# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every exception of botocore becomes one AwsError that says what failed, why, and a hint."""

from __future__ import annotations

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError, aws_call
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError

URL = "https://ssm.us-east-1.amazonaws.com/"


def failing(exception: Exception) -> AwsError:
    @aws_call("write the parameter {name} with {labels}")
    def call(name: str, labels: list[str]) -> None:
        raise exception

    with pytest.raises(AwsError) as raised:
        call("/a/b", labels=["x", "y"])
    assert raised.value.__cause__ is exception
    return raised.value


def client_error(code: str, status: int = 400) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "Said by AWS."}, "ResponseMetadata": {"HTTPStatusCode": status}}, "PutParameter")


def test_message_names_call_cause_and_hint() -> None:
    error = failing(client_error("AccessDeniedException"))
    assert str(error) == (
        "Failed to write the parameter /a/b with x, y: AccessDeniedException: Said by AWS. Hint: allow ssm:PutParameter to the "
        "controller's credentials (the minimal policy stands in the collection's guide on publishing)."
    )
    assert error.code == "AccessDeniedException"


@pytest.mark.parametrize("code", ["Throttling", "ThrottlingException", "TooManyUpdates", "RequestLimitExceeded", "SlowDown"])
def test_throttles_are_known_and_had_no_effect(code: str) -> None:
    for status in (400, 503):
        error = failing(client_error(code, status))
        assert error.throttled
        assert not error.unsure


@pytest.mark.parametrize(
    ("exception", "unsure"),
    [
        (client_error("InternalServerError", 500), True),
        (client_error("InternalFailure", 503), True),
        (client_error("ValidationException"), False),
        (client_error("ExpiredTokenException"), False),
        (ReadTimeoutError(endpoint_url=URL), True),
        (ConnectionClosedError(endpoint_url=URL), True),
        (ConnectTimeoutError(endpoint_url=URL), True),
        (EndpointConnectionError(endpoint_url=URL), True),
        (ResponseParserError("half an answer"), True),
        (NoCredentialsError(), False),
        (BotoCoreError(), False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_only_lost_answers_leave_doubt(exception: Exception, unsure: bool) -> None:
    error = failing(exception)
    assert error.unsure is unsure
    assert not error.throttled


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("ExpiredTokenException", "renew the credentials"),
        ("UnrecognizedClientException", "check the access key"),
        ("ParameterMaxVersionLimitExceeded", "move or remove that label"),
        ("HierarchyTypeMismatchException", "delete it and create it again"),
        ("ParameterPatternMismatchException", "allowed_pattern"),
    ],
)
def test_known_refusals_name_the_mend(code: str, hint: str) -> None:
    assert hint in str(failing(client_error(code)))


def test_unknown_refusals_name_no_invented_mend() -> None:
    assert str(failing(client_error("SomethingNew"))).endswith("SomethingNew: Said by AWS")


def test_long_lists_are_cut() -> None:
    @aws_call("read {names}")
    def call(names: list[str]) -> None:
        raise client_error("ValidationException")

    with pytest.raises(AwsError, match="read a, b, c, d and 3 more"):
        call(list("abcdefg"))


def test_other_exceptions_pass() -> None:
    @aws_call("fail")
    def call() -> None:
        raise KeyError("ours")

    with pytest.raises(KeyError):
        call()
