# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What nobody can walk is found in time, however it is made."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.nesting import CIRCLE, unwalkable


def circle() -> Any:
    value: dict[str, Any] = {}
    value["a"] = [{"b": value}, value]
    return value


def laughs(levels: int, width: int) -> Any:
    value: Any = ["x"]
    for _unused in range(levels):
        value = [value] * width
    return value


def deep(levels: int) -> Any:
    value: Any = {}
    for _unused in range(levels):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    ("value", "reason"), [(circle(), CIRCLE), (laughs(40, 10), "more than"), (deep(5_000), "deeper"), (deep(200), "deeper")]
)
def test_what_cannot_be_walked(value: Any, reason: str) -> None:
    start = time.process_time()
    assert reason in unwalkable(value)
    assert time.process_time() - start < 1.0


@pytest.mark.parametrize("value", [{}, None, "text", laughs(3, 10), deep(50), json.loads("[[[]]]")])
def test_what_can_be_walked(value: Any) -> None:
    assert unwalkable(value) == ""


def test_an_alias_that_only_repeats_is_no_circle() -> None:
    shared = {"measurement": ["used"]}
    assert unwalkable({"mem": shared, "swap": shared}) == ""
