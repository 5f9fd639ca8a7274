# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SendCommand and what becomes of it: refusals, rollout, states, time-outs, cancel. Moto runs nothing and calls everything a success."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Callable

import awaiting
import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from aws.fleet_support import Fleet
until = functools.partial(awaiting.until, seconds=10, pause=0.05)


def refusal(call: Callable[..., Any], *arguments: Any, **params: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(*arguments, **params)
    return str(caught.value.response["Error"]["Code"])


def test_what_is_refused_at_once(nodes: Fleet) -> None:
    one, lost, windows = nodes.nodes(1)[0], nodes.nodes(1, ping="ConnectionLost")[0], nodes.nodes(1, platform="Windows")[0]
    assert refusal(nodes.send, "i-0123456789abcdef0") == "InvalidInstanceId"
    assert refusal(nodes.send, lost) == "InvalidInstanceId"
    assert refusal(nodes.send, one, one) == "DuplicateInstanceId"
    assert refusal(nodes.send, one, windows) == "UnsupportedPlatformType"
    assert refusal(nodes.send, one, DocumentName="Nothing-Here") == "InvalidDocument"
    assert refusal(nodes.send, one, DocumentVersion="7") == "InvalidDocumentVersion"
    for parameters in ({}, {"commands": ["true"], "x": ["y"]}, {"commands": ["true"], "executionTimeout": ["1", "2"]}):
        assert refusal(nodes.send, one, Parameters=parameters) == "InvalidParameters"
    assert refusal(nodes.send, one, Parameters={"commands": ["true"], "executionTimeout": ["172801"]}) == "InvalidParameters"
    agent = {"DocumentName": "AmazonCloudWatch-ManageAgent"}
    assert refusal(nodes.send, one, Parameters={"action": ["restart"]}, **agent) == "InvalidParameters"
    assert refusal(nodes.send, one, Parameters={"optionalConfigurationLocation": ["a b"]}, **agent) == "InvalidParameters"
    assert refusal(nodes.send, one, MaxConcurrency="0") == "ValidationException"
    assert refusal(nodes.send, one, TimeoutSeconds=31, Comment="x" * 101) == "ValidationException"


def test_a_list_of_one_becomes_a_string(nodes: Fleet) -> None:
    one = nodes.nodes(1, answers=[{"contains": '"executionTimeout": "60"', "stdout": "flat"}])[0]
    identity = nodes.send(one, Parameters={"commands": ["true"], "executionTimeout": ["60"]})
    assert nodes.ssm.get_command_invocation(CommandId=identity, InstanceId=one)["StandardOutputContent"] == "flat"
    assert nodes.command(identity)["Parameters"]["executionTimeout"] == ["60"]


def test_invocations_show_late(nodes: Fleet) -> None:
    one = nodes.nodes(1)[0]
    nodes.settings(command_visible_delay=0.5)
    identity = nodes.send(one)
    assert nodes.details(identity) == []
    assert refusal(nodes.ssm.get_command_invocation, CommandId=identity, InstanceId=one) == "InvocationDoesNotExist"
    assert until(lambda: nodes.details(identity)) == ["Success"]


def test_targets_are_and_of_keys_and_or_of_values(nodes: Fleet) -> None:
    web = nodes.nodes(2, tags={"Fleet": nodes.tag, "Role": "web"})
    nodes.nodes(1, tags={"Fleet": nodes.tag, "Role": "batch"})
    targets = [*nodes.targets, {"Key": "tag:Role", "Values": ["web", "db"]}]
    sent = nodes.ssm.send_command(DocumentName="AWS-RunShellScript", Parameters={"commands": ["true"]}, Targets=targets)["Command"]
    assert sent["TargetCount"] == 0, "targets are not resolved yet"
    until(lambda: len(nodes.details(sent["CommandId"])) == 2 and nodes.command(sent["CommandId"])["Status"] != "InProgress")
    pages = nodes.ssm.list_command_invocations(CommandId=sent["CommandId"])["CommandInvocations"]
    assert sorted(item["InstanceId"] for item in pages) == sorted(web)
    assert nodes.command(sent["CommandId"])["TargetCount"] == 2


def test_a_resource_group_is_a_target(nodes: Fleet) -> None:
    nodes.nodes(1)
    query = f'{{"ResourceTypeFilters": ["AWS::AllSupported"], "TagFilters": [{{"Key": "Fleet", "Values": ["{nodes.tag}"]}}]}}'
    groups = nodes.standin.client("resource-groups")
    groups.create_group(Name=f"group-{nodes.tag}", ResourceQuery={"Type": "TAG_FILTERS_1_0", "Query": query})
    key = "resource-groups:Name"
    asked = {"DocumentName": "AWS-RunShellScript", "Parameters": {"commands": ["true"]}}
    identity = nodes.ssm.send_command(**asked, Targets=[{"Key": key, "Values": [f"group-{nodes.tag}"]}])["Command"]["CommandId"]
    assert nodes.details(identity) == ["Success"]
    assert refusal(nodes.ssm.send_command, **asked, Targets=[{"Key": key, "Values": ["a", "b"]}]) == "ValidationException"


def test_no_matching_tag_is_a_success_without_nodes(nodes: Fleet) -> None:
    command = nodes.command(nodes.send())
    assert (command["Status"], command["StatusDetails"], command["TargetCount"]) == ("Success", "NoInstancesInTag", 0)


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        ("Success", ("Success", "Success")),
        ("Failed", ("Failed", "Failed")),
        ("TimedOut", ("TimedOut", "ExecutionTimedOut")),
        ("Cancelled", ("Cancelled", "Cancelled")),
    ],
)
def test_how_a_node_ends(nodes: Fleet, status: str, shown: tuple[str, str]) -> None:
    one = nodes.nodes(1, answers=[{"status": status, "stdout": "out", "stderr": "err"}])[0]
    identity = nodes.send(one)
    found = nodes.ssm.list_command_invocations(CommandId=identity, Details=True)["CommandInvocations"][0]
    assert (found["Status"], found["StatusDetails"]) == shown
    step = found["CommandPlugins"][0]
    assert (step["Name"], step["StatusDetails"], step["Output"]) == ("aws:runShellScript", shown[1], "out\n----------ERROR-------\nerr")
    assert nodes.ssm.get_command_invocation(CommandId=identity, InstanceId=one)["StandardErrorContent"] == "err"


def test_many_nodes_without_one_that_works_out(nodes: Fleet) -> None:
    """What never ran does not count, unless nothing ran at all: judge every invocation."""
    nodes.nodes(1, ping="ConnectionLost")
    nodes.nodes(1, platform="Windows")
    nodes.nodes(1, denied=True)
    nothing = nodes.send()
    until(lambda: nodes.command(nothing)["Status"] != "InProgress")
    assert sorted(nodes.details(nothing)) == ["AccessDenied", "InvalidPlatform", "Undeliverable"]
    assert nodes.command(nothing)["Status"] == "Failed"
    nodes.nodes(1)
    some = nodes.send()
    until(lambda: nodes.command(some)["Status"] != "InProgress")
    command = nodes.command(some)
    assert (command["Status"], command["ErrorCount"], command["CompletedCount"]) == ("Success", 0, 4)


def test_the_error_budget_stops_the_rest(nodes: Fleet) -> None:
    """10 % of 50 is 5: the sixth error stops, and what runs by then ends as it ends."""
    nodes.nodes(50, answers=[{"status": "Failed"}])
    identity = nodes.send(MaxErrors="10%", MaxConcurrency="1")
    until(lambda: nodes.command(identity)["Status"] != "InProgress")
    details = nodes.details(identity)
    assert (details.count("Failed"), details.count("Terminated")) == (6, 44)
    command = nodes.command(identity)
    assert (command["StatusDetails"], command["ErrorCount"]) == ("Failed", 6)


def test_errors_within_the_budget_leave_it_incomplete(nodes: Fleet) -> None:
    nodes.nodes(1, answers=[{"status": "Failed"}])
    nodes.nodes(3)
    identity = nodes.send(MaxErrors="1")
    until(lambda: nodes.command(identity)["Status"] != "InProgress")
    assert nodes.command(identity)["StatusDetails"] == "Incomplete"


def test_it_ramps_up_to_the_concurrency(nodes: Fleet) -> None:
    nodes.nodes(40, answers=[{"status": "Running"}])
    identity = nodes.send(MaxConcurrency="8")
    assert nodes.details(identity).count("InProgress") == 1
    nodes.settings(command_clock=100)
    until(lambda: nodes.details(identity).count("InProgress") == 8)
    nodes.ssm.cancel_command(CommandId=identity)


def test_both_time_outs(nodes: Fleet) -> None:
    """A node that never takes the command and one that never ends it: both are DeliveryTimedOut, at the total time-out."""
    silent, endless = nodes.nodes(1, answers=[{"status": "Silent"}])[0], nodes.nodes(1, answers=[{"status": "Running"}])[0]
    asked = {"TimeoutSeconds": 30, "Parameters": {"commands": ["sleep 99"], "executionTimeout": ["30"]}}
    identity = nodes.send(silent, endless, **asked)
    nodes.settings(command_clock=60)
    until(lambda: "Delayed" in nodes.details(identity) or "DeliveryTimedOut" in nodes.details(identity))
    until(lambda: nodes.command(identity)["Status"] == "TimedOut")
    command = nodes.command(identity)
    assert nodes.details(identity) == ["DeliveryTimedOut", "DeliveryTimedOut"]
    assert (command["StatusDetails"], command["DeliveryTimedOutCount"], command["ErrorCount"]) == ("DeliveryTimedOut", 2, 0)
    assert (command["ExpiresAfter"] - command["RequestedDateTime"]).total_seconds() == 60


def test_cancel_guarantees_nothing(nodes: Fleet) -> None:
    willing, stubborn = nodes.nodes(1, answers=[{"status": "Running"}])[0], nodes.nodes(1, answers=[{"status": "Stubborn"}])[0]
    done = nodes.nodes(1)[0]
    nodes.settings(command_clock=100)
    identity = nodes.send(done, willing, stubborn)
    until(lambda: nodes.details(identity) == ["Success", "InProgress", "InProgress"])
    assert refusal(nodes.ssm.cancel_command, CommandId=identity, InstanceIds=[willing, willing]) == "DuplicateInstanceId"
    nodes.ssm.cancel_command(CommandId=identity)
    assert nodes.details(identity) == ["Success", "Cancelled", "Cancelling"]
    assert nodes.command(identity)["Status"] == "Cancelling"
    assert refusal(nodes.ssm.cancel_command, CommandId="0" * 36) == "InvalidCommandId"


def test_several_steps_are_asked_for_by_name(nodes: Fleet) -> None:
    """Of AWS's three steps two are skipped, which counts as success; without a name there is no output."""
    one = nodes.nodes(1, answers=[{"stdout": "status"}])[0]
    identity = nodes.send(one, DocumentName="AmazonCloudWatch-ManageAgent", Parameters={"action": ["status"]})
    whole = nodes.ssm.get_command_invocation(CommandId=identity, InstanceId=one)
    assert (whole["PluginName"], whole["StandardOutputContent"]) == ("", "")
    linux = nodes.ssm.get_command_invocation(CommandId=identity, InstanceId=one, PluginName="ControlCloudWatchAgentLinux")
    assert linux["StandardOutputContent"] == "status"
    plugins = nodes.ssm.list_command_invocations(CommandId=identity, Details=True)["CommandInvocations"][0]["CommandPlugins"]
    assert [(step["Status"], "skipped" in step["Output"]) for step in plugins] == [("Success", True), ("Success", False), ("Success", True)]
    wrong = {"CommandId": identity, "InstanceId": one, "PluginName": "Nothing"}
    assert refusal(nodes.ssm.get_command_invocation, **wrong) == "InvalidPluginName"


def test_pages_have_fifty_and_a_token(nodes: Fleet) -> None:
    nodes.nodes(60)
    nodes.settings(command_clock=100)
    identity = nodes.send()
    until(lambda: nodes.command(identity)["Status"] == "Success")
    first = nodes.ssm.list_command_invocations(CommandId=identity)
    assert len(first["CommandInvocations"]) == 50 and len(nodes.details(identity)) == 60
    failed = [{"key": "Status", "value": "Failed"}]
    assert nodes.ssm.list_command_invocations(CommandId=identity, Filters=failed)["CommandInvocations"] == []


def test_a_throttle_is_a_fault_as_any(nodes: Fleet) -> None:
    nodes.standin.ask("POST", "/_lab/faults", {"kind": "throttle", "service": "ssm", "operation": "SendCommand", "count": 1})
    assert refusal(nodes.send, nodes.nodes(1)[0]) == "ThrottlingException"


def test_a_denial_names_the_document(nodes: Fleet) -> None:
    nodes.standin.ask("POST", "/_lab/faults", {"kind": "denied", "service": "ssm", "operation": "SendCommand", "count": 1})
    with pytest.raises(ClientError, match=r"ssm:SendCommand on resource: arn:aws:ssm:us-east-1::document/AWS-RunShellScript "):
        nodes.send(nodes.nodes(1)[0])


def test_simulated_nodes_say_what_is_wrong_with_their_fields(nodes: Fleet) -> None:
    status, text = nodes.standin.ask("POST", "/_lab/nodes", {"number": 5})
    assert status == 400 and "unknown field number" in text
