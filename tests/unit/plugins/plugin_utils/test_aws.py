# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection of actions to AWS: real clients, which call nobody here."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Mapping

import pytest
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import clients
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.plugin_utils import aws

NAME = "cloudwatch.agent.example"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # What an action takes over from its task's environment ends with the test.
    monkeypatch.setattr(os, "environ", {name: value for name, value in os.environ.items() if not name.startswith("AWS_")})
    file = tmp_path / "credentials"
    file.write_text("[other]\naws_access_key_id = AKIAOTHER\naws_secret_access_key = x\n", encoding="utf-8")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))


def key_of(client: Any) -> str:
    found: str = client._request_signer._credentials.access_key
    return found


def test_the_options_make_the_client() -> None:
    options = {"region": "eu-west-1", "endpoint_url": "https://localhost:1", "access_key": "AKIAOWN", "secret_key": "x"}
    client = aws.AwsConnection(NAME, options).retrying_client("logs")
    assert (client.meta.region_name, client.meta.endpoint_url, key_of(client)) == ("eu-west-1", "https://localhost:1", "AKIAOWN")
    assert client.meta.config.retries == {"mode": "adaptive", "total_max_attempts": 10}
    assert client.meta.config.read_timeout == clients.READ_SECONDS


def test_a_write_is_made_once() -> None:
    client = aws.AwsConnection(NAME, {"region": "eu-west-1", "access_key": "AKIAOWN", "secret_key": "x"}).single_client("ssm")
    assert client.meta.config.retries["total_max_attempts"] == 1


def test_a_call_may_name_another_region_and_profile() -> None:
    connection = aws.AwsConnection(NAME, {"region": "eu-west-1"})
    client = connection.retrying_client("logs", region="us-east-2", profile="other")
    assert (client.meta.region_name, key_of(client)) == ("us-east-2", "AKIAOTHER")
    assert connection.region == "eu-west-1"


def test_a_profile_and_keys_are_refused_with_both_sources() -> None:
    connection = aws.AwsConnection(NAME, {"region": "eu-west-1", "access_key": "AKIAOWN", "secret_key": "x"})
    with pytest.raises(
        AnsibleActionFail, match=r"profile other \(cw_agent_profile of the hosts\) and access_key, secret_key .*Hint: keep one"
    ):
        connection.retrying_client("logs", profile="other")


def test_an_unknown_profile_is_named() -> None:
    with pytest.raises(AnsibleActionFail, match="nowhere"):
        aws.AwsConnection(NAME, {"region": "eu-west-1"}).retrying_client("logs", profile="nowhere")


def test_a_region_that_nobody_names_is_asked_for() -> None:
    with pytest.raises(AnsibleActionFail, match=r"NoRegionError: .*Hint: set cw_agent_region"):
        aws.AwsConnection(NAME, {"access_key": "AKIAOWN", "secret_key": "x"}).retrying_client("logs")


def action(environment: Any = None, **arguments: Any) -> aws.AwsAction:
    class Action(aws.AwsAction):
        arguments = {"wait": {"type": "str"}}

        def perform(self, options: Mapping[str, Any]) -> dict[str, Any]:
            raise AwsError("Failed to read x", details={"written": True})

    made = Action.__new__(Action)
    made._task = SimpleNamespace(action=NAME, args=arguments, environment=environment)
    made._templar = SimpleNamespace(template=lambda value: value)
    made._load_name = NAME
    return made


def test_the_tasks_environment_counts_for_options_and_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    made = action([{"AWS_REGION": "eu-north-1"}, {"AWS_PROFILE": "other"}, None], wait="x")
    assert made.validated()["wait"] == "x"
    client = made.aws.retrying_client("logs")
    assert (client.meta.region_name, key_of(client)) == ("eu-north-1", "AKIAOTHER")


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(AnsibleActionFail, match="Unsupported parameters"):
        action(wrong=1).validated()


def test_boto3_is_asked_for_by_the_interpreter_that_lacks_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aws, "boto3", None)
    with pytest.raises(AnsibleActionFail, match=r"needs boto3 and botocore.* Hint: \S+ -m pip install boto3"):
        action().validated()


def test_a_refusal_of_aws_is_the_failure_of_the_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ActionBase, "run", lambda *_arguments: {})
    assert action().run() == {"failed": True, "changed": False, "msg": "Failed to read x", "written": True}
