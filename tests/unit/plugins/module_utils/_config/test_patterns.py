# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a multi_line_start_pattern does to a log."""

from __future__ import annotations

import time

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.patterns import lost_pattern, matches_every_line


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("{datetime_format}", "no line starts"),
        ("^{timestamp_format}", "stands alone, so no line"),
        ("{timestamp_format}|", "every line"),
        ("\\{timestamp_format\\}", "characters"),
        ("{time_stamp} .*", "characters"),
        ("", "each becomes an event"),
        ("^", "each becomes"),
        (".*", "each becomes"),
        ("ERROR|", "each becomes"),
        ("\\s*", "each becomes"),
        ("(?i)(a|b)?", "each becomes"),
        ("%Y-%m-%d", "timestamp_format"),
        ("END\\n", "own end"),
        ("a\nb", "own end"),
    ],
)
def test_patterns_that_lose_events(pattern: str, words: str) -> None:
    assert words in lost_pattern(pattern)


@pytest.mark.parametrize(
    "pattern",
    ["^\\d{4}-\\d{2}", "^\\S", "^[^\\s}]", "^\\[", "{", "^{", "a{2,3}", "\\pL", "[[:digit:]]{4}", "^(INFO|WARN)", "^$", "100%", "^\\\\n"],
)
def test_patterns_that_find_first_lines(pattern: str) -> None:
    assert lost_pattern(pattern) == ""


@pytest.mark.parametrize("pattern", ["(a|aa)+$" * 20, "(.*)*x" * 30, "a{900}" * 80, "(" * 400])
def test_no_pattern_takes_long(pattern: str) -> None:
    start = time.process_time()
    matches_every_line(pattern)
    assert time.process_time() - start < 1.0
