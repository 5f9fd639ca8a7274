# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module cw_agent_awslogs on a played host."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ..module_utils._host.test_cut_over import LOG, Both, names
from .host_modules import Run, played


@pytest.fixture
def both(tmp_path: Path) -> Both:
    return Both(tmp_path)


def test_the_old_agent_is_replaced_and_restored(run_module: Run, monkeypatch: pytest.MonkeyPatch, both: Both) -> None:
    main = played(monkeypatch, "cw_agent_awslogs", both)
    predicted = run_module(main, {"state": "replaced", "files": [LOG]}, check_mode=True)
    assert names(both) == ("active", "enabled")
    result = run_module(main, {"state": "replaced", "files": [LOG]})
    assert {key: result[key] for key in ("changed", "diff", "carried")} == {key: predicted[key] for key in ("changed", "diff", "carried")}
    assert (result["rest"], result["carried"][0]["sent"], result["settled"]) == ({}, 11, False)
    assert json.loads(result["diff"]["after"]) == {
        "files": {},
        "offsets": {LOG: 11},
        "services": {"awslogsd.service": "inactive, disabled"},
    }
    assert not run_module(main, {"state": "replaced", "files": [LOG]})["changed"]
    assert run_module(main, {"state": "restored"})["changed"]
    assert names(both) == ("active", "enabled")


def test_what_stands_in_the_way_is_one_message(run_module: Run, monkeypatch: pytest.MonkeyPatch, both: Both) -> None:
    result = run_module(played(monkeypatch, "cw_agent_awslogs", both), {"state": "replaced"})
    assert result["failed"]
    assert "Hint: put the fragment of cw_agent_awslogs_info into the inventory" in result["msg"]


def test_a_file_without_a_known_offset_is_named(run_module: Run, monkeypatch: pytest.MonkeyPatch, both: Both) -> None:
    Path(both.layout.at("/var/lib/awslogs/agent-state")).unlink()
    result = run_module(played(monkeypatch, "cw_agent_awslogs", both), {"state": "replaced", "files": [LOG]})
    assert f"{LOG} is read from its beginning" in str(result["warnings"])
    assert "agent-state is not there" in str(result["warnings"])
