# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Misspelt variables of this collection, and what each is meant for; values that no role would take."""

from __future__ import annotations

import pytest
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.variables import (
    known_variables,
    meant,
    unknown_variables,
    wrong_values,
)


@pytest.mark.parametrize(
    ("name", "guess"),
    [
        ("cw_agent_fragmnet_web", "cw_agent_fragment_web"),
        ("cw_agent_fragments_web", "cw_agent_fragment_web"),
        ("cw_agent_fragment", "cw_agent_fragment_<name>"),
        ("cw_agent_regoin", "cw_agent_region"),
        ("cw_agent_configname", "cw_agent_config_name"),
        ("cw_agent_silenced_rule", "cw_agent_silenced_rules"),
        ("cw_agent_version", "cw_agent_build"),
        ("cw_agent_config", "cw_agent_fragment_<name>"),
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


def test_values_that_no_role_would_take() -> None:
    values = {"cw_agent_service_health_seconds": "soon", "cw_agent_rollback_on": "never", "cw_agent_verify_timeout": "12"}
    said = sorted(wrong_values(values, values.__getitem__))
    assert len(said) == 2
    assert said[0].startswith("Argument 'cw_agent_service_health_seconds' is of type str and we were unable to convert to int")
    assert said[1] == "Value of cw_agent_rollback_on must be one or more of: death, not_ready, limits, missing. Got no match for: never."


@pytest.mark.parametrize(
    ("name", "default"),
    [("cw_agent_verify_timeout", "90"), ("cw_agent_rollback_on", '["death", "not_ready", "limits", "missing"]'), ("cw_agent_alarms", "{}")],
)
def test_null_is_refused_where_a_role_has_a_default(name: str, default: str) -> None:
    """A key without a value in YAML hides the default, and the task that needs it fails after hosts were changed."""
    (said,) = wrong_values({name: None}, pytest.fail)
    assert said == f"{name} is null. Hint: give it a value, or remove it; without it, it is {default}."


def test_infinity_is_refused_by_name() -> None:
    (said,) = wrong_values({"cw_agent_bake_seconds": float("inf")}, lambda _name: float("inf"))
    assert said == "Argument 'cw_agent_bake_seconds' is inf. Hint: write a finite number."


def test_what_needs_no_filling_in_is_not_filled_in() -> None:
    """Texts of any content, which may be looked up in a vault, and what a run hands on."""
    values = {"cw_agent_credentials_secret_access_key": "{{ secret }}", "cw_agent_plan": {"hosts": {}}, "cw_agent_proxy": None, "other": 1}
    assert list(wrong_values(values, pytest.fail)) == []
