# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every code block of the pages and READMEs can be what it says: YAML and JSON are read, values are such that roles and modules take them.

Commands name what there is, and Ansible's command line takes their options. That blocks do what their pages say is for other tests:
``test_guide_outputs.py``, ``test_guide_inventories.py``, the integration tests of the account, and ``tests/e2e/test_examples.py``.
"""

from __future__ import annotations

import ast
import json
import re
import shlex
import textwrap
from functools import lru_cache
from pathlib import Path
from typing import Any, Iterator, NamedTuple

import pytest
import yaml
from ansible.cli.playbook import PlaybookCLI
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

ROOT = Path(__file__).resolve().parents[3]
PAGES = sorted((ROOT / "docs" / "docsite" / "rst").glob("*.rst"))
BLOCK = re.compile(r"^( *)\.\. code-block:: (\w+)\n\n((?:\1   .*\n|\n)+)", re.MULTILINE)
READMES = [ROOT / "README.md", *sorted(ROOT.glob("roles/*/README.md"))]
FENCED = re.compile(r"^( *)```(\w+)\n((?:\1.*\n|\n)*?)\1```$", re.MULTILINE)
LANGUAGES = {"bash", "console", "diff", "ini", "json", "promql", "shell", "text", "yaml"}
VARIABLE = re.compile(r"\bcw_agent_(?!fragment_)\w+")
OF_A_PLAYBOOK = {"cw_agent_hosts", "cw_agent_serial", "cw_agent_max_fail_percentage"}


class Block(NamedTuple):
    """A code block, and the page and line where it begins."""

    where: str
    language: str
    text: str


def blocks() -> Iterator[Block]:
    """Every code block of every page and README."""
    for page in [*PAGES, *READMES]:
        content = page.read_text(encoding="utf-8")
        name = page.name if page in PAGES else str(page.relative_to(ROOT))
        for match in (BLOCK if page in PAGES else FENCED).finditer(content):
            line = content.count("\n", 0, match.start()) + 1
            yield Block(f"{name}:{line}", match[2], textwrap.dedent(match[3]).strip())


@lru_cache(maxsize=None)
def variables() -> frozenset[str]:
    """The variables of all roles, what they hand on, and those of playbooks."""
    found = set(OF_A_PLAYBOOK)
    for file in ROOT.glob("roles/*/meta/argument_specs.yml"):
        for entry in yaml.safe_load(file.read_text(encoding="utf-8"))["argument_specs"].values():
            found.update(entry.get("options", {}))
    texts = [*ROOT.glob("playbooks/**/*.yml"), *ROOT.glob("roles/*/tasks/*.yml"), ROOT / "docs" / "docsite" / "rst" / "guide_data.rst"]
    return frozenset(found.union(*(VARIABLE.findall(file.read_text(encoding="utf-8")) for file in texts)))


SPECIFIED = ("type", "elements", "choices", "required", "aliases")


def specification(options: dict[str, Any]) -> dict[str, Any]:
    """Documented options as an argument specification."""
    found = {}
    for name, option in options.items():
        found[name] = {key: option[key] for key in SPECIFIED if key in option}
        if option.get("suboptions") or option.get("options"):
            found[name]["options"] = specification(option.get("suboptions") or option["options"])
    return found


HANDED_ON = {
    "cw_agent_alarms_named": ("cw_agent_alarms", "alarms"),
    "cw_agent_alarms_log_patterns": ("cw_agent_alarms", "log_patterns"),
    "cw_agent_log_groups": ("cw_agent_log_groups", "groups"),
    "cw_agent_log_groups_policies": ("cw_agent_log_policies", "policies"),
    "cw_agent_flow_logs": ("ec2_flow_logs", "flow_logs"),
    "cw_agent_trails": ("cloudtrail_trails", "trails"),
    "cw_agent_dashboards": ("cw_agent_dashboards", "dashboards"),
}
"""Variables that a role hands on as they are: module and option, which say more of their items."""


@lru_cache(maxsize=1)
def of_roles() -> dict[str, Any]:
    """The variables of all roles, as an argument specification."""
    found: dict[str, Any] = {}
    for file in ROOT.glob("roles/*/meta/argument_specs.yml"):
        for entry in yaml.safe_load(file.read_text(encoding="utf-8"))["argument_specs"].values():
            found.update(specification(entry.get("options", {})))
    return {**found, **{name: of_module(module)[option] for name, (module, option) in HANDED_ON.items()}}


@lru_cache(maxsize=None)
def of_module(name: str) -> dict[str, Any]:
    """The options of a module of this collection, and those that it shares with all modules that call AWS."""
    texts = [ROOT / "plugins" / "modules" / f"{name}.py", *ROOT.glob("plugins/doc_fragments/*.py")]
    found: dict[str, Any] = {}
    for file in texts:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "DOCUMENTATION":
                found |= specification(yaml.safe_load(ast.literal_eval(node.value)).get("options") or {})
    return {**found, "region": {"type": "str"}, "profile": {"type": "str"}}


def templated(value: Any) -> bool:
    """Whether a value is an expression: what it gives depends on the hosts."""
    return isinstance(value, str) and "{{" in value


def refusals(spec: dict[str, Any], values: dict[str, Any]) -> list[str]:
    """Why a role or module would refuse these values."""
    known = {name: {**option, "required": option.get("required", False) and name in values} for name, option in spec.items()}
    return list(ArgumentSpecValidator(known).validate({k: v for k, v in values.items() if not templated(v)}).error_messages)


def documents(block: Block) -> list[Any]:
    """The YAML documents of a block: one for each file that it shows."""
    return [yaml.safe_load(part) for part in re.split(r"^# \S+\.ya?ml.*$", block.text, flags=re.MULTILINE)]


def mappings(value: Any) -> Iterator[dict[str, Any]]:
    """All mappings in a value."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from mappings(inner)


def of(*languages: str) -> list[Block]:
    return [block for block in blocks() if block.language in languages]


def test_languages_are_known() -> None:
    assert {block.language for block in blocks()} <= LANGUAGES
    assert len(list(blocks())) > 100


@pytest.mark.parametrize("block", of("yaml"), ids=lambda block: block.where)
def test_yaml_is_yaml_and_its_variables_are_there(block: Block) -> None:
    assert any(document is not None for document in documents(block))
    named = set(re.findall(r"^\s*(?:- )?(cw_agent_\w+):", block.text, re.MULTILINE))
    modules = {path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")}
    unknown = {name for name in named if not name.startswith("cw_agent_fragment_")} - variables() - modules
    assert not unknown


@pytest.mark.parametrize("block", of("yaml"), ids=lambda block: block.where)
def test_roles_and_modules_take_the_values(block: Block) -> None:
    for mapping in mappings(documents(block)):
        assert refusals(of_roles(), {name: value for name, value in mapping.items() if name in of_roles()}) == []
        for name in (name for name in mapping if str(name).startswith("cloudwatch.agent.")):
            assert refusals(of_module(name.rpartition(".")[2]), mapping[name]) == []


@pytest.mark.parametrize(
    ("spec", "values", "why"),
    [
        (of_roles, {"cw_agent_preset": "huge"}, "must be one of"),
        (of_roles, {"cw_agent_alarms_named": [{"name": "a", "treshold": 1}]}, "treshold"),
        (lambda: of_module("ssm_command"), {"shell": "true", "max_concurency": "10%"}, "max_concurency"),
        (lambda: of_module("logs_events_info"), {"log_groups": ["/a"], "limit": "many"}, "limit"),
    ],
)
def test_values_that_nobody_takes_are_found(spec: Any, values: dict[str, Any], why: str) -> None:
    assert why in "; ".join(refusals(spec(), values))


def test_molecule_runs_the_play_of_the_guide_on_verification() -> None:
    (shown,) = (documents(block)[0] for block in of("yaml") if block.where.startswith("guide_verify"))
    (run,) = yaml.safe_load((ROOT / "molecule" / "verify" / "converge.yml").read_text(encoding="utf-8"))
    assert [{**run, "name": "Show that telemetry arrives"}] == shown


def test_moments_do_not_depend_on_the_controllers_time_zone() -> None:
    """Ansible's now(utc=true) has no time zone, so that its timestamp() takes it for local time."""
    written = [*PAGES, *ROOT.glob("*.md"), *ROOT.glob("roles/*/README.md")]
    run = [*ROOT.glob("examples/**/*.yml"), *ROOT.glob("plugins/modules/*.py")]
    naive = re.compile(r"now\(utc=true\)\.timestamp", re.IGNORECASE)
    assert not [file.name for file in written + run if naive.search(file.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("block", of("json"), ids=lambda block: block.where)
def test_json_is_json(block: Block) -> None:
    json.loads(block.text)


@pytest.mark.parametrize("block", of("console", "bash", "shell"), ids=lambda block: block.where)
def test_commands_name_what_there_is(block: Block) -> None:
    for command in block.text.replace("\\\n", " ").splitlines():
        words = shlex.split(command, comments=True)
        for name in (word.removeprefix("cloudwatch.agent.") for word in words if re.fullmatch(r"cloudwatch\.agent\.\w+", word)):
            assert (ROOT / "playbooks" / f"{name}.yml").exists() or (ROOT / "plugins" / "modules" / f"{name}.py").exists(), command
        unknown = {name for word in words for name in VARIABLE.findall(word)} - variables()
        modules = {path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")}
        assert not unknown - modules, command


@pytest.mark.parametrize("block", of("console", "bash", "shell"), ids=lambda block: block.where)
def test_the_command_line_of_ansible_takes_options_and_values(block: Block) -> None:
    for command in block.text.replace("\\\n", " ").splitlines():
        _before, found, arguments = re.sub(r" (>|\|\|) .*", "", command).partition("ansible-playbook ")
        if found:
            given = taken(shlex.split(arguments, comments=True))
            assert refusals(of_roles(), {name: value for name, value in given.items() if name in of_roles()}) == [], command


def taken(arguments: list[str]) -> dict[str, Any]:
    """The variables that a command gives; options that there are not end the parser."""
    line = PlaybookCLI(["ansible-playbook", *arguments])
    line.init_parser()
    options = line.parser.parse_args(arguments)
    found: dict[str, Any] = {}
    for text in options.extra_vars or ():
        data = text.startswith("{")
        found |= json.loads(text) if data else dict(pair.split("=", 1) for pair in shlex.split(text) if not text.startswith("@"))
    return found


@pytest.mark.parametrize("arguments", [["--limits", "a", "x"], ["x", "-e", '{"a": 1']])
def test_a_command_that_ansible_does_not_take_is_found(arguments: list[str]) -> None:
    with pytest.raises((SystemExit, ValueError)):
        taken(arguments)
