# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Joins several configurations into one: sections key by key, a few lists as unions, everything else must be equal."""

from __future__ import annotations

Tree = dict
LIST = "list"
# What is joined rather than compared: a dictionary is a section, LIST a union without exact duplicates.
RULES: Tree = {
    "agent": {},
    "metrics": {"metrics_collected": {"procstat": LIST}},
    "logs": {
        "logs_collected": {"files": {"collect_list": LIST}, "windows_events": {"collect_list": LIST}},
        "metrics_collected": {"ecs": {}, "kubernetes": {}, "prometheus": {}},
    },
    "traces": {"traces_collected": {}},
    "csm": {},
}


def merge(configurations: list[dict]) -> tuple[dict, list[str]]:
    """Return the merged configuration and the conflicts found; unknown top-level keys are left out."""
    result: dict = {}
    problems: list[str] = []
    for configuration in configurations:
        for section, rules in RULES.items():
            _section(configuration, result, section, rules, "/", problems)
    return result, problems


def _section(source: dict, result: dict, key: str, rules: Tree, path: str, problems: list[str]) -> None:
    """Join one section; a section that is no object is dropped without a word."""
    part = source.get(key)
    if not isinstance(part, dict):
        return
    target = result.setdefault(key, {})
    below = f"{path}{key}/"
    for name, value in part.items():
        rule = rules.get(name)
        if isinstance(rule, dict):
            _section(part, target, name, rule, below, problems)
        elif rule == LIST:
            _union(value, target, name)
        elif name not in target:
            target[name] = value
        elif not same(target[name], value):
            problems.append(f"Under path : {below}{name} | Error : Different values are specified for {name}")


def _union(value: object, target: dict, name: str) -> None:
    """Append what is not there yet; a value that is no list, or empty, is dropped without a word."""
    if not isinstance(value, list) or not value:
        return
    joined = target.setdefault(name, [])
    for item in value:
        if not any(same(item, other) for other in joined):
            joined.append(item)


def same(one: object, other: object) -> bool:
    """Compare as JSON: true is not 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return one == other
