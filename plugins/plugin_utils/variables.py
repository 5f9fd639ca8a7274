# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of this collection, as its roles and playbooks name them, and what a misspelt one is meant for."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Callable, Iterator, Mapping

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.yaml import yaml_load
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.findings import near_miss
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.inventory import words
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.nesting import unwalkable
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.settings import FRAGMENT, SETTINGS

PREFIX = "cw_agent_"
_ROOT = Path(__file__).resolve().parents[2]
_NAMED = re.compile(r"\bcw_agent_[a-z0-9_]+")
_CALLED = {"cw_agent_version": "cw_agent_build", "cw_agent_config": "cw_agent_fragment_<name>"}
"""What has the name of a module here, or that of a variable elsewhere, and what it is called here."""
_FRAGMENT_LIKE = re.compile(r"cw_agent_([a-z]+)(?:_(\w+))?")


@lru_cache(maxsize=1)
def known_variables() -> frozenset[str]:
    """Every variable that a role's specification or a playbook of this collection names."""
    sources = [*_ROOT.glob("roles/*/meta/argument_specs.yml"), *_ROOT.glob("roles/*/defaults/main.yml"), *_ROOT.glob("playbooks/*.yml")]
    return frozenset(SETTINGS).union(*(_NAMED.findall(source.read_text(encoding="utf-8")) for source in sources)) - _CALLED.keys()


def unknown_variables(variables: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(name, what it is probably meant for, or '') of a host's *variables* with our prefix that mean nothing here.

    A variable that a template of another one with our prefix uses is somebody's own.
    """
    ours = [name for name in variables if name.startswith(PREFIX)]
    unknown = [name for name in ours if not name.startswith(FRAGMENT) and name not in SETTINGS and name not in known_variables()]
    if unknown:
        used = frozenset().union(*(words(variables[name]) for name in ours if not unwalkable(variables[name])))
        yield from ((name, meant(name)) for name in unknown if name not in used)


@lru_cache(maxsize=1)
def _specified() -> Mapping[str, Mapping[str, Any]]:
    """The options of all roles whose value can be wrong, as validators take them; texts of any content are left out."""
    found: dict[str, Mapping[str, Any]] = {}
    for source in _ROOT.glob("roles/*/meta/argument_specs.yml"):
        for entry in yaml_load(source.read_text(encoding="utf-8"))["argument_specs"].values():
            found.update(entry.get("options", {}))
    keys = ("type", "elements", "choices", "default")
    return {
        name: {"type": "str", **{key: option[key] for key in keys if key in option}}
        for name, option in found.items()
        if option.get("type", "str") not in ("str", "path") or "choices" in option
    }


def wrong_values(variables: Mapping[str, Any], value: Callable[[str], Any]) -> Iterator[str]:
    """A sentence for each of a host's *variables* that no role would take. ``value``: what a variable is when it is filled in.

    Roles validate their own variables, each when its turn comes: a value that only the last one refuses must not leave a host half changed.
    """
    for name in _specified().keys() & variables.keys() - SETTINGS.keys():
        option, raw = _specified()[name], variables[name]
        if raw is None and option["type"] != "str" and option.get("default") is not None:
            yield f"{name} is null. Hint: give it a value, or remove it; without it, it is {json.dumps(option['default'])}."
        # What a run hands on can be large, and is a mapping already.
        elif raw is not None and not (option["type"] == "dict" and isinstance(raw, Mapping)):
            yield from _refused(name, option, value(name))


def _refused(name: str, option: Mapping[str, Any], given: Any) -> Iterator[str]:
    try:
        messages = ArgumentSpecValidator({name: option}).validate({name: given}).error_messages
    except OverflowError:
        # Of infinity the validator does not say which variable it is.
        messages = [f"argument '{name}' is {given!r}. Hint: write a finite number"]
    yield from (f"{message[0].upper()}{message[1:].rstrip('.')}." for message in messages)


def meant(name: str) -> str:
    """The variable that *name* is a misspelling of, or that others call so; '' if none is like it."""
    if name in _CALLED:
        return _CALLED[name]
    parts = _FRAGMENT_LIKE.fullmatch(name)
    if parts and near_miss(parts[1], ["fragment"], 0.75):
        return FRAGMENT + (parts[2] or "<name>")
    return near_miss(name, known_variables(), 0.85)
