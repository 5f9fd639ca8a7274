# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action's own part: which files of the controller find their way to the host, and how."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.cloudwatch.agent.plugins.action import cw_agent_package

PACKAGE = "debian/amd64/1.2.3b4/amazon-cloudwatch-agent.deb"
WANTED = ["assets/amazon-cloudwatch-agent.gpg", f"{PACKAGE}.sig", PACKAGE]
OLD = ["debian/amd64/1.2.2b1/x.deb.sig", "debian/amd64/1.2.2b1/x.deb"]


class Action(cw_agent_package.ActionModule):
    """Ansible's own side played: ``calls`` are the module's arguments, ``sent`` the files that were transferred."""

    def __init__(self, wanted: list[str], **arguments: Any) -> None:
        task = SimpleNamespace(args=arguments, action="cloudwatch.agent.cw_agent_package", async_val=0, check_mode=False)
        shell = SimpleNamespace(tmpdir="/remote", join_path=lambda *parts: "/".join(parts))
        connection: Any = SimpleNamespace(_shell=shell)
        super().__init__(task, connection, SimpleNamespace(), None, None, None)
        self.wanted = wanted
        self.calls: list[dict[str, Any]] = []
        self.sent: dict[str, str] = {}

    def _execute_module(self, **call: Any) -> dict[str, Any]:
        self.calls.append(call["module_args"])
        return {"wanted": self.wanted} if self.wanted and "files" not in call["module_args"] else {"changed": True}

    def _transfer_file(self, local_path: str, remote_path: str) -> str:
        self.sent[remote_path] = local_path
        return remote_path

    def _fixup_perms2(self, *_args: Any, **_more: Any) -> None:
        pass


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    for name in [*WANTED, "info/latest/CWAGENT_VERSION"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1.2.3b4\n")
    return tmp_path


def test_a_mirror_is_the_hosts_own_business() -> None:
    action = Action([], mirror_url="https://mirror.example.com", build="latest")
    assert action.run(task_vars={})["changed"]
    assert action.calls == [{"mirror_url": "https://mirror.example.com", "build": "latest"}]


def test_what_is_wanted_of_a_directory_is_copied(directory: Path) -> None:
    """And what it does not have of the build before is left out."""
    action = Action([*WANTED, *OLD], directory=str(directory), build="latest")
    assert action.run(task_vars={})["changed"]
    assert [call["build"] for call in action.calls] == ["1.2.3b4", "1.2.3b4"]
    files = action.calls[1]["files"]
    assert list(files) == WANTED
    assert {url.removeprefix("file://"): str(directory / name) for name, url in files.items()} == action.sent
    assert all(path.startswith("/remote/") for path in action.sent)


def test_nothing_is_copied_where_nothing_is_wanted(directory: Path) -> None:
    action = Action([], directory=str(directory))
    action.run(task_vars={})
    assert (len(action.calls), action.sent) == (1, {})


def test_what_the_directory_lacks_is_named(directory: Path) -> None:
    (directory / PACKAGE).unlink()
    with pytest.raises(AnsibleActionFail, match=rf"{PACKAGE} is missing on the controller .*Hint: lay the directory out like the mirror"):
        Action(WANTED, directory=str(directory)).run(task_vars={})


def test_what_is_wanted_of_a_bucket_is_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    def bucket(url: str) -> Any:
        return SimpleNamespace(signed=lambda name: f"{url}/{name}?sig")

    monkeypatch.setattr(cw_agent_package, "Bucket", bucket)
    action = Action(WANTED, mirror_url="s3://bucket")
    action.run(task_vars={})
    assert action.calls[1]["files"] == {name: f"s3://bucket/{name}?sig" for name in WANTED}


def test_a_signature_goes_by_an_option_of_its_own() -> None:
    """What a host logs of a module's options holds no query."""
    action = Action([], mirror_url="https://mirror.example.com/agent?sig=x")
    action.run(task_vars={})
    assert action.calls == [{"mirror_url": "https://mirror.example.com/agent", "mirror_query": "sig=x"}]
