# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What IAM holds, as boto3 gives it."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import iam_reading
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from botocore.stub import Stubber

WEB = {"RoleName": "web"}


def client(service: str = "iam") -> tuple[Any, Stubber]:
    made = boto3.client(service, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="y")
    return made, Stubber(made)


def role(**more: Any) -> dict[str, Any]:
    return {"Path": "/p/", "RoleName": "web", "RoleId": "A" * 16, "Arn": "arn:aws:iam::1:role/p/web", "CreateDate": 0, **more}


def test_a_role_with_its_policies_over_pages() -> None:
    iam, stub = client()
    trust = {"Version": "2012-10-17", "Statement": []}
    boundary = {"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": "arn:aws:iam::1:policy/b"}
    more = {"Tags": [{"Key": "k", "Value": "v"}], "AssumeRolePolicyDocument": json.dumps(trust), "PermissionsBoundary": boundary}
    stub.add_response("get_role", {"Role": role(**more)}, WEB)
    stub.add_response("list_role_policies", {"PolicyNames": ["a"], "IsTruncated": True, "Marker": "m"}, WEB)
    stub.add_response("list_role_policies", {"PolicyNames": ["b"], "IsTruncated": False}, {**WEB, "Marker": "m"})
    attached = [{"PolicyName": "x", "PolicyArn": "arn:aws:iam::aws:policy/x"}]
    stub.add_response("list_attached_role_policies", {"AttachedPolicies": attached}, WEB)
    with stub:
        found = iam_reading.principal(iam, "role", "web")
    assert found == iam_reading.Found("/p/", {"k": "v"}, ("a", "b"), ("arn:aws:iam::aws:policy/x",), trust, "arn:aws:iam::1:policy/b")


def test_documents_of_policies() -> None:
    iam, stub = client()
    document = json.dumps({"Statement": []})
    inline = {"UserName": "web", "PolicyName": "a"}
    stub.add_response("get_user_policy", {**inline, "PolicyDocument": document}, inline)
    arn = "arn:aws:iam::1:policy/x"
    stub.add_response("get_policy", {"Policy": {"DefaultVersionId": "v3"}}, {"PolicyArn": arn})
    stub.add_response("get_policy_version", {"PolicyVersion": {"Document": document}}, {"PolicyArn": arn, "VersionId": "v3"})
    with stub:
        assert iam_reading.inline_policy(iam, "user", "web", "a") == {"Statement": []}
        assert iam_reading.managed_policy(iam, arn) == {"Statement": []}


def test_absent_is_none_and_refused_is_an_error_with_a_hint() -> None:
    iam, stub = client()
    stub.add_client_error("get_role", "NoSuchEntity")
    stub.add_client_error("get_role", "AccessDenied")
    with stub:
        assert iam_reading.existing(iam_reading.principal, iam, "role", "web") is None
        with pytest.raises(AwsError, match=r"read the role web: AccessDenied.*Hint: allow iam:GetRole to .* guide on permissions"):
            iam_reading.existing(iam_reading.principal, iam, "role", "web")


def test_profiles_policies_and_the_account() -> None:
    iam, stub = client()
    profile = {
        "Path": "/",
        "InstanceProfileName": "web",
        "InstanceProfileId": "A" * 16,
        "Arn": "a" * 20,
        "CreateDate": 0,
        "Roles": [role()],
    }
    stub.add_response("get_instance_profile", {"InstanceProfile": profile}, {"InstanceProfileName": "web"})
    stub.add_response("get_policy", {"Policy": {"Tags": [{"Key": "k", "Value": "v"}]}}, {"PolicyArn": "arn:aws:iam::1:policy/x"})
    stub.add_response("list_policies", {"Policies": [{"PolicyName": "n"}]}, {"Scope": "AWS"})
    sts, known = client("sts")
    known.add_response("get_caller_identity", {"Account": "1"})
    with stub, known:
        assert iam_reading.roles_of(iam, "web") == ["web"]
        assert iam_reading.tags_of_policy(iam, "arn:aws:iam::1:policy/x") == {"k": "v"}
        assert iam_reading.names_of_aws(iam) == {"n"}
        assert iam_reading.account_of(sts) == "1"
