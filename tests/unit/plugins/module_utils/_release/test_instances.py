# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps an agent from the role of its instance, as EC2 and IAM know it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._release import instances
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.instances import NO_PROFILE, Instance, Role

PROFILE = "arn:aws:iam::123456789012:instance-profile/web"
ROLE = "arn:aws:iam::123456789012:role/web"
GOOD = Instance("i-1", PROFILE, "enabled", "required", 2)


def trust(**statement: Any) -> dict[str, Any]:
    """A trust policy of one statement, for EC2 unless told otherwise."""
    one = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole", **statement}
    return {"Version": "2012-10-17", "Statement": [one]}


def test_nothing_is_wrong() -> None:
    assert instances.problems(GOOD, Role(ROLE, trust())) == instances.problems(GOOD, None) == []
    entry = instances.entry(GOOD, Role(ROLE, trust()))
    assert (entry["role"], entry["http_tokens"], entry["problems"], entry["remarks"]) == (ROLE, "required", [], [])


def test_problems_have_hints() -> None:
    off = GOOD._replace(endpoint="disabled")
    assert instances.problems(GOOD._replace(profile=""), Role("")) == [NO_PROFILE]
    assert instances.problems(GOOD._replace(profile=""), None) == []
    (empty,) = instances.problems(GOOD, Role(""))
    (foreign,) = instances.problems(GOOD, Role(ROLE, trust(Principal={"Service": "lambda.amazonaws.com"})))
    (disabled,) = instances.problems(off, None)
    assert empty.startswith(f"IAM says that the instance profile {PROFILE} has no role. Hint: add one")
    assert foreign.startswith(f"IAM says that EC2 may not assume {ROLE}, the role of the instance profile {PROFILE}. Hint: ")
    assert foreign.endswith("and no statement deny it")
    assert disabled.startswith("EC2 says that the metadata service of i-1 is turned off (HttpEndpoint disabled). Hint: ")
    assert len(instances.problems(off._replace(profile=""), Role(""))) == 2


def test_a_hop_limit_of_one_is_a_remark() -> None:
    """It concerns containers alone, and nobody knows from here whether the agent runs in one."""
    entry = instances.entry(GOOD._replace(hops=1), None)
    assert entry["problems"] == [] and "containers on it get no token" in entry["remarks"][0]


def test_conditions_of_a_trust_policy_are_a_remark() -> None:
    entry = instances.entry(GOOD, Role(ROLE, trust(Condition={"StringEquals": {"aws:SourceAccount": "123456789012"}})))
    assert entry["problems"] == []
    assert entry["remarks"][0].startswith(f"conditions of the trust policy of {ROLE} decide whether EC2 may assume it")
    assert instances.entry(GOOD, Role(ROLE))["remarks"] == []


def test_the_message_names_hosts_with_the_same_problem_together() -> None:
    alone = instances.entry(GOOD._replace(profile=""), Role(""))
    shared = instances.entry(GOOD, Role(""))
    entries = {"a": shared, "b": shared, "c": alone, "d": instances.entry(GOOD, None)}
    lines = instances.message(entries).splitlines()
    assert lines[0] == "Agents cannot use the role of their instance."
    assert sorted(line.split(":")[0] for line in lines[1:]) == ["a, b", "c"]
    assert "c:" not in instances.message(entries, {NO_PROFILE})
    assert instances.message({"d": entries["d"]}) == ""


@pytest.mark.parametrize(
    ("observed", "asked"),
    [
        (None, False),
        ({"refusal": "", "agent": {"identity": {"role": "", "no_keys": ""}}}, False),
        ({"refusal": "other", "agent": {"identity": {"role": "web", "no_keys": ""}}}, False),
        ({"refusal": "no role", "agent": {"identity": {"role": "", "no_keys": ""}}}, True),
        ({"refusal": "no keys", "agent": {"identity": {"role": "web", "no_keys": "AssumeRoleUnauthorizedAccess"}}}, True),
    ],
)
def test_hosts_that_find_no_role(observed: Any, asked: bool) -> None:
    assert instances.is_without_role(observed) is asked


def test_facts() -> None:
    """One sentence, and what is wrong; that there is no profile, the sentence says already."""
    bare = instances.entry(GOOD._replace(profile="", hops=1), Role(""))
    assert instances.facts(bare).startswith(
        "EC2 says of i-1: no instance profile; HttpEndpoint enabled, HttpTokens required, hop limit 1. cont"
    )
    foreign = instances.entry(GOOD, Role(ROLE, trust(Effect="Deny")))
    assert instances.facts(foreign).startswith(
        f"EC2 says of i-1: the instance profile {PROFILE} with the role {ROLE}; HttpEndpoint enabled, "
    )
    assert "hop limit 2. IAM says that EC2 may not assume" in instances.facts(foreign)
