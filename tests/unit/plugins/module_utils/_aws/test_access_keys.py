# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access keys and their files."""

from __future__ import annotations

import stat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import access_keys
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError

from .cloud import refused


class Iam:
    """A user's keys."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.failure = failure
        self.keys: dict[str, str] = {}

    def create_access_key(self, UserName: str) -> dict[str, Any]:  # noqa: N803
        if self.failure:
            raise self.failure
        self.keys["AKIA1"] = "Active"
        return {"AccessKey": {"UserName": UserName, "AccessKeyId": "AKIA1", "SecretAccessKey": "s/e+c=ret"}}

    def delete_access_key(self, UserName: str, AccessKeyId: str) -> None:  # noqa: N803
        del self.keys[AccessKeyId]

    def get_paginator(self, _name: str) -> Any:
        metadata = [{"AccessKeyId": key, "Status": status} for key, status in self.keys.items()]
        return SimpleNamespace(paginate=lambda **_given: [{"AccessKeyMetadata": metadata}])


def test_a_key_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    iam, path = Iam(), tmp_path / "u.yml"
    assert access_keys.decide(path, {}).make
    assert access_keys.make(iam, "u", path) == "AKIA1"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert yaml.safe_load(path.read_text(encoding="utf-8"))[access_keys.SECRET] == "s/e+c=ret"
    assert access_keys.decide(path, access_keys.keys_of(iam, "u")) == access_keys.Decision(False, key="AKIA1")


def test_files_and_keys_that_do_not_fit(tmp_path: Path) -> None:
    path = tmp_path / "u.yml"
    assert "2 access keys already" in access_keys.decide(path, {"a": "Active", "b": "Inactive"}).problem
    access_keys.make(Iam(), "u", path)
    assert "is not there" in access_keys.decide(path, {}).problem
    assert "is inactive" in access_keys.decide(path, {"AKIA1": "Inactive"}).problem
    path.write_text("$ANSIBLE_VAULT;1.1;AES256\n3132\n", encoding="utf-8")
    assert access_keys.decide(path, {}) == access_keys.Decision(False)


def test_no_key_without_a_file_and_no_file_without_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    iam = Iam()
    with pytest.raises(AwsError, match=r"/no/such/u\.yml cannot be written: No such file or directory"):
        access_keys.make(iam, "u", Path("/no/such/u.yml"))
    path = tmp_path / "u.yml"
    with pytest.raises(AwsError, match="allow iam:CreateAccessKey"):
        access_keys.make(Iam(refused("AccessDenied", "no", "CreateAccessKey")), "u", path)

    def full(_value: str) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(access_keys.json, "dumps", full)
    with pytest.raises(AwsError, match="No space left") as caught:
        access_keys.make(iam, "u", path)
    assert (iam.keys, list(tmp_path.iterdir()), "ret" in str(caught.value)) == ({}, [], False)
