# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validate one configuration: all rules over it, the result as a list of problems."""

from __future__ import annotations

import json
from typing import Any, Mapping

from .causes import causes
from .findings import ERROR, Finding, shown
from .inventory import NotPlainError, plain
from .problems import RULES, Rule, problem, rule
from .rules import load_rules
from .subject import Subject


@rule(
    "not-a-configuration",
    ERROR,
    why="The agent passes over text that is not a JSON object, takes its built-in default instead, and fails at the next start.",
    hint="Write one JSON object: no comments, no trailing commas, no NaN, not empty.",
    example="{'agent': {}}",
)
def _not_a_configuration(_subject: Subject) -> list[Finding]:
    return []  # found before there is a subject


def config_problems(
    config: Mapping[str, Any] | str,
    agent_version: str = "",
    platform: str = "linux",
    mode: str = "ec2",
    silenced: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:
    """The problems of *config* (a mapping, or JSON text): mappings with rule, severity, path (JSON pointer), value, message, hint.

    *agent_version*: a release or build, '' for the newest; *silenced*: rule id → reason. Raises ConfigError for a wrong option.
    """
    load_rules()
    configuration, reason = parse(config)
    if reason:
        given = config if isinstance(config, str) else None
        found = [(RULES["not-a-configuration"], Finding((), given, reason))]
    else:
        found = findings_of(Subject(configuration, agent_version, platform, mode), silenced or {})
    return [problem(*each) for each in found if each[0].id not in (silenced or {})]


def findings_of(subject: Subject, silenced: Mapping[str, str]) -> list[tuple[Rule, Finding]]:
    """What the rules that are not *silenced* find in *subject*, each mistake once."""
    load_rules()
    found = [(source, finding) for source in RULES.values() if source.id not in silenced for finding in source.find(subject)]
    return causes(found)


def parse(config: Any) -> tuple[dict[str, Any], str]:
    """*config* as plain data, and why it cannot be one ('' if it can)."""
    data: Any = config
    if isinstance(config, (str, bytes)):
        try:
            data = json.loads(config, parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            return {}, f"This is not JSON: {error or 'it nests too deep'}."
    try:
        data = plain(data, "the configuration")
    except NotPlainError as error:
        return {}, str(error)
    if not isinstance(data, dict):
        return {}, f"A configuration is a JSON object, not {shown(data)}."
    return data, ""


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")
