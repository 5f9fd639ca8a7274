# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How refusals read."""

from __future__ import annotations

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._migration.notes import Refusal, first_line


def test_a_refusal_names_file_section_key_value_and_hint() -> None:
    assert Refusal("awslogs.conf", "a", "file", "x", "no path", "write one").text == (
        'awslogs.conf, section [a], file = "x": no path. Hint: write one'
    )
    assert Refusal("awslogs.conf", "", "", "", "no ini file", "correct it").text == "awslogs.conf: no ini file. Hint: correct it"
    assert Refusal("f", "a", "file", "", "m", "h").data["section"] == "a"


@pytest.mark.parametrize(("value", "expected"), [("a", "a"), ("", ""), ("a\nsecret = b", "a …")])
def test_only_the_first_line_is_shown(value: str, expected: str) -> None:
    assert first_line(value) == expected
