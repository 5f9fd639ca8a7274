# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module's edge: made once, replaced when no node can register any more, and the code is nowhere but in the file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import module as aws_module
from ansible_collections.cloudwatch.agent.plugins.modules import ssm_activation
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._aws.test_activations import FakeActivations


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> FakeActivations:
    fake = FakeActivations()
    fake.account = "111122223333"
    monkeypatch.setattr(aws_module.AwsModule, "retrying_client", lambda _self, _service: fake)
    monkeypatch.setattr(aws_module.AwsModule, "single_client", lambda _self, _service: fake)
    return fake


@pytest.fixture
def run(run_module: Any, tmp_path: Path) -> Any:
    def once(check: bool = False, **arguments: Any) -> dict[str, Any]:
        given = {"region": "eu-west-1", "path": str(tmp_path / "plant.yml"), "iam_role": "nodes", **arguments}
        result: dict[str, Any] = run_module(ssm_activation.main, given, check_mode=check)
        return result

    return once


def test_made_once_and_the_code_is_in_the_file_alone(run: Any, client: FakeActivations, tmp_path: Path) -> None:
    assert run(check=True)["changed"] and client.known == {}
    made = run(registration_limit=2)
    assert not run()["changed"] and not run(check=True)["changed"]
    code = yaml.safe_load((tmp_path / "plant.yml").read_text())["ssm_activation_code"]
    assert made["changed"] and code not in json.dumps(made)
    assert len(client.asked) == 1


@pytest.mark.parametrize("fields", [{"Expired": True}, {"RegistrationsCount": 1}, None])
def test_one_that_is_of_no_use_any_more_is_replaced(run: Any, client: FakeActivations, fields: dict[str, Any] | None) -> None:
    first = run()["activation_id"]
    if fields is None:
        client.known.clear()
    else:
        client.known[first].update(fields)
    second = run()
    assert second["changed"] and second["replaced"] == first and second["activation_id"] != first


def test_an_encrypted_file_stays(run: Any, client: FakeActivations, tmp_path: Path) -> None:
    (tmp_path / "plant.yml").write_text("$ANSIBLE_VAULT;1.1;AES256\n3338\n")
    assert not run()["changed"] and client.asked == []
    assert "decrypt it first" in run(state="absent")["msg"]


@pytest.mark.parametrize("state", ["present", "absent"])
def test_the_file_of_another_region_is_refused(run: Any, client: FakeActivations, tmp_path: Path, state: str) -> None:
    run()
    text = (tmp_path / "plant.yml").read_text()
    refused = run(region="us-east-1", state=state)
    assert refused["failed"] and "has an activation of eu-west-1, and the task is about us-east-1" in refused["msg"]
    assert len(client.known) == 1 and (tmp_path / "plant.yml").read_text() == text


@pytest.mark.parametrize("state", ["present", "absent"])
def test_the_file_of_another_account_is_refused(run: Any, client: FakeActivations, tmp_path: Path, state: str) -> None:
    run()
    text = (tmp_path / "plant.yml").read_text()
    client.account, known = "444455556666", client.known
    client.known = {}
    refused = run(state=state)
    assert (
        refused["failed"] and "an activation of the account 111122223333, and the task's credentials are of 444455556666" in refused["msg"]
    )
    assert (tmp_path / "plant.yml").read_text() == text and client.known == {} and len(known) == 1


def test_gone_with_its_file(run: Any, client: FakeActivations, tmp_path: Path) -> None:
    run()
    assert run(check=True, state="absent")["changed"] and client.known
    assert run(state="absent")["changed"] and client.known == {} and not (tmp_path / "plant.yml").exists()
    assert not run(state="absent")["changed"]


def test_wrong_options_are_refused(run: Any, client: FakeActivations) -> None:
    assert "from 1 to 720" in run(expires_in_hours=721)["msg"]
    assert run(iam_role=None)["failed"]
    assert client.asked == []
