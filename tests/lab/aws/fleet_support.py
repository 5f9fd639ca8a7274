# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Systems Manager for tests: simulated nodes, and one that a test plays itself."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aws.conftest import Standin


class Fleet:
    """Nodes of the stand-in under a tag of their own, and commands to them."""

    def __init__(self, standin: Standin) -> None:
        self.standin = standin
        self.ssm = standin.client("ssm", read_timeout=30)
        self.tag = uuid.uuid4().hex[:8]

    def nodes(self, count: int = 1, **fields: Any) -> list[str]:
        """Make simulated nodes (see aws/systems_manager/simulated.py); returns their ids."""
        status, text = self.standin.ask("POST", "/_lab/nodes", {"count": count, "tags": {"Fleet": self.tag}, **fields})
        assert status == 200, text
        found: list[str] = json.loads(text)["nodes"]
        return found

    def settings(self, **fields: float) -> None:
        """Change the stand-in's settings."""
        assert self.standin.ask("POST", "/_lab/settings", fields)[0] == 200

    @property
    def targets(self) -> list[dict[str, Any]]:
        """All nodes of this fleet."""
        return [{"Key": "tag:Fleet", "Values": [self.tag]}]

    def send(self, *ids: str, lines: tuple[str, ...] = ("true",), **fields: Any) -> str:
        """Send a script to nodes, without ids to all of the fleet; returns the command's id."""
        who: dict[str, Any] = {"InstanceIds": list(ids)} if ids else {"Targets": self.targets}
        asked = {"DocumentName": "AWS-RunShellScript", "Parameters": {"commands": list(lines)}, **fields}
        command: str = self.ssm.send_command(**who, **asked)["Command"]["CommandId"]
        return command

    def command(self, identity: str) -> dict[str, Any]:
        """What ListCommands says of a command."""
        found: dict[str, Any] = self.ssm.list_commands(CommandId=identity)["Commands"][0]
        return found

    def details(self, identity: str) -> list[str]:
        """StatusDetails of a command's invocations, in the order of the nodes."""
        pages = self.ssm.get_paginator("list_command_invocations").paginate(CommandId=identity)
        return [item["StatusDetails"] for page in pages for item in page["CommandInvocations"]]

    def instance(self) -> str:
        """Start an instance of EC2 of this fleet; returns its id."""
        ec2 = self.standin.client("ec2")
        tags = [{"ResourceType": "instance", "Tags": [{"Key": "Fleet", "Value": self.tag}]}]
        image = ec2.describe_images(Filters=[{"Name": "architecture", "Values": ["arm64"]}])["Images"][0]["ImageId"]
        made: str = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, TagSpecifications=tags)["Instances"][0]["InstanceId"]
        return made


class Player:
    """A node that a test plays: it says what the test wants, as an agent says it."""

    def __init__(self, standin: Standin, node_id: str) -> None:
        self.standin = standin
        self.id = node_id

    def call(self, operation: str, service: str = "ec2messages", **params: Any) -> tuple[int, dict[str, Any]]:
        """A call of the node; status and answer."""
        target = {"ec2messages": "EC2WindowsMessageDeliveryService", "ssm": "AmazonSSM"}[service]
        scope = f"AWS4-HMAC-SHA256 Credential=LABX/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=..."
        headers = {"X-Amz-Target": f"{target}.{operation}", "Authorization": scope, "Content-Type": "application/x-amz-json-1.1"}
        status, body = self.standin.raw("POST", "/", json.dumps(params).encode(), headers)
        return status, json.loads(body or b"{}")

    def start(self, **said: str) -> Player:
        """Say who it is, as an agent that starts."""
        fields = {"AgentName": "amazon-ssm-agent", "AgentVersion": "3.3.1142.0", "PlatformType": "Linux", **said}
        assert self.call("UpdateInstanceInformation", "ssm", InstanceId=self.id, **fields)[0] == 200
        return self

    def messages(self, hidden: int = 10) -> list[dict[str, Any]]:
        """Ask once for messages."""
        asked = {"Destination": self.id, "MessagesRequestId": str(uuid.uuid4()), "VisibilityTimeoutInSeconds": hidden}
        status, answer = self.call("GetMessages", **asked)
        assert status == 200, answer
        found: list[dict[str, Any]] = answer["Messages"]
        return found

    def reply(self, message: dict[str, Any], status: str, **steps: dict[str, Any]) -> None:
        """Send a reply; steps by their names, with the colon of a plugin's name written as two underscores."""
        runtime = {name.replace("__", ":"): step for name, step in steps.items()}
        payload = {"documentStatus": status, "documentTraceOutput": "", "runtimeStatus": runtime}
        asked = {"MessageId": message["MessageId"], "Payload": json.dumps(payload), "ReplyId": str(uuid.uuid4())}
        assert self.call("SendReply", **asked)[0] == 200

    def acknowledge(self, message: dict[str, Any]) -> None:
        """Take a message."""
        assert self.call("AcknowledgeMessage", MessageId=message["MessageId"])[0] == 200
