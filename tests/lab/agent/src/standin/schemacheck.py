# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small JSON Schema (draft 4) checker that words its errors as the agent's own does."""

from __future__ import annotations

import json
import re

from .merge import same

ANY_OF = "E! At least one of event_levels, event_ids, or filters is required"


class Checker:
    """Checks values against one schema document."""

    def __init__(self, schema: dict) -> None:
        self.schema = schema
        self.any_of_failed = False

    def errors(self, value: object) -> list[str]:
        """Return the lines the translator prints, [] for a valid value; any failed anyOf hides everything else."""
        self.any_of_failed = False
        found = self._check(value, self.schema, [])
        if self.any_of_failed:
            return [ANY_OF]
        return ["Under path : /{} | Error : {}".format("/".join(path), text) for path, text in found]

    def _check(self, value: object, schema: dict, path: list[str]) -> list[tuple[list[str], str]]:
        """Return (path, text) of every violation."""
        while "$ref" in schema:
            schema = self.schema["definitions"][schema["$ref"].rsplit("/", 1)[1]]
        wanted = schema.get("type")
        if wanted and not _is(value, wanted):
            return [(path, f"Invalid type. Expected: {wanted}, given: {_kind(value)}")]
        found = self._combined(value, schema, path)
        if "enum" in schema and not any(same(value, allowed) for allowed in schema["enum"]):
            choices = ", ".join(json.dumps(allowed) for allowed in schema["enum"])
            found.append((path, "{} must be one of the following: {}".format(".".join(path), choices)))
        if isinstance(value, str):
            found += [(path, text) for text in _string(value, schema)]
        elif isinstance(value, dict):
            found += self._object(value, schema, path)
        elif isinstance(value, list):
            found += self._array(value, schema, path)
        elif not isinstance(value, bool) and isinstance(value, (int, float)):
            found += [(path, text) for text in _number(value, schema)]
        return found

    def _combined(self, value: object, schema: dict, path: list[str]) -> list[tuple[list[str], str]]:
        """Check anyOf, not and oneOf; of the branches of a failed oneOf the closest one's errors are told."""
        if "anyOf" in schema and all(self._check(value, branch, path) for branch in schema["anyOf"]):
            self.any_of_failed = True
            return [(path, "Must validate at least one schema (anyOf)")]
        if "not" in schema and not self._check(value, schema["not"], path):
            return [(path, "Must not validate the schema (not)")]
        if "oneOf" in schema:
            before = self.any_of_failed
            results = [self._check(value, branch, path) for branch in schema["oneOf"]]
            if sum(not result for result in results) == 1:
                self.any_of_failed = before
                return []
            return [(path, "Must validate one and only one schema (oneOf)"), *min(results, key=len)]
        return []

    def _object(self, value: dict, schema: dict, path: list[str]) -> list[tuple[list[str], str]]:
        """Check an object's keys and what they hold."""
        found = [(path, f"{key} is required") for key in schema.get("required", []) if key not in value]
        if len(value) < schema.get("minProperties", 0):
            found.append((path, "Must have at least {} properties".format(schema["minProperties"])))
        if len(value) > schema.get("maxProperties", len(value)):
            found.append((path, "Must have at most {} properties".format(schema["maxProperties"])))
        known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
        for key, item in value.items():
            if key in known:
                found += self._check(item, known[key], [*path, key])
            elif others is False:
                found.append((path, f"Additional property {key} is not allowed"))
            elif isinstance(others, dict):
                found += self._check(item, others, [*path, key])
        return found

    def _array(self, value: list, schema: dict, path: list[str]) -> list[tuple[list[str], str]]:
        """Check a list's length, uniqueness and items."""
        found = []
        if len(value) < schema.get("minItems", 0):
            found.append((path, "Array must have at least {} items".format(schema["minItems"])))
        if len(value) > schema.get("maxItems", len(value)):
            found.append((path, "Array must have at most {} items".format(schema["maxItems"])))
        if schema.get("uniqueItems"):
            found += [(path, "array items[{},{}] must be unique".format(*pair)) for pair in _repeated(value)]
        for index, item in enumerate(value):
            if "items" in schema:
                found += self._check(item, schema["items"], [*path, str(index)])
        return found


def _repeated(value: list) -> list[tuple[int, int]]:
    """Return the index pairs of equal items."""
    seen: dict[str, int] = {}
    pairs = []
    for index, item in enumerate(value):
        key = json.dumps(item, sort_keys=True)
        if key in seen:
            pairs.append((seen[key], index))
        seen.setdefault(key, index)
    return pairs


def _string(value: str, schema: dict) -> list[str]:
    found = []
    if len(value) < schema.get("minLength", 0):
        found.append("String length must be greater than or equal to {}".format(schema["minLength"]))
    if len(value) > schema.get("maxLength", len(value)):
        found.append("String length must be less than or equal to {}".format(schema["maxLength"]))
    if "pattern" in schema and not re.search(schema["pattern"], value):
        found.append("Does not match pattern '{}'".format(schema["pattern"]))
    return found


def _number(value: float, schema: dict) -> list[str]:
    found = []
    if value < schema.get("minimum", value):
        found.append("Must be greater than or equal to {}".format(schema["minimum"]))
    if value > schema.get("maximum", value):
        found.append("Must be less than or equal to {}".format(schema["maximum"]))
    return found


def _kind(value: object) -> str:
    """Return a value's JSON type."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return "integer"
    return {float: "number", str: "string", dict: "object", list: "array"}[type(value)]


def _is(value: object, wanted: str) -> bool:
    kind = _kind(value)
    return kind == wanted or (wanted == "number" and kind == "integer")
