# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The enforcing stand-in starts, judges a policy, and goes without a trace."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = Path(__file__).with_name("enforcing")
SESSION: Any = boto3.session.Session()
"""One for all clients: it keeps the services' models."""


def run(verb: str, state: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LAB_STATE": str(state), "LAB_NAME": "test"}
    return subprocess.run([str(PROGRAM), verb], env=environment, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    state = tmp_path_factory.mktemp("enforcing")
    started = run("start", state)
    assert started.returncode == 0, started.stderr
    yield dict(word.split("=", 1) for line in started.stdout.splitlines() for word in shlex.split(line)[1:])
    run("stop", state)
    assert run("status", state).returncode != 0 and not list((state / "test").iterdir())


def client(root: dict[str, str], service: str, key: str = "", secret: str = "") -> Any:
    place = {"endpoint_url": root["AWS_ENDPOINT_URL"], "region_name": root["AWS_REGION"]}
    return SESSION.client(
        service, aws_access_key_id=key or root["AWS_ACCESS_KEY_ID"], aws_secret_access_key=secret or root["AWS_SECRET_ACCESS_KEY"], **place
    )


class User:
    """A user who may do what `allow` says and nothing else."""

    def __init__(self, root: dict[str, str]) -> None:
        self.root = root
        self.name = f"u-{uuid.uuid4().hex[:8]}"
        self.iam = client(root, "iam")
        self.arn = self.iam.create_user(UserName=self.name)["User"]["Arn"]
        key = self.iam.create_access_key(UserName=self.name)["AccessKey"]
        self.key = (key["AccessKeyId"], key["SecretAccessKey"])

    def allow(self, action: str, resource: str = "*", **more: Any) -> None:
        """Gives the user one statement."""
        statement = {"Effect": "Allow", "Action": action, "Resource": resource, **more}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.iam.put_user_policy(UserName=self.name, PolicyName=action.split(":")[1], PolicyDocument=document)

    def client(self, service: str) -> Any:
        """Calls as this user."""
        return client(self.root, service, *self.key)


@pytest.fixture
def user(root: dict[str, str]) -> User:
    return User(root)


OURS = "arn:aws:ssm:*:*:parameter/AmazonCloudWatch-*"


def test_a_policy_is_enforced(user: User) -> None:
    assert user.arn.startswith("arn:aws:iam::123456789012:")
    ssm = user.client("ssm")
    wanted = {"Name": f"AmazonCloudWatch-{user.name}", "Value": "v", "Type": "String"}
    with pytest.raises(ClientError, match="not authorized to perform: ssm:PutParameter"):
        ssm.put_parameter(**wanted)
    user.allow("ssm:PutParameter", OURS)
    assert ssm.put_parameter(**wanted)["Version"] == 1
    with pytest.raises(ClientError, match="AccessDenied"):
        ssm.put_parameter(**{**wanted, "Name": "other"})


def test_each_name_of_a_batch_is_judged(user: User) -> None:
    name = f"AmazonCloudWatch-{user.name}"
    client(user.root, "ssm").put_parameter(Name=name, Value="v", Type="String")
    ssm = user.client("ssm")
    with pytest.raises(ClientError, match="AccessDenied"):
        ssm.get_parameters(Names=[name])
    user.allow("ssm:GetParameters", f"arn:aws:ssm:*:*:parameter/{name}")
    assert len(ssm.get_parameters(Names=[name, f"{name}:1"])["Parameters"]) == 2
    with pytest.raises(ClientError, match="AccessDenied"):
        ssm.get_parameters(Names=[name, "other"])


def test_conditions_are_judged(user: User) -> None:
    user.allow("ssm:PutParameter", OURS, Condition={"StringEquals": {"ssm:Overwrite": "false"}})
    user.allow("cloudwatch:PutMetricData", Condition={"StringEquals": {"cloudwatch:namespace": "CWAgent"}})
    ssm, wanted = user.client("ssm"), {"Name": f"AmazonCloudWatch-{user.name}", "Value": "v"}
    assert ssm.put_parameter(Type="String", **wanted)["Version"] == 1
    with pytest.raises(ClientError, match="AccessDenied"):
        ssm.put_parameter(Overwrite=True, **wanted)
    cloudwatch, data = user.client("cloudwatch"), [{"MetricName": "m", "Value": 1.0}]
    cloudwatch.put_metric_data(Namespace="CWAgent", MetricData=data)
    with pytest.raises(ClientError, match="AccessDenied"):
        cloudwatch.put_metric_data(Namespace="Other", MetricData=data)
