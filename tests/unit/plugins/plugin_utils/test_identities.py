# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who hosts are to IAM."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import principals
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.permissions import NO_PROFILE, Identity
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.identities import UNKNOWN, Identities

EC2 = {"profile": "", "region": "us-east-1", "mode": "ec2"}
ONPREM = {**EC2, "mode": "onPremise"}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked of AWS."""
    calls: list[str] = []

    def profiles(_ec2: Any, instances: list[str]) -> dict[str, str]:
        calls.append(",".join(instances))
        return {"i-1": "arn:profile/web", "i-2": "arn:profile/web", "i-3": "", "i-4": "arn:profile/gone"}

    def role(_iam: Any, arn: str) -> str:
        calls.append(arn)
        if arn == "arn:profile/gone":
            raise AwsError("it is gone", "NoSuchEntity")
        return "arn:role/web"

    def user(_iam: Any, key: str) -> str:
        calls.append(key)
        raise AwsError(f"may not ask about {key}", "AccessDenied")

    monkeypatch.setattr(principals, "instance_profiles", profiles)
    monkeypatch.setattr(principals, "role_of_profile", role)
    monkeypatch.setattr(principals, "user_of_key", user)
    return calls


def of(hostvars: dict[str, dict[str, str]], hosts: dict[str, Any], **given: str) -> dict[str, Identity]:
    return Identities(lambda *_words: None, hostvars, given).of(hosts)


def test_instances_by_their_profile(asked: list[str]) -> None:
    """All instances in one question, each profile in one."""
    hostvars = {f"h{number}": {"instance_id": f"i-{number}"} for number in range(1, 6)}
    found = of(hostvars, dict.fromkeys(hostvars, EC2))
    assert found["h1"] == found["h2"] == Identity("arn:role/web")
    assert found["h3"] == Identity("", NO_PROFILE)
    assert found["h4"] == Identity("", "it is gone", True)
    assert found["h5"] == UNKNOWN
    assert asked == ["i-1,i-2,i-3,i-4,i-5", "arn:profile/web", "arn:profile/gone"]


def test_what_is_given_counts_first(asked: list[str]) -> None:
    hostvars = {"a": {"cw_agent_principal": "arn:own", "instance_id": "i-1"}, "b": {"cw_agent_principal": "arn:own"}}
    assert of(hostvars, {"a": EC2, "b": ONPREM}, b="arn:given") == {"a": Identity("arn:own"), "b": Identity("arn:given")}


def test_a_key_that_nobody_may_ask_about(asked: list[str]) -> None:
    """It is named by its variable."""
    hostvars = {"a": {"cw_agent_credentials_access_key_id": "AKIA1"}, "b": {"cw_agent_credentials_access_key_id": "AKIA1"}, "c": {}}
    found = of(hostvars, dict.fromkeys(hostvars, ONPREM))
    refused = Identity("", "may not ask about cw_agent_credentials_access_key_id", False)
    assert found == {"a": refused, "b": refused, "c": UNKNOWN}
    assert asked == ["AKIA1"]


def test_a_temporary_key(asked: list[str]) -> None:
    """IAM does not know it, which does not mean that there is no role."""
    found = of({"a": {"cw_agent_credentials_access_key_id": "ASIAEXAMPLE"}}, {"a": ONPREM})
    assert (found["a"].certain, found["a"].arn, asked) == (False, "", [])
    assert "ASIAEXAMPLE" not in found["a"].reason and "Hint: set cw_agent_principal" in found["a"].reason
