# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the old agent makes of its files together."""

from __future__ import annotations

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._awslogs.agent import Log, together
from ansible_collections.cloudwatch.agent.plugins.module_utils._awslogs.ini import parse

MAIN = "[DEFAULT]\nlog_stream_name = s\ntime_zone = UTC\n[general]\nstate_file = /s\n[a]\nfile = /a\n"


def test_the_main_file_counts_before_the_additional_ones() -> None:
    additional = [parse("config/x.conf", "[general]\nstate_file = /t\n[a]\nfile = /other\n[b]\nfile = /b\n")]
    files = together(parse("awslogs.conf", MAIN), additional)
    assert [(log.path, log.name, log.values["file"]) for log in files.logs] == [("awslogs.conf", "a", "/a"), ("config/x.conf", "b", "/b")]
    assert files.unused == (("config/x.conf", "general"), ("config/x.conf", "a"))
    assert (files.state_file, files.has_general) == ("/s", True)


def test_defaults_of_the_main_file_reach_additional_ones_where_nothing_is_built_in() -> None:
    files = together(parse("awslogs.conf", MAIN), [parse("x.conf", "[b]\nfile = /b\n")])
    assert files.logs[1].values["log_stream_name"] == "s"
    assert files.logs[1].value("time_zone") == "LOCAL"
    assert files.logs[0].value("time_zone") == "UTC"


def test_two_additional_files_with_one_section_leave_it_to_chance() -> None:
    files = together(parse("awslogs.conf", ""), [parse("x.conf", "[b]\nfile = /b\n"), parse("y.conf", "[b]\nfile = /c\n")])
    assert files.repeated == (("y.conf", "b"),)
    assert (files.has_general, files.state_file) == (False, "watchstate")


@pytest.mark.parametrize(
    ("text", "lines"), [("", (1, 1)), ("3", (3, 3)), ("2-4", (2, 4)), ("0", (1, 1)), ("x", (1, 1)), ("10-12", (10, 12))]
)
def test_lines_of_the_fingerprint(text: str, lines: tuple[int, int]) -> None:
    assert Log("f", "a", {"file_fingerprint_lines": text}).fingerprint == lines
