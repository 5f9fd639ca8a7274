# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action's own part: who is asked for, and what is refused. IAM itself: tests/integration/test_iam.py."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.action import cw_agent_iam_info
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import iam_reading, principals
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.iam import TAG
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.instances import Instance, Role
from ansible_collections.cloudwatch.agent.plugins.plugin_utils import aws
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._release.examples import plan_of

from .test_cw_agent_release import Display

CONNECTION = SimpleNamespace(_shell=SimpleNamespace(tmpdir="unused"))
OURS = iam_reading.Found("/", {TAG[0]: TAG[1]}, (), ())


class Account:
    """Roles and users by name, instance profiles with their roles, what instances have, policies with their tags."""

    def __init__(self) -> None:
        self.principals: dict[str, iam_reading.Found] = {}
        self.profiles: dict[str, list[str]] = {}
        self.instances: dict[str, str] = {}
        self.policies: dict[str, dict[str, str]] = {}


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    known = Account()

    def existing(read: Any, _client: Any, *words: str) -> Any:
        store: dict[str, Any] = {"principal": known.principals, "roles_of": known.profiles, "tags_of_policy": known.policies}[read.__name__]
        return store.get(words[-1])

    monkeypatch.setattr(iam_reading, "existing", existing)
    monkeypatch.setattr(iam_reading, "account_of", lambda _sts: "123456789012")
    monkeypatch.setattr(iam_reading, "names_of_aws", lambda _iam: {"AmazonCloudWatch-web-1"})
    monkeypatch.setattr(principals, "instances", lambda _ec2, ids: {key: Instance(key, known.instances[key]) for key in ids})
    monkeypatch.setattr(principals, "role_of_profile", lambda _iam, arn: Role(arn.replace(":instance-profile/", ":role/")))
    monkeypatch.setattr(aws, "clients", lambda _connection: lambda *_words: None)
    return known


def plan(**entry: Any) -> dict[str, Any]:
    found = plan_of()
    for host in found["hosts"].values():
        host |= {"state": "present", **entry}
    for item in found["configurations"]:
        item["configuration"] = {"metrics": {"metrics_collected": {"mem": {"measurement": ["used_percent"]}}}}
        item |= {"build": "", "platform": "linux", "mode": "ec2"}
    return found


def run(
    variables: dict[str, dict[str, Any]] | None = None, diff: bool = False, display: Display | None = None, **arguments: Any
) -> dict[str, Any]:
    options = {"environment": None, "check_mode": True, "diff": diff, "async_val": 0, "no_log": False}
    task = SimpleNamespace(args={"plan": plan(), **arguments}, action="cloudwatch.agent.cw_agent_iam_info", **options)
    action = cw_agent_iam_info.ActionModule(task, CONNECTION, None, None, None, None)
    action._display = display or Display()
    hostvars = variables or {}
    return action.run(task_vars={"hostvars": hostvars, "groups": {"all": list(hostvars)}})


def test_a_role_of_the_configuration_s_name(account: Account) -> None:
    account.instances = {"i-1": "", "i-2": "arn:aws:iam::1:instance-profile/AmazonCloudWatch-web"}
    found = run({"us-east-1-1": {"instance_id": "i-1"}, "us-east-1-2": {"instance_id": "i-2"}})
    (one,) = found["identities"]
    assert (one["name"], one["exists"], one["owned"], one["instance_profile"]) == (
        "AmazonCloudWatch-web",
        False,
        True,
        "AmazonCloudWatch-web",
    )
    assert [(item["instance_id"], item["replace"]) for item in found["instances"]] == [("i-1", False), ("i-2", False)]
    account.principals["AmazonCloudWatch-web"] = OURS
    assert run()["identities"][0]["exists"]
    assert run(associate=False)["instances"] == []


@pytest.mark.parametrize(("choice", "owned"), [("extend", False), ("replace", True)])
def test_another_profile_is_refused_extended_or_replaced(account: Account, choice: str, owned: bool) -> None:
    account.instances = {"i-1": "arn:aws:iam::123456789012:instance-profile/app/others"}
    variables = {"us-east-1-1": {"instance_id": "i-1"}}
    refused = run(variables)
    assert refused["failed"] and "us-east-1-1 has the instance profile arn:" in refused["msg"] and "Hint: set" in refused["msg"]
    assert not run(variables, state="absent").get("failed")
    variables["us-east-1-1"]["cw_agent_iam_existing_profile"] = choice
    one = next(item for item in run(variables)["identities"] if "us-east-1-1" in item["hosts"])
    assert (one["owned"], one["name"] == "others") == (owned, not owned)


def test_on_premises(account: Account) -> None:
    found = run({"us-east-1-2": {"cw_agent_iam_onprem": "activation"}}, plan=plan(mode="onPremise"))
    assert {(item["kind"], tuple(item["hosts"])) for item in found["identities"]} == {
        ("user", ("us-east-1-1",)),
        ("role", ("us-east-1-2",)),
    }
    assert found["users"] == [{"name": "AmazonCloudWatch-web", "account": "123456789012", "profile": "", "region": "us-east-1"}]
    wrong = run({"us-east-1-2": {"cw_agent_iam_onprem": "robot"}}, plan=plan(mode="onPremise"))
    assert wrong["msg"] == "cw_agent_iam_onprem of us-east-1-2 is 'robot': expected one of user, activation."


def test_what_others_made_is_named_all_at_once(account: Account) -> None:
    account.principals["AmazonCloudWatch-web"] = OURS._replace(tags={})
    account.profiles["AmazonCloudWatch-web"] = ["others"]
    message = run()["msg"]
    assert "was not made by this collection" in message and "has the role others" in message


def test_stale_policies_of_aws_and_of_others_are_refused(account: Account) -> None:
    arn = "arn:aws:iam::123456789012:policy/AmazonCloudWatch-web-{}"
    account.principals["AmazonCloudWatch-web"] = OURS._replace(inline=("cloudwatch-agent",), attached=(arn.format(1), arn.format(2)))
    account.policies = {arn.format(2): {"a": "b"}}
    message = run()["msg"]
    assert "AmazonCloudWatch-web-1 is a policy of AWS's own" in message
    assert "The policy AmazonCloudWatch-web-2 was not made by this collection" in message
    account.principals["AmazonCloudWatch-web"] = OURS._replace(attached=(arn.format(2),))
    account.policies = {arn.format(2): OURS.tags}
    assert run()["identities"][0]["stale_managed"] == run()["identities"][0]["made_policies"] == ["AmazonCloudWatch-web-2"]


def test_hosts_that_are_left_out(account: Account) -> None:
    """Those with another configuration would lose something; those with the same one only where the role is removed."""
    same = {"late": {"cw_agent_config_name": "AmazonCloudWatch-web", "cw_agent_preset": "basic", "cw_agent_region": "us-east-1"}}
    assert not run(same).get("failed")
    assert "late: this run leaves them out" in run(same, state="absent")["msg"]
    other = {"late": {"cw_agent_preset": "basic", "cw_agent_region": "us-east-1", "cw_agent_iam_name": "AmazonCloudWatch-web"}}
    assert "late: this run leaves them out" in run(other)["msg"]


def test_diff_mode_shows_what_is_about_to_change(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is read for it, nor shown, without; a value out of Ansible Vault is not shown with it."""
    read: list[str] = []
    document = {"Version": "2012-10-17", "Statement": []}
    monkeypatch.setattr(iam_reading, "inline_policy", lambda _iam, *words: read.append("/".join(words)) or document)
    account.principals["AmazonCloudWatch-web"] = OURS._replace(inline=("cloudwatch-agent", "theirs"), boundary="arn:b")
    display = Display()
    assert (run(display=display)["differences"], read, display.lines) == ([], [], [])
    (item,) = run(diff=True, display=display)["differences"]
    assert read == ["role/AmazonCloudWatch-web/cloudwatch-agent"]
    assert item["before"]["inline"] == {"cloudwatch-agent": document, "theirs": {}} and "boundary" not in item["before"]
    assert display.lines[0].startswith("--- before: role AmazonCloudWatch-web of account 123456789012\n+++ after: ")
    assert "CWAgent" in display.lines[0]
    sealed = plan()
    for one in sealed["configurations"]:
        one["configuration"]["metrics"]["namespace"] = "marked"
        one["vaulted"] = ["/metrics/namespace"]
    result = run(diff=True, display=display, plan=sealed)
    assert result["_ansible_no_log"] and "SendMetrics" in display.lines[1] and "marked" not in display.lines[1]
