# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.delivery_roles import TAG, Account, Found, of_flow_logs
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.steps import Step
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.delivery_roles import account, ensure, read
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.tests.support.fake_iam import Iam
from ansible_collections.cloudwatch.agent.tests.support.fake_logs import refused

ROLE = of_flow_logs("delivery", Account("aws", "123456789012"))


def test_account_and_partition_are_those_of_the_caller() -> None:
    identity = {"Account": "123456789012", "Arn": "arn:aws-cn:iam::123456789012:user/u"}
    assert account(SimpleNamespace(get_caller_identity=lambda: identity)) == Account("aws-cn", "123456789012")


def test_a_role_is_made_and_read_again() -> None:
    iam = Iam()
    assert read(iam, ROLE) is None
    ensure(iam, ROLE, None, [])
    assert iam.writes == ["create_role", "put_role_policy"]
    found = read(iam, ROLE)
    assert found == Found(ROLE.arn, ROLE.trust, {TAG[0]: TAG[1]}, ROLE.policies)
    iam.roles["delivery"]["AssumeRolePolicyDocument"] = {}
    ensure(iam, ROLE, read(iam, ROLE), done := list[Step]())
    assert [step.operation for step in done] == ["update_assume_role_policy"]
    assert iam.writes[2:] == ["update_assume_role_policy"] and read(iam, ROLE) == found


def test_a_role_that_is_there_after_a_lost_answer_is_its_own() -> None:
    iam = Iam()
    ensure(iam, ROLE, None, [])
    ensure(iam, ROLE, None, [])
    assert json.loads(json.dumps(iam.policies["delivery", "flow-logs"])) == ROLE.policies["flow-logs"]


def test_who_may_not_ask_is_refused_with_the_action() -> None:
    iam = Iam()
    iam.errors = [refused("AccessDenied", "no")]
    with pytest.raises(AwsError, match=r"Failed to read the role delivery: AccessDenied: no\. Hint: allow iam:Operation"):
        read(iam, ROLE)
