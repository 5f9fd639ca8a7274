# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The README's inventory is one that the check lets pass, and what it names is there."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.check import config_problems
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.compose import compose

ROOT = Path(__file__).resolve().parents[3]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def variables() -> dict[str, object]:
    """The variables of all the inventory files that the README's first YAML block shows."""
    block = re.findall(r"```yaml\n(.*?)```", TEXT, re.S)[0]
    found: dict[str, object] = {}
    for part in re.split(r"^# group_vars/.*$", block, flags=re.M):
        found.update(yaml.safe_load(part) or {})
    return found


def test_the_inventory_gives_a_configuration_without_problems() -> None:
    fragments = [(name, value) for name, value in variables().items() if name.startswith("cw_agent_fragment_")]
    composed = compose([("preset", {"metrics": {"metrics_collected": {"mem": {"measurement": ["used_percent"]}}}}), *fragments])
    assert len(fragments) == 2
    assert config_problems(composed.configuration) == []


def test_every_variable_of_the_readme_belongs_to_a_role() -> None:
    owned = {
        name
        for spec in (ROOT / "roles").glob("*/meta/argument_specs.yml")
        for entry in yaml.safe_load(spec.read_text(encoding="utf-8"))["argument_specs"].values()
        for name in entry.get("options", {})
    }
    named = set(re.findall(r"\b(cw_agent_[a-z_]+):", TEXT))
    assert {name for name in named if not name.startswith("cw_agent_fragment_")} <= owned


def test_every_playbook_and_module_of_the_readme_is_there() -> None:
    for name in re.findall(r"ansible-playbook [^\n]*cloudwatch\.agent\.(\w+)", TEXT):
        assert (ROOT / "playbooks" / f"{name}.yml").exists(), name
    for name in re.findall(r"\| `cloudwatch\.agent\.(\w+)`", TEXT):
        assert (ROOT / "plugins" / "modules" / f"{name}.py").exists(), name


def test_every_module_stands_in_the_readme_and_those_that_call_aws_take_its_defaults() -> None:
    group = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))["action_groups"]["aws"]
    calls_aws = set()
    for module in (ROOT / "plugins" / "modules").glob("*.py"):
        assert f"{module.stem}`" in TEXT, module.stem
        if "  - amazon.aws.boto3\n" in module.read_text(encoding="utf-8"):
            calls_aws.add(module.stem)
    assert {name for name in group if isinstance(name, str)} == calls_aws
