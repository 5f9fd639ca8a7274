# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module cw_agent_awslogs_info on a played host."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..module_utils._host.test_awslogs import Old
from .host_modules import Run, debian, played


def test_a_host_without_the_old_agent(run_module: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    result = run_module(played(monkeypatch, "cw_agent_awslogs_info", debian(tmp_path)), {})
    assert (result["changed"], result["present"], result["observed"]) == (False, False, {})


def test_what_the_host_has_is_for_the_action(run_module: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    box = debian(tmp_path)
    Old(box)
    result = run_module(played(monkeypatch, "cw_agent_awslogs_info", box), {"directory": "/etc/awslogs"})
    assert result["present"]
    assert result["observed"]["main"]["sections"][1]["values"]["log_group_name"] == "app"
    assert result["invocation"]["module_args"]["skip"] == []


def test_two_layouts_fail_with_one_message(run_module: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    box = debian(tmp_path)
    Old(box)
    Old(box, directory="/var/awslogs/etc")
    result = run_module(played(monkeypatch, "cw_agent_awslogs_info", box), {})
    assert result["failed"]
    assert "Hint: remove those that it does not read, or set directory" in result["msg"]
