# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules that run on the host, on a played one."""

from __future__ import annotations

import importlib
import io
from pathlib import Path
from typing import Any, Callable
from urllib.error import HTTPError

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import observation
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.configurations import digest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError

from ..module_utils._host.conftest import BUILD, FakeHost, configuration
from ..module_utils._host.test_identity import Service

Run = Callable[..., "dict[str, Any]"]
TEXT = configuration()


def played(monkeypatch: pytest.MonkeyPatch, name: str, host: FakeHost, service: Service | None = None) -> Any:
    """The module ``name`` with the host and the metadata service played."""
    module = importlib.import_module(f"ansible_collections.cloudwatch.agent.plugins.modules.{name}")
    monkeypatch.setattr(module, "Host", lambda: host.host)
    answer = service or Service()
    monkeypatch.setattr(observation.observe, "__defaults__", (answer,))
    return module.main


@pytest.fixture
def box(tmp_path: Path) -> FakeHost:
    host = FakeHost(tmp_path)
    host.write(host.layout.at("/etc/os-release"), "ID=debian\n")
    return host


def test_info_of_a_converged_host(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    box.running_with("ssm_web_3", TEXT)
    sources = [{"location": "ssm:web:9", "digest": digest(TEXT)}]
    result = run_module(played(monkeypatch, "cw_agent_info", box), {"sources": sources, "mode": "ec2", "build": BUILD})
    assert (result["changed"], result["converged"], result["problems"], result["refusal"]) == (False, True, [], "")
    assert result["agent"]["identity"]["instance_id"] == "i-0123"


def test_info_says_what_is_wrong_in_one_text(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    main = played(monkeypatch, "cw_agent_info", box, Service(security_credentials=(404, "")))
    result = run_module(main, {"sources": [{"location": "ssm:web:9", "digest": "0"}], "mode": "ec2", "region": "us-east-1"})
    assert not result["converged"] and len(result["problems"]) == 2
    assert "i-0123 has no instance profile" in result["refusal"] and "set cw_agent_region: eu-west-1" in result["refusal"]


def test_info_with_empty_sources_compares_nothing(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    assert run_module(played(monkeypatch, "cw_agent_info", box), {"sources": []})["converged"]


def test_credentials_keep_their_secret(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    box.install()
    main = played(monkeypatch, "cw_agent_credentials", box)
    arguments = {"access_key_id": "AKIAEXAMPLE", "secret_access_key": "very/secret", "region": "eu-west-1"}
    result = run_module(main, arguments, diff=True)
    assert result["changed"] and result["file"] == "/etc/amazon-cloudwatch-agent-credentials/credentials"
    assert "very/secret" not in str(result) and "AKIAEXAMPLE" not in str(result)
    assert not run_module(main, arguments)["changed"]


def test_credentials_without_a_region(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    box.install()
    arguments = {"access_key_id": "AKIAEXAMPLE", "secret_access_key": "very/secret"}
    result = run_module(played(monkeypatch, "cw_agent_credentials", box), arguments)
    assert result["changed"] and "set cw_agent_region" in str(result["warnings"])


def test_credentials_of_half_a_key(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    box.install()
    result = run_module(played(monkeypatch, "cw_agent_credentials", box), {"secret_access_key": "very/secret"})
    assert result["failed"] and "both parts" in result["msg"]


def test_package_that_is_there(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    box.install()
    result = run_module(played(monkeypatch, "cw_agent_package", box), {})
    assert not result["changed"] and result["package"] == {"installed": True, "build": BUILD, "format": "deb"}


def test_package_that_cannot_be_had(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    main = played(monkeypatch, "cw_agent_package", box)
    package = importlib.import_module("ansible_collections.cloudwatch.agent.plugins.modules.cw_agent_package")

    def refused(url: str, **options: object) -> None:
        raise HTTPError(url, 403, "Forbidden", {}, io.BytesIO())  # type: ignore[arg-type]

    monkeypatch.setattr(package, "open_url", refused)
    result = run_module(main, {"architecture": "amd64", "mirror_url": "https://mirror.example.com/"})
    assert result["failed"]
    assert result["msg"].startswith("https://mirror.example.com/assets/amazon-cloudwatch-agent.gpg: HTTP status 403; nothing was changed")


def test_download_tries_passing_faults_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    package = importlib.import_module("ansible_collections.cloudwatch.agent.plugins.modules.cw_agent_package")
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
