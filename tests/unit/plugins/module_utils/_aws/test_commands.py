# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands: sent once, followed in bulk, cancelled, with a verdict on every node. Over the wire: tests/integration/test_ssm_command.py."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import commands
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.limits import shares
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.requests import Wanted
from ansible_collections.cloudwatch.agent.tests.support.fake_commands import MOMENT, FakeRunCommand, client_error

WANTED = Wanted("AWS-RunShellScript", "1", {"commands": ["date"]})
TAGGED = WANTED._replace(targets=({"Key": "tag:Role", "Values": ["web"]},))


def run(client: FakeRunCommand, wait: float = 7200, **more: Any) -> commands.Run:
    begun = MOMENT.timestamp() - 1
    sender = commands.Sender(client, client, clock=lambda: begun + client.seconds, sleep=client.sleep)
    return commands.Run(client, sender, commands.Settings(wait), clock=client.clock, sleep=client.sleep, **more)


def verdicts(outcome: commands.Outcome) -> dict[str, str]:
    return {node.instance_id: node.verdict for node in outcome.nodes}


def follow(
    client: FakeRunCommand, nodes: list[str], concurrency: str | None = None, budget: str | None = None, **more: Any
) -> commands.Outcome:
    found = shares(nodes, concurrency, budget)
    return run(client, **more).follow(WANTED, found.chunks, found.at_once, found.budget)


def test_a_document_is_read_with_its_platforms() -> None:
    found = commands.read_document(FakeRunCommand(), "AWS-RunShellScript", "")
    assert (found.name, found.version, found.platforms) == ("AWS-RunShellScript", "1", ("Linux",))


def test_every_node_has_its_verdict_although_the_command_is_a_success() -> None:
    client = FakeRunCommand(b=["Undeliverable"], c=["Pending", "InProgress", "Failed"], d=["AccessDenied"])
    outcome = follow(client, ["a", "b", "c", "d"])
    assert verdicts(outcome) == {"a": "ok", "b": "undelivered", "c": "failed", "d": "denied"}
    assert (outcome.command_ids, outcome.timed_out) == (["c-1"], False)


def test_what_is_not_visible_yet_is_waited_for() -> None:
    client = FakeRunCommand()
    client.hidden = 3
    assert verdicts(follow(client, ["a"])) == {"a": "ok"}


def test_progress_is_told_when_it_changes() -> None:
    client, said = FakeRunCommand(a=["Pending", "InProgress", "InProgress", "Success"], b=["Success"]), []
    follow(client, ["a", "b"], notify=lambda now, total: said.append((dict(now), total)))
    assert said == [({"ok": 1, "running": 1}, 2), ({"ok": 2}, 2)]


def test_a_thousand_nodes_cost_two_calls_for_fifty_and_a_poll_and_three_at_the_end() -> None:
    nodes = [f"i-{number:04}" for number in range(1000)]
    client = FakeRunCommand(**{"i-0999": ["InProgress", "Success"]})
    outcome = follow(client, nodes)
    assert set(verdicts(outcome).values()) == {"ok"} and len(outcome.nodes) == 1000
    assert len(client.called("send_command")) == 20
    # 20 commands in the first poll, one of them in the second, and all once more with their steps.
    assert (client.names().count("list_commands"), client.names().count("list_command_invocations")) == (21, 41)


def test_pages_of_one_command_are_read_to_the_last() -> None:
    client = FakeRunCommand()
    client.matching, client.pages = [f"i-{number}" for number in range(120)], 50
    one = run(client)
    one.send(TAGGED)
    assert len(one.follow().nodes) == 120


def test_no_matching_tag_is_no_success_by_itself() -> None:
    client = FakeRunCommand()
    one = run(client)
    one.send(TAGGED)
    outcome = one.follow()
    assert (outcome.no_match, outcome.nodes) == (True, [])


def test_errors_of_all_commands_together_stop_the_rest() -> None:
    nodes = [f"i-{number:03}" for number in range(150)]
    bad = {node: ["Failed"] for node in nodes[:2]}
    waiting = {node: ["Pending"] * 9 + ["Success"] for node in nodes[50:100]}
    outcome = follow(FakeRunCommand(**bad, **waiting), nodes, "2", "1")
    found = verdicts(outcome)
    assert [found[node] for node in (nodes[0], nodes[2], nodes[50], nodes[149])] == ["failed", "ok", "cancelled", "terminated"]
    assert len(outcome.command_ids) == 2


def test_fewer_at_a_time_than_commands_go_one_after_the_other() -> None:
    nodes = [f"i-{number:03}" for number in range(150)]
    client = FakeRunCommand()
    follow(client, nodes, "1", "0")
    order = [name for name in client.names() if name in ("send_command", "list_commands")]
    assert order == ["send_command", "list_commands"] * 3


def test_the_end_of_the_wait_cancels_and_says_so() -> None:
    client = FakeRunCommand(a=["InProgress"])
    outcome = follow(client, ["a", "b"], wait=60)
    assert outcome.timed_out and verdicts(outcome) == {"a": "cancelled", "b": "ok"}
    assert client.called("cancel_command") == [{"CommandId": "c-1"}]


def test_what_is_not_sent_when_the_wait_is_over_is_named() -> None:
    nodes = [f"i-{number:03}" for number in range(60)]
    found = verdicts(follow(FakeRunCommand(**{nodes[0]: ["InProgress"]}), nodes, "1", "0", wait=30))
    assert (found[nodes[0]], found[nodes[1]], found[nodes[59]]) == ("cancelled", "ok", "cancelled")


def test_a_node_that_does_not_let_itself_be_cancelled_is_still_running() -> None:
    client = FakeRunCommand(a=["Delayed"])
    assert verdicts(follow(client, ["a"], wait=30)) == {"a": "running"}
    assert client.seconds < 100


def test_an_invocation_that_never_shows_is_not_waited_for_without_end() -> None:
    client = FakeRunCommand()
    answer = client.list_command_invocations

    def without(**request: Any) -> dict[str, Any]:
        return {"CommandInvocations": [item for item in answer(**request)["CommandInvocations"] if item["InstanceId"] != "b"]}

    client.list_command_invocations = without  # type: ignore[method-assign]
    outcome = follow(client, ["a", "b"])
    assert verdicts(outcome) == {"a": "ok", "b": "unknown"}
    assert 30 < client.seconds < 60


def test_cut_output_is_read_in_full_unless_it_shall_not() -> None:
    client = FakeRunCommand()
    client.output = {"Output": "x" * 2480 + "---Output truncated---"}
    (step,) = follow(client, ["a"]).nodes[0].steps
    assert (len(step.stdout), step.stderr, step.truncated) == (3000, "e", False)
    assert client.called("get_command_invocation") == [{"CommandId": "c-1", "InstanceId": "a", "PluginName": "aws:runShellScript"}]
    client.fail = {"get_command_invocation": [client_error("InvocationDoesNotExist", "GetCommandInvocation")]}
    assert follow(client, ["a"]).nodes[0].steps[0].truncated
    short = commands.Run(client, commands.Sender(client, client), commands.Settings(60, full=False), clock=client.clock, sleep=client.sleep)
    chunks = shares(["a"], None, None).chunks
    assert short.follow(WANTED, chunks).nodes[0].steps[0].truncated
    assert len(client.called("get_command_invocation")) == 2


def test_a_refusal_halfway_names_what_was_sent() -> None:
    client = FakeRunCommand()
    client.fail = {"list_command_invocations": [client_error("AccessDeniedException", "ListCommandInvocations")]}
    with pytest.raises(AwsError, match="allow ssm:ListCommandInvocations") as refused:
        follow(client, ["a"])
    assert refused.value.details == {"command_ids": ["c-1"]} and str(refused.value).endswith("What was sent before goes on: c-1.")


def test_a_throttled_send_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "SENDS_A_SECOND", 1000.0)
    client = FakeRunCommand()
    client.fail = {"send_command": [client_error("ThrottlingException")]}
    assert verdicts(follow(client, ["a"])) == {"a": "ok"}
    assert len(client.commands) == 1


def test_a_command_whose_answer_got_lost_is_found_and_not_sent_again() -> None:
    client = FakeRunCommand()
    follow(client, ["a"])  # the same command, a moment before
    client.lose = 1
    outcome = follow(client, ["a"])
    assert (verdicts(outcome), outcome.command_ids, len(client.called("send_command"))) == ({"a": "ok"}, ["c-2"], 2)


def test_a_lost_command_that_cannot_be_found_is_a_failure_that_says_so() -> None:
    client = FakeRunCommand()
    client.lose = 1
    client.list_commands = lambda **_request: {"Commands": []}  # type: ignore[method-assign]
    with pytest.raises(AwsError, match="Nobody can say whether the command runs") as caught:
        follow(client, ["a"])
    assert len(client.called("send_command")) == 1 and 20 <= client.seconds < 30
    assert caught.value.details == {"changed": True, "command_ids": []}


def test_a_lost_command_that_may_not_be_looked_for_is_one_that_may_run() -> None:
    client = FakeRunCommand()
    client.lose = 1
    client.fail = {"list_commands": [client_error("AccessDeniedException", "ListCommands")]}
    with pytest.raises(AwsError, match=r"allow ssm:ListCommands.* Nobody can say whether the command runs"):
        follow(client, ["a"])
    assert len(client.called("send_command")) == 1


def test_what_was_sent_without_waiting_is_named_and_so_is_who_went_offline() -> None:
    nodes = [f"i-{number:03}" for number in range(60)]
    chunks = shares(nodes, None, None).chunks
    client = FakeRunCommand()
    one = run(client)
    answer = client.send_command

    def denied(**request: Any) -> dict[str, Any]:
        if nodes[59] in request["InstanceIds"]:
            raise client_error("AccessDeniedException", "SendCommand")
        return answer(**request)

    client.send_command = denied  # type: ignore[method-assign]
    with pytest.raises(AwsError, match="What was sent before goes on: c-1") as refused:
        one.start(WANTED, chunks)
    assert refused.value.details == {"command_ids": ["c-1"]}
    client.send_command = answer  # type: ignore[method-assign]
    client.nodes = {"a": {}, "b": {"PingStatus": "ConnectionLost"}}
    client.fail = {"send_command": [client_error("InvalidInstanceId")]}
    begun = run(client).start(WANTED, shares(["a", "b"], None, None).chunks)
    assert (verdicts(begun), begun.command_ids) == ({"b": "undelivered"}, ["c-2"])


def test_one_that_goes_offline_at_the_last_moment_keeps_nobody_from_running() -> None:
    client = FakeRunCommand()
    client.nodes = {"a": {}, "b": {"PingStatus": "ConnectionLost"}}
    client.fail = {"send_command": [client_error("InvalidInstanceId")]}
    assert verdicts(follow(client, ["a", "b"])) == {"a": "ok", "b": "undelivered"}
    assert client.called("send_command")[-1]["InstanceIds"] == ["a"]
    client.fail = {"send_command": [client_error("InvalidInstanceId")]}
    client.nodes = {}
    assert verdicts(follow(client, ["a"])) == {"a": "undelivered"}
    client.fail = {"send_command": [client_error("InvalidInstanceId")]}
    client.nodes = {"a": {}}
    with pytest.raises(AwsError, match="InvalidInstanceId"):
        follow(client, ["a"])


def test_commands_are_read_later_by_their_ids() -> None:
    client = FakeRunCommand(a=["InProgress"])
    one = run(client)
    one.send(WANTED, shares(["a", "b"], None, None).chunks[0])
    found, nodes = commands.read(client, ["c-1", "gone"])
    assert [item["CommandId"] for item in found] == ["c-1"]
    assert {node.instance_id: node.verdict for node in nodes} == {"a": "running", "b": "ok"}
