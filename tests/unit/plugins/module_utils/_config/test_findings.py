# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How values are shown, and what a misspelt name is meant for."""

from __future__ import annotations

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.findings import did_you_mean, near_miss, shown


def test_long_values_are_cut() -> None:
    assert shown({"a": "ü"}) == '{"a": "ü"}'
    assert len(shown("x" * 500)) == 120


@pytest.mark.parametrize(
    ("name", "guess"),
    [("metricsCollected", "metrics_collected"), ("LOG-GROUP-NAME", "log_group_name"), ("log_grup_name", "log_group_name"), ("zzz", "")],
)
def test_near_misses(name: str, guess: str) -> None:
    assert near_miss(name, ["metrics_collected", "log_group_name"]) == guess


def test_the_question() -> None:
    assert did_you_mean("x") == " Did you mean x?"
    assert did_you_mean("") == ""
