# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The matrix executes what the collection claims, and fails when a combination does."""

from __future__ import annotations

import importlib.util
import pathlib
import sys
from types import ModuleType

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def matrix() -> ModuleType:
    spec = importlib.util.spec_from_file_location("matrix", ROOT / "tests" / "tools" / "matrix.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["matrix"] = module
    spec.loader.exec_module(module)
    return module


def test_the_oldest_libraries_are_those_that_the_requirements_name(matrix: ModuleType) -> None:
    claimed = [line.replace(">=", "==") for line in (ROOT / "requirements.txt").read_text().splitlines() if not line.startswith("#")]
    core = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())["requires_ansible"].replace(">=", "ansible-core==")
    assert sorted(matrix.OLDEST) == sorted([*claimed, core])
    assert yaml.safe_load((ROOT / "galaxy.yml").read_text())["dependencies"] == {"amazon.aws": ">=9.0.0"}
    assert matrix.OLDEST_ANSIBLE == "11.0.0"  # which carries amazon.aws 9.0.0


def test_the_oldest_python_of_hosts_is_the_one_that_is_claimed(matrix: ModuleType) -> None:
    text = (ROOT / "plugins" / "module_utils" / "_host" / "__init__.py").read_text()
    assert f"Python {matrix.OLDEST_TARGET} and later" in text


def test_the_environment_of_all_tests_is_a_combination(matrix: ModuleType) -> None:
    assert matrix.listed()["ansible-core"].removeprefix("ansible-core==") in matrix.CORES


def test_names_and_labs_are_unique(matrix: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    monkeypatch.setattr(matrix, "CACHE", tmp_path)
    monkeypatch.setattr(matrix, "interpreter", lambda version: pathlib.Path("/python") / version)
    every = list(matrix.combinations())
    labs = [matrix.environment(one)["MATRIX_LAB"] for one in every if not one.impossible]
    assert len({one.name for one in every}) == len(every)
    assert len(set(labs)) == len(labs)


def test_what_is_missing_is_said_and_does_not_fail(matrix: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix, "interpreter", lambda _version: None)
    outcome = matrix.run(matrix.Combination("any", ("unit",), "3.99", ("x",)))[0]
    assert (outcome.verdict, outcome.remark) == ("not here", "no Python 3.99 on this machine (CW_AGENT_PYTHONS may name one)")


@pytest.mark.parametrize(("verdicts", "status"), [(["passed", "not here"], 0), (["passed", "FAILED"], 1), (["not here"], 1)])
def test_the_exit_status(matrix: ModuleType, monkeypatch: pytest.MonkeyPatch, verdicts: list[str], status: int) -> None:
    monkeypatch.setattr(matrix, "run", lambda one: [matrix.Outcome(one.name, "unit", verdict, "") for verdict in verdicts])
    monkeypatch.setattr(sys, "argv", ["matrix.py", "Debian trixie"])
    assert matrix.main() == status
