# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The enforcing stand-in starts, judges a policy, and goes without a trace."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = Path(__file__).with_name("enforcing")


def run(verb: str, state: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LAB_STATE": str(state), "LAB_NAME": "test"}
    return subprocess.run([str(PROGRAM), verb], env=environment, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def root(tmp_path: Path) -> Iterator[dict[str, str]]:
    started = run("start", tmp_path)
    assert started.returncode == 0, started.stderr
    yield dict(word.split("=", 1) for line in started.stdout.splitlines() for word in shlex.split(line)[1:])
    run("stop", tmp_path)
    assert run("status", tmp_path).returncode != 0 and not list((tmp_path / "test").iterdir())


def test_a_policy_is_enforced(root: dict[str, str]) -> None:
    def client(service: str, key: str, secret: str) -> Any:
        place = {"endpoint_url": root["AWS_ENDPOINT_URL"], "region_name": root["AWS_REGION"]}
        session: Any = boto3.session.Session()
        return session.client(service, aws_access_key_id=key, aws_secret_access_key=secret, **place)

    iam = client("iam", root["AWS_ACCESS_KEY_ID"], root["AWS_SECRET_ACCESS_KEY"])
    user = iam.create_user(UserName="publisher")["User"]
    assert user["Arn"].startswith("arn:aws:iam::123456789012:")
    key = iam.create_access_key(UserName="publisher")["AccessKey"]
    ssm = client("ssm", key["AccessKeyId"], key["SecretAccessKey"])
    wanted = {"Name": "AmazonCloudWatch-x", "Value": "v", "Type": "String"}
    with pytest.raises(ClientError, match="not authorized to perform: ssm:PutParameter"):
        ssm.put_parameter(**wanted)
    allow = {"Effect": "Allow", "Action": "ssm:PutParameter", "Resource": "arn:aws:ssm:*:*:parameter/AmazonCloudWatch-*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    iam.put_user_policy(UserName="publisher", PolicyName="publish", PolicyDocument=document)
    assert ssm.put_parameter(**wanted)["Version"] == 1
    with pytest.raises(ClientError, match="AccessDenied"):
        ssm.put_parameter(**{**wanted, "Name": "other"})
