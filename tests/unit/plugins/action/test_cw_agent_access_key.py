# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action's own part; IAM itself: tests/integration/test_iam.py."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.action import cw_agent_access_key
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import access_keys
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.plugin_utils import aws

from .test_cw_agent_release import Display

CONNECTION = SimpleNamespace(_shell=SimpleNamespace(tmpdir="unused"))
USERS = [{"name": "a", "account": "1"}, {"name": "b", "account": "1"}]


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, str]]:
    """The keys of each user."""
    known: dict[str, dict[str, str]] = {"a": {}, "b": {}}

    def make(_iam: Any, user: str, path: Path) -> str:
        known[user][f"AKIA{user}"] = "Active"
        path.write_text(f'---\n{access_keys.ID}: "AKIA{user}"\n{access_keys.SECRET}: "hidden"\n', encoding="utf-8")
        return f"AKIA{user}"

    def keys_of(_iam: Any, user: str) -> dict[str, str]:
        if user not in known:
            raise AwsError("no such user", "NoSuchEntity")
        return known[user]

    monkeypatch.setattr(access_keys, "make", make)
    monkeypatch.setattr(access_keys, "keys_of", keys_of)
    monkeypatch.setattr(aws, "clients", lambda _connection: lambda *_words: None)
    return known


def run(directory: Path, check: bool = False, **arguments: Any) -> dict[str, Any]:
    options = {"environment": None, "check_mode": check, "diff": True, "async_val": 0}
    given = {"users": USERS, "directory": str(directory), **arguments}
    task = SimpleNamespace(args=given, action="cloudwatch.agent.cw_agent_access_key", **options)
    action = cw_agent_access_key.ActionModule(task, CONNECTION, None, None, None, None)
    action._display = Display()
    return action.run(task_vars={})


def test_made_once_and_predicted(tmp_path: Path) -> None:
    check, made, again = run(tmp_path, check=True), run(tmp_path), run(tmp_path)
    assert (check["changed"], made["changed"], again["changed"]) == (True, True, False)
    assert check["diff"] == made["diff"] and again["diff"] == {}
    assert [key["access_key_id"] for key in again["access_keys"]] == ["AKIAa", "AKIAb"]
    assert "hidden" not in str((check, made, again))


def test_a_user_that_check_mode_has_not_made(tmp_path: Path, keys: dict[str, dict[str, str]]) -> None:
    keys.clear()
    assert run(tmp_path, check=True)["changed"]


def test_nothing_is_made_where_one_user_has_no_room(tmp_path: Path, keys: dict[str, dict[str, str]]) -> None:
    keys["b"] = {"x": "Active", "y": "Active"}
    found = run(tmp_path)
    assert found["failed"] and "1-b.yml is missing, and its user has 2 access keys" in found["msg"]
    assert list(tmp_path.iterdir()) == []


def test_a_refusal_after_a_key_says_that_something_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make = access_keys.make

    def refused(iam: Any, user: str, path: Path) -> str:
        if user == "b":
            raise AwsError("no more keys", "LimitExceeded")
        return make(iam, user, path)

    monkeypatch.setattr(access_keys, "make", refused)
    assert run(tmp_path) == {"failed": True, "changed": True, "msg": "no more keys"}
    assert [path.name for path in tmp_path.iterdir()] == ["1-a.yml"]
    assert not run(tmp_path)["changed"]


def test_files_go(tmp_path: Path) -> None:
    run(tmp_path)
    assert run(tmp_path, check=True, state="absent")["changed"] and len(list(tmp_path.iterdir())) == 2
    assert run(tmp_path, state="absent")["changed"] and list(tmp_path.iterdir()) == []
    assert not run(tmp_path, state="absent")["changed"]
