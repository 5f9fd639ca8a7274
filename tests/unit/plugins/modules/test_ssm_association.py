# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module's edge: quartets, what stays, what is refused, and a run that is waited for."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import associations
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import module as aws_module
from ansible_collections.cloudwatch.agent.plugins.modules import ssm_association
from ansible_collections.cloudwatch.agent.tests.support.fake_associations import FakeStateManager, association
from ansible_collections.cloudwatch.agent.tests.support.fake_commands import client_error

WEB = [{"key": "tag:Role", "values": ["web"]}]


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> FakeStateManager:
    fake = FakeStateManager()
    monkeypatch.setattr(aws_module.AwsModule, "retrying_client", lambda _self, _service: fake)
    monkeypatch.setattr(aws_module.AwsModule, "single_client", lambda _self, _service: fake)
    made = associations.Store
    monkeypatch.setattr(ssm_association.aws, "Store", lambda reader, single: made(reader, single, fake.clock, fake.sleep))
    return fake


@pytest.fixture
def run(client: FakeStateManager, run_module: Any) -> Any:
    def once(check: bool = False, **arguments: Any) -> dict[str, Any]:
        given = {"region": "us-east-1", "name": "agent", **arguments}
        result: dict[str, Any] = run_module(ssm_association.main, given, check_mode=check, diff=True)
        return result

    return once


def quartet(run: Any, client: FakeStateManager, **arguments: Any) -> dict[str, Any]:
    """CHECK, run, CHECK, run: predicted, made once, and then left alone."""
    check = run(check=True, **arguments)
    writes = len([name for name in client.names() if name.startswith(("create_", "update_", "delete_"))])
    made = run(**arguments)
    again, last = run(check=True, **arguments), run(**arguments)
    assert check["changed"] and made["changed"] and not again["changed"] and not last["changed"], (check, made, again, last)
    assert check["diff"] == made["diff"] and check.get("association") == made.get("association")
    assert len([name for name in client.names() if name.startswith(("create_", "update_", "delete_"))]) == writes + 1
    return made


def test_made_changed_and_gone(run: Any, client: FakeStateManager) -> None:
    made = quartet(run, client, document="Two", parameters={"action": "Install", "word": "abc"}, targets=WEB, schedule="rate(1 day)")
    assert made["association"]["Parameters"] == {"action": ["Install"], "word": ["abc"]}
    assert made["diff"]["before"] == {}
    changed = quartet(run, client, parameters={"word": "x"}, compliance_severity="HIGH")
    assert changed["differences"] == ["ComplianceSeverity", "Parameters"]
    assert changed["association"]["Parameters"] == {"action": ["Install"], "word": ["x"]}
    assert changed["association"]["ScheduleExpression"] == "rate(1 day)"
    assert changed["association_version"] == "2"
    bare = quartet(run, client, schedule="", parameters={"word": None})
    assert "ScheduleExpression" not in bare["association"] and bare["association"]["Parameters"] == {"action": ["Install"]}
    assert quartet(run, client, state="absent")["diff"]["after"] == {}
    assert client.associations == {}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "document and targets: the association agent does not exist"),
        ({"document": "Two", "targets": WEB}, "parameters.action is missing"),
        ({"document": "Two", "targets": WEB, "parameters": {"action": "install"}}, "'install' is none of"),
        ({"document": "Two", "targets": WEB, "max_errors": "x"}, "max_errors is 'x'"),
        ({"document": "Two", "targets": WEB, "schedule": "rate(1 minute)"}, "schedule is rate"),
        ({"document": "Nope", "targets": WEB}, "InvalidDocument"),
    ],
)
def test_what_cannot_be_right_is_refused_before_it_is_written(run: Any, client: FakeStateManager, given: dict[str, Any], said: str) -> None:
    refused = run(**given)
    assert refused["failed"] and said in refused["msg"] and client.associations == {}


def test_run_now_and_wait(run: Any, client: FakeStateManager) -> None:
    client.associations["a-1"] = association()
    found = run(run=True, wait=True)
    assert (found["changed"], found["counts"], found["execution"]["state"]) == (True, {"ok": 1}, "Success")
    assert run(check=True, run=True, wait=True)["counts"] == {}
    assert len(client.called("start_associations_once")) == 1
    # A change runs by itself: not twice.
    assert run(run=True, wait=True, max_errors="1")["counts"] == {"ok": 1}
    assert len(client.called("start_associations_once")) == 1
    cron = {"schedule": "cron(0 2 ? * SUN *)", "apply_only_at_cron_interval": True}
    assert run(run=True, wait=True, **cron)["counts"] == {"ok": 1}
    assert len(client.called("start_associations_once")) == 2
    assert run(wait=True)["nodes"] == []


def test_a_node_that_is_not_well_and_a_run_without_end_are_failures(run: Any, client: FakeStateManager) -> None:
    client.associations["a-1"] = association()
    client.results = [{"ResourceId": "i-1", "Status": "Failed", "DetailedStatus": "Failed"}]
    bad = run(run=True, wait=True)
    assert bad["failed"] and "agent: 1 node: 1 failed" in bad["msg"]
    assert not run(run=True, wait=True, accept=["failed"]).get("failed")
    client.runs = ["InProgress"]
    late = run(run=True, wait=True, wait_timeout=10)
    assert late["failed"] and "has not ended within 10 seconds (InProgress)" in late["msg"]


def test_a_run_that_failed_without_nodes_is_a_failure(run: Any, client: FakeStateManager) -> None:
    client.associations["a-1"] = association()
    client.runs, client.results = ["Failed"], []
    bad = run(run=True, wait=True)
    assert bad["failed"] and bad["msg"] == "agent: AWS calls the run Failed, and shows none of its nodes."
    client.runs = ["Success"]
    assert not run(run=True, wait=True).get("failed")


def test_a_refusal_after_the_change_says_that_it_was_made(run: Any, client: FakeStateManager) -> None:
    denied = client_error("AccessDeniedException", "DescribeAssociationExecutions")
    client.fail = {"describe_association_executions": [denied]}
    refused = run(document="Two", parameters={"action": "Install"}, targets=WEB, wait=True)
    assert refused["failed"] and refused["changed"] and refused["association_id"] == "a-1"
