# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that the action writes; what is in them: the tests of _template."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.cloudwatch.agent.tests.support.templates import act, plan, web


def test_check_mode_says_what_a_run_writes_and_a_second_run_writes_nothing(tmp_path: Path) -> None:
    directory = tmp_path / "a" / "templates"
    check = act(check=True, plan=plan(web()), directory=str(directory))
    assert check["changed"] and not directory.exists()
    made = act(plan=plan(web()), directory=str(directory))
    assert made == check
    (file,) = directory.iterdir()
    assert json.loads(file.read_text()) == made["templates"][0]["template"] and file.stat().st_size == made["templates"][0]["bytes"]
    assert made["diff"] == [{"before": "", "after": file.read_text(), "before_header": str(file), "after_header": str(file)}]
    before = file.stat().st_mtime_ns
    again = act(plan=plan(web()), directory=str(directory))
    assert not again["changed"] and "diff" not in again and file.stat().st_mtime_ns == before


def test_a_run_with_a_limit_writes_no_template(tmp_path: Path) -> None:
    """It has a part of the hosts: the stack would delete the roles, parameters and alarms of the others."""
    found = act(limited="web-1", plan=plan(web()), directory=str(tmp_path))
    assert found["failed"] and "has the limit web-1" in found["msg"] and "Hint: run without --limit" in found["msg"]
    assert list(tmp_path.iterdir()) == []


def test_further_templates_have_numbers_and_files_of_others_stay(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text("{}")
    given = plan(*(web(name=f"c{number}", hosts=(f"h{number}",)) for number in range(60)))
    made = act(plan=given, directory=str(tmp_path))
    assert [Path(one["path"]).name for one in made["templates"]][:2] == ["us-east-1.json", "us-east-1-2.json"]
    assert all(one["bytes"] <= 51_200 for one in made["templates"])
    assert made["warnings"][-1] == f"{tmp_path / 'old.json'}: not of this run. Hint: delete what no stack uses any more."
    assert (tmp_path / "old.json").read_text() == "{}"
    assert len(act(plan=given, directory=str(tmp_path), limit="s3")["templates"]) == 1


def test_wrong_options_of_a_part_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(AnsibleActionFail, match=r"alarms: .*topcs.*Hint: see the options of the module that makes this part"):
        act(plan=plan(web()), directory=str(tmp_path), alarms={"topcs": []})
    (tmp_path / "file").write_text("")
    with pytest.raises(AnsibleActionFail, match=r"directory: .* cannot be made: .*Hint: name a directory"):
        act(plan=plan(web()), directory=str(tmp_path / "file" / "below"))
