# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Actions and the modules that document them: what is documented is what is taken."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any, Mapping

import pytest
import yaml

PLUGINS = Path(__file__).resolve().parents[4] / "plugins"
# A module that runs on hosts as well has its options checked by ansible-test.
ACTIONS = sorted(path.stem for path in (PLUGINS / "action").glob("*.py"))
NAMES = [name for name in ACTIONS if "def main(" not in (PLUGINS / "modules" / f"{name}.py").read_text()]


def load(name: str) -> tuple[ModuleType, ModuleType]:
    """The module and the action of a name."""
    found = [importlib.import_module(f"ansible_collections.cloudwatch.agent.plugins.{kind}.{name}") for kind in ("modules", "action")]
    return found[0], found[1]


def documented(module: ModuleType) -> dict[str, Any]:
    """The options that the module's documentation has, with those of this collection's fragments and without those of the connection."""
    text = yaml.safe_load(module.DOCUMENTATION)
    found: dict[str, Any] = {}
    for name in text["extends_documentation_fragment"]:
        if name.startswith("cloudwatch.agent."):
            file, _dot, part = name.removeprefix("cloudwatch.agent.").partition(".")
            fragment = importlib.import_module(f"ansible_collections.cloudwatch.agent.plugins.doc_fragments.{file}").ModuleDocFragment
            found |= yaml.safe_load(getattr(fragment, part.upper() or "DOCUMENTATION"))["options"]
    return {**found, **text.get("options", {})}


def assert_same(options: Mapping[str, Any], spec: Mapping[str, Any], path: str = "") -> None:
    """Names, types, elements, choices, defaults and what is required agree, at every depth."""
    assert set(options) == set(spec), path
    for name, said in options.items():
        taken = spec[name]
        for key in ("type", "elements", "choices"):
            assert said.get(key) == taken.get(key), f"{path}{name}: {key}"
        # Nothing and an empty default are the same for a reader.
        assert (said.get("default") or None) == (taken.get("default") or None), f"{path}{name}: default"
        assert bool(said.get("required")) == bool(taken.get("required")), f"{path}{name}: required"
        if "options" in taken or "suboptions" in said:
            assert_same(said["suboptions"], taken["options"], f"{path}{name}.")


@pytest.mark.parametrize("name", NAMES)
def test_the_documented_options_are_those_that_are_taken(name: str) -> None:
    module, action = load(name)
    assert_same(documented(module), action.ARGUMENTS)


@pytest.mark.parametrize("name", NAMES)
def test_examples_use_documented_options(name: str) -> None:
    module, _action = load(name)
    examples = [task for task in yaml.safe_load(module.EXAMPLES) if f"cloudwatch.agent.{name}" in task]
    assert examples
    for task in examples:
        assert set(task[f"cloudwatch.agent.{name}"]) <= {*documented(module), "region", "profile"}


def test_there_are_actions() -> None:
    assert len(NAMES) >= 3
