# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module cw_agent_log_access on a played host."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..module_utils._host.conftest import FakeHost, configuration
from ..module_utils._host.reader import Reader, as_root
from .host_modules import Run, debian, played

ARGUMENTS = {"access": "group", "user": "reader", "files": ["/var/log/app/*.log"]}


@pytest.fixture
def box(reachable: Path) -> FakeHost:
    host = debian(reachable)
    host.running_with("ssm_web_3", configuration())
    return host


@as_root
def test_given_once(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    """Check mode predicts it."""
    reader = Reader(box, monkeypatch)
    box.host = reader.host
    main = played(monkeypatch, "cw_agent_log_access", box)
    reader.file("/var/log/app/a.log")
    predicted = run_module(main, ARGUMENTS, check_mode=True)
    result = run_module(main, {**ARGUMENTS, "health_seconds": 1})
    assert result["changed"]
    assert result["differences"] == predicted["differences"] == ["log access: group adm of reader → given"]
    assert not run_module(main, ARGUMENTS)["changed"]


@as_root
def test_what_cannot_be_given_is_one_message(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    reader = Reader(box, monkeypatch)
    box.host = reader.host
    reader.file("/var/log/app/a.log", 0o600)
    result = run_module(played(monkeypatch, "cw_agent_log_access", box), ARGUMENTS)
    assert result["failed"]
    assert result["msg"].startswith("cw_agent_log_access group: no group can give reader")


def test_root_needs_nothing(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    result = run_module(played(monkeypatch, "cw_agent_log_access", box), {**ARGUMENTS, "user": "root"})
    assert (result["changed"], result["differences"]) == (False, [])
