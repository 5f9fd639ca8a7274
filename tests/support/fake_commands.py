# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run Command on memory: documents, nodes that answer by a table, and time that passes only where somebody sleeps."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

from botocore.exceptions import ClientError, EndpointConnectionError

SCRIPT = {
    "schemaVersion": "1.2",
    "parameters": {
        "commands": {"type": "StringList", "minItems": 1, "displayType": "textarea"},
        "workingDirectory": {"type": "String", "default": "", "maxChars": 4096},
        "executionTimeout": {"type": "String", "default": "3600", "allowedPattern": "([1-9][0-9]{0,4})|(1[0-6][0-9]{4})"},
    },
    "runtimeConfig": {"aws:runShellScript": {"properties": [{"id": "0.aws:runShellScript", "runCommand": "{{ commands }}"}]}},
}
TWO_STEPS = {
    "schemaVersion": "2.2",
    "parameters": {
        "action": {"type": "String", "allowedValues": ["Install", "Uninstall"]},
        "count": {"type": "Integer", "default": 1},
        "flag": {"type": "Boolean", "default": True},
        "map": {"type": "StringMap", "default": {}},
        "word": {"type": "String", "default": "", "allowedPattern": "^[a-z]*$", "maxChars": 8},
    },
    "mainSteps": [{"action": "aws:runShellScript", "name": "first"}, {"action": "aws:runShellScript", "name": "second"}],
}
DOCUMENTS: dict[str, dict[str, Any]] = {"AWS-RunShellScript": SCRIPT, "Two": TWO_STEPS}
MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)


def plugin(name: str = "aws:runShellScript", status: str = "Success", code: int = 0, output: str = "") -> dict[str, Any]:
    """A step as ListCommandInvocations shows it."""
    return {"Name": name, "Status": status, "StatusDetails": status, "ResponseCode": code, "Output": output}


def invocation(node: str, details: str = "Success", *plugins: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An invocation; without *plugins* one step that ended as the whole."""
    status = {"ExecutionTimedOut": "TimedOut", "DeliveryTimedOut": "TimedOut", "Undeliverable": "Failed"}.get(details, details)
    steps = list(plugins) or [plugin(status=details, code=0 if details == "Success" else 1)]
    return {"InstanceId": node, "Status": status, "StatusDetails": details, "CommandPlugins": steps, "CommandId": "", **more}


class FakeRunCommand:
    """A client of SSM. ``states``: node → its states, one for each poll, the last one for ever (default: Success at once).

    ``hidden``: polls for which nothing of a command is visible; ``fail``: operation → errors of its next calls; ``lose``: the next
    answers of SendCommand that get lost. ``asked``: every call.
    """

    def __init__(self, **states: list[str]) -> None:
        self.states = states
        self.hidden = 0
        self.fail: dict[str, list[Exception]] = {}
        self.lose = 0
        self.pages = 50
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.commands: dict[str, dict[str, Any]] = {}
        self.polls: dict[str, int] = {}
        self.cancelled: set[tuple[str, str]] = set()
        self.matching: list[str] = []
        self.nodes: dict[str, dict[str, Any]] = {}
        self.output: dict[str, Any] = {}
        self.seconds = 0.0

    def clock(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def names(self) -> list[str]:
        return [name for name, _request in self.asked]

    def called(self, name: str) -> list[dict[str, Any]]:
        return [request for operation, request in self.asked if operation == name]

    def _ask(self, name: str, request: dict[str, Any]) -> None:
        self.asked.append((name, request))
        if self.fail.get(name):
            raise self.fail[name].pop(0)

    def get_document(self, **request: Any) -> dict[str, Any]:
        self._ask("get_document", request)
        name = request["Name"]
        if name not in DOCUMENTS:
            raise client_error("InvalidDocument", "GetDocument")
        return {"Name": name, "DocumentVersion": "1", "DocumentType": "Command", "Content": json.dumps(DOCUMENTS[name])}

    def describe_document(self, **request: Any) -> dict[str, Any]:
        self._ask("describe_document", request)
        return {"Document": {"PlatformTypes": ["Linux"]}}

    def describe_instance_information(self, **request: Any) -> dict[str, Any]:
        self._ask("describe_instance_information", request)
        found = list(self.nodes.items())
        for one in request["Filters"]:
            key, values = one["Key"], one["Values"]
            if key == "InstanceIds":
                found = [(name, node) for name, node in found if name in values]
            else:
                found = [(name, node) for name, node in found if node.get("tags", {}).get(key[4:]) in values]
        return {
            "InstanceInformationList": [
                {"PingStatus": "Online", "PlatformType": "Linux", "InstanceId": name, **node} for name, node in found
            ]
        }

    def send_command(self, **request: Any) -> dict[str, Any]:
        self._ask("send_command", request)
        command = {**request, "CommandId": f"c-{len(self.commands) + 1}", "RequestedDateTime": MOMENT, "Status": "Pending"}
        nodes = request.get("InstanceIds") or self.matching
        self.commands[command["CommandId"]] = {**command, "Nodes": nodes}
        if self.lose:
            self.lose -= 1
            raise EndpointConnectionError(endpoint_url="https://ssm")
        return {"Command": command}

    def cancel_command(self, **request: Any) -> None:
        self._ask("cancel_command", request)
        nodes = request.get("InstanceIds") or self.commands[request["CommandId"]]["Nodes"]
        self.cancelled |= {(request["CommandId"], node) for node in nodes}

    def _details(self, command_id: str, node: str) -> str:
        states = self.states.get(node, ["Success"])
        now = states[min(self.polls.get(command_id, 1), len(states)) - 1]
        return "Cancelled" if (command_id, node) in self.cancelled and now in ("Pending", "InProgress") else now

    def list_commands(self, **request: Any) -> dict[str, Any]:
        self._ask("list_commands", request)
        if "CommandId" not in request:
            return {"Commands": list(self.commands.values())}
        command = self.commands.get(request["CommandId"])
        if command is None:
            return {"Commands": []}
        name = command["CommandId"]
        self.polls[name] = self.polls.get(name, 0) + 1
        if self.polls[name] <= self.hidden:
            return {"Commands": []}
        details = [self._details(name, node) for node in command["Nodes"]]
        going = any(one in ("Pending", "InProgress", "Delayed") for one in details)
        state = "InProgress" if going else "Success" if "Success" in details or not details else "Failed"
        more = {"TargetCount": len(details), "Status": state, "StatusDetails": state if details else "NoInstancesInTag"}
        return {"Commands": [{**command, **more}]}

    def list_command_invocations(self, **request: Any) -> dict[str, Any]:
        self._ask("list_command_invocations", request)
        name = request["CommandId"]
        if self.polls.get(name, 0) <= self.hidden:
            return {"CommandInvocations": []}
        start = int(request.get("NextToken") or 0)
        nodes = self.commands[name]["Nodes"]
        shown = [{**invocation(node, self._details(name, node)), "CommandId": name} for node in nodes[start : start + self.pages]]
        more = {"NextToken": str(start + self.pages)} if start + self.pages < len(nodes) else {}
        for item in shown:
            item["CommandPlugins"] = [{**step, **self.output} for step in item["CommandPlugins"]] if request["Details"] else []
        return {"CommandInvocations": shown, **more}

    def get_command_invocation(self, **request: Any) -> dict[str, Any]:
        self._ask("get_command_invocation", request)
        return {"StandardOutputContent": "o" * 3000, "StandardErrorContent": "e"}


def client_error(code: str, operation: str = "SendCommand", status: int = 400) -> ClientError:
    """An error answer of AWS."""
    return ClientError({"Error": {"Code": code, "Message": "as AWS says it"}, "ResponseMetadata": {"HTTPStatusCode": status}}, operation)
