# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action's own part: where it looks, and what counts. The calls: _aws/test_alarms.py."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.action import cw_agent_alarm_info
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import alarms
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.plugin_utils import aws

from .test_cw_agent_release import CONNECTION

PLAN = {"hosts": {"a": {"profile": "", "region": "us-east-1"}, "b": {"profile": "", "region": "eu-west-1"}}}


@pytest.fixture(autouse=True)
def cloudwatch(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client is its region; ``errors`` exists in the two, was in ALARM in eu-west-1 and is OK again."""

    def read(region: str, names: list[str]) -> list[dict[str, Any]]:
        if "denied" in names:
            raise AwsError("may not read")
        return [{"name": name, "state": "OK", "reason": "fine", "updated": 5.0} for name in names if name != "gone"]

    def states(region: str, _name: str, moment: float) -> list[tuple[str, str]]:
        assert moment == 5.0
        return [("OK", "fine"), ("ALARM", "it rose")] if region == "eu-west-1" else []

    monkeypatch.setattr(alarms, "read", read)
    monkeypatch.setattr(alarms, "states_since", states)
    monkeypatch.setattr(aws, "clients", lambda _connection: lambda _service, _profile, region: region)


def run(**arguments: Any) -> dict[str, Any]:
    options = {"environment": None, "check_mode": True, "diff": False, "async_val": 0}
    task = SimpleNamespace(args=arguments, action="cloudwatch.agent.cw_agent_alarm_info", **options)
    return cw_agent_alarm_info.ActionModule(task, CONNECTION, None, None, None, None).run(task_vars={})


def test_every_account_and_region_of_the_plan() -> None:
    result = run(names=["errors", "gone"], plan=PLAN)
    assert [(one["name"], one["region"], one["alarmed"]) for one in result["alarms"]] == [
        ("errors", "eu-west-1", False),
        ("errors", "us-east-1", False),
    ]
    assert (result["changed"], result["missing"]) == (False, ["gone"])


def test_what_was_in_between_counts() -> None:
    result = run(names=["errors"], plan=PLAN, before=run(names=["errors"], plan=PLAN)["alarms"])
    assert [(one["region"], one["alarmed"], one["state"], one["reason"]) for one in result["alarms"]] == [
        ("eu-west-1", True, "OK", "it rose"),
        ("us-east-1", False, "OK", "fine"),
    ]


def test_without_a_plan_the_task_s_own_and_a_refusal_is_one_message() -> None:
    assert [one["region"] for one in run(names=["errors"])["alarms"]] == [""]
    assert run(names=["denied"]) == {"failed": True, "changed": False, "msg": "may not read"}
