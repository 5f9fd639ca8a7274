# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens of timestamp_format, and what the agent makes of them."""

from __future__ import annotations

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.timestamps import (
    ambiguities,
    expression,
    format_refusal,
    lacks_date,
    unknown_tokens,
)


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("%Y-%m-%dT%H:%M:%S%:z", ["%:z"]),
        ("%3N %s", ["%3N", "%s"]),
        ("%_d %^b %Ey", ["%_d", "%^b", "%Ey"]),
        ("%b %-d %H:%M:%S.%f", []),
        ("100%", ["%"]),
        ("%%Y", ["%%"]),
    ],
)
def test_unknown_tokens_are_whole(text: str, unknown: list[str]) -> None:
    assert unknown_tokens(text) == unknown


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        ("%H:%M:%S", "month and no day"),
        ("%I:%M %p", "month and no day"),
        ("%Y %H:%M", "month and no day"),
        ("%Y-%m %H:%M", "day"),
        ("%d %H:%M", "month"),
        ("%b %d %H:%M", ""),
        ("%-d.%-m.", ""),
        ("no token", ""),
    ],
)
def test_what_a_date_lacks(text: str, lacking: str) -> None:
    assert lacks_date(text) == lacking


@pytest.mark.parametrize(
    ("text", "timezone", "words"),
    [
        ("%Y-%m-%dT%H:%M:%SZ", "", ["Z at its end"]),
        ("%Y-%m-%dT%H:%M:%S.%fZ", "Local", ["Z at its end"]),
        ("[%d/%b/%Y:%H:%M:%S UTC]", "LOCAL", ["UTC at its end"]),
        ("%Y-%m-%dT%H:%M:%SZ", "UTC", []),
        ("%Y-%m-%d %H:%M:%S %Z", "", []),
        ("%Y-%m-%d %H:%M:%S%z UTC", "", []),
        ("%Y-%m-%d %H:%M:%S", "", []),
        ("%b %d %H:%M:%S SIZ", "", []),
        ("%m/%d/%Y %I:%M:%S", "UTC", ["%I without %p"]),
        ("%m/%d/%Y %-I:%M GMT", "", ["GMT at its end", "%I without %p"]),
        ("%m/%d/%Y %I:%M:%S %p", "", []),
    ],
)
def test_what_a_format_leaves_open(text: str, timezone: str, words: list[str]) -> None:
    found = [what for what, _hint in ambiguities(text, timezone)]
    assert [any(word in one for one in found) for word in words] == [True] * len(words) and len(found) == len(words)


def test_the_expression_of_a_format() -> None:
    assert expression("[%d/%b] (x)") == r"(\[\s{0,1}\d{1,2}/\w{3}\] \(x\))"
    assert expression("%d.%m") == r"(\d{1,2}\.\s{0,1}\d{1,2})"
    assert format_refusal("%Y") == ""
    assert format_refusal("+%Y")
