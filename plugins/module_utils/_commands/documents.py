# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents of Systems Manager: their parameters and steps, and values that are checked against them before anything is sent.

Whoever sends a value that a document does not allow learns it here: a node checks patterns alone, puts null for what is missing, and takes
a text where a list is meant for a list of one.
"""

from __future__ import annotations

import json
import re
from typing import Any, Iterator, Mapping, NamedTuple

from .errors import CommandError

TIMEOUT = "executionTimeout"
"""The parameter by which documents for scripts take their time-out."""
DEFAULT_TIMEOUT = 3600
"""Seconds that a step may take where neither parameter nor document says otherwise."""
COMMAND = "Command"
ASSOCIATED = (COMMAND, "Policy")
"""Types of documents that State Manager applies to nodes."""
_ON_THE_NODE = re.compile(r"\{\{\s*ssm(-secure)?:")
"""Such a value is resolved by the node itself, so that only the node can check it."""


class Parameter(NamedTuple):
    """A parameter of a document; ``bounds``: of the number of items and of characters, as the document names them."""

    name: str
    kind: str = "String"
    required: bool = False
    allowed_values: tuple[str, ...] = ()
    allowed_pattern: str = ""
    bounds: tuple[tuple[str, int], ...] = ()


class Document(NamedTuple):
    """A document at one version. ``steps``: names of its steps in their order; ``platforms``: empty for all of them."""

    name: str
    version: str
    parameters: dict[str, Parameter]
    steps: tuple[str, ...]
    platforms: tuple[str, ...] = ()
    timeout: int = DEFAULT_TIMEOUT


def document_of(answer: Mapping[str, Any], platforms: tuple[str, ...] = (), kinds: tuple[str, ...] = (COMMAND,)) -> Document:
    """The document in GetDocument's *answer* of format JSON. ``kinds``: the types that it may have.

    Raises:
        CommandError: it is no document for commands, or its content is no JSON.
    """
    name, kind = str(answer["Name"]), str(answer.get("DocumentType") or COMMAND)
    if kind not in kinds:
        raise CommandError(f"document: {name} is of type {kind}, and nodes run those of type {' or '.join(kinds)} alone.")
    try:
        content = json.loads(answer["Content"])
    except ValueError as error:
        raise CommandError(f"document: the content of {name} is no JSON: {error}.") from error
    parameters = {key: _parameter(key, item) for key, item in (content.get("parameters") or {}).items()}
    seconds = str(((content.get("parameters") or {}).get(TIMEOUT) or {}).get("default") or "")
    timeout = int(seconds) if seconds.isdigit() else DEFAULT_TIMEOUT
    return Document(name, str(answer.get("DocumentVersion") or ""), parameters, tuple(_steps(content)), platforms, timeout)


def _parameter(name: str, item: Mapping[str, Any]) -> Parameter:
    bounds = tuple((key, int(item[key])) for key in ("minItems", "maxItems", "minChars", "maxChars") if item.get(key) is not None)
    allowed = tuple(_text(value) for value in item.get("allowedValues") or [])
    return Parameter(name, str(item.get("type") or "String"), "default" not in item, allowed, item.get("allowedPattern") or "", bounds)


def _steps(content: Mapping[str, Any]) -> Iterator[str]:
    """Names of steps; documents of schema 1.2 have plugins instead."""
    yield from (str(step.get("name") or step.get("action")) for step in content.get("mainSteps") or [])
    yield from (content.get("runtimeConfig") or {})


def checked(document: Document, values: Mapping[str, Any]) -> dict[str, list[str]]:
    """What SendCommand takes for the *values*: lists of texts.

    Raises:
        CommandError: names every value that the document does not allow, unknown names, and what is missing.
    """
    lists: dict[str, list[str]] = {}
    problems = []
    for name, value in values.items():
        parameter = document.parameters.get(name)
        if parameter is None:
            known = ", ".join(sorted(document.parameters)) or "none"
            problems.append(f"parameters.{name}: the document {document.name} has no such parameter. Hint: it has {known}.")
        elif value is not None:
            lists[name], wrong = _checked(document, parameter, value)
            problems += wrong
    missing = [name for name, parameter in document.parameters.items() if parameter.required and name not in lists]
    problems += [f"parameters.{name} is missing: the document {document.name} requires it." for name in missing]
    if problems:
        raise CommandError("\n".join(problems))
    return lists


def _checked(document: Document, parameter: Parameter, value: Any) -> tuple[list[str], list[str]]:
    try:
        texts = list(_texts(parameter, value))
    except ValueError as error:
        return [], [f"parameters.{parameter.name}: {error}, and the document {document.name} takes {_takes(parameter.kind)}."]
    said = (f"parameters.{parameter.name} of the document {document.name}: {text}" for text in _violations(parameter, texts))
    return texts, list(said)


def _takes(kind: str) -> str:
    return {"StringList": "a list of texts", "StringMap": "a dictionary", "MapList": "a list of dictionaries"}.get(kind, "one value")


def _texts(parameter: Parameter, value: Any) -> Iterator[str]:
    """The list of texts for a value.

    Raises:
        ValueError: says what the value is instead of what the type asks for.
    """
    if parameter.kind in ("StringMap", "MapList"):
        yield value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
        return
    items = value if isinstance(value, list) else [value]
    if any(isinstance(item, (dict, list)) for item in items):
        raise ValueError("it holds a list or a dictionary")
    if parameter.kind != "StringList" and len(items) != 1:
        raise ValueError(f"it is a list of {len(items)}")
    yield from map(_text, items)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def _violations(parameter: Parameter, texts: list[str]) -> Iterator[str]:
    for text in texts:
        if _ON_THE_NODE.search(text):
            continue
        if parameter.allowed_values and text not in parameter.allowed_values:
            yield f"{text!r} is none of {', '.join(map(repr, parameter.allowed_values))}."
        elif parameter.allowed_pattern and not _matches(parameter.allowed_pattern, text):
            yield f"{text!r} does not match {parameter.allowed_pattern}."
    if any(map(_ON_THE_NODE.search, texts)):
        return
    sizes = {"Items": (len(texts), "items"), "Chars": (max(map(len, texts), default=0), "characters")}
    for key, bound in parameter.bounds:
        size, unit = sizes[key[3:]]
        if (size < bound) if key.startswith("min") else (size > bound):
            yield f"it has {size} {unit}, and {'at least' if key.startswith('min') else 'at most'} {bound} are allowed."


def _matches(pattern: str, text: str) -> bool:
    """A pattern that Python cannot read is left to the node."""
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return True
