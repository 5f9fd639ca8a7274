# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module cw_agent_uninstall on a played host without a package, but with files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.system import Result

from ..module_utils._host.conftest import FakeHost
from .host_modules import Run, debian, played


@pytest.fixture
def box(tmp_path: Path) -> FakeHost:
    made = debian(tmp_path)
    made.install()
    made.overrides["dpkg-query"] = Result(1)
    return made


def test_removal_and_its_prediction(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    main = played(monkeypatch, "cw_agent_uninstall", box)
    predicted = run_module(main, {}, check_mode=True, diff=True)
    assert predicted["changed"] and os.path.exists(box.layout.etc)
    assert predicted["diff"] == {"before": f"{box.layout.etc}\n", "after": ""}
    done = run_module(main, {})
    assert done["changed"] and done["removed"] == predicted["removed"] == [box.layout.etc]
    assert not run_module(main, {})["changed"]


def test_what_stands_in_the_way_is_said(run_module: Run, monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> None:
    os.rename(box.layout.directory, box.layout.directory + ".other")
    os.symlink("/tmp", box.layout.directory)
    result = run_module(played(monkeypatch, "cw_agent_uninstall", box), {})
    assert result["failed"] and box.layout.directory in result["msg"]
