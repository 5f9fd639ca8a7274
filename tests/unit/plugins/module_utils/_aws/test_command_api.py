# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls: pages, and errors that name the action and the guide."""

from __future__ import annotations

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import command_api as api
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.tests.support.fake_commands import FakeRunCommand, client_error


def test_pages_are_read_to_the_last_and_an_empty_one_in_between_ends_nothing() -> None:
    answers = {None: {"Items": [{"a": 1}], "NextToken": "x"}, "x": {"NextToken": "y"}, "y": {"Items": [{"a": 2}]}}
    assert list(api.pages(lambda token: answers[token], "Items")) == [{"a": 1}, {"a": 2}]


def test_a_refusal_names_action_and_guide() -> None:
    client = FakeRunCommand()
    client.fail = {"send_command": [client_error("AccessDeniedException")]}
    with pytest.raises(AwsError, match=r"send the command: AccessDeniedException.*allow ssm:SendCommand.*guide on hosts without SSH"):
        api.send_command(client, {"DocumentName": "Doc"})
    with pytest.raises(AwsError, match=r"read the document Nope: InvalidDocument.*Hint: check the name of the document"):
        api.get_document(client, "Nope", "")


def test_a_cancel_names_nodes_only_where_there_are_some() -> None:
    client = FakeRunCommand()
    client.commands = {"c": {"Nodes": []}}
    api.cancel_command(client, "c", [])
    api.cancel_command(client, "c", ["i-1"])
    assert client.called("cancel_command") == [{"CommandId": "c"}, {"CommandId": "c", "InstanceIds": ["i-1"]}]
