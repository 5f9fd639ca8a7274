# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check a configuration against the schema, and say what is wrong and how to correct it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Callable, Iterator

from .errors import ConfigError
from .findings import Finding, did_you_mean, near_miss, shown
from .placeholders import unquoted
from .pointer import Step, dotted, spoken
from .schema import SCHEMA
from .schema_keys import Has, belongs

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
    configuration: dict[str, Any], original: Callable[[tuple[Step, ...]], tuple[Step, ...]], has: Has
) -> Iterator[tuple[str, Finding]]:
    """What the schema refuses: (rule id, finding) each, one for each value.

    *original* turns a path in *configuration* into the user's; *has* says which keys the agent of the host knows.
    """
    refused: set[tuple[Step, ...]] = set()
    for error in sorted(_validator().iter_errors(configuration), key=lambda error: error.validator != "type"):
        path = original(tuple(error.absolute_path))
        if path in refused:
            continue  # of a value with the wrong type nothing else needs to be said
        if error.validator == "type":
            refused.add(path)
        if error.validator == "additionalProperties":
            found = _unknown(error, path, has)
        else:
            found = _DESCRIBE.get(error.validator, _other)(error, path, error.validator_value)
        for finding in found:
            yield _rule_of(error), finding


def _rule_of(error: Any) -> str:
    if error.validator == "anyOf" and not _demanded(error.validator_value):
        return "schema-value"
    return _RULES.get(error.validator, "schema-value")


def _type(error: Any, path: tuple[Step, ...], allowed: Any) -> Iterator[Finding]:
    names = [allowed] if isinstance(allowed, str) else allowed
    expected = " or ".join(_TYPES[name] for name in names)
    message = f"{spoken(path)} is {shown(error.instance)}, but must be {expected}."
    yield Finding(path, error.instance, message, _type_hint(error.instance, names, path) or f"Write {expected}.")


def _type_hint(value: Any, names: list[str], path: tuple[Step, ...]) -> str:
    """How quotes, or their absence, made *value* another type; '' if they did not."""
    if "string" in names:
        return _quotes_hint(value, path)
    if not isinstance(value, str):
        return ""
    number = value.strip().lstrip("-")
    if "integer" in names and number.isdigit():
        return f"Write it without quotes: {value.strip()}. In Ansible, a template gives a number with | int."
    if "boolean" in names and value.strip().lower() in ("true", "false", "yes", "no", "on", "off"):
        yes = value.strip().lower() in ("true", "yes", "on")
        return f"Write it without quotes: {str(yes).lower()}. In Ansible, a template gives it with | bool."
    return ""


def _quotes_hint(value: Any, path: tuple[Step, ...]) -> str:
    placeholder = unquoted(value)
    if placeholder:
        return f'Write it in quotes: "{placeholder}". Without them, YAML reads a mapping.'
    if isinstance(value, bool):
        return "Write it in quotes: without them, YAML reads yes, no, on, off, true and false in any case as true or false."
    if isinstance(value, (int, float)):
        return f'Write it in quotes, such as "{value}": without them, YAML reads a number, and drops zeros and colons.'
    if isinstance(value, list) and path and str(path[-1]).endswith(("pattern", "blacklist", "expression", "match", "matcher")):
        return "Write it in quotes: without them, YAML reads [ ] as a list."
    if value is None:
        return "Write a text, or remove the key."
    return ""


def _required(error: Any, path: tuple[Step, ...], keys: Any) -> Iterator[Finding]:
    # jsonschema reports each missing key by itself, and its message starts with the key.
    key = next((key for key in keys if error.message.startswith(repr(key))), keys[0])
    if not _meant(error.instance, error.schema, (key,)):
        yield Finding(path, error.instance, f"{spoken(path)} lacks {key}, which the agent demands.", f"Add {key}.")


def _meant(instance: Any, schema: dict[str, Any], keys: tuple[str, ...]) -> bool:
    """Whether one of the missing *keys* is there under a misspelt name, which is reported by itself."""
    known = schema.get("properties", {})
    closed = schema.get("additionalProperties") is False
    return closed and any(key not in known and near_miss(key, known) in keys for key in instance)


def _unknown(error: Any, path: tuple[Step, ...], has: Has) -> Iterator[Finding]:
    known = sorted(key for key in error.schema["properties"] if has((*path, key)))
    for key, value in error.instance.items():
        if key in error.schema["properties"]:
            continue
        message = f"{spoken(path)} has the key {key}, which the agent refuses there."
        section = belongs(path, key, value, has)
        if section:
            yield Finding((*path, key), value, f"{message} It belongs under {section}.", f"Move it under {section}.")
            continue
        if dotted(path) == "metrics" and isinstance(value, dict) and "measurement" in value:
            yield Finding((*path, key), value, f"{message} Plugins belong under metrics.metrics_collected.", "Move it there.")
            continue
        guess = near_miss(key, known)
        yield Finding((*path, key), value, message + did_you_mean(guess), f"Remove or rename it; allowed are: {', '.join(known)}.")


def _choice(error: Any, path: tuple[Step, ...], values: Any) -> Iterator[Finding]:
    allowed = ", ".join(str(value) for value in values)
    close = near_miss(error.instance, map(str, values)) if isinstance(error.instance, str) else ""
    message = f"{spoken(path)} is {shown(error.instance)}, but must be one of: {allowed}.{did_you_mean(close)}"
    yield Finding(path, error.instance, message, f"Write {close}." if close else "Write one of these.")


def _size(error: Any, path: tuple[Step, ...], _value: Any) -> Iterator[Finding]:
    allowed = _allowed_size(error.schema, error.validator)
    yield Finding(path, error.instance, f"{spoken(path)} is {shown(error.instance)}, but must have {allowed}.", f"Give it {allowed}.")


def _allowed_size(schema: dict[str, Any], keyword: str) -> str:
    kind = keyword[3:]
    least, most = schema.get(f"min{kind}"), schema.get(f"max{kind}")
    unit = {"Length": " characters", "Items": " entries", "Properties": " keys"}.get(kind, "")
    size = f"{least or 0} to {most}" if most is not None else f"{least} or more"
    return f"{size}{unit}" if unit else f"a value of {size}"


def _demanded(branches: Any) -> tuple[str, ...]:
    return tuple(key for branch in branches for key in branch.get("required", ()))


def _any_of(error: Any, path: tuple[Step, ...], branches: Any) -> Iterator[Finding]:
    keys = _demanded(branches)
    if not keys:
        yield from _other(error, path, branches)
        return
    if _meant(error.instance, error.schema, keys):
        return
    names = ", ".join(keys)
    yield Finding(path, error.instance, f"{spoken(path)} has none of {names}; the agent demands at least one.", f"Add one of {names}.")


def _unique(error: Any, path: tuple[Step, ...], _value: Any) -> Iterator[Finding]:
    seen: list[Any] = []
    for item in error.instance:
        if item in seen:
            yield Finding(path, error.instance, f"{spoken(path)} has the entry {shown(item)} twice.", "Remove the second one.")
            return
        seen.append(item)


def _other(error: Any, path: tuple[Step, ...], _value: Any) -> Iterator[Finding]:
    expected = error.schema.get("expected", "another value")
    yield Finding(path, error.instance, f"{spoken(path)} is {shown(error.instance)}, but must be {expected}.", f"Write {expected}.")


_SIZES = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")
_RULES = {
    "type": "schema-type",
    "required": "schema-missing-key",
    "anyOf": "schema-missing-key",
    "additionalProperties": "schema-unknown-key",
    "uniqueItems": "schema-duplicate",
    **dict.fromkeys(_SIZES, "schema-size"),
}
_DESCRIBE: dict[str, Callable[[Any, tuple[Step, ...], Any], Iterator[Finding]]] = {
    "type": _type,
    "required": _required,
    "anyOf": _any_of,
    "enum": _choice,
    "uniqueItems": _unique,
    **dict.fromkeys(_SIZES, _size),
}
