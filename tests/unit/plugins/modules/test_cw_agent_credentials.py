# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module cw_agent_credentials on a played host."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..module_utils._host.conftest import FakeHost
from .host_modules import Run, debian, played


@pytest.fixture
def box(tmp_path: Path) -> FakeHost:
    return debian(tmp_path)


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


def test_credentials_say_when_they_were_changed(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    box.install()
    main = played(monkeypatch, "cw_agent_credentials", box)
    arguments = {"access_key_id": "AKIAEXAMPLE", "secret_access_key": "very/secret", "region": "eu-west-1"}
    assert run_module(main, arguments, check_mode=True)["changed_at"] is None
    changed = run_module(main, arguments)
    assert changed["changed_at"] == box.now() and "invocation_id" in changed
    assert run_module(main, arguments)["changed_at"] is None
