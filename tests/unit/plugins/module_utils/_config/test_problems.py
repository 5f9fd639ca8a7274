# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry of rules."""

from __future__ import annotations

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.findings import Finding
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.problems import RULES, problem, rule
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.rules import load_rules


def test_a_name_is_taken_once() -> None:
    load_rules()
    with pytest.raises(ConfigError, match="two rules are named high-resolution"):
        rule("high-resolution", "warning", why="x.", hint="y.", example={})(lambda _subject: [])


def test_a_finding_may_bring_its_own_hint_and_severity() -> None:
    load_rules()
    source = RULES["high-resolution"]
    assert problem(source, Finding(("a", 0), 1, "m"))["hint"] == source.hint
    found = problem(source, Finding(("a", 0), 1, "m", hint="h", severity="error"))
    assert (found["path"], found["hint"], found["severity"]) == ("/a/0", "h", "error")
