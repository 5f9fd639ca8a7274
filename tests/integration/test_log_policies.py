# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies of CloudWatch Logs against the stand-in: CHECK, run, CHECK, run for each type; removal, two regions, faults."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from ansible_collections.cloudwatch.agent.plugins.action import cw_agent_log_policies
from ansible_collections.cloudwatch.agent.plugins.modules.cw_agent_log_policies import EXAMPLES
from ansible_collections.cloudwatch.agent.tests.support.fake_logs import data_protection

from .account import GUIDES, Account

if TYPE_CHECKING:
    from ansible_collections.cloudwatch.agent.tests.integration.conftest import Lab, Shop

GUIDE = (GUIDES / "guide_log_groups.rst").read_text(encoding="utf-8")
STATEMENT = {"Effect": "Allow", "Principal": {"Service": "route53.amazonaws.com"}, "Action": "logs:PutLogEvents", "Resource": "*"}
OTHER = "eu-west-1"


class Policies(Account):
    """Policies whose names no other test has."""

    action, guide, key = cw_agent_log_policies, GUIDE, "policies"

    def entry(self, kind: str = "RESOURCE_POLICY", **more: Any) -> dict[str, Any]:
        document = {"Version": "2012-10-17", "Statement": [STATEMENT]}
        return {"type": kind, "name": self.base[1:], "document": document, **more}


@pytest.fixture
def account(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Policies:
    return Policies.of(lab, monkeypatch)


def test_every_type_is_made_changed_and_removed(account: Policies) -> None:
    subscription = {"DestinationArn": "arn:aws:lambda:us-east-1:123456789012:function:f", "FilterPattern": ""}
    for kind, first, second in (
        ("RESOURCE_POLICY", {"Statement": [STATEMENT]}, {"Statement": [{**STATEMENT, "Action": "logs:CreateLogStream"}]}),
        ("FIELD_INDEX_POLICY", {"Fields": ["a"]}, {"Fields": ["a", "b"]}),
        ("DATA_PROTECTION_POLICY", data_protection(), {**data_protection(), "Description": "e-mail addresses"}),
        ("SUBSCRIPTION_FILTER_POLICY", subscription, {**subscription, "FilterPattern": "ERROR"}),
        ("TRANSFORMER_POLICY", [{"parseJSON": {}}], [{"parseJSON": {}}, {"lowerCaseString": {"withKeys": ["level"]}}]),
        ("METRIC_EXTRACTION_POLICY", {"enabled": True}, {"enabled": False}),
    ):
        verb = "Resource" if kind == "RESOURCE_POLICY" else "Account"
        for document in (first, second):
            assert account.quartet(policies=[account.entry(kind, document=document)]) == [f"Put{verb}Policy"], kind
        gone = {**account.entry(kind), "state": "absent", "document": None}
        assert account.quartet(policies=[gone]) == [f"Delete{verb}Policy"], kind


def test_criteria_stay_until_they_are_named(account: Policies) -> None:
    entry = account.entry("FIELD_INDEX_POLICY", document={"Fields": ["a"]}, selection_criteria='LogGroupNamePrefix = "/web"')
    account.quartet(policies=[entry])
    account.quartet(policies=[account.entry("FIELD_INDEX_POLICY", document={"Fields": ["b"]})])
    found = account.client("logs").describe_account_policies(policyType="FIELD_INDEX_POLICY", policyName=account.base[1:])[
        "accountPolicies"
    ]
    assert [(one["policyDocument"], one["selectionCriteria"]) for one in found] == [('{"Fields": ["b"]}', 'LogGroupNamePrefix = "/web"')]
    account.quartet(policies=[account.entry("FIELD_INDEX_POLICY", document={"Fields": ["b"]}, selection_criteria="")])
    account.quartet(policies=[account.entry("FIELD_INDEX_POLICY", state="absent")])


def test_the_resource_policy_of_a_log_group_and_two_regions(account: Policies) -> None:
    for region in ("us-east-1", OTHER):
        account.client("logs", region).create_log_group(logGroupName=account.base)
    of_group = [account.entry(log_group_name=account.base, region=region) for region in ("us-east-1", OTHER)]
    assert account.quartet(policies=[*of_group, account.entry()]) == ["PutResourcePolicy"] * 3
    changed = {**of_group[0], "document": {"Statement": [{**STATEMENT, "Action": ["logs:CreateLogStream", "logs:PutLogEvents"]}]}}
    assert account.quartet(policies=[changed]) == ["PutResourcePolicy"]
    other = account.run(policies=[{**changed, "name": "other"}])
    assert other["failed"] and "and may have one" in other["msg"] and other["writes"] == []
    gone = account.quartet(policies=[{**one, "state": "absent"} for one in (*of_group, account.entry())])
    assert gone == ["DeleteResourcePolicy"] * 3
    missing = account.run(policies=[account.entry(log_group_name=f"{account.base}-none")])
    assert missing["failed"] and "ResourceNotFoundException" in missing["msg"]


def test_another_account(account: Policies, shop: Shop) -> None:
    there = account.entry(profile=shop.profile)
    assert account.quartet(policies=[there]) == ["PutResourcePolicy"] and shop.wrote()
    assert account.quartet(policies=[{**there, "state": "absent"}]) == ["DeleteResourcePolicy"] and shop.wrote()


def test_refusals_and_faults_lose_nothing(account: Policies) -> None:
    account.run(policies=[account.entry("DATA_PROTECTION_POLICY", document=data_protection())])
    second = account.run(policies=[{**account.entry("DATA_PROTECTION_POLICY", document=data_protection()), "name": "second"}])
    assert second["failed"] and f"there is {account.base[1:]}" in second["msg"] and second["writes"] == []
    account.run(policies=[account.entry("DATA_PROTECTION_POLICY", state="absent")])
    account.lab.fault("throttle", service="logs", operation="PutResourcePolicy", count=1)
    account.lab.fault("lost", service="logs", operation="PutResourcePolicy", count=1)
    assert "msg" not in account.run(policies=[account.entry()]) and account.run(policies=[account.entry()])["writes"] == []
    account.lab.fault("denied", service="logs", operation="DeleteResourcePolicy", count=1)
    denied = account.run(policies=[account.entry(state="absent")])
    assert "allow logs:DeleteResourcePolicy to the controller's credentials" in denied["msg"] and not denied["changed"]
    assert account.run(policies=[account.entry(state="absent")])["writes"] == ["DeleteResourcePolicy"]


def test_the_examples_of_module_and_guide(account: Policies) -> None:
    (task,) = yaml.safe_load(EXAMPLES)
    shown = [yaml.safe_load(block) for block in re.findall(r"code-block:: yaml\n\n(.*?)\n\S", GUIDE, re.S)]
    (of_guide,) = [one["cw_agent_log_groups_policies"] for one in shown if "cw_agent_log_groups_policies" in one]
    assert account.quartet(**task["cloudwatch.agent.cw_agent_log_policies"]) == ["PutResourcePolicy", "PutAccountPolicy"]
    assert account.run(policies=of_guide)["writes"] == []
    assert json.dumps(of_guide).count("us-east-1") == 3
    account.run(policies=[{**one, "state": "absent"} for one in of_guide])
