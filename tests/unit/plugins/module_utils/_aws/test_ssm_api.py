# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One API call a function: its exact request, and every failure of it as AwsError (botocore's Stubber checks both sides)."""

from __future__ import annotations

from typing import Any, Callable

import boto3
import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import ssm_api as api
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from botocore.stub import Stubber

NAME = "AmazonCloudWatch-web"
FILTER = [{"Key": "Name", "Option": "Equals", "Values": [NAME]}]
BEGINS = [{"Key": "Name", "Option": "BeginsWith", "Values": [NAME]}]
ENTRY = {"Name": NAME, "Version": 3}
PAGE = {"Parameters": [ENTRY]}
TAGGED = {"ResourceType": "Parameter", "ResourceId": NAME}

CASES: list[tuple[str, Callable[[Any], Any], dict[str, Any], dict[str, Any], Any]] = [
    ("get_parameters", lambda c: api.get_parameters(c, [NAME]), {"Names": [NAME], "WithDecryption": True}, PAGE, PAGE),
    ("get_parameters", lambda c: api.get_parameters(c, [NAME], False), {"Names": [NAME], "WithDecryption": False}, PAGE, PAGE),
    (
        "get_parameters_by_path",
        lambda c: api.get_parameters_by_path(c, "/a", True, "t"),
        {"Path": "/a", "Recursive": True, "WithDecryption": False, "MaxResults": 10, "NextToken": "t"},
        PAGE,
        PAGE,
    ),
    ("describe_parameters", lambda c: api.describe_parameters(c, [NAME], None), {"ParameterFilters": FILTER, "MaxResults": 50}, PAGE, PAGE),
    (
        "describe_parameters",
        lambda c: api.list_parameters(c, NAME, "t"),
        {"ParameterFilters": BEGINS, "MaxResults": 50, "NextToken": "t"},
        PAGE,
        PAGE,
    ),
    (
        "get_parameter_history",
        lambda c: api.get_parameter_history(c, NAME, None),
        {"Name": NAME, "WithDecryption": False, "MaxResults": 50},
        PAGE,
        PAGE,
    ),
    ("list_tags_for_resource", lambda c: api.list_tags(c, NAME), TAGGED, {"TagList": [{"Key": "a", "Value": "b"}]}, {"a": "b"}),
    (
        "put_parameter",
        lambda c: api.put_parameter(c, NAME, {"Value": "v", "Type": "String", "Overwrite": False}),
        {"Name": NAME, "Value": "v", "Type": "String", "Overwrite": False},
        {"Version": 1, "Tier": "Standard"},
        {"Version": 1, "Tier": "Standard"},
    ),
    (
        "label_parameter_version",
        lambda c: api.label_version(c, NAME, 3, ["live"]),
        {"Name": NAME, "ParameterVersion": 3, "Labels": ["live"]},
        {"ParameterVersion": 3},
        {"ParameterVersion": 3},
    ),
    (
        "unlabel_parameter_version",
        lambda c: api.unlabel_version(c, NAME, 3, ["live"]),
        {"Name": NAME, "ParameterVersion": 3, "Labels": ["live"]},
        {"RemovedLabels": ["live"]},
        {"RemovedLabels": ["live"]},
    ),
    (
        "add_tags_to_resource",
        lambda c: api.add_tags(c, NAME, {"b": "2", "a": "1"}),
        {**TAGGED, "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]},
        {},
        None,
    ),
    ("remove_tags_from_resource", lambda c: api.remove_tags(c, NAME, ["a"]), {**TAGGED, "TagKeys": ["a"]}, {}, None),
    ("delete_parameters", lambda c: api.delete_parameters(c, [NAME]), {"Names": [NAME]}, {"DeletedParameters": [NAME]}, [NAME]),
]
CODES = ["AccessDeniedException", "ThrottlingException", "InternalServerError", "ExpiredTokenException", "ValidationException"]


@pytest.fixture
def client() -> Any:
    keys = {"aws_access_key_id": "LABKEY", "aws_secret_access_key": "none"}
    return boto3.session.Session().client("ssm", region_name="us-east-1", endpoint_url="http://127.0.0.1:9", **keys)


@pytest.mark.parametrize(("operation", "call", "request_", "answer", "returned"), CASES, ids=[case[0] for case in CASES])
def test_request_and_answer(client: Any, operation: str, call: Any, request_: Any, answer: Any, returned: Any) -> None:
    with Stubber(client) as stub:
        stub.add_response(operation, answer, request_)
        got = call(client)
        stub.assert_no_pending_responses()
    if isinstance(got, dict):
        got.pop("ResponseMetadata", None)
    assert got == returned


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize(("operation", "call"), [case[:2] for case in CASES], ids=[case[0] for case in CASES])
def test_every_failure_is_told(client: Any, operation: str, call: Any, code: str) -> None:
    with Stubber(client) as stub:
        stub.add_client_error(operation, code, "as AWS says it", 500 if code == "InternalServerError" else 400)
        with pytest.raises(AwsError) as raised:
            call(client)
    assert raised.value.code == code
    assert raised.value.throttled is (code == "ThrottlingException")
    assert raised.value.unsure is (code == "InternalServerError")
    assert str(raised.value).startswith("Failed to ")
    assert NAME in str(raised.value) or "/a" in str(raised.value)


def test_batches_hold_everything_once() -> None:
    names = [str(number) for number in range(23)]
    assert [len(batch) for batch in api.batches(names, 10)] == [10, 10, 3]
    assert [name for batch in api.batches(names, 10) for name in batch] == names


@pytest.mark.parametrize(
    ("asked", "calls"),
    [
        ([], 0),
        (["a", "a:live", "a:candidate", "a:hold"], 4),
        ([f"{name}{label}" for name in range(12) for label in ("", ":live")], 3),
        (["a", "a:1", "a:2", *(f"b{number}" for number in range(27))], 3),
    ],
)
def test_no_call_holds_a_name_twice_and_no_call_is_wasted(asked: list[str], calls: int) -> None:
    batches = api.distinct_batches(asked, 10)
    assert sorted(selector for batch in batches for selector in batch) == sorted(asked)
    assert all(len({selector.partition(":")[0] for selector in batch}) == len(batch) <= 10 for batch in batches)
    assert len(batches) == calls
