# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM takes policies of the sizes that its reference names: managed ones alone, inline ones together."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from aws.conftest import Standin


TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)


def policy(size: int) -> str:
    """A document of *size* characters beside whitespace."""
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "arn:aws:logs:*:*:log-group:"}]}
    less = len(json.dumps(document, separators=(",", ":")))
    document["Statement"][0]["Resource"] += "x" * (size - less)  # type: ignore[index]
    return json.dumps(document, indent=2)


def test_managed_policies(standin: Standin) -> None:
    iam = standin.client("iam")
    iam.create_policy(PolicyName="fits", PolicyDocument=policy(6_144))
    with pytest.raises(ClientError, match="LimitExceeded"):
        iam.create_policy(PolicyName="large", PolicyDocument=policy(6_145))


def test_inline_policies_together(standin: Standin) -> None:
    iam = standin.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}))
    iam.put_role_policy(RoleName="r", PolicyName="a", PolicyDocument=policy(10_240))
    iam.put_role_policy(RoleName="r", PolicyName="a", PolicyDocument=policy(5_000))
    iam.put_role_policy(RoleName="r", PolicyName="b", PolicyDocument=policy(5_240))
    with pytest.raises(ClientError, match="LimitExceeded"):
        iam.put_role_policy(RoleName="r", PolicyName="b", PolicyDocument=policy(5_241))
    iam.create_user(UserName="u")
    with pytest.raises(ClientError, match="LimitExceeded"):
        iam.put_user_policy(UserName="u", PolicyName="a", PolicyDocument=policy(2_049))
    assert iam.list_service_specific_credentials(UserName="u")["ServiceSpecificCredentials"] == []


def test_an_inline_policy_of_a_stack_is_json(standin: Standin) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}]}
    properties = {"RoleName": "of-stack", "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]}}
    properties["Policies"] = [{"PolicyName": "a", "PolicyDocument": document}]
    body = {"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": properties}}}
    standin.client("cloudformation").create_stack(StackName="s", TemplateBody=json.dumps(body), Capabilities=["CAPABILITY_NAMED_IAM"])
    assert standin.client("iam").get_role_policy(RoleName="of-stack", PolicyName="a")["PolicyDocument"] == document


def test_the_simulation(standin: Standin) -> None:
    """By the policies of a role; a denial wins, and nobody else is known."""
    iam = standin.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    arn = iam.create_role(RoleName="asked", Path="/web/", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    iam.attach_role_policy(RoleName="asked", PolicyArn="arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy")

    def decisions() -> dict[str, str]:
        actions = ["cloudwatch:PutMetricData", "logs:PutLogEvents", "logs:DeleteLogGroup"]
        found = iam.simulate_principal_policy(
            PolicySourceArn=arn, ActionNames=actions, ResourceArns=["arn:aws:logs:us-east-1:1:log-group:a"]
        )
        return {one["EvalActionName"]: one["ResourceSpecificResults"][0]["EvalResourceDecision"] for one in found["EvaluationResults"]}

    assert list(decisions().values()) == ["allowed", "allowed", "implicitDeny"]
    deny = {"Effect": "Deny", "Action": "logs:PutLogEvents", "Resource": "*"}
    iam.put_role_policy(RoleName="asked", PolicyName="no", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))
    assert list(decisions().values()) == ["allowed", "explicitDeny", "implicitDeny"]
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.simulate_principal_policy(PolicySourceArn=arn.replace("/web/", "/"), ActionNames=["logs:PutLogEvents"])


def test_actions_of_the_simulation_have_no_wildcards(standin: Standin) -> None:
    iam = standin.client("iam")
    arn = iam.create_role(RoleName="wild", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    with pytest.raises(ClientError, match="InvalidInput"):
        iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["logs:PutLogEvents", "logs:*"])


def test_roles_that_iam_does_not_take(standin: Standin) -> None:
    """Names are unique whatever their case and path; trust has a size of its own, and a role ten managed policies."""
    iam = standin.client("iam")
    iam.create_role(RoleName="Unique", Path="/a/", AssumeRolePolicyDocument=TRUST)
    with pytest.raises(ClientError, match="EntityAlreadyExists"):
        iam.create_role(RoleName="unique", Path="/b/", AssumeRolePolicyDocument=TRUST)
    with pytest.raises(ClientError, match="less than or equal to 64"):
        iam.create_role(RoleName="x" * 65, AssumeRolePolicyDocument=TRUST)
    large = TRUST.replace("ec2.amazonaws.com", "x" * 2_048)
    with pytest.raises(ClientError, match="LimitExceeded"):
        iam.create_role(RoleName="large", AssumeRolePolicyDocument=large)
    with pytest.raises(ClientError, match="LimitExceeded"):
        iam.update_assume_role_policy(RoleName="Unique", PolicyDocument=large)
    iam.update_assume_role_policy(RoleName="Unique", PolicyDocument=TRUST)
    arns = [iam.create_policy(PolicyName=f"many{number}", PolicyDocument=policy(200))["Policy"]["Arn"] for number in range(11)]
    for arn in [*arns[:10], arns[0]]:
        iam.attach_role_policy(RoleName="Unique", PolicyArn=arn)
    with pytest.raises(ClientError, match="LimitExceeded"):
        iam.attach_role_policy(RoleName="Unique", PolicyArn=arns[10])
