# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every code block of the pages can be what it says: YAML and JSON are read, commands name what there is."""

from __future__ import annotations

import json
import re
import shlex
import textwrap
from functools import lru_cache
from pathlib import Path
from typing import Iterator, NamedTuple

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
PAGES = sorted((ROOT / "docs" / "docsite" / "rst").glob("*.rst"))
BLOCK = re.compile(r"^( *)\.\. code-block:: (\w+)\n\n((?:\1   .*\n|\n)+)", re.MULTILINE)
LANGUAGES = {"bash", "console", "diff", "ini", "json", "promql", "shell", "text", "yaml"}
VARIABLE = re.compile(r"\bcw_agent_(?!fragment_)\w+")
OF_A_PLAYBOOK = {"cw_agent_hosts", "cw_agent_serial", "cw_agent_max_fail_percentage"}


class Block(NamedTuple):
    """A code block, and the page and line where it begins."""

    where: str
    language: str
    text: str


def blocks() -> Iterator[Block]:
    """Every code block of every page."""
    for page in PAGES:
        content = page.read_text(encoding="utf-8")
        for match in BLOCK.finditer(content):
            line = content.count("\n", 0, match.start()) + 1
            yield Block(f"{page.name}:{line}", match[2], textwrap.dedent(match[3]).strip())


@lru_cache(maxsize=None)
def variables() -> frozenset[str]:
    """The variables of all roles, what they hand on, and those of playbooks."""
    found = set(OF_A_PLAYBOOK)
    for file in ROOT.glob("roles/*/meta/argument_specs.yml"):
        for entry in yaml.safe_load(file.read_text(encoding="utf-8"))["argument_specs"].values():
            found.update(entry.get("options", {}))
    texts = [*ROOT.glob("playbooks/**/*.yml"), *ROOT.glob("roles/*/tasks/*.yml"), ROOT / "docs" / "docsite" / "rst" / "guide_data.rst"]
    return frozenset(found.union(*(VARIABLE.findall(file.read_text(encoding="utf-8")) for file in texts)))


def of(*languages: str) -> list[Block]:
    return [block for block in blocks() if block.language in languages]


def test_languages_are_known() -> None:
    assert {block.language for block in blocks()} <= LANGUAGES
    assert len(list(blocks())) > 100


@pytest.mark.parametrize("block", of("yaml"), ids=lambda block: block.where)
def test_yaml_is_yaml_and_its_variables_are_there(block: Block) -> None:
    documents = re.split(r"^# \S+\.ya?ml.*$", block.text, flags=re.MULTILINE)  # several files in one block
    assert any(yaml.compose(document, Loader=yaml.SafeLoader) is not None for document in documents)
    named = set(re.findall(r"^\s*(?:- )?(cw_agent_\w+):", block.text, re.MULTILINE))
    modules = {path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")}
    unknown = {name for name in named if not name.startswith("cw_agent_fragment_")} - variables() - modules
    assert not unknown


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
