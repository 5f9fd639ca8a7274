# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action's own part; the picture: tests/unit/plugins/module_utils/_picture, CloudWatch itself: tests/integration/test_dashboards.py."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.action import cw_agent_dashboard_picture
from ansible_collections.cloudwatch.agent.plugins.plugin_utils import aws

from .test_cw_agent_dashboards import CONNECTION, Dashboards

BODY = '{"widgets": [{"type": "text", "x": 0, "y": 0, "width": 6, "height": 3, "properties": {"markdown": "# hello"}}]}'


@pytest.fixture(autouse=True)
def dashboards(monkeypatch: pytest.MonkeyPatch) -> Dashboards:
    known: Any = Dashboards()
    known.meta = SimpleNamespace(region_name="us-east-1")
    monkeypatch.setattr(aws, "clients", lambda _connection: lambda *_where: known)
    monkeypatch.setattr(cw_agent_dashboard_picture.time, "time", lambda: 7200.0)
    known.bodies["fleet"] = BODY
    return known  # type: ignore[no-any-return]


def run(check: bool = False, **arguments: Any) -> dict[str, Any]:
    options = {"environment": None, "check_mode": check, "diff": True, "async_val": 0}
    task = SimpleNamespace(args=arguments, action="cloudwatch.agent.cw_agent_dashboard_picture", **options)
    found: dict[str, Any] = cw_agent_dashboard_picture.ActionModule(task, CONNECTION, None, None, None, None).run(task_vars={})
    return found


def test_the_files_are_written_once(tmp_path: Path, dashboards: Dashboards) -> None:
    files = {"svg": str(tmp_path / "fleet.svg"), "png": str(tmp_path / "fleet.png")}
    check = run(check=True, name="fleet", **files)
    assert check["changed"] and list(tmp_path.iterdir()) == []
    assert run(name="fleet", **files) == check == {"changed": True, "widgets": 1, "files": list(files.values())}
    assert ">hello</text>" in (tmp_path / "fleet.svg").read_text() and (tmp_path / "fleet.png").read_bytes().startswith(b"\x89PNG")
    assert not run(name="fleet", **files)["changed"]
    assert run(name="fleet") == {"changed": False, "widgets": 1, "files": []} and dashboards.writes == []


def test_what_cannot_be_drawn(dashboards: Dashboards) -> None:
    dashboards.bodies["text"] = "no JSON"
    for name in ("none", "text"):
        assert run(name=name)["msg"] == f"There is no dashboard {name} that could be drawn. Hint: correct the name, or make it first."
