# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM's answers, as boto3 gives them."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import principals
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.instances import Instance, Role
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.permissions import Batch
from botocore.stub import ANY, Stubber

ROLE = "arn:aws:iam::123456789012:role/app/web"


def client(service: str) -> tuple[Any, Stubber]:
    made = boto3.client(service, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="y")
    return made, Stubber(made)


def result(action: str, decision: str, **more: Any) -> dict[str, Any]:
    return {"EvalActionName": action, "EvalResourceName": "arn:${Partition}:logs:*", "EvalDecision": decision, **more}


def specific(resource: str, decision: str, **more: Any) -> dict[str, Any]:
    return {"EvalResourceName": resource, "EvalResourceDecision": decision, **more}


def test_the_decisions_of_resources_count() -> None:
    """Also over pages; the boundary and the organization are named as the reason."""
    iam, stub = client("iam")
    within = {"PermissionsBoundaryDecisionDetail": {"AllowedByPermissionsBoundary": False}}
    first = result("l:A", "implicitDeny", ResourceSpecificResults=[specific("r1", "allowed"), specific("r2", "implicitDeny", **within)])
    second = result("l:B", "explicitDeny", ResourceSpecificResults=[specific("r1", "explicitDeny")])
    third = {**result("l:C", "implicitDeny", OrganizationsDecisionDetail={"AllowedByOrganizations": False}), "EvalResourceName": "r1"}
    asked = {
        "PolicySourceArn": ROLE,
        "ActionNames": ["l:A", "l:B", "l:C"],
        "ResourceArns": ["r1", "r2"],
        "ContextEntries": ANY,
        "MaxItems": 1000,
    }
    stub.add_response("simulate_principal_policy", {"EvaluationResults": [first], "IsTruncated": True, "Marker": "m"}, asked)
    stub.add_response("simulate_principal_policy", {"EvaluationResults": [second, third]}, {**asked, "Marker": "m"})
    with stub:
        found = principals.simulate(iam, ROLE, Batch(("l:A", "l:B", "l:C"), ("r1", "r2"), ()), "us-east-1")
    assert {(action, resource): decision for (action, resource, _context), decision in found.items()} == {
        ("l:A", "r1"): "",
        ("l:A", "r2"): "boundary",
        ("l:B", "r1"): "explicitDeny",
        ("l:C", "r1"): "organizations",
    }


def test_what_depends_on_keys_that_were_not_given() -> None:
    """Of the resource, where there are resources; what is allowed is allowed."""
    iam, stub = client("iam")
    keys = {"MissingContextValues": ["aws:SourceVpce", "aws:SourceIp"]}
    of_resources = [specific("r1", "explicitDeny", **keys), specific("r2", "implicitDeny"), specific("r3", "allowed", **keys)]
    first = result("l:A", "implicitDeny", ResourceSpecificResults=of_resources, **keys)
    second = {**result("l:B", "implicitDeny", **keys), "EvalResourceName": "*"}
    stub.add_response("simulate_principal_policy", {"EvaluationResults": [first, second]})
    with stub:
        found = principals.simulate(iam, ROLE, Batch(("l:A", "l:B"), ("r1", "r2", "r3"), ()), "us-east-1")
    depends = "conditions aws:SourceIp, aws:SourceVpce"
    assert list(found.values()) == [depends, "implicitDeny", "", depends]


def test_context_and_region_are_given() -> None:
    iam, stub = client("iam")
    entries = [
        {"ContextKeyName": "cloudwatch:namespace", "ContextKeyType": "string", "ContextKeyValues": ["CWAgent"]},
        {"ContextKeyName": "aws:RequestedRegion", "ContextKeyType": "string", "ContextKeyValues": ["eu-west-1"]},
    ]
    asked = {"PolicySourceArn": ROLE, "ActionNames": ["c:P"], "ResourceArns": ["*"], "ContextEntries": entries, "MaxItems": 1000}
    stub.add_response("simulate_principal_policy", {"EvaluationResults": []}, asked)
    with stub:
        assert principals.simulate(iam, ROLE, Batch(("c:P",), ("*",), (("cloudwatch:namespace", "CWAgent"),)), "eu-west-1") == {}


def test_many_resources_are_asked_in_slices() -> None:
    iam, stub = client("iam")
    for _call in range(3):
        stub.add_response("simulate_principal_policy", {"EvaluationResults": []})
    with stub:
        principals.simulate(iam, ROLE, Batch(("l:A",), tuple(map(str, range(120))), ()), "us-east-1")
    stub.assert_no_pending_responses()


def test_no_permission_to_ask() -> None:
    iam, stub = client("iam")
    stub.add_client_error("simulate_principal_policy", "AccessDenied", "not authorized", 403)
    with stub, pytest.raises(AwsError, match=rf"Failed to ask IAM what {ROLE} may do: AccessDenied.*allow iam:SimulatePrincipalPolicy"):
        principals.simulate(iam, ROLE, Batch(("l:A",), ("*",), ()), "us-east-1")


def test_instances() -> None:
    """With their profiles and metadata options; what is gone is left out."""
    ec2, stub = client("ec2")
    options = {"State": "applied", "HttpTokens": "required", "HttpPutResponseHopLimit": 2, "HttpEndpoint": "enabled"}
    found = [{"InstanceId": "i-1", "IamInstanceProfile": {"Arn": "arn:p", "Id": "x"}, "MetadataOptions": options}, {"InstanceId": "i-2"}]
    stub.add_response("describe_instances", {"Reservations": [{"Instances": found}]})
    with stub:
        assert principals.instances(ec2, ["i-1", "i-2", "i-3"]) == {
            "i-1": Instance("i-1", "arn:p", "enabled", "required", 2),
            "i-2": Instance("i-2"),
        }


def test_roles_and_users() -> None:
    iam, stub = client("iam")
    common = {"Path": "/", "CreateDate": "2026-01-01T00:00:00Z"}
    trust = {"Version": "2012-10-17", "Statement": []}
    role = {"RoleName": "web-role", "RoleId": "A" * 16, "Arn": ROLE, "AssumeRolePolicyDocument": json.dumps(trust), **common}
    profile = {
        "InstanceProfileName": "web-name",
        "InstanceProfileId": "A" * 16,
        "Arn": "arn:aws:iam::123456789012:instance-profile/web-name",
    }
    stub.add_response(
        "get_instance_profile", {"InstanceProfile": {**profile, **common, "Roles": [role]}}, {"InstanceProfileName": "web-name"}
    )
    stub.add_response("get_instance_profile", {"InstanceProfile": {**profile, **common, "Roles": []}})
    used = {"LastUsedDate": "2026-01-01T00:00:00Z", "ServiceName": "ssm", "Region": "us-east-1"}
    stub.add_response("get_access_key_last_used", {"UserName": "onprem", "AccessKeyLastUsed": used})
    user = {"UserName": "onprem", "UserId": "A" * 16, "Arn": "arn:aws:iam::123456789012:user/onprem", **common}
    stub.add_response("get_user", {"User": user}, {"UserName": "onprem"})
    with stub:
        assert principals.role_of_profile(iam, profile["Arn"]) == Role(ROLE, trust)
        assert principals.role_of_profile(iam, profile["Arn"]) == Role("")
        assert principals.user_of_key(iam, "A" * 20) == user["Arn"]
