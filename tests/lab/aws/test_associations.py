# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""State Manager: what an update clears, what starts an execution, what nodes report. Moto's associations never run."""

from __future__ import annotations

import functools
import json
import time
from typing import TYPE_CHECKING, Any, Callable

import awaiting
import pytest
from botocore.exceptions import ClientError

from aws.fleet_support import Player

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aws.fleet_support import Fleet

AGENT = "AmazonCloudWatch-ManageAgent"
until = functools.partial(awaiting.until, seconds=10, pause=0.05)


@pytest.fixture
def made(nodes: Fleet) -> Iterator[Callable[..., str]]:
    """Makes an association of the fleet; returns its id."""
    ids = []

    def create(**fields: Any) -> str:
        asked = {"Name": AGENT, "Targets": nodes.targets, **fields}
        ids.append(nodes.ssm.create_association(**asked)["AssociationDescription"]["AssociationId"])
        return ids[-1]

    yield create
    for name in ids:
        nodes.ssm.delete_association(AssociationId=name)


def runs(nodes: Fleet, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = nodes.ssm.describe_association_executions(AssociationId=name)["AssociationExecutions"]
    return found


def test_it_runs_at_creation_and_says_how_each_node_ended(nodes: Fleet, made: Callable[..., str]) -> None:
    good, bad = nodes.nodes(1)[0], nodes.nodes(1, answers=[{"status": "Failed"}])[0]
    name = made(ComplianceSeverity="HIGH", AssociationName="agent")
    (run,) = until(lambda: [run for run in runs(nodes, name) if run["Status"] == "Failed"])
    assert run["ResourceCountByStatus"] == "{Failed=1, Success=1}"
    asked = {"AssociationId": name, "ExecutionId": run["ExecutionId"]}
    targets = nodes.ssm.describe_association_execution_targets(**asked)["AssociationExecutionTargets"]
    assert {target["ResourceId"]: target["Status"] for target in targets} == {good: "Success", bad: "Failed"}
    overview = nodes.ssm.describe_association(AssociationId=name)["AssociationDescription"]["Overview"]
    assert (overview["Status"], overview["AssociationStatusAggregatedCount"]) == ("Failed", {"Failed": 1, "Success": 1})
    items = nodes.ssm.list_compliance_items(ResourceIds=[bad], ResourceTypes=["ManagedInstance"])["ComplianceItems"]
    assert [(item["Id"], item["Status"], item["Severity"]) for item in items] == [(name, "NON_COMPLIANT", "HIGH")]


def test_an_update_clears_what_it_does_not_send(nodes: Fleet, made: Callable[..., str]) -> None:
    nodes.nodes(1)
    fields = {"AssociationName": "agent", "MaxErrors": "10%", "ScheduleExpression": "rate(30 minutes)", "ComplianceSeverity": "LOW"}
    name = made(Parameters={"action": ["status"]}, **fields)
    until(lambda: [run["Status"] for run in runs(nodes, name)] == ["Success"])
    nodes.ssm.update_association(AssociationId=name, Targets=nodes.targets, MaxErrors="20%")
    shown = nodes.ssm.describe_association(AssociationId=name)["AssociationDescription"]
    assert (shown["Name"], shown["MaxErrors"], shown["AssociationVersion"]) == (AGENT, "20%", "2")
    assert not {"AssociationName", "ScheduleExpression", "ComplianceSeverity", "Parameters"} & shown.keys()
    assert len(runs(nodes, name)) == 2, "an edit runs at once"
    versions = nodes.ssm.list_association_versions(AssociationId=name)["AssociationVersions"]
    assert [version.get("MaxErrors") for version in versions] == ["10%", "20%"]


def test_a_new_value_of_a_named_parameter_runs_it(nodes: Fleet, made: Callable[..., str]) -> None:
    nodes.nodes(1)
    parameter = f"AmazonCloudWatch-{nodes.tag}"
    nodes.ssm.put_parameter(Name=parameter, Type="String", Value="a")
    name = made(Name="AWS-RunShellScript", Parameters={"commands": [f"echo {{{{ssm:{parameter}}}}}"]})
    until(lambda: [run["Status"] for run in runs(nodes, name)] == ["Success"])
    nodes.ssm.put_parameter(Name=parameter, Type="String", Value="b", Overwrite=True)
    until(lambda: len(runs(nodes, name)) == 2)


def test_a_new_target_runs_it_for_that_one_alone(nodes: Fleet, made: Callable[..., str]) -> None:
    name = made()
    assert runs(nodes, name) == []
    (late,) = nodes.nodes(1)
    (run,) = until(lambda: runs(nodes, name))
    asked = {"AssociationId": name, "ExecutionId": run["ExecutionId"]}
    targets = nodes.ssm.describe_association_execution_targets(**asked)["AssociationExecutionTargets"]
    assert [target["ResourceId"] for target in targets] == [late]


def test_only_at_its_cron_it_waits(nodes: Fleet, made: Callable[..., str]) -> None:
    nodes.nodes(1)
    name = made(ScheduleExpression="cron(0 2 ? * SUN *)", ApplyOnlyAtCronInterval=True)
    assert runs(nodes, name) == []
    assert nodes.ssm.start_associations_once(AssociationIds=[name]).keys() == {"ResponseMetadata"}
    until(lambda: [run["Status"] for run in runs(nodes, name)] == ["Success"])


def test_a_rate_runs_it_again(nodes: Fleet, made: Callable[..., str]) -> None:
    nodes.nodes(1)
    name = made(ScheduleExpression="rate(30 minutes)")
    nodes.settings(command_clock=3600)
    until(lambda: len(runs(nodes, name)) >= 2)


def test_what_is_refused(nodes: Fleet, made: Callable[..., str]) -> None:
    def code(**fields: Any) -> str:
        with pytest.raises(ClientError) as caught:
            made(**fields)
        return str(caught.value.response["Error"]["Code"])

    assert code(Name="Nothing-Here") == "InvalidDocument"
    assert code(Parameters={"action": ["restart"]}) == "InvalidParameters"
    for schedule in ("rate(10 minutes)", "rate(32 days)", "cron(0 2 ? 5 SUN *)", "every day"):
        assert code(ScheduleExpression=schedule) == "InvalidSchedule"
    assert code(ScheduleExpression="rate(1 day)", ApplyOnlyAtCronInterval=True) == "InvalidSchedule"
    with pytest.raises(ClientError, match="AssociationDoesNotExist"):
        nodes.ssm.describe_association(AssociationId="0" * 8 + "-0000-0000-0000-" + "0" * 12)
    with pytest.raises(ClientError, match="ValidationException"):
        nodes.ssm.start_associations_once(AssociationIds=["0" * 8 + "-0000-0000-0000-" + "0" * 12] * 11)


def test_a_node_is_told_lists_and_reports(nodes: Fleet, made: Callable[..., str]) -> None:
    node = Player(nodes.standin, nodes.instance()).start()
    assert node.call("ListInstanceAssociations", "ssm", InstanceId=node.id)[1]["Associations"] == []
    name = made(Parameters={"action": ["status"]})
    (message,) = node.messages()
    payload = json.loads(message["Payload"])
    assert payload["DocumentContent"]["mainSteps"][0]["action"] == "aws:refreshAssociation"
    assert payload["Parameters"] == {"associationIds": [name]}
    node.acknowledge(message)
    (listed,) = node.call("ListInstanceAssociations", "ssm", InstanceId=node.id)[1]["Associations"]
    assert (listed["AssociationId"], listed["Name"], listed["Parameters"]) == (name, AGENT, {"action": ["status"]})
    for status in ("Pending", "InProgress", "Failed"):
        result = {"Status": status, "ExecutionDate": time.time(), "ExecutionSummary": "3 out of 3", "ErrorCode": "ExecutionError"}
        asked = {"AssociationId": name, "InstanceId": node.id, "ExecutionResult": result}
        assert node.call("UpdateInstanceAssociationStatus", "ssm", **asked)[0] == 200
    assert [run["Status"] for run in runs(nodes, name)] == ["Failed"]
    shown = nodes.ssm.describe_instance_associations_status(InstanceId=node.id)["InstanceAssociationStatusInfos"]
    assert [(item["Status"], item["ErrorCode"]) for item in shown] == [("Failed", "ExecutionError")]
    nodes.ssm.update_association(AssociationId=name, Targets=nodes.targets)
    (again,) = node.call("ListInstanceAssociations", "ssm", InstanceId=node.id)[1]["Associations"]
    assert again["Checksum"] != listed["Checksum"]
