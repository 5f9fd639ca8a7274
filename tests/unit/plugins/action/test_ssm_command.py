# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action's own part: what is refused, foreseen, sent and said. The calls: _aws/test_commands.py."""

from __future__ import annotations

import os
import signal
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.cloudwatch.agent.plugins.action import ssm_command
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import commands
from ansible_collections.cloudwatch.agent.plugins.plugin_utils import aws
from ansible_collections.cloudwatch.agent.tests.support.fake_commands import FakeRunCommand, client_error

from .test_cw_agent_release import CONNECTION

WEB = [{"key": "tag:Role", "values": ["web"]}]


@pytest.fixture
def ssm(monkeypatch: pytest.MonkeyPatch) -> FakeRunCommand:
    """Three Linux nodes, one of which is not online, and one that runs Windows."""
    client = FakeRunCommand()
    client.nodes = {
        "i-1": {"tags": {"Role": "web"}, "ComputerName": "web-1"},
        "i-2": {"tags": {"Role": "web"}},
        "i-3": {"PingStatus": "ConnectionLost", "tags": {"Role": "web"}},
        "i-4": {"PlatformType": "Windows"},
    }
    client.matching = ["i-1", "i-2"]
    monkeypatch.setattr(aws.AwsConnection, "_client", lambda _self, _service, _repeat, _connection: client)
    monkeypatch.setattr(ssm_command, "Interruption", lambda: Waiting(client))
    monkeypatch.setattr(commands.Run.__init__, "__defaults__", (*commands.Run.__init__.__defaults__[:-2], client.clock, client.sleep))
    return client


class Waiting(ssm_command.Interruption):
    """An interruption that lets no time pass."""

    def __init__(self, client: FakeRunCommand) -> None:
        super().__init__()
        self.client = client

    def sleep(self, seconds: float) -> None:
        self.client.sleep(seconds)
        super().sleep(0)


def run(check: bool = False, said: list[str] | None = None, **arguments: Any) -> dict[str, Any]:
    options = {"environment": None, "check_mode": check, "diff": False, "async_val": 0, "no_log": False}
    task = SimpleNamespace(args={"region": "us-east-1", **arguments}, action="cloudwatch.agent.ssm_command", **options)
    action = ssm_command.ActionModule(task, CONNECTION, None, None, None, None)
    lines = [] if said is None else said
    action._display = SimpleNamespace(display=lines.append, warning=lines.append)
    return action.run(task_vars={})


def test_a_script_runs_where_it_can_and_every_node_has_a_verdict(ssm: FakeRunCommand) -> None:
    said: list[str] = []
    ids = ["i-1", "i-2", "i-3", "i-4", "i-9", "i-1"]
    result = run(said=said, shell="date\n", instance_ids=ids, execution_timeout=60, comment="why", max_errors="1")
    assert result["counts"] == {"ok": 2, "undelivered": 2, "wrong_platform": 1}
    assert result["failed"] and result["changed"] and result["command_ids"] == ["c-1"]
    assert "i-9: Systems Manager does not know this node" in result["msg"]
    (request,) = ssm.called("send_command")
    assert request.pop("Comment").startswith("why [")
    assert request == {
        "DocumentName": "AWS-RunShellScript",
        "DocumentVersion": "1",
        "InstanceIds": ["i-1", "i-2"],
        "Parameters": {"commands": ["date"], "executionTimeout": ["60"]},
        "MaxErrors": "1",
    }
    assert said and said[-1].endswith("AWS-RunShellScript: 2 nodes: 2 ok")
    accepted = run(shell="date", instance_ids=ids, accept=["ok", "undelivered", "wrong_platform"])
    assert (accepted["failed"], accepted["msg"]) == (False, "")


def test_check_mode_says_what_would_run_and_sends_nothing(ssm: FakeRunCommand) -> None:
    named = run(check=True, shell="date", instance_ids=["i-1", "i-9"], accept=["ok", "undelivered"])
    assert (named["changed"], named["failed"], named["counts"]) == (True, False, {"would_run": 1, "undelivered": 1})
    tagged = run(check=True, shell="date", targets=WEB, accept=["ok", "undelivered"])
    assert [(one["instance_id"], one["verdict"]) for one in tagged["nodes"]] == [
        ("i-1", "would_run"),
        ("i-2", "would_run"),
        ("i-3", "undelivered"),
    ]
    assert ssm.called("send_command") == []


def test_a_lost_answer_of_which_nothing_shows_is_no_unchanged(ssm: FakeRunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ssm_command.commands, "LOST_SECONDS", 0.0)
    monkeypatch.setattr(ssm, "list_commands", lambda **_request: {"Commands": []})
    ssm.lose = 1
    result = run(shell="date", instance_ids=["i-1"])
    assert result["failed"] and result["changed"] and "Nobody can say whether the command runs" in result["msg"]


@pytest.mark.parametrize("check", [True, False])
def test_no_match_is_a_failure_unless_it_is_fine(ssm: FakeRunCommand, check: bool) -> None:
    ssm.matching = []
    for given in ({"targets": [{"key": "tag:Role", "values": ["none"]}]}, {"instance_ids": []}):
        refused = run(check, shell="date", **given)
        assert refused["failed"] and "no_match: ok" in refused["msg"]
        assert not run(check, shell="date", no_match="ok", **given)["failed"]
    assert len(ssm.called("send_command")) == (0 if check else 2)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"document": "Two", "parameters": {"action": "install"}}, "'install' is none of 'Install', 'Uninstall'"),
        ({"document": "Two"}, "parameters.action is missing"),
        ({"document": "Nope"}, "InvalidDocument"),
        ({"shell": "date", "max_errors": "many"}, "max_errors is 'many'"),
        ({"shell": "date", "execution_timeout": 1}, "execution_timeout is 1"),
    ],
)
def test_what_cannot_be_right_is_refused_before_anything_is_sent(ssm: FakeRunCommand, given: dict[str, Any], said: str) -> None:
    result = run(instance_ids=["i-1"], **given)
    assert result["failed"] and not result["changed"] and said in result["msg"]
    assert ssm.called("send_command") == []


@pytest.mark.parametrize(
    "given",
    [
        {"shell": "date"},
        {"instance_ids": ["i-1"]},
        {"shell": "date", "document": "Two", "instance_ids": ["i-1"]},
        {"shell": "date", "instance_ids": ["i-1"], "targets": WEB},
        {"shell": "date", "instance_ids": ["i-1"], "output_s3_key_prefix": "p"},
    ],
)
def test_contradictions_are_refused(ssm: FakeRunCommand, given: dict[str, Any]) -> None:
    with pytest.raises(AnsibleActionFail):
        run(**given)


def test_without_waiting_there_are_ids_and_no_verdicts(ssm: FakeRunCommand) -> None:
    result = run(shell="date", targets=WEB, wait=False)
    assert (result["failed"], result["changed"], result["command_ids"], result["nodes"]) == (False, True, ["c-1"], [])
    assert "list_command_invocations" not in ssm.names()


def test_cut_output_is_a_warning(ssm: FakeRunCommand) -> None:
    ssm.output = {"Output": "x" * 2500}
    result = run(shell="date", instance_ids=["i-1"], full_output=False, output_s3_bucket="logs")
    assert result["warnings"] == [
        "The output of 1 node is cut: AWS keeps 24000 characters of stdout and 8000 of stderr; the bucket logs has all of it."
    ]


def test_the_end_of_the_wait_is_a_failure_that_says_so(ssm: FakeRunCommand) -> None:
    ssm.states = {"i-1": ["InProgress"]}
    result = run(shell="date", instance_ids=["i-1"], wait_timeout=10)
    assert result["failed"] and result["msg"].startswith("The wait was over before the end, and what had not ended was cancelled.")


def test_a_refusal_after_the_send_names_the_command(ssm: FakeRunCommand) -> None:
    ssm.fail = {"list_commands": [client_error("AccessDeniedException", "ListCommands")]}
    result = run(shell="date", instance_ids=["i-1"])
    assert result["failed"] and result["changed"] and result["command_ids"] == ["c-1"]


def test_an_interrupt_cancels_and_goes_on_as_an_interrupt(ssm: FakeRunCommand) -> None:
    received: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _frame: received.append(number))
    ssm.states = {"i-1": ["InProgress"]}
    answer = ssm.list_commands

    def interrupted(**request: Any) -> dict[str, Any]:
        os.kill(os.getpid(), signal.SIGTERM)
        return answer(**request)

    ssm.list_commands = interrupted  # type: ignore[method-assign]
    try:
        said: list[str] = []
        run(said=said, shell="date", instance_ids=["i-1"])
    finally:
        signal.signal(signal.SIGTERM, before)
    assert received == [signal.SIGTERM] and ssm.called("cancel_command") == [{"CommandId": "c-1"}]
    assert said[-1] == "Interrupted: AWS-RunShellScript is being cancelled (c-1)."
