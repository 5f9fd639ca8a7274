# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module cw_agent_package on a played host, and its downloads."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.packages import Package

from ..module_utils._host.conftest import BUILD, FakeHost
from .host_modules import Run, debian, module, played


@pytest.fixture
def box(tmp_path: Path) -> FakeHost:
    return debian(tmp_path)


def test_package_that_is_there(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    box.install()
    result = run_module(played(monkeypatch, "cw_agent_package", box), {})
    assert not result["changed"] and result["package"] == {"installed": True, "build": BUILD, "format": "deb"}


def test_package_that_cannot_be_had(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    main = played(monkeypatch, "cw_agent_package", box)
    package = module("cw_agent_package")

    def refused(url: str, **options: object) -> None:
        raise HTTPError(url, 403, "Forbidden", {}, io.BytesIO())  # type: ignore[arg-type]

    monkeypatch.setattr(package, "open_url", refused)
    result = run_module(main, {"architecture": "amd64", "mirror_url": "https://mirror.example.com/"})
    assert result["failed"]
    assert result["msg"].startswith("https://mirror.example.com/assets/amazon-cloudwatch-agent.gpg: HTTP status 403; nothing was changed")


def test_download_tries_passing_faults_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    package = module("cw_agent_package")
    faults: list[Exception] = [HTTPError("u", 503, "Slow Down", {}, io.BytesIO()), TimeoutError("timed out")]  # type: ignore[arg-type]

    def answer(url: str, **options: object) -> io.BytesIO:
        if faults:
            raise faults.pop()
        return io.BytesIO(b"content")

    monkeypatch.setattr(package, "open_url", answer)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    package.download("https://mirror.example.com/x", str(tmp_path / "x"))
    assert (tmp_path / "x").read_bytes() == b"content"
    faults += [TimeoutError("timed out")] * 3
    with pytest.raises(HostError, match="timed out; nothing was changed"):
        package.download("https://mirror.example.com/x", str(tmp_path / "x"))


def test_package_shows_no_password(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    def refused(url: str, **options: object) -> None:
        raise OSError(f"tunnel through http://user:proxyword@proxy:3128 to {url} failed")

    monkeypatch.setattr(module("cw_agent_package"), "open_url", refused)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    monkeypatch.setenv("https_proxy", "http://user:proxyword@proxy:3128")
    result = run_module(
        played(monkeypatch, "cw_agent_package", box), {"architecture": "amd64", "mirror_url": "https://user:mirrorword@mirror.example.com/"}
    )
    assert result["failed"] and "tunnel through" in result["msg"]
    assert "proxyword" not in str(result) and "mirrorword" not in str(result)


def test_package_that_was_broken_off_is_shown_as_such() -> None:
    described = module("cw_agent_package").described
    assert described(Package(False, "1.2b3", "deb", "unpacked")) == "amazon-cloudwatch-agent 1.2b3, unpacked\n"
    assert described(Package(format="deb")) == "amazon-cloudwatch-agent not installed\n"


@pytest.mark.parametrize(
    ("other", "name"),
    [
        ({"file": "/srv/agent.rpm"}, "cw_agent_package_file"),
        ({"mirror_url": "https://mirror.example.com"}, "cw_agent_mirror_url"),
        ({"directory": "/srv/agent"}, "cw_agent_package_directory"),
    ],
)
def test_one_source_at_a_time(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost, other: dict[str, str], name: str) -> None:
    result = run_module(played(monkeypatch, "cw_agent_package", box), {"repository": True, **other})
    assert result["failed"] and result["msg"].startswith(f"cw_agent_package_repository and {name} are given together")


def test_a_system_whose_repositories_do_not_have_it(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    result = run_module(played(monkeypatch, "cw_agent_package", box), {"repository": True})
    assert result["failed"] and "is not Amazon Linux, whose repositories alone have the agent; nothing was changed. Hint: " in result["msg"]
