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


DATA = {
    "cw_agent_plan": "config",
    "cw_agent_permitted": "permissions",
    "cw_agent_published": "parameter_store",
    "cw_agent_observed": "service",
    "cw_agent_installed": "install",
    "cw_agent_removed": "install",
    "cw_agent_credentialed": "credentials",
    "cw_agent_settled": "service",
    "cw_agent_accessed": "service",
    "cw_agent_converged": "service",
    "cw_agent_verified": "verify",
    "cw_agent_associated": "association",
    "cw_agent_nodes_observed": "run_command",
    "cw_agent_commanded": "run_command",
    "cw_agent_reported": "report",
    "cw_agent_released": "parameter_store",
    "cw_agent_releases": "parameter_store",
    "cw_agent_waves": "rollout",
    "cw_agent_confirmed": "rollout",
    "cw_agent_gate": "rollout",
    "cw_agent_rolled_out": "rollout",
    "cw_agent_awslogs": "migrate_awslogs",
}
"""What stages hand on: registered results by name, and the role that owns each."""
ROOT = ROLES[0].parents[1]
FACTS = {"cw_agent_failure", "cw_agent_stopped"}
"""What playbooks and roles set as facts of hosts."""


def entry_points(role: Path) -> dict[str, dict[str, Any]]:
    """The specification of each entry point of a role."""
    specs: dict[str, dict[str, Any]] = yaml.safe_load((role / "meta/argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]
    return specs


def inputs(role: Path) -> dict[str, dict[str, Any]]:
    """All that stands in the specification: variables and data of the run."""
    return {name: option for spec in entry_points(role).values() for name, option in (spec.get("options") or {}).items()}


def options(role: Path) -> dict[str, dict[str, Any]]:
    """The variables of all entry points of a role."""
    return {name: option for name, option in inputs(role).items() if name not in DATA}


def task_files(role: Path) -> list[Path]:
    return sorted((role / "tasks").glob("*.yml"))


def registered(role: Path) -> set[str]:
    """The variables that the tasks of a role register."""
    return {
        name for file in task_files(role) for name in re.findall(r"^\s+register: (\w+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    }


def text_of(role: Path) -> str:
    files = [*task_files(role), *sorted((role / "vars").glob("*.yml"))]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


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


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_what_a_role_registers_is_private_or_data_of_the_run(role: Path) -> None:
    allowed = {name for name, owner in DATA.items() if owner == role.name}
    strange = {name for name in registered(role) if not name.startswith(f"__cw_agent_{role.name}_") and name not in allowed}
    # A role that works alone observes for itself, under the name that every later stage reads.
    assert strange <= {"cw_agent_observed"}


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_data_that_a_role_reads_stands_in_its_specification(role: Path) -> None:
    read = {name for name in DATA if re.search(rf"(?<!register: )\b{name}\b", text_of(role))}
    assert read - registered(role) <= set(inputs(role))


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_private_variables_of_other_roles_are_not_read(role: Path) -> None:
    private = set(re.findall(r"__cw_agent_\w+", text_of(role)))
    assert [name for name in private if not name.startswith(f"__cw_agent_{role.name}_")] == []


def test_data_of_a_run_is_registered_and_documented() -> None:
    guide = (ROOT / "docs/docsite/rst/guide_data.rst").read_text(encoding="utf-8")
    owners = {role.name: role for role in ROLES}
    for name, owner in DATA.items():
        assert name in registered(owners[owner]), name
        assert f"``{name}``" in guide


def test_facts_are_documented() -> None:
    guide = (ROOT / "docs/docsite/rst/guide_data.rst").read_text(encoding="utf-8")
    texts = "\n".join(
        file.read_text(encoding="utf-8") for file in sorted([*ROOT.glob("playbooks/*.yml"), *ROOT.glob("roles/*/tasks/*.yml")])
    )
    assert set(re.findall(r"set_fact:\n\s+(\w+):", texts)) == FACTS
    assert [name for name in FACTS if f"``{name}``" not in guide] == []


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_entry_points_have_specifications_that_ansible_core_takes(role: Path) -> None:
    known = {"author", "description", "short_description", "options", "version_added", "seealso", "deprecated", "mutually_exclusive"}
    for name, spec in entry_points(role).items():
        assert (role / "tasks" / f"{name}.yml").exists(), name
        assert set(spec) <= known, name


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_every_task_has_the_tag_of_its_stage(role: Path) -> None:
    stages = {"check", "publish", "observe", "install", "credentials", "configure", "verify", "release", "always", "uninstall"}
    for file in task_files(role):
        for task in yaml.safe_load(file.read_text(encoding="utf-8")):
            for one in [*task.get("block", []), *task.get("rescue", [])] or [task]:
                if not any(key.startswith("ansible.builtin.import_") for key in one):
                    assert {*(task.get("tags") or []), *(one.get("tags") or [])} & stages, f"{file}: {one['name']}"
