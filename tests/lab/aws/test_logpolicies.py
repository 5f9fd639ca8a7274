# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies of CloudWatch Logs for an account: the stand-in refuses what AWS refuses."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from aws.conftest import Standin

STATEMENT = {"Effect": "Allow", "Principal": {"Service": "route53.amazonaws.com"}, "Action": "logs:PutLogEvents", "Resource": "*"}
DOCUMENT = json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT]})
REGION = "eu-north-1"


@pytest.fixture
def logs(standin: Standin) -> Any:
    return standin.client("logs", REGION)


def test_resource_policies_of_the_account(logs: Any) -> None:
    for wrong in ("{", json.dumps({"Statement": [{**STATEMENT, "Action": "logs:*"}]})):
        with pytest.raises(logs.exceptions.InvalidParameterException):
            logs.put_resource_policy(policyName="p0", policyDocument=wrong)
    for number in range(10):
        logs.put_resource_policy(policyName=f"p{number}", policyDocument=DOCUMENT)
    logs.put_resource_policy(policyName="p9", policyDocument=DOCUMENT)
    with pytest.raises(logs.exceptions.LimitExceededException):
        logs.put_resource_policy(policyName="p10", policyDocument=DOCUMENT)
    assert len(logs.describe_resource_policies()["resourcePolicies"]) == 10
    for number in range(10):
        logs.delete_resource_policy(policyName=f"p{number}")
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.delete_resource_policy(policyName="p0")


def test_the_resource_policy_of_a_log_group_has_revisions(logs: Any) -> None:
    name = f"t-{uuid.uuid4().hex[:10]}"
    logs.create_log_group(logGroupName=name)
    arn = f"arn:aws:logs:{REGION}:123456789012:log-group:{name}"
    revision = logs.put_resource_policy(policyName="p", policyDocument=DOCUMENT, resourceArn=arn)["revisionId"]
    with pytest.raises(logs.exceptions.InvalidParameterException):
        logs.put_resource_policy(policyName="p", policyDocument=DOCUMENT, resourceArn=arn)
    logs.put_resource_policy(policyName="p", policyDocument=DOCUMENT, resourceArn=arn, expectedRevisionId=revision)
    (found,) = logs.describe_resource_policies(resourceArn=arn, policyScope="RESOURCE")["resourcePolicies"]
    assert found["revisionId"] != revision and logs.describe_resource_policies()["resourcePolicies"] == []
    for wrong in (f"{arn}:*", f"{arn}-none"):
        with pytest.raises((logs.exceptions.InvalidParameterException, logs.exceptions.ResourceNotFoundException)):
            logs.put_resource_policy(policyName="p", policyDocument=DOCUMENT, resourceArn=wrong)


def test_policies_of_an_account_by_type_and_name(logs: Any) -> None:
    index = {"policyType": "FIELD_INDEX_POLICY", "policyName": "i"}
    logs.put_account_policy(**index, policyDocument='{"Fields": ["a"]}', selectionCriteria='LogGroupNamePrefix = "/web"')
    logs.put_account_policy(**index, policyDocument='{"Fields": ["b"]}')
    (found,) = logs.describe_account_policies(policyType="FIELD_INDEX_POLICY")["accountPolicies"]
    assert found["policyDocument"] == '{"Fields": ["b"]}' and "selectionCriteria" not in found
    one = {"policyType": "SUBSCRIPTION_FILTER_POLICY", "policyDocument": "{}"}
    logs.put_account_policy(**one, policyName="a")
    with pytest.raises(logs.exceptions.LimitExceededException):
        logs.put_account_policy(**one, policyName="b")
    with pytest.raises(logs.exceptions.InvalidParameterException):
        logs.put_account_policy(policyType="DATA_PROTECTION_POLICY", policyName="d", policyDocument="{}", selectionCriteria="x")
    logs.delete_account_policy(**index)
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.delete_account_policy(**index)
    logs.delete_account_policy(policyType="SUBSCRIPTION_FILTER_POLICY", policyName="a")
