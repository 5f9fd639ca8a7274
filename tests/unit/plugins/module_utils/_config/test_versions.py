# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions of the agent."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.versions import NEWEST, parse_version


@pytest.mark.parametrize(
    ("text", "version"), [("1.300064.1b1344", (1, 300064, 1)), ("v1.300060", (1, 300060, 0)), (" 1.247358.0b252413 ", (1, 247358, 0))]
)
def test_versions_are_read(text: str, version: tuple[int, ...]) -> None:
    assert parse_version(text) == version
    assert parse_version("") == parse_version(NEWEST)


@pytest.mark.parametrize("value", [1.30006, 1])
def test_numbers_are_refused(value: Any) -> None:
    with pytest.raises(ConfigError, match="Hint: write it in quotes"):
        parse_version(value)


def test_other_texts_are_refused() -> None:
    with pytest.raises(ConfigError, match="agent_version is 'latest'"):
        parse_version("latest")
