# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of the controller."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.files import write_json


def test_json(tmp_path: Path) -> None:
    write_json("report_file", tmp_path / "a.json", {"b": 1, "a": Path("/x"), "ü": None})
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == '{\n  "a": "/x",\n  "b": 1,\n  "ü": null\n}\n'


def test_a_place_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(
        AnsibleActionFail, match=r"report_file: .*/none/a\.json cannot be written: No such file or directory\. Hint: name a path"
    ):
        write_json("report_file", tmp_path / "none" / "a.json", {})
