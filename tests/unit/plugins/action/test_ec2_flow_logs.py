# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action's own part; EC2 itself: tests/integration/test_flow_logs.py."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from ansible_collections.cloudwatch.agent.plugins.action import ec2_flow_logs
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import flow_logs
from ansible_collections.cloudwatch.agent.plugins.modules.ec2_flow_logs import EXAMPLES
from ansible_collections.cloudwatch.agent.plugins.plugin_utils import aws
from ansible_collections.cloudwatch.agent.tests.support.fake_flow_logs import OTHER, ROLE, VPC, Ec2
from ansible_collections.cloudwatch.agent.tests.support.fake_iam import Iam
from ansible_collections.cloudwatch.agent.tests.support.fake_logs import refused

from .test_cw_agent_release import Display

CONNECTION = SimpleNamespace(_shell=SimpleNamespace(tmpdir="unused"))
NAME = "cloudwatch-agent-flow-logs"
LOG = {"resource_ids": [VPC], "log_group_name": "/vpc"}
Known = dict[tuple[str, str], Any]


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> Known:
    """Clients by profile and region ('' for IAM)."""
    known: Known = {}

    def client(service: str, profile: str, region: str) -> Any:
        if service == "ec2":
            return known.setdefault((profile, region), Ec2())
        return known.setdefault((profile, "iam"), Iam())

    monkeypatch.setattr(aws, "clients", lambda _connection: client)
    monkeypatch.setattr(flow_logs, "STEP_SECONDS", 0.0)
    return known


def run(check: bool = False, **arguments: Any) -> tuple[dict[str, Any], list[str]]:
    """The result, and the warnings."""
    options = {"environment": None, "check_mode": check, "diff": True, "async_val": 0}
    task = SimpleNamespace(args=arguments, action="cloudwatch.agent.ec2_flow_logs", **options)
    action = ec2_flow_logs.ActionModule(task, CONNECTION, None, None, None, None)
    action._display = Display()
    return action.run(task_vars={}), action._display.warnings


def test_check_mode_says_what_a_run_does_in_all_accounts_and_regions(account: Known) -> None:
    given = [{**LOG, "region": "us-east-1"}, {**LOG, "region": "eu-west-1", "profile": "shop", "log_format": "default"}]
    check, _warnings = run(check=True, flow_logs=given, delivery_role=NAME)
    assert [client.writes for client in account.values()] == [[]] * 4
    made, _warnings = run(flow_logs=given, delivery_role=NAME)
    assert [one["flow_log_id"] for one in check["flow_logs"]] == ["", ""] and all(one["flow_log_id"] for one in made["flow_logs"])
    assert check["changed"] and check["diff"] == made["diff"]
    assert sorted(made["diff"]["after"]) == [
        f"role/{NAME}",
        f"shop/eu-west-1/{VPC} ALL /vpc",
        f"shop/role/{NAME}",
        f"us-east-1/{VPC} ALL /vpc",
    ]
    assert account["shop", "iam"].writes == ["create_role", "put_role_policy"]
    for again in (run(flow_logs=given, delivery_role=NAME), run(check=True, flow_logs=given, delivery_role=NAME)):
        assert not again[0]["changed"] and "diff" not in again[0] and again[1] == []
        assert [one["deliver_logs_status"] for one in again[0]["flow_logs"]] == ["SUCCESS"] * 2


def test_an_entry_without_a_region_is_in_that_of_the_task() -> None:
    found, _warnings = run(flow_logs=[LOG], delivery_role=NAME)
    assert [one["region"] for one in found["flow_logs"]] == ["us-east-1"]
    assert run()[0] == {"changed": False, "flow_logs": []}


def test_nothing_is_written_where_one_is_refused(account: Known) -> None:
    account["", "us-east-1"] = ec2 = Ec2()
    ec2.seed(log := VPC, LogFormat="${srcaddr}")
    ec2.seed(log, LogFormat="${dstaddr}")
    for arguments, words in (
        ({"flow_logs": [{**LOG, "resource_ids": [OTHER]}]}, "needs a role. Hint: give it role_arn, or the task delivery_role"),
        ({"flow_logs": [LOG, {**LOG, "resource_ids": ["i-1"]}], "delivery_role": NAME}, "cw_agent_flow_logs[1].resource_ids"),
        ({"flow_logs": [LOG], "delivery_role": "a/b"}, "delivery_role is 'a/b'"),
        ({"flow_logs": [{**LOG, "state": "absent"}], "delivery_role": NAME}, "us-east-1: cw_agent_flow_logs[0]"),
    ):
        found, _warnings = run(**arguments)
        assert found["failed"] and not found["changed"] and words in found["msg"], found
    account["", "iam"] = iam = Iam()
    iam.create_role(NAME, "{}", [])
    found, _warnings = run(flow_logs=[{**LOG, "resource_ids": [OTHER]}], delivery_role=NAME)
    assert found["failed"] and f"Hint: give its ARN ({ROLE}) as role_arn" in found["msg"]
    assert ec2.writes == [] and iam.writes == ["create_role"]


def test_partial_failures_name_each_resource_and_the_rest_is_made(account: Known) -> None:
    account["", "us-east-1"] = ec2 = Ec2()
    ec2.fails["create"] = [{OTHER: ("InvalidVpcID.NotFound", "The vpc ID does not exist.")}]
    found, _warnings = run(flow_logs=[{**LOG, "resource_ids": [VPC, OTHER]}], delivery_role=NAME)
    assert found["failed"] and found["changed"]
    assert found["msg"] == f"us-east-1: Failed to create the flow log of {OTHER}: InvalidVpcID.NotFound: The vpc ID does not exist."
    assert [(one["changed"], one["after"] == one["before"], bool(one["flow_log_id"])) for one in found["flow_logs"]] == [
        (True, False, True),
        (False, True, False),
    ]


def test_after_a_throttle_the_rest_of_the_region_is_left_alone(account: Known) -> None:
    account["", "us-east-1"] = ec2 = Ec2()
    ec2.seed(OTHER)
    ec2.fails["create"] = [refused("RequestLimitExceeded", "Request limit exceeded.", 503)]
    other = {**LOG, "resource_ids": [OTHER], "tags": {"a": "1"}}
    found, _warnings = run(flow_logs=[LOG, other, {**LOG, "region": "eu-west-1"}], delivery_role=NAME)
    assert found["msg"].splitlines()[1:] == [
        f"us-east-1: 1 flow log was left as it was: {OTHER} to /vpc (ALL). Hint: run again; what is done is not done twice.",
    ]
    assert [one["changed"] for one in found["flow_logs"]] == [False, False, True]


def test_a_replacement_is_said_beforehand_in_check_mode_too(account: Known) -> None:
    account["", "us-east-1"] = ec2 = Ec2()
    old = ec2.seed(DeliverLogsStatus="FAILED", DeliverLogsErrorMessage="Access error")["FlowLogId"]
    _found, said = run(flow_logs=[LOG], delivery_role=NAME)
    assert "delivers nothing: Access error" in said[0]
    check, before = run(check=True, flow_logs=[{**LOG, "max_aggregation_interval": 60}])
    assert f"{old} is replaced" in before[0] and ec2.writes == [] and check["changed"]
    assert check["flow_logs"][0]["deliver_logs_status"] == "FAILED"
    made, _said = run(flow_logs=[{**LOG, "max_aggregation_interval": 60}])
    assert made["flow_logs"][0]["flow_log_id"] not in ("", old)


def test_a_replacement_that_fails_half_way_is_a_change(account: Known) -> None:
    account["", "us-east-1"] = ec2 = Ec2()
    old = ec2.seed()["FlowLogId"]
    ec2.fails["create"] = [{}, refused("InternalError", "Later.")]
    found, _warnings = run(flow_logs=[{**LOG, "log_format": "${srcaddr}"}])
    (one,) = found["flow_logs"]
    assert found["failed"] and found["changed"] and one["changed"] and one["after"] == {}
    assert one["flow_log_id"] not in ("", old)


def test_a_role_that_others_gave_a_flow_log_stays(account: Known) -> None:
    account["", "us-east-1"] = ec2 = Ec2()
    ec2.seed(DeliverLogsPermissionArn=f"{ROLE}-own")
    found, _warnings = run(flow_logs=[LOG], delivery_role=NAME)
    assert not found["changed"] and account["", "iam"].writes == []
    denied = Iam()
    denied.errors = [refused("AccessDenied", "no")]
    account["", "iam"] = denied
    assert "allow iam:Operation" in run(flow_logs=[{**LOG, "resource_ids": [OTHER]}], delivery_role=NAME)[0]["msg"]


def test_a_role_of_another_path_delivers_by_the_arn_that_it_has(account: Known) -> None:
    """An account has one role of a name; an ARN with the wrong path is none that EC2 could assume."""
    run(flow_logs=[LOG], delivery_role=f"/teams/{NAME}")
    iam, ec2 = account["", "iam"], account["", "us-east-1"]
    arn = iam.roles[NAME]["Arn"]
    assert arn.endswith(f":role/teams/{NAME}")
    given = {"flow_logs": [{**LOG, "resource_ids": [VPC, OTHER]}], "delivery_role": NAME}
    check, made = run(check=True, **given)[0], run(**given)[0]
    assert [one["after"]["role_arn"] for one in check["flow_logs"]] == [arn, arn] and check["diff"] == made["diff"]
    assert {one["DeliverLogsPermissionArn"] for one in ec2.flow_logs.values()} == {arn} and iam.writes == ["create_role", "put_role_policy"]
    iam.policies.clear()
    assert run(**given)[0]["changed"] and iam.writes[2:] == ["put_role_policy"]
    assert "Hint: write /teams/" in run(**{**given, "delivery_role": f"/other/{NAME}"})[0]["msg"]


def test_the_examples_of_the_module_run(account: Known) -> None:
    for task in yaml.safe_load(EXAMPLES):
        found, _warnings = run(**task["cloudwatch.agent.ec2_flow_logs"])
        assert found["changed"] and "failed" not in found, found
    assert [(one["ResourceId"][:6], one["TrafficType"]) for one in account["", "us-east-1"].flow_logs.values()] == [
        ("vpc-0a", "REJECT"),
        ("subnet", "ALL"),
    ]
