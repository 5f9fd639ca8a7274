# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes: what they say of themselves, messages and replies by the agent's protocol, documents."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from awaiting import until
from botocore.exceptions import ClientError

from aws.fleet_support import Player

if TYPE_CHECKING:
    from aws.fleet_support import Fleet


@pytest.fixture
def node(nodes: Fleet) -> Player:
    """An instance of EC2 whose agent the test plays."""
    return Player(nodes.standin, nodes.instance()).start()


def info(nodes: Fleet, *filters: dict[str, Any]) -> list[dict[str, Any]]:
    pages = nodes.ssm.get_paginator("describe_instance_information").paginate(Filters=list(filters))
    return [item for page in pages for item in page["InstanceInformationList"]]


def test_a_node_is_online_once_it_spoke(nodes: Fleet, node: Player) -> None:
    filters = {"Key": "InstanceIds", "Values": [node.id]}
    node.start(ComputerName="web-1", PlatformName="Debian GNU/Linux", PlatformVersion="12", SSMConnectionChannel="")
    (found,) = info(nodes, filters)
    assert (found["PingStatus"], found["ResourceType"], found["ComputerName"]) == ("Online", "EC2Instance", "web-1")
    nodes.settings(node_lost_seconds=0)
    assert info(nodes, filters)[0]["PingStatus"] == "ConnectionLost"
    nodes.standin.client("ec2").stop_instances(InstanceIds=[node.id])
    assert info(nodes, filters) == [], "there is no stopped node in the list"


def test_an_unknown_node_is_refused(nodes: Fleet) -> None:
    status, answer = Player(nodes.standin, "i-0123456789abcdef0").call("UpdateInstanceInformation", "ssm", InstanceId="i-0123456789abcdef0")
    assert (status, answer["__type"]) == (400, "InvalidInstanceId")


def test_listing_nodes_has_pages_and_filters(nodes: Fleet) -> None:
    ids = nodes.nodes(12)
    nodes.nodes(1, ping="ConnectionLost", platform="Windows", kind="hybrid")
    by_tag = {"Key": "tag:Fleet", "Values": [nodes.tag]}
    assert len(nodes.ssm.describe_instance_information(Filters=[by_tag])["InstanceInformationList"]) == 10
    assert len(info(nodes, by_tag)) == 13
    lost = info(nodes, {"Key": "PingStatus", "Values": ["ConnectionLost"]}, {"Key": "PlatformTypes", "Values": ["Windows"]})
    assert [item["ResourceType"] for item in lost] == ["ManagedInstance"]
    assert {item["InstanceId"] for item in info(nodes, {"Key": "InstanceIds", "Values": ids})} == set(ids)
    with pytest.raises(ClientError, match="InvalidFilterKey"):
        info(nodes, by_tag, {"Key": "PingStatus", "Values": ["Online"]})
    with pytest.raises(ClientError, match="ValidationException"):
        nodes.ssm.describe_instance_information(MaxResults=51)


def test_a_message_holds_the_whole_document_and_comes_again_until_it_is_taken(nodes: Fleet, node: Player) -> None:
    identity = nodes.send(node.id, lines=("echo 'a'", "echo b"), CloudWatchOutputConfig={"CloudWatchOutputEnabled": True})
    (message,) = node.messages(hidden=0)
    assert (message["MessageId"], message["Topic"]) == (f"aws.ssm.{identity}.{node.id}", "aws.ssm.sendCommand")
    payload = json.loads(message["Payload"])
    assert payload["Parameters"] == {"commands": ["echo 'a'", "echo b"]}
    assert payload["DocumentContent"]["schemaVersion"] == "1.2" and payload["CommandId"] == identity
    assert (payload["CloudWatchOutputEnabled"], payload["CloudWatchLogGroupName"]) == ("true", "/aws/ssm/AWS-RunShellScript")
    assert nodes.details(identity) == ["Pending"]
    assert node.messages(hidden=0)[0]["MessageId"] == message["MessageId"]
    node.acknowledge(message)
    assert nodes.details(identity) == ["InProgress"]
    node.reply(message, "Success", aws__runShellScript={"status": "Success", "code": 0, "standardOutput": "a\nb\n", "output": "a\nb\n"})
    assert nodes.ssm.get_command_invocation(CommandId=identity, InstanceId=node.id)["StandardOutputContent"] == "a\nb\n"


def test_a_poll_waits_for_its_message(nodes: Fleet, node: Player) -> None:
    found: list[Any] = []
    poll = threading.Thread(target=lambda: found.extend(node.messages()))
    poll.start()
    began = time.monotonic()
    nodes.send(node.id)
    poll.join(5)
    assert len(found) == 1 and time.monotonic() - began < 3


def test_steps_are_accumulated_and_an_end_is_an_end(nodes: Fleet, node: Player) -> None:
    identity = nodes.send(node.id, DocumentName="AmazonCloudWatch-ManageAgent", Parameters={})
    (message,) = node.messages()
    node.acknowledge(message)
    times = {"startDateTime": "2026-01-02T03:04:05.250Z", "endDateTime": "2026-01-02T03:04:07.500Z"}
    node.reply(message, "InProgress", ControlCloudWatchAgentLinux={"status": "Failed", "code": 3, "standardError": "no", **times})
    node.reply(message, "InProgress", ControlCloudWatchAgentMacOS={"status": "Skipped", "code": 0})
    node.reply(message, "Failed")
    node.reply(message, "Success", ControlCloudWatchAgentLinux={"status": "Success", "code": 0})
    shown = nodes.ssm.list_command_invocations(CommandId=identity, Details=True)["CommandInvocations"][0]
    assert shown["StatusDetails"] == "Failed"
    assert [step["ResponseCode"] for step in shown["CommandPlugins"]] == [-1, 3, 0]
    linux = nodes.ssm.get_command_invocation(CommandId=identity, InstanceId=node.id, PluginName="ControlCloudWatchAgentLinux")
    assert (linux["StandardErrorContent"], linux["ExecutionElapsedTime"]) == ("no", "PT2.250S")


def test_a_reboot_leaves_it_in_progress(nodes: Fleet, node: Player) -> None:
    identity = nodes.send(node.id)
    (message,) = node.messages()
    node.acknowledge(message)
    node.reply(message, "SuccessAndReboot", aws__runShellScript={"status": "SuccessAndReboot", "code": 194})
    assert nodes.details(identity) == ["InProgress"]
    node.reply(message, "Success", aws__runShellScript={"status": "Success", "code": 0})
    assert nodes.details(identity) == ["Success"]


def test_the_api_cuts_what_a_node_sends(nodes: Fleet, node: Player) -> None:
    identity = nodes.send(node.id)
    (message,) = node.messages()
    step = {"status": "Failed", "code": 1, "output": "o" * 3000, "standardOutput": "o" * 25000, "standardError": "e" * 20000}
    node.reply(message, "Failed", aws__runShellScript=step)
    found = nodes.ssm.get_command_invocation(CommandId=identity, InstanceId=node.id)
    assert (len(found["StandardOutputContent"]), len(found["StandardErrorContent"])) == (24000, 8000)
    shown = nodes.ssm.list_command_invocations(CommandId=identity, Details=True)["CommandInvocations"][0]["CommandPlugins"][0]
    assert len(shown["Output"]) == 2500


def test_a_cancel_is_a_message_too(nodes: Fleet, node: Player) -> None:
    identity = nodes.send(node.id)
    (message,) = node.messages()
    node.acknowledge(message)
    nodes.ssm.cancel_command(CommandId=identity)
    (cancel,) = node.messages()
    assert cancel["Topic"] == "aws.ssm.cancelCommand"
    assert json.loads(cancel["Payload"])["CancelMessageId"] == message["MessageId"]
    assert nodes.details(identity) == ["Cancelling"]
    node.reply(message, "Cancelled", aws__runShellScript={"status": "Cancelled", "code": 137})
    assert nodes.details(identity) == ["Cancelled"]
    waiting = nodes.send(node.id)
    nodes.ssm.cancel_command(CommandId=waiting)
    assert nodes.details(waiting) == ["Cancelled"], "what no node has taken is cancelled at once"


def test_what_was_not_delivered_in_time_is_not_given_out(nodes: Fleet, node: Player) -> None:
    late = nodes.send(node.id, TimeoutSeconds=30)
    nodes.settings(command_clock=1000)
    until(lambda: nodes.details(late) == ["DeliveryTimedOut"], 10)
    nodes.command(nodes.send(node.id, TimeoutSeconds=2592000))
    assert len(node.messages()) == 1


def test_the_control_channel_is_refused_in_the_word_that_agents_know(nodes: Fleet, node: Player) -> None:
    scope = "AWS4-HMAC-SHA256 Credential=LABX/20260101/us-east-1/ssmmessages/aws4_request, SignedHeaders=host, Signature=..."
    status, body = nodes.standin.raw("POST", f"/v1/control-channel/{node.id}", b"{}", {"Authorization": scope})
    assert status == 400 and b"<AccessDeniedException>" in body


def test_a_role_without_rights_gets_no_node_online(nodes: Fleet) -> None:
    """Its keys are those of the instance, its word is refused until the role may."""
    iam, sts, name = nodes.standin.client("iam"), nodes.standin.client("sts"), f"node-{nodes.tag}"
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]
    instance = nodes.instance()
    keys = sts.assume_role(RoleArn=role["Arn"], RoleSessionName=instance)["Credentials"]
    asked = {"key": keys["AccessKeyId"], "secret": keys["SecretAccessKey"], "token": keys["SessionToken"]}
    with pytest.raises(ClientError, match="AccessDeniedException"):
        _said(nodes, asked, instance)
    iam.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore")
    _said(nodes, asked, instance)
    assert [item["InstanceId"] for item in info(nodes, {"Key": "InstanceIds", "Values": [instance]})] == [instance]
    with pytest.raises(ClientError, match="AccessDeniedException"):
        _said(nodes, asked, nodes.instance())


def _said(nodes: Fleet, keys: dict[str, str], instance: str) -> None:
    """UpdateInstanceInformation, which boto3 does not know, signed with a role's keys."""
    from botocore.auth import SigV4Auth  # noqa: PLC0415
    from botocore.awsrequest import AWSRequest  # noqa: PLC0415
    from botocore.credentials import Credentials  # noqa: PLC0415

    body = json.dumps({"InstanceId": instance, "AgentName": "amazon-ssm-agent", "PlatformType": "Linux"})
    headers = {"X-Amz-Target": "AmazonSSM.UpdateInstanceInformation", "Content-Type": "application/x-amz-json-1.1"}
    request = AWSRequest("POST", nodes.standin.url + "/", headers, body)
    SigV4Auth(Credentials(keys["key"], keys["secret"], keys["token"]), "ssm", "us-east-1").add_auth(request)
    status, text = nodes.standin.raw("POST", "/", body.encode(), dict(request.headers))
    if status != 200:
        raise ClientError({"Error": {"Code": json.loads(text)["__type"], "Message": ""}}, "UpdateInstanceInformation")


STEPS = {"schemaVersion": "2.2", "mainSteps": [{"action": "aws:runShellScript", "name": "one", "inputs": {"runCommand": ["true"]}}]}


def test_documents_have_versions_and_only_the_default_runs(nodes: Fleet, node: Player) -> None:
    name, ssm = f"lab-{nodes.tag}", nodes.ssm
    ssm.create_document(Name=name, Content=json.dumps(STEPS), DocumentType="Command")
    with pytest.raises(ClientError, match="DocumentAlreadyExists"):
        ssm.create_document(Name=name, Content=json.dumps(STEPS), DocumentType="Command")
    second = json.dumps(STEPS).replace('"one"', '"two"')
    ssm.update_document(Name=name, Content=second, DocumentVersion="$LATEST")
    with pytest.raises(ClientError, match="DuplicateDocumentContent"):
        ssm.update_document(Name=name, Content=second, DocumentVersion="$LATEST")
    described = ssm.describe_document(Name=name)["Document"]
    assert (described["DocumentVersion"], described["LatestVersion"], described["PlatformTypes"]) == ("1", "2", ["Linux", "MacOS"])
    nodes.send(node.id, DocumentName=name, Parameters={})
    nodes.send(node.id, DocumentName=name, DocumentVersion="$LATEST", Parameters={})
    contents = [json.loads(message["Payload"])["DocumentContent"] for message in node.messages()]
    assert [content["mainSteps"][0]["name"] for content in contents] == ["one", "two"]
    ssm.update_document_default_version(Name=name, DocumentVersion="2")
    assert json.loads(ssm.get_document(Name=name)["Content"])["mainSteps"][0]["name"] == "two"
    assert "mainSteps:" in ssm.get_document(Name=name, DocumentFormat="YAML")["Content"]
    with pytest.raises(ClientError, match="InvalidDocumentContent"):
        ssm.create_document(Name=f"{name}-x", Content="{}x", DocumentType="Command")
    ssm.delete_document(Name=name)
    with pytest.raises(ClientError, match="InvalidDocument"):
        ssm.get_document(Name=name)


def test_the_documents_of_amazon(nodes: Fleet) -> None:
    described = nodes.ssm.describe_document(Name="AmazonCloudWatch-ManageAgent")["Document"]
    assert (described["Owner"], described["PlatformTypes"]) == ("Amazon", ["Windows", "Linux", "MacOS"])
    content = json.loads(nodes.ssm.get_document(Name="AmazonCloudWatch-ManageAgent")["Content"])
    assert content["parameters"]["optionalConfigurationSource"]["allowedValues"] == ["ssm", "default", "all"]
    owned = nodes.ssm.list_documents(Filters=[{"Key": "Owner", "Values": ["Amazon"]}])["DocumentIdentifiers"]
    assert {"AWS-RunShellScript", "AWS-ConfigureAWSPackage"} <= {item["Name"] for item in owned}
