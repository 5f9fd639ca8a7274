# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module cw_agent_settings on a played host."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..module_utils._host.conftest import FakeHost, configuration
from .host_modules import Run, debian, played


@pytest.fixture
def box(tmp_path: Path) -> FakeHost:
    return debian(tmp_path)


def test_settings_are_written_once_and_show_no_password(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    box.running_with("ssm_web_3", configuration())
    main = played(monkeypatch, "cw_agent_settings", box)
    arguments = {"proxy": {"https": "http://user:proxyword@proxy:3128"}, "overrides": {"Service": {"CPUQuota": "25%"}}}
    predicted = run_module(main, arguments, check_mode=True, diff=True)
    result = run_module(main, arguments, diff=True)
    assert result["changed"] and result["diff"] == predicted["diff"]
    assert "CPUQuota=25%" in result["diff"]["after"] and "https_proxy none → http://proxy:3128" in result["diff"]["after"]
    assert "proxyword" not in str(result)
    assert not run_module(main, arguments)["changed"]


def test_a_failure_is_one_message(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    result = run_module(played(monkeypatch, "cw_agent_settings", box), {"imds_retries": 3})
    assert result["failed"] and result["msg"].startswith("the agent is not installed on this host. Hint: ")


def test_secret_variables_are_shown_nowhere(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    """Neither in what differs nor in the diff nor among the module's own arguments."""
    box.running_with("ssm_web_3", configuration())
    main = played(monkeypatch, "cw_agent_settings", box)
    arguments = {"log_level": "DEBUG", "environment": {"PLAIN": "open-text"}, "secret_environment": {"TOKEN": "tokenword"}}
    predicted = run_module(main, arguments, check_mode=True, diff=True)
    result = run_module(main, arguments, diff=True)
    assert result["changed"] and result["diff"] == predicted["diff"] and result["differences"] == predicted["differences"]
    for text in ('PLAIN="open-text"', 'TOKEN="(hidden)"', "Environment=CWAGENT_LOG_LEVEL=DEBUG"):
        assert text in result["diff"]["after"]
    assert "tokenword" not in str(result) + str(predicted)
    assert not run_module(main, arguments)["changed"]
