# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Associations: found by name, written once, and waited for. Over the wire: tests/integration/test_ssm_association.py."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import associations
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.tests.support.fake_associations import FakeStateManager, association
from ansible_collections.cloudwatch.agent.tests.support.fake_commands import client_error

WANTED = {"AssociationName": "agent", "Name": "Two", "Targets": [{"Key": "tag:Role", "Values": ["web"]}]}


def store(client: FakeStateManager) -> associations.Store:
    return associations.Store(client, lambda: client, client.clock, client.sleep)


def present(client: FakeStateManager, check: bool = False, **more: Any) -> tuple[bool, dict[str, Any], dict[str, Any]]:
    current = associations.find(store(client), "agent")
    return associations.ensure_present(store(client), current, {**WANTED, **more}, {}, check)


def test_names_may_be_of_several_and_then_the_document_chooses_or_nobody_does() -> None:
    client = FakeStateManager(association(), association(AssociationId="a-2", Name="Other"))
    assert associations.find(store(client), "agent", "Other")["AssociationId"] == "a-2"
    with pytest.raises(AwsError, match="2 associations have the name agent: a-1, a-2"):
        associations.find(store(client), "agent")
    assert associations.find(store(client), "none") == {}


def test_made_once_and_then_left_alone() -> None:
    client = FakeStateManager()
    assert present(client, check=True)[0] and client.associations == {}
    changed, before, after = present(client)
    assert (changed, before, after["AssociationId"]) == (True, {}, "a-1")
    assert not present(client)[0] and not present(client, check=True)[0]
    assert [name for name in client.names() if name.startswith(("create", "update"))] == ["create_association"]


def test_changed_without_a_loss_at_the_version_that_was_read() -> None:
    client = FakeStateManager(association(Duration=3, ScheduleExpression="rate(1 day)"))
    foreseen = present(client, check=True, MaxErrors="2")
    changed, _before, after = present(client, MaxErrors="2")
    assert changed and foreseen[0]
    assert {**foreseen[2], "AssociationVersion": "2"} == after
    assert (after["Duration"], after["ScheduleExpression"], after["MaxErrors"]) == (3, "rate(1 day)", "2")


def test_somebody_else_s_change_is_not_overwritten() -> None:
    client = FakeStateManager(association())
    current = associations.find(store(client), "agent")
    client.associations["a-1"]["AssociationVersion"] = "2"
    with pytest.raises(AwsError, match="InvalidAssociationVersion"):
        associations.ensure_present(store(client), current, {**WANTED, "MaxErrors": "1"}, {}, False)


def test_a_lost_answer_makes_no_second_association() -> None:
    client = FakeStateManager()
    client.losing = ["create_association"]
    assert present(client)[2]["AssociationId"] == "a-1"
    client.losing = ["update_association"]
    assert present(client, MaxErrors="1")[2]["MaxErrors"] == "1"
    assert len(client.associations) == 1 and len(client.called("update_association")) == 1


def test_a_write_without_an_answer_that_shows_late_is_found() -> None:
    client = FakeStateManager()
    client.losing = ["create_association"]
    client.late = 2
    assert present(client)[2]["AssociationId"] == "a-1" and len(client.called("create_association")) == 1
    client.losing = ["update_association"]
    assert present(client, MaxErrors="1")[2]["MaxErrors"] == "1" and len(client.called("update_association")) == 1


@pytest.mark.parametrize("there", [True, False])
def test_a_write_of_which_nobody_can_say_whether_it_was_done_counts_as_a_change(there: bool) -> None:
    client = FakeStateManager(*([association()] if there else []))
    operation = "update_association" if there else "create_association"
    client.fail = {operation: [client_error("InternalServerError", operation, 500)]}
    with pytest.raises(AwsError, match="Nobody can say whether it was done") as caught:
        present(client, MaxErrors="1")
    assert caught.value.details == {"changed": True} and 20 <= client.seconds < 30
    client.fail = {operation: [client_error("AccessDeniedException", operation)]}
    with pytest.raises(AwsError, match="AccessDenied") as caught:
        present(client, MaxErrors="1")
    assert caught.value.details == {}


def test_a_throttle_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(associations, "WRITES_A_SECOND", 1000.0)
    client = FakeStateManager()
    client.fail = {"create_association": [client_error("ThrottlingException", "CreateAssociation")]}
    assert present(client)[0] and len(client.called("create_association")) == 2


def test_gone_also_where_somebody_else_was_faster() -> None:
    client = FakeStateManager(association())
    current = associations.find(store(client), "agent")
    assert associations.ensure_absent(store(client), current, True) and client.associations
    assert associations.ensure_absent(store(client), current, False) and not client.associations
    assert associations.ensure_absent(store(client), current, False)
    assert not associations.ensure_absent(store(client), {}, False)


def test_the_new_run_is_waited_for_with_a_verdict_on_each_node() -> None:
    client = FakeStateManager(association())
    associations.start(store(client), "a-1")
    known = [item["ExecutionId"] for item in associations.executions(store(client), "a-1")]
    client.results = [
        {"ResourceId": "i-1", "Status": "Success", "DetailedStatus": "Success"},
        {"ResourceId": "i-2", "Status": "Failed", "DetailedStatus": "Failed"},
        {"ResourceId": "i-3", "Status": "Skipped", "DetailedStatus": "Skipped"},
        {"ResourceId": "i-4", "Status": "Pending", "DetailedStatus": "Pending"},
        {"ResourceId": "i-5", "Status": "TimedOut", "DetailedStatus": "DeliveryTimedOut"},
    ]
    client.runs = ["Pending", "InProgress", "Failed"]
    associations.start(store(client), "a-1")
    found = associations.wait(store(client), "a-1", known, 60)
    assert (found.execution_id, found.state) == ("e-2", "Failed")
    assert [node.verdict for node in found.nodes] == ["ok", "failed", "skipped", "running", "undelivered"]


def test_a_run_that_was_a_command_has_the_verdicts_of_its_steps() -> None:
    client = FakeStateManager(association())
    client.send_command(DocumentName="Two", InstanceIds=["i-1"])
    client.output = {"Output": "Step execution skipped due to unsatisfied preconditions"}
    client.results = [
        {"ResourceId": "i-1", "Status": "Success", "OutputSource": {"OutputSourceId": "c-1", "OutputSourceType": "RunCommand"}},
    ]
    associations.start(store(client), "a-1")
    assert [node.verdict for node in associations.wait(store(client), "a-1", [], 60).nodes] == ["skipped"]


def test_a_run_that_does_not_come_or_does_not_end_is_not_waited_for_without_end() -> None:
    client = FakeStateManager(association())
    assert associations.wait(store(client), "a-1", [], 60) == ("", "", [])
    client.runs = ["InProgress"]
    associations.start(store(client), "a-1")
    assert associations.wait(store(client), "a-1", [], 60).state == "InProgress"
    assert client.seconds <= 120
