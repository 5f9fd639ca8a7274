# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A document as the node reads it: parameters pasted into steps, preconditions, what stops a document."""

from __future__ import annotations

import json
import re
from typing import Any, Callable, NamedTuple

_SSM = re.compile(r"\{\{\s*ssm:([^{}\s]+)\s*\}\}")
PLATFORM = "Linux"


class DocumentError(Exception):
    """The document is refused; its text is the reply's documentTraceOutput."""


class Step(NamedTuple):
    """A step: its key in replies, plugin, inputs with parameters pasted in; `skip`: why its precondition keeps it away."""

    name: str
    plugin: str
    inputs: dict[str, Any]
    skip: str


def steps(content: dict[str, Any], given: dict[str, Any], resolve: Callable[[list[str]], dict[str, str]]) -> list[Step]:
    """The steps of a document.

    The node checks allowedPattern and nothing else; a required parameter that is missing becomes null. `resolve` asks Parameter Store for
    the names that steps and parameters refer to.
    """
    values = _values(content.get("parameters") or {}, given)
    text = json.dumps([content.get("runtimeConfig"), content.get("mainSteps"), values])
    names = sorted(set(_SSM.findall(text)))
    stored = resolve(names) if names else {}
    lacking = [name for name in names if name not in stored]
    if lacking:
        raise DocumentError(f"Parameters [{' '.join(lacking)}] could not be resolved.")
    values = {name: _stored(value, stored) for name, value in values.items()}
    if str(content.get("schemaVersion")) == "1.2":
        return [
            Step(plugin, plugin, _pasted(_stored((settings.get("properties") or [{}])[0], stored), values), "")
            for plugin, settings in content["runtimeConfig"].items()
        ]
    found = []
    for step in content["mainSteps"]:
        inputs = _pasted(_stored(step.get("inputs") or {}, stored), values)
        found.append(Step(step["name"], step["action"], inputs, _skip(step)))
    return found


def _values(declared: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    values = {}
    for name, parameter in declared.items():
        value = given.get(name, parameter.get("default"))
        pattern = parameter.get("allowedPattern")
        for item in value if isinstance(value, list) else [value]:
            if pattern and isinstance(item, str) and not _SSM.search(item) and not re.search(pattern, item):
                raise DocumentError(f"Parameter value {item} of {name} does not match the allowed pattern {pattern}")
        values[name] = value
    return values


def _stored(node: Any, stored: dict[str, str]) -> Any:
    """Puts the values of Parameter Store in the place of {{ssm:name}}."""
    if isinstance(node, dict):
        return {key: _stored(value, stored) for key, value in node.items()}
    if isinstance(node, list):
        return [_stored(value, stored) for value in node]
    return _SSM.sub(lambda match: stored[match[1]], node) if isinstance(node, str) else node


def _pasted(node: Any, values: dict[str, Any]) -> Any:
    """Puts parameters in their places: a text that is one reference becomes the value itself, in a longer text it is pasted raw."""
    if isinstance(node, dict):
        return {key: _pasted(value, values) for key, value in node.items()}
    if isinstance(node, list):
        found: list[Any] = []
        for item in node:
            value = _pasted(item, values)
            found += value if isinstance(value, list) and isinstance(item, str) else [value]
        return found
    if not isinstance(node, str):
        return node
    whole = re.fullmatch(r"\s*\{\{\s*(\w+)\s*\}\}\s*", node)
    if whole and whole[1] in values:
        return values[whole[1]]
    return re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda match: _text(values[match[1]]) if match[1] in values else match[0], node)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _skip(step: dict[str, Any]) -> str:
    """Why a step is not for this node, '' if it is."""
    for operator, operands in (step.get("precondition") or {}).items():
        words = [PLATFORM if word == "platformType" else word for word in operands]
        if operator != "StringEquals" or len(words) != 2:
            raise DocumentError(f"Unrecognized precondition in step {step['name']}")
        if words[0] != words[1]:
            shown = f"'\"{operator}\": [{', '.join(operands)}]'"
            return f"Step execution skipped due to unsatisfied preconditions: {shown}. Step name: {step['name']}"
    return ""
