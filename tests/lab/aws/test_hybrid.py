# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hybrid nodes: activations, registration, the node's keys; and Distributor's manifests. Moto registers nobody."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from aws.fleet_support import Fleet

TRUST = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "ssm.amazonaws.com"}, "Action": "sts:AssumeRole"}]}


@pytest.fixture
def role(nodes: Fleet) -> str:
    name = f"hybrid-{nodes.tag}"
    nodes.standin.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    return name


def unsigned(nodes: Fleet, operation: str, node: str = "", **params: Any) -> tuple[int, dict[str, Any]]:
    scope = f"SSM4-RSA-SHA256 Credential={node}/20260101/us-east-1/ssm/aws4_request, SignedHeaders=host, Signature=x"
    headers = {"X-Amz-Target": f"AmazonSSM.{operation}", "Host": "ssm.us-east-1.amazonaws.com"}
    headers |= {"Authorization": scope} if node else {}
    status, body = nodes.standin.raw("POST", "/", json.dumps(params).encode(), headers)
    return status, json.loads(body)


def register(nodes: Fleet, made: dict[str, Any], **changed: str) -> tuple[int, dict[str, Any]]:
    asked = {"ActivationId": made["ActivationId"], "ActivationCode": made["ActivationCode"], "Fingerprint": "f1", "PublicKey": "x"}
    return unsigned(nodes, "RegisterManagedInstance", **{**asked, **changed})


def test_a_node_is_registered_once_and_by_the_right_code(nodes: Fleet, role: str) -> None:
    tags = [{"Key": "Fleet", "Value": nodes.tag}]
    made = nodes.ssm.create_activation(IamRole=role, DefaultInstanceName="edge", Tags=tags)
    assert register(nodes, made, ActivationCode="0" * 20)[1]["__type"] == "InvalidActivation"
    status, answer = register(nodes, made)
    assert status == 200 and answer["InstanceId"].startswith("mi-") and len(answer["InstanceId"]) == 20
    assert register(nodes, made)[1]["__type"] == "InvalidActivation", "one node, unless more are asked for"
    shown = nodes.ssm.describe_activations(Filters=[{"FilterKey": "ActivationIds", "FilterValues": [made["ActivationId"]]}])
    (activation,) = shown["ActivationList"]
    assert (activation["RegistrationsCount"], activation["RegistrationLimit"], activation["Expired"]) == (1, 1, False)
    assert made["ActivationCode"] not in str(shown)
    assert made["ActivationCode"] not in nodes.standin.log.read_text()
    (node,) = nodes.ssm.describe_instance_information(Filters=[{"Key": "tag:Fleet", "Values": [nodes.tag]}])["InstanceInformationList"]
    assert (node["ActivationId"], node["IamRole"], node["Name"], node["ResourceType"]) == (
        made["ActivationId"],
        role,
        "edge",
        "ManagedInstance",
    )
    nodes.ssm.deregister_managed_instance(InstanceId=node["InstanceId"])
    nodes.ssm.delete_activation(ActivationId=made["ActivationId"])
    with pytest.raises(ClientError, match="InvalidActivationId"):
        nodes.ssm.delete_activation(ActivationId=made["ActivationId"])


def test_the_keys_of_a_node_are_those_of_its_role(nodes: Fleet, role: str) -> None:
    made = nodes.ssm.create_activation(IamRole=role)
    node = register(nodes, made)[1]["InstanceId"]
    assert unsigned(nodes, "RequestManagedInstanceRoleToken", node, Fingerprint="f2")[0] == 400
    status, keys = unsigned(nodes, "RequestManagedInstanceRoleToken", node, Fingerprint="f1")
    assert status == 200 and 3500 < keys["TokenExpirationDate"] - time.time() <= 3600
    sts = nodes.standin.client("sts", key=keys["AccessKeyId"], secret=keys["SecretAccessKey"], token=keys["SessionToken"])
    assert sts.get_caller_identity()["Arn"].endswith(f":assumed-role/{role}/{node}")


def test_an_activation_needs_a_role_that_trusts_the_service(nodes: Fleet, role: str) -> None:
    with pytest.raises(ClientError, match="ValidationException"):
        nodes.ssm.create_activation(IamRole="nobody")
    with pytest.raises(ClientError, match="InvalidParameters"):
        nodes.ssm.create_activation(IamRole=role, ExpirationDate=time.time() + 31 * 86400)


def test_manifests_are_found_by_name_arn_and_version(nodes: Fleet) -> None:
    name = f"Package{nodes.tag}"
    file = {"platform": "debian", "arch": "x86_64", "file": "a.zip", "url": "https://x/a.zip", "sha256": "0", "size": 1}
    for version in ("1.0", "1.1"):
        assert nodes.standin.ask("POST", "/_lab/packages", {"name": name, "version": version, "files": [file]})[0] == 200
    latest = json.loads(ask(nodes, name, "latest")["Manifest"])
    assert (latest["version"], latest["packages"]["debian"]["_any"]["x86_64"]["file"]) == ("1.1", "a.zip")
    assert json.loads(ask(nodes, latest["packageArn"], "1.0")["Manifest"])["version"] == "1.0"
    assert ask(nodes, name, "2.0")["__type"] == "ResourceNotFoundException"


def ask(nodes: Fleet, name: str, version: str) -> dict[str, Any]:
    scope = "AWS4-HMAC-SHA256 Credential=LABX/20260101/us-east-1/ssm/aws4_request, SignedHeaders=host, Signature=..."
    headers = {"X-Amz-Target": "AmazonSSM.GetManifest", "Authorization": scope}
    content = json.dumps({"PackageName": name, "PackageVersion": version}).encode()
    answer: dict[str, Any] = json.loads(nodes.standin.raw("POST", "/", content, headers)[1])
    return answer
