# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The answer of the check as users get it."""

from __future__ import annotations

import json

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.check import config_problems, parse

MEM = {"metrics": {"metrics_collected": {"mem": {"measurement": ["used"]}}}}


def test_text_and_mapping_are_the_same() -> None:
    assert parse(json.dumps(MEM)) == parse(MEM) == (MEM, "")


def test_a_problem_has_its_keys() -> None:
    (problem,) = config_problems({**MEM, "logz": {}})
    assert sorted(problem) == ["hint", "message", "path", "rule", "severity", "value"]


@pytest.mark.parametrize(
    ("text", "words"), [("{", "not JSON"), ("[]", "a JSON object"), ('{"a": NaN}', "NaN"), ("[" * 100_000, "not JSON|deeper")]
)
def test_what_is_no_configuration(text: str, words: str) -> None:
    _configuration, reason = parse(text)
    assert any(each in reason for each in words.split("|"))
