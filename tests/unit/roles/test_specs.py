# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A role's variables stand in its argument specification, its defaults and its README, and shared ones agree in all roles."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROLES = sorted(path for path in (Path(__file__).resolve().parents[3] / "roles").iterdir() if (path / "meta/argument_specs.yml").exists())


def options(role: Path) -> dict[str, dict[str, Any]]:
    """The variables of all entry points of a role."""
    specs = yaml.safe_load((role / "meta/argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]
    return {name: option for spec in specs.values() for name, option in (spec.get("options") or {}).items()}


def defaults(role: Path) -> dict[str, Any]:
    path = role / "defaults/main.yml"
    return (yaml.safe_load(path.read_text(encoding="utf-8")) or {}) if path.exists() else {}


def commented(role: Path) -> list[str]:
    """Variables without a default are named in a comment."""
    path = role / "defaults/main.yml"
    return re.findall(r"^# ?(cw_agent_\w+):", path.read_text(encoding="utf-8"), re.MULTILINE) if path.exists() else []


def test_there_are_roles() -> None:
    assert len(ROLES) >= 6


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_spec_and_defaults_name_the_same_variables(role: Path) -> None:
    assert sorted(options(role)) == sorted({*defaults(role), *commented(role)})


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_spec_and_defaults_have_the_same_values(role: Path) -> None:
    said = {name: option["default"] for name, option in options(role).items() if "default" in option}
    assert said == {name: value for name, value in defaults(role).items() if name in said}
    assert set(defaults(role)) == set(said)


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_readme_names_every_variable(role: Path) -> None:
    text = (role / "README.md").read_text(encoding="utf-8")
    assert [name for name in options(role) if name not in text] == []


def test_shared_variables_agree() -> None:
    seen: dict[str, dict[str, Any]] = {}
    for role in ROLES:
        for name, option in options(role).items():
            told = {key: option.get(key) for key in ("type", "default", "choices", "elements")}
            assert seen.setdefault(name, told) == told, f"{name} of {role.name}"


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_public_variables_have_the_product_as_prefix(role: Path) -> None:
    assert [name for name in {*options(role), *defaults(role)} if not name.startswith("cw_agent_")] == []
