# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules that run on the host, on a played one."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any, Callable

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import observation

from ..module_utils._host.conftest import FakeHost, configuration
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


def test_config_changes_then_does_not(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    box.install()
    box.parameters["ssm:web:3"] = TEXT
    main = played(monkeypatch, "cw_agent_config", box)
    arguments = {"sources": [{"location": "ssm:web:3"}]}
    predicted = run_module(main, {"sources": [{"location": "ssm:web:3", "content": TEXT}]}, check_mode=True, diff=True)
    assert box.active() == {}
    result = run_module(main, arguments, diff=True)
    assert result["changed"] and result["diff"] == predicted["diff"]
    assert '"metrics_collection_interval": 60' in result["diff"]["after"]
    assert result["agent"]["configurations"][0]["file"] == "ssm_web_3" and result["agent"]["ready"]
    assert not run_module(main, arguments)["changed"]


def test_config_fails_with_the_log(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    box.install()
    box.parameters["ssm:web:3"] = TEXT
    box.fate = lambda texts: (1.0, "dies")
    result = run_module(played(monkeypatch, "cw_agent_config", box), {"sources": [{"location": "ssm:web:3"}]})
    assert result["failed"] and "no role" in result["msg"] and "no role" in result["log"][0]


def test_config_warns(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    box.install()
    box.parameters["ssm:web:3"] = TEXT
    box.fate = lambda texts: (1e9, "ready")
    arguments = {"sources": [{"location": "ssm:web:3"}], "ready_timeout": 2}
    result = run_module(played(monkeypatch, "cw_agent_config", box), arguments)
    assert result["changed"] and "within 2 s" in str(result["warnings"])


def test_config_tells_of_files_that_cannot_be_used(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    box.install()

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device", "/opt/x")

    main = played(monkeypatch, "cw_agent_config", box)
    monkeypatch.setattr("ansible_collections.cloudwatch.agent.plugins.module_utils._host.lock.held", full)
    assert run_module(main, {"sources": [{"location": "ssm:web:3"}]})["msg"] == "/opt/x: No space left on device"
