# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check a configuration against the schema, and say what is wrong and how to correct it."""

from __future__ import annotations

import difflib
from functools import lru_cache
from typing import Any, Callable, Iterator

from .errors import ConfigError
from .findings import Finding, shown
from .pointer import Step
from .schema import SCHEMA

_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "number": "a number",
}


@lru_cache(maxsize=1)
def _validator() -> Any:
    try:
        from jsonschema import Draft4Validator, validators  # noqa: PLC0415 - only the controller has it, and only here it is needed
    except ImportError as error:
        raise ConfigError("The Python library jsonschema is missing on the controller: install it beside ansible-core.") from error
    checker = Draft4Validator.TYPE_CHECKER.redefine("integer", _is_integer)
    return validators.extend(Draft4Validator, type_checker=checker)(SCHEMA)


def _is_integer(_checker: Any, value: Any) -> bool:
    """The agent knows one kind of number, in which 60.0 is 60."""
    return (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, float) and value.is_integer())


def schema_findings(
    configuration: dict[str, Any], original: Callable[[tuple[Step, ...]], tuple[Step, ...]]
) -> Iterator[tuple[str, Finding]]:
    """What the schema refuses: (rule id, finding) each. *original* turns a path in *configuration* into the user's."""
    for error in _validator().iter_errors(configuration):
        path = original(tuple(error.absolute_path))
        name, describe = _DESCRIBE.get(error.validator, ("schema-value", _other))
        for finding in describe(error, path, error.validator_value):
            yield name, finding


def _where(path: tuple[Step, ...]) -> str:
    if not path:
        return "the configuration"
    if isinstance(path[-1], int):
        return f"entry {path[-1] + 1} of {path[-2]}"
    return path[-1]


def _type(error: Any, path: tuple[Step, ...], allowed: Any) -> Iterator[Finding]:
    names = [allowed] if isinstance(allowed, str) else allowed
    wanted = " or ".join(_TYPES[name] for name in names)
    yield Finding(path, error.instance, f"{_where(path)} is {shown(error.instance)}, but must be {wanted}.", f"Write {wanted}.")


def _required(error: Any, path: tuple[Step, ...], keys: Any) -> Iterator[Finding]:
    # jsonschema reports each missing key by itself, and its message starts with the key.
    key = next((key for key in keys if error.message.startswith(repr(key))), keys[0])
    yield Finding(path, error.instance, f"{_where(path)} lacks {key}, which the agent demands.", f"Add {key}.")


def _unknown(error: Any, path: tuple[Step, ...], _value: Any) -> Iterator[Finding]:
    known = sorted(error.schema["properties"])
    for key, value in error.instance.items():
        if key in known:
            continue
        close = difflib.get_close_matches(key, known, 1)
        guess = f" Did you mean {close[0]}?" if close else ""
        message = f"{_where(path)} has the key {key}, which the agent refuses there.{guess}"
        yield Finding((*path, key), value, message, f"Remove or rename it; allowed are: {', '.join(known)}.")


def _choice(error: Any, path: tuple[Step, ...], values: Any) -> Iterator[Finding]:
    allowed = ", ".join(str(value) for value in values)
    message = f"{_where(path)} is {shown(error.instance)}, but must be one of: {allowed}."
    yield Finding(path, error.instance, message, "Write one of these.")


def _size(error: Any, path: tuple[Step, ...], _value: Any) -> Iterator[Finding]:
    allowed = _allowed_size(error.schema, error.validator)
    yield Finding(path, error.instance, f"{_where(path)} is {shown(error.instance)}, but must have {allowed}.", f"Give it {allowed}.")


def _allowed_size(schema: dict[str, Any], keyword: str) -> str:
    kind, unit = keyword[3:], ""
    least, most = schema.get(f"min{kind}"), schema.get(f"max{kind}")
    unit = {"Length": " characters", "Items": " entries", "Properties": " keys"}.get(kind, "")
    size = f"{least or 0} to {most}" if most is not None else f"{least} or more"
    return f"{size}{unit}" if unit else f"a value of {size}"


def _any_of(error: Any, path: tuple[Step, ...], branches: Any) -> Iterator[Finding]:
    keys = [key for branch in branches for key in branch.get("required", ())]
    if not keys:
        yield from _other(error, path, branches)
        return
    names = ", ".join(keys)
    yield Finding(path, error.instance, f"{_where(path)} has none of {names}; the agent demands at least one.", f"Add one of {names}.")


def _unique(error: Any, path: tuple[Step, ...], _value: Any) -> Iterator[Finding]:
    yield Finding(path, error.instance, f"{_where(path)} has an entry twice: {shown(error.instance)}.", "Remove the second one.")


def _other(error: Any, path: tuple[Step, ...], _value: Any) -> Iterator[Finding]:
    wanted = error.schema.get("expected", "another value")
    yield Finding(path, error.instance, f"{_where(path)} is {shown(error.instance)}, but must be {wanted}.", f"Write {wanted}.")


_SIZES = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")
_DESCRIBE: dict[str, tuple[str, Callable[[Any, tuple[Step, ...], Any], Iterator[Finding]]]] = {
    "type": ("schema-type", _type),
    "required": ("schema-missing-key", _required),
    "anyOf": ("schema-missing-key", _any_of),
    "additionalProperties": ("schema-unknown-key", _unknown),
    "enum": ("schema-value", _choice),
    "uniqueItems": ("schema-duplicate", _unique),
    **dict.fromkeys(_SIZES, ("schema-size", _size)),
}
