# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action's own part: options, what is shown, written and returned. The report itself: _report/."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.cloudwatch.agent.plugins.action import cw_agent_report
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._report.examples import (
    KEY,
    configuration,
    evaluation,
    observed,
    planned,
    use,
)

from .test_cw_agent_release import CONNECTION, Display

FILES = {"json_file": "report.json", "html_file": "report.html", "prometheus_file": "report.prom"}


def run(display: Display, version: int = 3, check_mode: bool = False, **arguments: Any) -> dict[str, Any]:
    """One host that runs this version, where 3 is live."""
    options = {"environment": None, "check_mode": check_mode, "diff": False, "async_val": 0, "no_log": False}
    given = {
        "plan": {"hosts": {"web-1": planned()}, "configurations": [{"key": KEY, "configuration": {}, "vaulted": []}]},
        "releases": {"configurations": [configuration()], "hosts": {"web-1": use(version)}},
        "telemetry": {"hosts": [evaluation("web-1")]},
        **arguments,
    }
    task = SimpleNamespace(args=given, action="cloudwatch.agent.cw_agent_report", **options)
    action = cw_agent_report.ActionModule(task, CONNECTION, None, None, None, None)
    action._display = display
    result: dict[str, Any] = action.run(task_vars={"hostvars": SimpleNamespace(raw_get=lambda _host: {"cw_agent_observed": observed()})})
    return result


def files(directory: Path) -> dict[str, str]:
    return {option: str(directory / name) for option, name in FILES.items()}


def test_hosts_are_those_that_the_run_has_observed() -> None:
    display = Display()
    result = run(display, table=True)
    assert (result["changed"], result["msg"], result["hosts"][0]["state"]) == (False, "", "converged")
    assert display.lines == ["\n".join(result["table"])]
    assert run(Display(), observed={})["msg"].startswith("1 of 1 host differs: web-1 (not observed).")


def test_a_host_that_differs_fails_the_task_with_one_message(tmp_path: Path) -> None:
    """The result of a failed task is printed, so the report is not part of it; the files have it."""
    result = run(Display(), 2, **files(tmp_path))
    assert set(result) == {"failed", "changed", "msg", "totals"}
    assert (result["failed"], result["msg"][:45]) == (True, "1 of 1 host differs: web-1 (configuration). H")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES.values())
    assert "failed" not in run(Display(), 2, fail_on_difference=False)


def test_the_files(tmp_path: Path) -> None:
    result = run(Display(), **files(tmp_path))
    written = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert written == {key: result[key] for key in ("version", "generated_at", "totals", "configurations", "hosts")}
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert 'host_converged{host="web-1"} 1\n' in (tmp_path / "report.prom").read_text(encoding="utf-8")
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o644}


def test_check_mode_writes_nothing(tmp_path: Path) -> None:
    assert run(Display(), check_mode=True, **files(tmp_path))["hosts"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("option", FILES)
def test_a_file_that_cannot_be_written(tmp_path: Path, option: str) -> None:
    with pytest.raises(AnsibleActionFail, match=rf"{option}: .* cannot be written: No such file or directory\. Hint: name a path"):
        run(Display(), **{option: str(tmp_path / "no" / "file")})
