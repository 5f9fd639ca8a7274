# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who hosts are to IAM."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import principals
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.instances import NO_PROFILE, Instance, Role
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.permissions import Identity
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.identities import ON_THE_HOST, UNKNOWN, Identities

EC2 = {"profile": "", "region": "us-east-1", "mode": "ec2"}
ONPREM = {**EC2, "mode": "onPremise"}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked of AWS."""
    calls: list[str] = []

    def instances(_ec2: Any, ids: list[str]) -> dict[str, Instance]:
        calls.append(",".join(ids))
        found = {"i-1": "arn:profile/web", "i-2": "arn:profile/web", "i-3": "", "i-4": "arn:profile/gone", "i-6": "arn:profile/empty"}
        if "i-7" in ids:
            raise AwsError("may not ask EC2", "UnauthorizedOperation")
        return {key: Instance(key, profile, "enabled", "required", 2) for key, profile in found.items()}

    def role(_iam: Any, arn: str) -> Role:
        calls.append(arn)
        if arn == "arn:profile/gone":
            raise AwsError("it is gone", "NoSuchEntity")
        return Role("arn:role/web" if arn == "arn:profile/web" else "")

    def user(_iam: Any, key: str) -> str:
        calls.append(key)
        raise AwsError(f"may not ask about {key}", "AccessDenied")

    monkeypatch.setattr(principals, "instances", instances)
    monkeypatch.setattr(principals, "role_of_profile", role)
    monkeypatch.setattr(principals, "user_of_key", user)
    return calls


def of(hostvars: dict[str, dict[str, str]], hosts: dict[str, Any], **given: str) -> dict[str, Identity]:
    return Identities(lambda *_words: None, hostvars, given).of(hosts)


def test_instances_by_their_profile(asked: list[str]) -> None:
    """All instances in one question, each profile in one."""
    hostvars = {f"h{number}": {"instance_id": f"i-{number}"} for number in range(1, 7)}
    found = of(hostvars, dict.fromkeys(hostvars, EC2))
    assert found["h1"] == found["h2"] == Identity("arn:role/web")
    assert found["h3"] == Identity("", NO_PROFILE)
    assert found["h4"] == Identity("", "it is gone", True)
    assert found["h5"] == UNKNOWN
    assert (found["h6"].arn, found["h6"].certain) == ("", True)
    assert found["h6"].reason.startswith("IAM says that the instance profile arn:profile/empty has no role.")
    assert asked == ["i-1,i-2,i-3,i-4,i-5,i-6", "arn:profile/web", "arn:profile/gone", "arn:profile/empty"]


def test_what_is_known_of_instances(asked: list[str]) -> None:
    """Of all that EC2 knows; the role counts where the agent uses it."""
    key = {"cw_agent_credentials_access_key_id": "ASIAEXAMPLE"}
    hostvars: dict[str, dict[str, str]] = {
        "h1": {"instance_id": "i-1"},
        "h2": {"instance_id": "i-3", **key},
        "h3": {"instance_id": "i-6", "cw_agent_credentials_profile": "own"},
        "h4": {"instance_id": "i-5"},
        "h5": {},
    }
    identities = Identities(lambda *_words: None, hostvars, {})
    identities.of(dict.fromkeys(hostvars, EC2))
    found = identities.instances()
    assert {host: (item["role"], item["problems"]) for host, item in found.items()} == {
        "h1": ("arn:role/web", []),
        "h2": ("", []),
        "h3": ("", []),
    }
    assert identities.unread == {}


@pytest.mark.parametrize("name", ["cw_agent_credentials_profile", "cw_agent_credentials_file"])
def test_keys_that_are_on_the_host_are_nobody_elses(asked: list[str], name: str) -> None:
    """The agent takes them, so that what the instance's role may do says nothing."""
    hostvars = {"a": {"instance_id": "i-1", name: "own"}, "b": {name: "own"}}
    assert of(hostvars, {"a": EC2, "b": ONPREM}) == {"a": ON_THE_HOST, "b": ON_THE_HOST}


def test_ec2_may_not_be_asked(asked: list[str]) -> None:
    identities = Identities(lambda *_words: None, {"a": {"instance_id": "i-7"}, "b": {"instance_id": "i-7"}}, {"b": "arn:given"})
    assert identities.of({"a": EC2, "b": {**EC2, "region": "eu-west-1"}}) == {
        "a": Identity("", "may not ask EC2", False),
        "b": Identity("arn:given"),
    }
    assert (identities.unread, identities.instances()) == (dict.fromkeys("ab", "may not ask EC2"), {})


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


def test_what_sts_has_said_on_the_host(asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A session's role with its path, where IAM says it; neither EC2 nor the instance profile is asked."""

    def role(_iam: Any, name: str) -> str:
        asked.append(name)
        if name == "secret":
            raise AwsError("may not read the role", "AccessDenied")
        return f"arn:aws:iam::123456789012:role/app/{name}"

    monkeypatch.setattr(principals, "role_named", role)
    session = "arn:aws:sts::123456789012:assumed-role"
    callers = {
        "a": f"{session}/web/i-1",
        "b": f"{session}/web/i-2",
        "c": f"{session}/secret/i-3",
        "d": "arn:aws:iam::123456789012:user/x/d",
    }
    hostvars: dict[str, dict[str, str]] = {host: {"instance_id": "i-7"} for host in "abcde"}
    hostvars["e"] = {"cw_agent_principal": "arn:own"}
    found = Identities(lambda *_words: None, hostvars, {}, {**callers, "e": callers["d"]}).of(dict.fromkeys(hostvars, EC2))
    assert [found[host].arn.removeprefix("arn:aws:iam::123456789012:") for host in "abcde"] == [
        "role/app/web",
        "role/app/web",
        "role/secret",
        "user/x/d",
        "arn:own",
    ]
    assert asked == ["web", "secret"]
