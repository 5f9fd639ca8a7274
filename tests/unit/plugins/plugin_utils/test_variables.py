# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Misspelt variables of this collection, and what each is meant for."""

from __future__ import annotations

import pytest
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.variables import known_variables, meant, unknown_variables


@pytest.mark.parametrize(
    ("name", "guess"),
    [
        ("cw_agent_fragmnet_web", "cw_agent_fragment_web"),
        ("cw_agent_fragments_web", "cw_agent_fragment_web"),
        ("cw_agent_fragment", "cw_agent_fragment_<name>"),
        ("cw_agent_regoin", "cw_agent_region"),
        ("cw_agent_configname", "cw_agent_config_name"),
        ("cw_agent_silenced_rule", "cw_agent_silenced_rules"),
        ("cw_agent_zebra", ""),
    ],
)
def test_near_misses(name: str, guess: str) -> None:
    assert meant(name) == guess
    assert list(unknown_variables({name: 1})) == [(name, guess)]


def test_variables_of_every_role_are_known() -> None:
    assert {"cw_agent_region", "cw_agent_build", "cw_agent_report_file", "cw_agent_serial"} <= known_variables()
    assert list(unknown_variables(dict.fromkeys(known_variables() | {"ansible_host", "cw_agent_fragment_x"}))) == []


def test_a_variable_that_another_one_uses_is_somebodys_own() -> None:
    variables = {"cw_agent_team": "green", "cw_agent_fragment_a": {"metrics": {"namespace": "{{ cw_agent_team }}"}}}
    assert list(unknown_variables(variables)) == []
