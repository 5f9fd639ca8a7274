# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module cw_agent_caller_info on a played host."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import sts

from ..module_utils._host.conftest import FakeHost
from .host_modules import Run, debian, logged, played

KEYS = {"access_key_id": "AKIAEXAMPLE", "secret_access_key": "very/secret", "region": "eu-west-1"}


@pytest.fixture
def box(tmp_path: Path) -> FakeHost:
    return debian(tmp_path)


def ran(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost, reply: sts.Reply, **more: Any) -> dict[str, Any]:
    main = played(monkeypatch, "cw_agent_caller_info", box)
    monkeypatch.setattr(sts, "ask", lambda host, keys, way: reply)
    return run_module(main, {**KEYS, **more})


def test_caller(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    result = ran(run_module, monkeypatch, box, sts.Reply(200, "123456789012", "arn:aws:iam::123456789012:user/agent"))
    assert not result["changed"] and result["account"] == "123456789012" and result["arn"].endswith("user/agent")
    assert "very/secret" not in str(result)


def test_refused(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    result = ran(run_module, monkeypatch, box, sts.Reply(403, code="InvalidClientTokenId"))
    assert result["failed"] and "Hint: correct cw_agent_credentials_access_key_id" in result["msg"]
    assert "very/secret" not in str(result) and "AKIAEXAMPLE" not in str(result)
    other = ran(run_module, monkeypatch, box, sts.Reply(200, "123456789012", "arn:x"), account="999999999999")
    assert other["failed"] and other["msg"].startswith("the account differs")


def test_unreachable(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    assert ran(run_module, monkeypatch, box, sts.Reply(unreachable="timed out"))["failed"]
    result = ran(run_module, monkeypatch, box, sts.Reply(unreachable="timed out"), required=False)
    assert not result.get("failed") and result["account"] == "" and "timed out" in str(result["warnings"])


def test_caller_info_logs_no_secret(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    """Neither in the host's log nor in the result, which shows what is beside it."""
    settings = {"secret_environment": {"TOKEN": "marked"}, "proxy": {"https": "http://a:word@proxy:3128"}, "imds_retries": 3}
    lines = logged(monkeypatch, "cw_agent_caller_info")
    reply = sts.Reply(200, "123456789012", "arn:aws:iam::123456789012:user/agent")
    result = ran(run_module, monkeypatch, box, reply, settings=settings)
    assert lines and lines[0].startswith("Invoked with ")
    assert not any(word in f"{lines} {result}" for word in ("marked", "word@", "very/secret", "AKIAEXAMPLE"))
    assert result["arn"].endswith("user/agent") and "'imds_retries': 3" in str(result["invocation"])
