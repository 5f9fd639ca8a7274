# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

from ansible_collections.cloudwatch.agent.plugins.module_utils._account.delivery_roles import (
    TAG,
    Account,
    Found,
    of_flow_logs,
    of_trails,
    problems,
    shown,
    steps,
    wrong_name,
)

ACCOUNT = Account("aws-cn", "123456789012")
ROLE = of_flow_logs("delivery", ACCOUNT)
TRAILS = {"cn-north-1-audit": {"region": "cn-north-1", "log_group": "/audit", "organization": "o-a1b2c3d4e5"}}


def test_flow_logs_of_the_account_alone_may_assume_their_role() -> None:
    (trust,) = ROLE.trust["Statement"]
    assert trust["Principal"] == {"Service": "vpc-flow-logs.amazonaws.com"}
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "123456789012"},
        "ArnLike": {"aws:SourceArn": "arn:aws-cn:ec2:*:123456789012:vpc-flow-log/*"},
    }
    writing, reading = ROLE.policies["flow-logs"]["Statement"]
    assert writing["Resource"] == "arn:aws-cn:logs:*:123456789012:log-group:*" and "logs:PutLogEvents" in writing["Action"]
    assert (reading["Action"], ROLE.arn) == (["logs:DescribeLogGroups"], "arn:aws-cn:iam::123456789012:role/delivery")


def test_each_trail_may_write_to_its_own_streams_alone() -> None:
    role = of_trails("delivery", ACCOUNT, TRAILS)
    (statement,) = role.policies["trail-cn-north-1-audit"]["Statement"]
    streams = "arn:aws-cn:logs:cn-north-1:123456789012:log-group:/audit:log-stream:"
    assert statement["Resource"] == [f"{streams}123456789012_CloudTrail_cn-north-1*", f"{streams}o-a1b2c3d4e5_*"]
    assert statement["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    one, other = (of_trails("delivery", ACCOUNT, {f"cn-north-1-{'a' * 127}{end}": TRAILS["cn-north-1-audit"]}) for end in "bc")
    assert len(*one.policies) == 128 and list(one.policies) != list(other.policies)


def test_a_role_is_made_completed_and_left_alone() -> None:
    made = steps(ROLE, None)
    assert [step.operation for step in made] == ["create_role", "put_role_policy"]
    assert made[0].arguments["Tags"] == [{"Key": TAG[0], "Value": TAG[1]}]
    assert json.loads(made[0].arguments["AssumeRolePolicyDocument"]) == ROLE.trust
    whole = Found(ROLE.arn, ROLE.trust, {TAG[0]: TAG[1]}, ROLE.policies)
    assert steps(ROLE, whole) == [] and shown(ROLE, whole)[0] == shown(ROLE, whole)[1]
    assert [step.operation for step in steps(ROLE, whole._replace(trust={}))] == ["update_assume_role_policy"]
    assert [step.operation for step in steps(ROLE, whole._replace(policies={}))] == ["put_role_policy"]
    assert shown(ROLE, None)[0] == {"state": "absent"}


def test_a_role_of_others_is_used_as_it_is_or_not_at_all() -> None:
    whole = Found(ROLE.arn, ROLE.trust, {"owner": "others"}, ROLE.policies)
    assert list(problems(ROLE, whole)) == [] == list(problems(ROLE, None))
    (said,) = problems(ROLE, whole._replace(trust={}))
    assert f"Hint: give its ARN ({ROLE.arn}) as role_arn" in said
    assert list(problems(ROLE, whole._replace(trust={}, tags={TAG[0]: TAG[1]}))) == []
    names = ("", "a-b", "/teams/a-b", "a/b", "/a/", "x" * 65)
    assert [bool(list(wrong_name(name, "HERE"))) for name in names] == [False, False, False, True, True, True]


def test_a_role_with_a_path() -> None:
    """Asked for, it is made with it; one that is there keeps its own, and is refused where another one is asked for."""
    role = of_flow_logs("/teams/logs/delivery", ACCOUNT)
    assert (role.name, role.arn) == ("delivery", "arn:aws-cn:iam::123456789012:role/teams/logs/delivery")
    assert steps(role, None)[0].arguments["Path"] == "/teams/logs/" and "Path" not in steps(ROLE, None)[0].arguments
    whole = Found(role.arn, role.trust, {TAG[0]: TAG[1]}, role.policies)
    assert list(problems(role, whole)) == [] == list(problems(ROLE, whole))
    (said,) = problems(role, whole._replace(arn=ROLE.arn))
    assert "AWS moves no role to another path. Hint: write /delivery" in said
    assert of_trails("/teams/delivery", ACCOUNT, {}).arn.endswith(":role/teams/delivery")
    assert ROLE.named_by(role.arn) and not ROLE.named_by(role.arn.replace("1234", "4321")) and not ROLE.named_by(f"{role.arn}-2")
