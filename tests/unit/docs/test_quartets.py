# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every option of the account's modules stands in a test that runs CHECK, run, CHECK, run against the stand-in.

Found by reading the tests: a key or keyword counts where a function that calls ``quartet`` has it, or what that function uses of its file.
"""

from __future__ import annotations

import ast
from pathlib import Path
from types import ModuleType
from typing import Any, Iterator, Mapping

import pytest
from ansible_collections.cloudwatch.agent.plugins.action import (
    cloudtrail_trails,
    cw_agent_alarms,
    cw_agent_dashboards,
    cw_agent_detailed_monitoring,
    cw_agent_log_groups,
    cw_agent_log_policies,
    ec2_flow_logs,
)

TESTS = Path(__file__).resolve().parents[2] / "integration"
FILES = {
    cw_agent_log_groups: "test_log_groups.py",
    cw_agent_log_policies: "test_log_policies.py",
    ec2_flow_logs: "test_flow_logs.py",
    cloudtrail_trails: "test_trails.py",
    cw_agent_alarms: "test_alarms.py",
    cw_agent_dashboards: "test_dashboards.py",
    cw_agent_detailed_monitoring: "test_detailed_monitoring.py",
}
CALLS = "quartet"


def options(spec: Mapping[str, Mapping[str, Any]], above: str = "") -> Iterator[str]:
    """The options of a specification, those of others by ``above.name``."""
    for name, one in spec.items():
        yield f"{above}{name}"
        yield from options(one.get("options") or {}, f"{above}{name}.")


def named(node: ast.AST) -> set[str]:
    """The keys of dictionaries and the keywords of calls in a piece of code."""
    keys = {key.value for one in ast.walk(node) if isinstance(one, ast.Dict) for key in one.keys if isinstance(key, ast.Constant)}
    keys |= {one.arg for one in ast.walk(node) if isinstance(one, ast.keyword) and one.arg}
    return {str(key) for key in keys}


def used(node: ast.AST) -> set[str]:
    """The names that a piece of code uses, of variables, functions and methods."""
    found = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    return found | {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}


def in_quartets(source: str) -> set[str]:
    """What is named in the functions of a test file that call ``quartet``, and in what they use of it."""
    tree = ast.parse(source)
    parts: dict[str, ast.AST] = {}
    for one in tree.body:
        members = one.body if isinstance(one, ast.ClassDef) else [one]
        parts.update({part.name: part for part in members if isinstance(part, ast.FunctionDef)})
        if isinstance(one, ast.Assign):
            parts.update({target.id: one for target in one.targets if isinstance(target, ast.Name)})
    found: set[str] = set()
    left = [name for name, part in parts.items() if name.startswith("test_") and CALLS in used(part)]
    known: set[str] = set()
    while left:
        name = left.pop()
        if name in known or name == CALLS:
            continue
        known.add(name)
        found |= named(parts[name])
        left += [other for other in used(parts[name]) if other in parts]
    return found


@pytest.mark.parametrize("module", FILES, ids=[module.__name__.rpartition(".")[2] for module in FILES])
def test_every_option_is_run_four_times(module: ModuleType) -> None:
    keys = in_quartets((TESTS / FILES[module]).read_text(encoding="utf-8"))
    assert [option for option in options(module.ARGUMENTS) if option.rpartition(".")[2] not in keys] == []


def test_an_option_that_no_quartet_has_is_found() -> None:
    source = 'ONE = {"a": 1}\n\ndef test_x(account):\n    account.quartet(b=ONE)\n\ndef test_y(account):\n    account.run(c=1)\n'
    assert in_quartets(source) == {"a", "b"}
