# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Activations: their codes are in their files alone, and one that cannot be written is not left behind."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import activations
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.tests.support.fake_commands import client_error

NOW = datetime(2026, 1, 2, tzinfo=timezone.utc)
NAME = "01234567-89ab-cdef-0123-456789abcdef"
ASKED = {"IamRole": "nodes"}


class FakeActivations:
    """A client of SSM with activations."""

    def __init__(self) -> None:
        self.known: dict[str, dict[str, Any]] = {}
        self.asked: list[dict[str, Any]] = []
        self.account = ""

    def get_caller_identity(self) -> dict[str, str]:
        return {"Account": self.account}

    def create_activation(self, **request: Any) -> dict[str, Any]:
        self.asked.append(request)
        name = NAME[:-1] + str(len(self.asked))
        self.known[name] = {**request, "ActivationId": name, "RegistrationsCount": 0}
        return {"ActivationId": name, "ActivationCode": f"Code{len(self.asked)}+/=xxxxxxxxxxx"}

    def describe_activations(self, **request: Any) -> dict[str, Any]:
        return {"ActivationList": [self.known[name] for name in request["Filters"][0]["FilterValues"] if name in self.known]}

    def delete_activation(self, **request: Any) -> None:
        if self.known.pop(request["ActivationId"], None) is None:
            raise client_error("InvalidActivation", "DeleteActivation")


def test_the_file_has_id_code_and_region_and_nobody_else_reads_it(tmp_path: Path) -> None:
    client, path = FakeActivations(), tmp_path / "plant.yml"
    made = activations.make(client, ASKED, path, "eu-west-1", "111122223333")
    assert yaml.safe_load(path.read_text()) == {
        "ssm_activation_id": made,
        "ssm_activation_code": "Code1+/=xxxxxxxxxxx",
        "ssm_activation_region": "eu-west-1",
        "ssm_activation_account": "111122223333",
    }
    assert path.stat().st_mode & 0o777 == 0o600
    assert activations.read_file(path, "eu-west-1") == (True, made, False, "eu-west-1", "111122223333")
    assert [file.name for file in tmp_path.iterdir()] == ["plant.yml"]


def test_what_cannot_be_written_is_not_made_or_not_left(tmp_path: Path) -> None:
    client = FakeActivations()
    with pytest.raises(AwsError, match="cannot be written: No such file or directory"):
        activations.make(client, ASKED, tmp_path / "none" / "plant.yml", "", "")
    assert client.asked == []
    (tmp_path / "plant.yml").mkdir()
    with pytest.raises(AwsError, match="cannot be written: Is a directory"):
        activations.make(client, ASKED, tmp_path / "plant.yml", "", "")
    assert client.known == {} and [file.name for file in tmp_path.iterdir()] == ["plant.yml"]


def test_other_files_are_refused_and_encrypted_ones_are_known(tmp_path: Path) -> None:
    path = tmp_path / "file.yml"
    assert activations.read_file(path, "") == (False, "", False, "", "")
    path.write_text("$ANSIBLE_VAULT;1.1;AES256\n3338\n")
    assert activations.read_file(path, "eu-west-1") == (True, "", True, "", "")
    path.write_text("password: x\n")
    with pytest.raises(AwsError, match="no file of an activation"):
        activations.read_file(path, "")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, True),
        ({"Expired": True}, False),
        ({"ExpirationDate": NOW - timedelta(seconds=1)}, False),
        ({"ExpirationDate": NOW + timedelta(hours=1)}, True),
        ({"RegistrationLimit": 2, "RegistrationsCount": 1}, True),
        ({"RegistrationLimit": 1, "RegistrationsCount": 1}, False),
    ],
)
def test_whether_another_node_can_register(fields: dict[str, Any], expected: bool) -> None:
    assert activations.usable({"ActivationId": NAME, **fields}, NOW) is expected
    assert not activations.usable({}, NOW)


def test_what_is_asked_for() -> None:
    params = {
        "iam_role": "nodes",
        "registration_limit": 3,
        "expires_in_hours": 2,
        "default_instance_name": None,
        "description": "why",
        "tags": {"b": 2, "a": "1"},
    }
    assert activations.request(params, NOW) == {
        "IamRole": "nodes",
        "RegistrationLimit": 3,
        "ExpirationDate": NOW + timedelta(hours=2),
        "Description": "why",
        "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}],
    }


def test_found_and_deleted_once_or_twice(tmp_path: Path) -> None:
    client, path = FakeActivations(), tmp_path / "plant.yml"
    made = activations.make(client, ASKED, path, "", "")
    assert activations.find(client, made)["IamRole"] == "nodes" and activations.find(client, NAME) == {}
    activations.delete(client, made, path)
    activations.delete(client, made, path)
    assert client.known == {} and not path.exists()
