# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Flow logs against an EC2 in this process: batches, partial failures, replacement in either order, new roles."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._account import flow_log_changes as changes
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.flow_logs import desired
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import flow_logs
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.flow_logs import ensure, read
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.publications import Target
from ansible_collections.cloudwatch.agent.tests.support.fake_flow_logs import OTHER, ROLE, VPC, Ec2, early, entry
from ansible_collections.cloudwatch.agent.tests.support.fake_logs import refused

EAST = Target("", "us-east-1")


def run(ec2: Ec2, *entries: dict[str, Any], slept: list[float] | None = None) -> dict[int, AwsError | None]:
    (wanted,) = list(desired(entries).values())
    there = read(ec2, [one.resource for one in wanted])
    return ensure(ec2, [changes.change(one, there) for one in wanted], ROLE, (slept if slept is not None else []).append)


def test_one_call_makes_what_is_alike() -> None:
    ec2, many = Ec2(), [f"vpc-{number:08x}" for number in range(301)]
    assert set(run(ec2, entry(*many), entry(VPC, traffic_type="REJECT")).values()) == {None}
    assert [len(resources) for _name, resources in ec2.writes] == [300, 1, 1]
    ec2.writes.clear()
    assert run(ec2, entry(*many), entry(VPC, traffic_type="REJECT")) == {} and ec2.writes == []
    gateways = [f"tgw-{number:08x}" for number in range(26)]
    run(ec2, entry(*gateways))
    assert [len(resources) for _name, resources in ec2.writes] == [25, 1]


def test_what_an_answer_of_200_has_not_done_is_a_failure_of_each() -> None:
    ec2 = Ec2()
    ec2.fails["create"] = [{OTHER: ("InvalidVpcID.NotFound", "The vpc ID does not exist.")}]
    outcome = run(ec2, entry(VPC, OTHER))
    assert outcome[0] is None
    assert str(outcome[1]) == f"Failed to create the flow log of {OTHER}: InvalidVpcID.NotFound: The vpc ID does not exist."
    assert [one["ResourceId"] for one in ec2.flow_logs.values()] == [VPC]
    ec2.fails["delete"] = [{"fl-00000001": ("InternalError", "Later.")}]
    assert "Failed to delete the flow log fl-00000001: InternalError: Later." in str(run(ec2, entry(state="absent"))[0])
    assert run(ec2, entry(state="absent")) == {0: None} and ec2.flow_logs == {}


def test_a_new_role_is_waited_for_also_where_one_resource_alone_meets_it() -> None:
    ec2, slept = Ec2(), list[float]()
    ec2.fails["create"] = [early(), {OTHER: ("InvalidParameter", "Unable to assume given IAM role")}]
    assert run(ec2, entry(VPC, OTHER), slept=slept) == {0: None, 1: None}
    assert ec2.writes == [("create", [VPC, OTHER]), ("create", [VPC, OTHER]), ("create", [OTHER])] and len(slept) == 2
    ec2.fails["create"] = [early() for _attempt in range(50)]
    slept.clear()
    assert "Unable to assume" in str(run(ec2, entry(traffic_type="REJECT"), slept=slept)[0])
    assert sum(slept) == 120


@pytest.mark.parametrize("one_format", [False, True])
def test_a_change_makes_the_new_one_first_where_aws_takes_two(one_format: bool) -> None:
    ec2 = Ec2(one_format)
    old = ec2.seed()["FlowLogId"]
    assert run(ec2, entry(max_aggregation_interval=60)) == {0: None}
    order = ["create", "delete", "create"] if one_format else ["create", "delete"]
    assert [name for name, _about in ec2.writes] == order
    (left,) = list(ec2.flow_logs.values())
    assert left["MaxAggregationInterval"] == 60 and left["FlowLogId"] != old


def test_an_error_in_a_change_loses_nothing_and_doubles_nothing() -> None:
    ec2 = Ec2()
    ec2.seed()
    ec2.fails["create"] = [{}, refused("InternalError", "Later.")]
    error = run(ec2, entry(log_format="${srcaddr}"))[0]
    assert "InternalError" in str(error) and "had been deleted, and one like it was made again" in str(error)
    (left,) = list(ec2.flow_logs.values())
    assert left["LogFormat"].startswith("${version}")
    ec2 = Ec2(one_format=False)
    old = ec2.seed()["FlowLogId"]
    ec2.fails["delete"] = [{old: ("InternalError", "Later.")}]
    error = run(ec2, entry(log_format="${srcaddr}"))[0]
    assert "Nothing was changed: the new flow log was taken back" in str(error) and list(ec2.flow_logs) == [old]


def test_an_error_after_which_something_is_not_as_it_was_says_so() -> None:
    ec2 = Ec2()
    ec2.seed()
    ec2.fails["create"] = [{}, refused("InternalError", "Later."), refused("InternalError", "Still.")]
    error = run(ec2, entry(log_format="${srcaddr}"))[0]
    assert error and error.details == {"changed": True} and ec2.flow_logs == {}
    assert "Later fl-00000001 had been deleted, and could not be made again: Failed to create the flow logs of" in str(error)
    ec2 = Ec2(one_format=False)
    old = ec2.seed()["FlowLogId"]
    ec2.fails["delete"] = [{old: ("InternalError", "Later.")}, refused("InternalError", "Still.")]
    error = run(ec2, entry(log_format="${srcaddr}"))[0]
    assert error and error.details == {"changed": True} and len(ec2.flow_logs) == 2
    assert "Later. The new flow log fl-00000002 could not be taken back, and both are there: Failed to delete" in str(error)


@pytest.mark.parametrize("gone", [True, False])
def test_a_deletion_without_an_answer_leaves_one_flow_log(gone: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The new one is taken back only where the old one is still there."""
    ec2 = Ec2(one_format=False)
    old = ec2.seed()["FlowLogId"]
    delete, answers = ec2.delete_flow_logs, [refused("InternalError", "Lost.", 500)]

    def lost(FlowLogIds: list[str]) -> dict[str, Any]:  # noqa: N803 # AWS's name
        if answers and not gone:
            raise answers.pop()
        found = delete(FlowLogIds)
        for error in answers:
            raise error
        return found

    monkeypatch.setattr(ec2, "delete_flow_logs", lost)
    error = run(ec2, entry(log_format="${srcaddr}"))[0]
    left = next(iter(ec2.flow_logs.values()))
    assert len(ec2.flow_logs) == 1
    assert (left["FlowLogId"] == old, left["LogFormat"] == "${srcaddr}", error is None) == (not gone, gone, gone)
    assert gone or "Nothing was changed" in str(error)
    answers[:] = [refused("InternalError", "Lost.", 500)]
    (wanted,) = desired([entry(max_aggregation_interval=60)])[EAST]
    change = changes.change(wanted, read(ec2, [VPC]))
    monkeypatch.setattr(flow_logs, "read", failing_read)
    error = ensure(ec2, [change], ROLE, lambda _seconds: None)[0]
    assert (
        error and error.details == {"changed": True} and "nobody knows whether" in str(error) and "The new flow log is there" in str(error)
    )


def failing_read(*_asked: Any) -> list[Any]:
    raise AwsError("Failed to read.", "InternalError")


def test_a_refusal_of_the_call_is_one_of_all_its_resources() -> None:
    ec2 = Ec2()
    ec2.fails["create"] = [refused("InvalidParameter", "Unknown fields provided")]
    outcome = run(ec2, entry(VPC, OTHER, log_format="${x}"), entry(VPC, traffic_type="REJECT"))
    assert outcome[0] is outcome[1] is not None and outcome[2] is None


def test_after_a_throttle_the_rest_is_left_alone() -> None:
    ec2 = Ec2()
    ec2.seed(OTHER)
    ec2.fails["create"] = [refused("RequestLimitExceeded", "Request limit exceeded.", 503)]
    outcome = run(ec2, entry(VPC), entry(OTHER, tags={"a": "1"}))
    assert list(outcome) == [0] and outcome[0] and outcome[0].throttled and [name for name, _about in ec2.writes] == ["create"]
    ec2.fails["create"] = [refused("UnauthorizedOperation", "No.", 403)]
    outcome = run(ec2, entry(VPC), entry(OTHER, tags={"a": "1"}))
    assert "allow ec2:Operation to the controller's credentials" in str(outcome[0]) and outcome[1] is None


def test_tags_are_set_and_removed_on_the_flow_log_that_is_there() -> None:
    ec2 = Ec2()
    flow_log = ec2.seed(Tags=[{"Key": "old", "Value": "1"}, {"Key": "aws:x", "Value": "1"}])
    assert run(ec2, entry(tags={"a": "1"}, purge_tags=True)) == {0: None}
    assert {tag["Key"] for tag in flow_log["Tags"]} == {"aws:x", "a"}
    assert [name for name, _about in ec2.writes] == ["delete_tags", "create_tags"]

    def failing(**_given: Any) -> None:
        raise refused("InternalError", "Later.")

    ec2.create_tags = failing  # type: ignore[method-assign,assignment]
    half = run(ec2, entry(tags={"b": "1"}, purge_tags=True))[0]
    nothing = run(ec2, entry(tags={"b": "1"}))[0]
    assert half and half.details == {"changed": True} and nothing and nothing.details == {}


def test_a_deletion_that_is_done_already_is_fine() -> None:
    ec2 = Ec2()
    ec2.seed()
    ec2.fails["delete"] = [refused("InvalidFlowLogId.NotFound", "gone")]
    assert run(ec2, entry(state="absent")) == {0: None}
