# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action's own part: options, what is shown and written. The listing: _release/test_listing.py; Parameter Store: integration."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.cloudwatch.agent.plugins.action import cw_agent_release_info
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._release.examples import NAME, observed_of, plan_of, version

from .test_cw_agent_release import CONNECTION, Display

LIVE = version(1, labels=("live",))
HOSTS = list(plan_of()["hosts"])


@pytest.fixture(autouse=True)
def stored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parameter Store has one version of each configuration that is asked for."""

    def read(_reader: Any, names: Any) -> Any:
        return {target: {name: {name: [LIVE]} for name in some} for target, some in names.items()}, {}

    monkeypatch.setattr(cw_agent_release_info, "read_histories", read)


def run(display: Display, **arguments: Any) -> dict[str, Any]:
    plan = plan_of()
    plan["configurations"][0]["configuration"] = {}
    options = {"environment": None, "check_mode": True, "diff": False, "async_val": 0}
    task = SimpleNamespace(args={"plan": plan, **arguments}, action="cloudwatch.agent.cw_agent_release_info", **options)
    action = cw_agent_release_info.ActionModule(task, CONNECTION, None, None, None, None)
    action._display = display
    observed = {HOSTS[0]: {"cw_agent_observed": observed_of((NAME, LIVE))}}
    hostvars = SimpleNamespace(raw_get=lambda host: observed.get(host, {}))
    return action.run(task_vars={"hostvars": hostvars})


def test_hosts_are_those_that_the_run_has_observed(tmp_path: Path) -> None:
    display = Display()
    result = run(display, table=True, result_file=str(tmp_path / "r.json"))
    assert [use["state"] for use in result["hosts"].values()] == ["runs", "not_observed"]
    assert (result["changed"], result["configurations"][0]["versions"][0]["hosts"]) == (False, HOSTS[:1])
    assert display.lines == ["\n".join(result["table"])]
    written = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert written == {key: result[key] for key in ("configurations", "hosts")}


def test_hosts_may_be_left_out_and_nothing_shown() -> None:
    display = Display()
    result = run(display, observed={})
    assert ({use["state"] for use in result["hosts"].values()}, display.lines) == ({"not_observed"}, [])


def test_a_refusal_is_one_message(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert "nobody belongs to no host of this run" in run(Display(), names=["nobody"])["msg"]
    with pytest.raises(AnsibleActionFail, match=r"versions is -1\. Hint: give 0"):
        run(Display(), versions=-1)
    with pytest.raises(AnsibleActionFail, match="cannot be written"):
        run(Display(), result_file=str(tmp_path / "no" / "r.json"))

    def refuse(_reader: Any, names: Any) -> Any:
        return {}, dict.fromkeys(names, AwsError("denied"))

    monkeypatch.setattr(cw_agent_release_info, "read_histories", refuse)
    assert (run(Display())["failed"], run(Display())["msg"]) == (True, "denied")
    lenient = run(Display(), fail_on_refusal=False)
    assert ("failed" in lenient, lenient["configurations"][0]["refused"], lenient["configurations"][0]["live"]) == (False, "denied", 0)
    assert lenient["hosts"][HOSTS[0]] == {"state": "unknown", "reason": "denied", "key": "", "version": 0}
