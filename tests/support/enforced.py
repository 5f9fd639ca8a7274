# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients and roles of the stand-in that enforces policies."""

from __future__ import annotations

import json
import uuid
from typing import Any

import boto3

SESSION: Any = boto3.session.Session()
"""One for all clients, which are given their keys: it keeps the services' models, whose reading costs more than most tests."""
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def client(root: dict[str, str], service: str, key: str = "", secret: str = "") -> Any:
    """A client of root, or of the user with this access key."""
    return SESSION.client(
        service,
        endpoint_url=root["AWS_ENDPOINT_URL"],
        region_name=root["AWS_REGION"],
        aws_access_key_id=key or root["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=secret or root["AWS_SECRET_ACCESS_KEY"],
    )


def role(iam: Any, policy: dict[str, Any], **more: Any) -> str:
    """A role of its own path with one policy."""
    name = f"web-{uuid.uuid4().hex[:8]}"
    arn = iam.create_role(RoleName=name, Path="/shop/", AssumeRolePolicyDocument=json.dumps(TRUST), **more)["Role"]["Arn"]
    put(iam, arn, policy)
    return str(arn)


def put(iam: Any, arn: str, policy: dict[str, Any]) -> None:
    """Give a role this policy instead of what it had."""
    name = arn.rpartition("/")[2]
    if policy["Statement"]:
        iam.put_role_policy(RoleName=name, PolicyName="agent", PolicyDocument=json.dumps(policy))
    else:
        iam.delete_role_policy(RoleName=name, PolicyName="agent")
