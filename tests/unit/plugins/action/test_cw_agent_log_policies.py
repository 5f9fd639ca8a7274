# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action's own part; CloudWatch Logs itself: tests/integration/test_log_policies.py."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Iterator

import pytest
from ansible_collections.cloudwatch.agent.plugins.action import cw_agent_log_policies
from ansible_collections.cloudwatch.agent.plugins.plugin_utils import aws
from ansible_collections.cloudwatch.agent.tests.support.fake_iam import Iam

CONNECTION = SimpleNamespace(_shell=SimpleNamespace(tmpdir="unused"))
ENTRY = {"type": "METRIC_EXTRACTION_POLICY", "name": "p", "document": {"a": 1}}
GROUP = {"type": "RESOURCE_POLICY", "name": "p", "log_group_name": "/web", "state": "absent"}


class Logs(Iam):
    """A client with nothing there, which takes account policies, and resource policies as its botocore knows them."""

    def __init__(self) -> None:
        super().__init__()
        everything = SimpleNamespace(input_shape=SimpleNamespace(members={"policyName", "policyType", "policyDocument"}))
        names = {name: name for name in ("put_account_policy", "delete_account_policy", "put_resource_policy", "delete_resource_policy")}
        model = SimpleNamespace(operation_model=lambda _name: everything)
        self.meta = SimpleNamespace(region_name="us-east-1", method_to_api_mapping=names, service_model=model)
        self.there: list[dict[str, Any]] = []

    def get_paginator(self, _operation: str) -> Any:
        def paginate(**_asked: Any) -> Iterator[dict[str, Any]]:
            yield {"resourcePolicies": []}

        return SimpleNamespace(paginate=paginate)

    def describe_account_policies(self, **_asked: Any) -> dict[str, Any]:
        return {"accountPolicies": self.there}

    def put_account_policy(self, **given: Any) -> None:
        self.writes.append("put_account_policy")
        self.there = [given]


@pytest.fixture(autouse=True)
def logs(monkeypatch: pytest.MonkeyPatch) -> Logs:
    known = Logs()
    monkeypatch.setattr(aws, "clients", lambda _connection: lambda *_asked: known)
    return known


def run(check: bool = False, **arguments: Any) -> dict[str, Any]:
    options = {"environment": None, "check_mode": check, "diff": True, "async_val": 0}
    task = SimpleNamespace(args=arguments, action="cloudwatch.agent.cw_agent_log_policies", **options)
    found: dict[str, Any] = cw_agent_log_policies.ActionModule(task, CONNECTION, None, None, None, None).run(task_vars={})
    return found


def test_check_mode_says_what_a_run_does(logs: Logs) -> None:
    check = run(check=True, policies=[ENTRY])
    assert check["changed"] and logs.writes == []
    assert run(policies=[ENTRY]) == check and logs.writes == ["put_account_policy"]
    assert list(check["diff"]["after"]) == ["us-east-1/METRIC_EXTRACTION_POLICY p"]
    assert not run(policies=[ENTRY])["changed"] and run() == {"changed": False, "policies": []}


def test_nothing_is_written_where_one_is_refused(logs: Logs) -> None:
    refused = run(policies=[ENTRY, {**ENTRY, "name": "aws/x"}])
    assert refused["failed"] and refused["msg"].startswith("cw_agent_log_groups_policies[1] (aws/x)") and logs.writes == []


def test_a_botocore_that_does_not_know_log_groups_is_refused_before_anything_is_written(logs: Logs) -> None:
    assert run(policies=[GROUP]) == {**run(policies=[GROUP], check=True)} and not run(policies=[GROUP])["changed"]
    statement = {"Principal": {"Service": "route53.amazonaws.com"}, "Action": "logs:PutLogEvents"}
    old = run(policies=[ENTRY, {**GROUP, "state": "present", "document": {"Statement": [statement]}}])
    assert old["failed"] and "This botocore knows no resourceArn of put_resource_policy" in old["msg"] and logs.writes == []
