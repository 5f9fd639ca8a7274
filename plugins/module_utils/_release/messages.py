# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Problems of many configurations and hosts in few sentences: what is equal is said once, with a count."""

from __future__ import annotations

import re
from typing import Any, Iterable, Mapping, NamedTuple

LISTED = 5
"""How many hosts, or paths, are named."""

_ALSO = 2
_INDEX = re.compile(r"(?<=/)\d+(?=/|$)")
_ENTRY = re.compile(r"\b[Ee]ntry \d+")
_OF_HOST = re.compile(r"(\S+): (.*)", re.DOTALL)


class Sentence(NamedTuple):
    """A sentence about some configurations (their entries in the plan)."""

    configurations: list[Mapping[str, Any]]
    text: str


def sentences(configurations: Iterable[Mapping[str, Any]], *severities: str) -> list[Sentence]:
    """The problems of these *severities* in sentences, in the order of the configurations; equal ones of several become one."""
    found: dict[str, Sentence] = {}
    for item in configurations:
        groups: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
        for problem in item["problems"]:
            if problem["severity"] in severities:
                groups.setdefault(_kind(problem), []).append(problem)
        for group in groups.values():
            text = _grouped(group)
            found.setdefault(text, Sentence([], text)).configurations.append(item)
    return list(found.values())


def _kind(problem: Mapping[str, Any]) -> tuple[Any, ...]:
    path = _INDEX.sub("*", problem["path"])
    return problem["rule"], problem["severity"], path, problem["hint"], tuple(problem.get("variables") or ())


def _grouped(problems: list[Mapping[str, Any]]) -> str:
    first, *others = problems
    text = sentence(first)
    if not others:
        return text
    said = {_ENTRY.sub("", first["message"])}
    also = []
    for other in others[:_ALSO]:
        message = _ENTRY.sub("", other["message"])
        also.append(other["path"] if message in said else f"{other['path']}: {other['message']}")
        said.add(message)
    more = ", …" if len(others) > _ALSO else ""
    return f"{text} And {len(others)} more: {', '.join(also)}{more}"


def sentence(problem: Mapping[str, Any]) -> str:
    """A problem in one line: path, variables, what is wrong, hint, rule."""
    variables = ", ".join(problem.get("variables") or [])
    where = f" (from {variables})" if variables else ""
    return f"{problem['path'] or '/'}{where}: {problem['message']} Hint: {problem['hint']} [{problem['rule']}]"


def names(configurations: list[Mapping[str, Any]]) -> str:
    """*configurations* in words: the first by its key."""
    others = len(configurations) - 1
    more = "" if not others else f" and {others} more {'configuration' if others == 1 else 'configurations'}"
    return f"{configurations[0]['key']}{more}"


def by_configurations(found: Iterable[Sentence]) -> list[str]:
    """*found* as lines, under a heading for all that concerns the same configurations."""
    headed: dict[str, list[str]] = {}
    for item in found:
        hosts = list(dict.fromkeys(host for configuration in item.configurations for host in configuration["hosts"]))
        headed.setdefault(f"{names(item.configurations)} ({hosts_text(hosts)}):", []).append(f"* {item.text}")
    return [line for heading, lines in headed.items() for line in (heading, *lines)]


def about_hosts(errors: Iterable[str]) -> list[str]:
    """Sentences about hosts (``host: what``), those that say the same of several hosts as one."""
    hosts: dict[str, list[str]] = {}
    for error in errors:
        match = _OF_HOST.fullmatch(error)
        text = match[2] if match else error
        hosts.setdefault(text, []).extend([match[1]] if match else [])
    return [_about(text, named) for text, named in hosts.items()]


def _about(text: str, hosts: list[str]) -> str:
    if not hosts:
        return text
    return f"{hosts[0] if len(hosts) == 1 else hosts_text(hosts)}: {text}"


def hosts_text(hosts: list[str]) -> str:
    """*hosts* in words, the first few by name."""
    named = ", ".join(hosts[:LISTED])
    more = f" and {len(hosts) - LISTED} more" if len(hosts) > LISTED else ""
    return f"{'host' if len(hosts) == 1 else 'hosts'} {named}{more}"
