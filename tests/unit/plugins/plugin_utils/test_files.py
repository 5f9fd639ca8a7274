# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of the controller."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.files import replace_text, write_json


def test_json(tmp_path: Path) -> None:
    write_json("report_file", tmp_path / "a.json", {"b": 1, "a": Path("/x"), "ü": None})
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == '{\n  "a": "/x",\n  "b": 1,\n  "ü": null\n}\n'


def test_a_place_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(
        AnsibleActionFail, match=r"report_file: .*/none/a\.json cannot be written: No such file or directory\. Hint: name a path"
    ):
        write_json("report_file", tmp_path / "none" / "a.json", {})


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    """Another reader has the old file open, a link stays a link, and a collector of *.prom sees one file alone."""
    target, link = tmp_path / "a.prom", tmp_path / "link.prom"
    target.write_text("old\n")
    link.symlink_to(target)
    with target.open(encoding="utf-8") as reader:
        replace_text("prometheus_file", link, "n\u00e9w \udcff\n")
        assert reader.read() == "old\n"
    assert (target.read_text(encoding="utf-8"), target.stat().st_mode & 0o777, link.is_symlink()) == ("n\u00e9w \\udcff\n", 0o644, True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.prom", "link.prom"]


def test_what_cannot_be_replaced_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "a.html").mkdir()
    with pytest.raises(AnsibleActionFail, match=r"html_file: .*a\.html cannot be written: Is a directory\. Hint: name a path"):
        replace_text("html_file", tmp_path / "a.html", "")
    assert [path.name for path in tmp_path.iterdir()] == ["a.html"]
    with pytest.raises(AnsibleActionFail, match="No such file or directory"):
        replace_text("html_file", tmp_path / "none" / "a.html", "")
