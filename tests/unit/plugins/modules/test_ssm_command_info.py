# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module's edge: ids in, verdicts and whether all has ended out."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import module as aws_module
from ansible_collections.cloudwatch.agent.plugins.modules import ssm_command_info
from ansible_collections.cloudwatch.agent.tests.support.fake_commands import FakeRunCommand, client_error


@pytest.fixture
def ssm(monkeypatch: pytest.MonkeyPatch) -> FakeRunCommand:
    client = FakeRunCommand(a=["InProgress", "Failed"])
    client.send_command(DocumentName="Two", InstanceIds=["a", "b"], Parameters={"action": ["Install"]})
    monkeypatch.setattr(aws_module.AwsModule, "retrying_client", lambda _self, _service: client)
    return client


def test_verdicts_by_now_and_at_the_end(ssm: FakeRunCommand, run_module: Any) -> None:
    first = run_module(ssm_command_info.main, {"region": "us-east-1", "command_ids": ["c-1", "c-9", "c-1"]})
    assert (first["counts"], first["ended"], first["missing"]) == ({"ok": 1, "running": 1}, False, ["c-9"])
    assert [(one["command_id"], one["document"]) for one in first["commands"]] == [("c-1", "Two")]
    last = run_module(ssm_command_info.main, {"region": "us-east-1", "command_ids": ["c-1"]})
    assert (last["counts"], last["ended"], last["changed"]) == ({"ok": 1, "failed": 1}, True, False)
    assert last["nodes"][0]["steps"][0]["exit_code"] == 1


def test_what_shows_no_end_has_not_ended(ssm: FakeRunCommand, run_module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command may be a success before all of its nodes show."""
    listed = ssm.list_command_invocations
    monkeypatch.setattr(
        ssm, "list_command_invocations", lambda **request: {"CommandInvocations": listed(**request)["CommandInvocations"][:1]}
    )
    found = [run_module(ssm_command_info.main, {"region": "us-east-1", "command_ids": ["c-1"]}) for _look in range(2)]
    assert [(sum(one["counts"].values()), one["ended"]) for one in found] == [(1, False), (1, False)]


def test_a_refusal_is_one_message(ssm: FakeRunCommand, run_module: Any) -> None:
    ssm.fail = {"list_commands": [client_error("AccessDeniedException", "ListCommands")]}
    refused = run_module(ssm_command_info.main, {"region": "us-east-1", "command_ids": ["c-1"]})
    assert refused["failed"] and "allow ssm:ListCommands" in refused["msg"]
