# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.log_policies import (
    RESOURCE,
    Found,
    Wanted,
    desired,
    problems,
    shown,
    steps,
)
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.publications import Target
from ansible_collections.cloudwatch.agent.tests.support.fake_logs import data_protection

ARN = "arn:aws:logs:us-east-1:123456789012:log-group:/web"
STATEMENT = {"Effect": "Allow", "Principal": {"Service": "route53.amazonaws.com"}, "Action": "logs:PutLogEvents", "Resource": "*"}
DOCUMENT = {"Version": "2012-10-17", "Statement": [STATEMENT]}
INDEX = "FIELD_INDEX_POLICY"


def entry(kind: str = RESOURCE, **more: Any) -> dict[str, Any]:
    options = {"state": "present", "region": "us-east-1", "profile": "", "log_group_name": "", "selection_criteria": None}
    return {"type": kind, "name": "p", "document": DOCUMENT, **options, **more}


def wanted(kind: str = RESOURCE, **more: Any) -> Wanted:
    return desired([entry(kind, **more)])[Target("", "us-east-1")][0]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (entry(name="aws/x"), "not aws/ at its beginning"),
        (entry(INDEX, document={"Fields": ["a"]}, log_group_name="/web"), "is for RESOURCE_POLICY alone"),
        (entry(selection_criteria="x"), "selection_criteria is for"),
        (entry(document=None), "write the policy as AWS documents it"),
        (entry(document="{}"), "write the policy as AWS documents it"),
        (entry(INDEX, document={"Fields": []}), "write Fields"),
        (entry("DATA_PROTECTION_POLICY", document={"Statement": []}), "two blocks"),
        (entry(document={"Statement": [{**STATEMENT, "Action": "logs:*"}]}), "the Action logs:*"),
        (entry(document={"Statement": {**STATEMENT, "Principal": {"AWS": "*"}}}), "for services of AWS alone"),
        (entry(document={"Version": "2012-10-17"}), "the Action none"),
        (entry(document={"Statement": ["Allow"]}), "the Action none"),
    ],
)
def test_what_cannot_be_is_refused_with_a_hint(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        desired([entry(name="other"), given])
    assert (
        str(refused.value).startswith("cw_agent_log_groups_policies[1]") and words in str(refused.value) and "Hint: " in str(refused.value)
    )


def test_a_log_group_has_one_resource_policy_and_an_account_one_of_a_name() -> None:
    for twice in ([entry(), entry(state="absent")], [entry(log_group_name="/web"), entry(name="q", log_group_name="/web")]):
        with pytest.raises(ConfigError, match="names the same policy"):
            desired(twice)
    assert len(desired([entry(), entry(log_group_name="/web"), entry(region="eu-west-1"), entry(INDEX, document={"Fields": ["a"]})])) == 2
    desired([entry("DATA_PROTECTION_POLICY", document=data_protection()), entry("TRANSFORMER_POLICY", document=[{"parseJSON": {}}])])


def test_the_calls_of_a_resource_policy() -> None:
    (made,) = steps(wanted(), [])
    assert made == ("put_resource_policy", {"policyName": "p", "policyDocument": json.dumps(DOCUMENT)})
    assert steps(wanted(), [Found(RESOURCE, "p", DOCUMENT)]) == []
    assert [step.operation for step in steps(wanted(), [Found(RESOURCE, "p", {})])] == ["put_resource_policy"]
    assert steps(wanted(state="absent"), [Found(RESOURCE, "p", {})]) == [("delete_resource_policy", {"policyName": "p"})]
    assert steps(wanted(state="absent"), [Found(RESOURCE, "p", {}, "", ARN)]) == []
    of_group = Found(RESOURCE, "p", {}, "", ARN, "7")
    named = {"policyName": "p", "resourceArn": ARN, "expectedRevisionId": "7"}
    assert steps(wanted(log_group_name="/web"), [of_group], ARN)[0].arguments == {**named, "policyDocument": json.dumps(DOCUMENT)}
    assert "expectedRevisionId" not in steps(wanted(log_group_name="/web"), [], ARN)[0].arguments
    assert steps(wanted(log_group_name="/web", state="absent"), [of_group], ARN) == [("delete_resource_policy", named)]


def test_the_calls_of_a_policy_of_the_account() -> None:
    found = Found(INDEX, "p", {"Fields": ["b", "a"]}, "LogGroupNamePrefix = x")
    assert steps(wanted(INDEX, document={"Fields": ["a", "b"]}), [found]) == []
    (changed,) = steps(wanted(INDEX, document={"Fields": ["a"]}), [found])
    assert changed.arguments["selectionCriteria"] == "LogGroupNamePrefix = x" and changed.arguments["policyType"] == INDEX
    (wider,) = steps(wanted(INDEX, document={"Fields": ["a", "b"]}, selection_criteria=""), [found])
    assert wider.operation == "put_account_policy" and "selectionCriteria" not in wider.arguments
    assert steps(wanted(INDEX, state="absent"), [found]) == [("delete_account_policy", {"policyName": "p", "policyType": INDEX})]
    before, after = shown(wanted(INDEX, document={"Fields": ["a"]}), [found])
    assert before == {"state": "present", "document": found.document, "selection_criteria": found.criteria}
    assert after == {**before, "document": {"Fields": ["a"]}}
    assert shown(wanted(INDEX, document={"Fields": ["a", "b"]}), [found]) == (before, before)
    assert shown(wanted(INDEX, state="absent"), []) == ({"state": "absent"}, {"state": "absent"})


def test_numbers_that_aws_does_not_take() -> None:
    data = wanted("DATA_PROTECTION_POLICY", document=data_protection())
    there = [Found("DATA_PROTECTION_POLICY", "old", {})]
    (said,) = problems([data], there)
    assert "AWS takes 1 DATA_PROTECTION_POLICY at most, and there is old. Hint: " in said
    assert list(problems([data, wanted("DATA_PROTECTION_POLICY", name="old", state="absent")], there)) == []
    ten = [Found(RESOURCE, str(number), {}) for number in range(10)]
    assert len(list(problems([wanted()], ten))) == 1 and list(problems([wanted(name="0"), wanted(log_group_name="/web")], ten)) == []
    (said,) = problems([wanted(log_group_name="/web")], [Found(RESOURCE, "old", {}, "", ARN)])
    assert "/web has the resource policy old, and may have one" in said
