# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API of Run Command: one call a function, botocore's exceptions as AwsError. Private to this collection.

Shapes are those of the SSM API reference; limits: 50 ids a SendCommand, 50 invocations or nodes a page, 100 ids a filter of nodes.
"""

from __future__ import annotations

from typing import Any, Callable, Iterator

from .errors import FLEET, aws_call

PAGE = 50


def pages(call: Callable[[str | None], dict[str, Any]], key: str) -> Iterator[dict[str, Any]]:
    """The items of all pages of *call*, which takes the token of the next one; an empty page may have one, too."""
    token = None
    while True:
        answer = call(token)
        yield from answer.get(key) or []
        token = answer.get("NextToken")
        if not token:
            break


def _more(token: str | None) -> dict[str, str]:
    return {"NextToken": token} if token else {}


@aws_call("read the document {name}", FLEET)
def get_document(client: Any, name: str, version: str) -> dict[str, Any]:
    chosen = {"DocumentVersion": version} if version else {}
    return client.get_document(Name=name, DocumentFormat="JSON", **chosen)


@aws_call("describe the document {name}", FLEET)
def describe_document(client: Any, name: str, version: str) -> dict[str, Any]:
    chosen = {"DocumentVersion": version} if version else {}
    return client.describe_document(Name=name, **chosen)["Document"]


@aws_call("send the command", FLEET)
def send_command(client: Any, request: dict[str, Any]) -> dict[str, Any]:
    return client.send_command(**request)["Command"]


@aws_call("cancel the command {command_id}", FLEET)
def cancel_command(client: Any, command_id: str, ids: list[str]) -> None:
    client.cancel_command(CommandId=command_id, **({"InstanceIds": ids} if ids else {}))


@aws_call("read the command {command_id}", FLEET)
def list_command(client: Any, command_id: str) -> dict[str, Any]:
    """The command; empty as long as it is not visible."""
    found = client.list_commands(CommandId=command_id).get("Commands") or []
    return found[0] if found else {}


@aws_call("list the commands since {since}", FLEET)
def list_commands(client: Any, since: str, document: str, token: str | None) -> dict[str, Any]:
    filters = [{"key": "InvokedAfter", "value": since}, *([{"key": "DocumentName", "value": document}] if document else [])]
    return client.list_commands(Filters=filters, MaxResults=PAGE, **_more(token))


@aws_call("read what nodes said of the command {command_id}", FLEET)
def list_invocations(client: Any, command_id: str, details: bool, token: str | None) -> dict[str, Any]:
    return client.list_command_invocations(CommandId=command_id, Details=details, MaxResults=PAGE, **_more(token))


@aws_call("read the output of {instance_id}", FLEET)
def get_invocation(client: Any, command_id: str, instance_id: str, step: str) -> dict[str, Any]:
    return client.get_command_invocation(CommandId=command_id, InstanceId=instance_id, PluginName=step)


@aws_call("read the managed nodes", FLEET)
def describe_nodes(client: Any, filters: list[dict[str, Any]], token: str | None) -> dict[str, Any]:
    return client.describe_instance_information(Filters=filters, MaxResults=PAGE, **_more(token))
