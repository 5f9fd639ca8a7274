# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Iterator

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.log_policies import RESOURCE, Found, Wanted
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.steps import Step
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.log_policies import ATTEMPTS, ensure, read
from ansible_collections.cloudwatch.agent.tests.support.fake_logs import refused

ARN = "arn:aws:logs:us-east-1:123456789012:log-group:/web"


class Policies:
    """A client with a policy of each sort; ``failures``: what the next calls raise."""

    def __init__(self, *failures: str) -> None:
        self.failures = list(failures)
        self.calls = 0

    def get_paginator(self, _operation: str) -> Any:
        return SimpleNamespace(paginate=self._pages)

    def _pages(self, **asked: str) -> Iterator[dict[str, Any]]:
        if asked.get("resourceArn", ARN) != ARN:
            raise refused("ResourceNotFoundException")
        one = {"policyName": "p", "policyDocument": '{"Id": "x"}'}
        yield {"resourcePolicies": [{**one, "resourceArn": ARN, "revisionId": "7"} if "resourceArn" in asked else one]}

    def describe_account_policies(self, policyType: str, nextToken: str = "") -> dict[str, Any]:  # noqa: N803 # AWS's names
        item = {"policyName": nextToken or "a", "policyType": policyType, "policyDocument": "[]", "selectionCriteria": "c"}
        return {"accountPolicies": [item], **({} if nextToken else {"nextToken": "b"})}

    def put_resource_policy(self, **_given: Any) -> None:
        self.calls += 1
        for code in self.failures[:1]:
            self.failures.pop(0)
            raise refused(code, "no")

    delete_resource_policy = put_resource_policy


def test_policies_of_all_pages_are_read_by_type_and_log_group() -> None:
    wanted = [Wanted(RESOURCE, "p", ""), Wanted("TRANSFORMER_POLICY", "a", "")]
    assert read(Policies(), wanted, [ARN, f"{ARN}-none"]) == [
        Found(RESOURCE, "p", {"Id": "x"}),
        Found(RESOURCE, "p", {"Id": "x"}, "", ARN, "7"),
        Found("TRANSFORMER_POLICY", "a", [], "c"),
        Found("TRANSFORMER_POLICY", "b", [], "c"),
    ]


def test_others_who_change_policies_are_waited_for() -> None:
    busy, slept = Policies(*["OperationAbortedException"] * (ATTEMPTS - 1)), list[float]()
    ensure(busy, "the policy p", [Step("put_resource_policy", {})], slept.append)
    assert (busy.calls, len(slept)) == (ATTEMPTS, ATTEMPTS - 1)
    with pytest.raises(AwsError, match="Failed to write the policy p: OperationAbortedException: no"):
        ensure(Policies(*["OperationAbortedException"] * ATTEMPTS), "the policy p", [Step("put_resource_policy", {})], slept.append)
    with pytest.raises(AwsError, match="Failed to delete the policy p: LimitExceededException: no"):
        ensure(Policies("LimitExceededException"), "the policy p", [Step("delete_resource_policy", {})], slept.append)
    ensure(Policies("ResourceNotFoundException"), "the policy p", [Step("delete_resource_policy", {})], slept.append)
