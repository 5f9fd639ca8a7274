# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action's own part; EC2 itself: tests/integration/test_iam.py."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.action import cw_agent_instance_profile
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import instance_profiles
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.instance_profiles import Instance
from ansible_collections.cloudwatch.agent.plugins.plugin_utils import aws

from .test_cw_agent_release import Display

CONNECTION = SimpleNamespace(_shell=SimpleNamespace(tmpdir="unused"))


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> dict[str, Instance]:
    """The instances of all regions."""
    known = {"i-1": Instance("running", "", ""), "i-2": Instance("running", "web", "a-2"), "i-3": Instance("running", "others", "a-3")}

    def ensure(_ec2: Any, instance: str, found: Instance, name: str) -> None:
        known[instance] = found._replace(profile=name, association="new" if name else "")

    monkeypatch.setattr(instance_profiles, "instances", lambda _ec2, ids: {key: known[key] for key in ids if key in known})
    monkeypatch.setattr(instance_profiles, "ensure", ensure)
    monkeypatch.setattr(aws, "clients", lambda _connection: lambda *_words: None)
    return known


def run(*ids: str, check: bool = False, replace: bool = False, **arguments: Any) -> dict[str, Any]:
    options = {"environment": None, "check_mode": check, "diff": True, "async_val": 0}
    wanted = [{"instance_id": key, "instance_profile": "web", "host": f"host-{key}", "replace": replace} for key in ids]
    task = SimpleNamespace(args={"instances": wanted, **arguments}, action="cloudwatch.agent.cw_agent_instance_profile", **options)
    action = cw_agent_instance_profile.ActionModule(task, CONNECTION, None, None, None, None)
    action._display = Display()
    return action.run(task_vars={})


def test_what_differs_alone_is_written(account: dict[str, Instance]) -> None:
    check = run("i-1", "i-2", check=True)
    assert account["i-1"].profile == ""
    made = run("i-1", "i-2")
    assert check == made and made["diff"] == {"before": {"i-1": ""}, "after": {"i-1": "web"}}
    assert account["i-1"].profile == "web" and not run("i-1", "i-2")["changed"]


def test_others_stay_and_nothing_is_written_beside(account: dict[str, Instance]) -> None:
    found = run("i-1", "i-3", "i-4")
    assert (
        found["failed"]
        and "host-i-3: i-3 has the instance profile others" in found["msg"]
        and "host-i-4: i-4 is no instance" in found["msg"]
    )
    assert account["i-1"].profile == ""
    assert run("i-1", "i-3", replace=True)["after"] == {"i-1": "web", "i-3": "web"}


def test_the_named_profile_alone_is_taken_away(account: dict[str, Instance]) -> None:
    found = run("i-1", "i-2", "i-3", "i-4", state="absent")
    assert (found["before"], found["after"]) == ({"i-2": "web"}, {"i-2": ""})
    assert account["i-3"].profile == "others"


@pytest.mark.parametrize(("refused", "changed"), [("i-1", False), ("i-4", True)])
def test_a_refusal_says_whether_an_instance_was_changed_before(
    account: dict[str, Instance], monkeypatch: pytest.MonkeyPatch, refused: str, changed: bool
) -> None:
    account["i-4"] = Instance("running", "", "")
    ensure = instance_profiles.ensure

    def refusing(ec2: Any, instance: str, found: Instance, name: str) -> None:
        if instance == refused:
            raise AwsError("denied", "UnauthorizedOperation")
        ensure(ec2, instance, found, name)

    monkeypatch.setattr(instance_profiles, "ensure", refusing)
    assert run("i-1", "i-4") == {"failed": True, "changed": changed, "msg": "denied"}
    assert (account["i-1"].profile, account["i-4"].profile) == ("web" if changed else "", "")
