# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small JSON Schema (draft 4) checker that words its errors as the agent's own does."""

from __future__ import annotations

import json
import re

from .merge import same

ANY_OF = "E! At least one of event_levels, event_ids, or filters is required"


class Result:
    """Violations as (path, text), and how near the value came: of the branches of a failed oneOf the nearest one's are told."""

    def __init__(self) -> None:
        self.found: list[tuple[list[str], str]] = []
        self.score = 0

    def add(self, path: list[str], text: str) -> None:
        """Note a violation."""
        self.found.append((path, text))
        self.score -= 2

    def take(self, other: Result) -> None:
        """Add what another part found."""
        self.found += other.found
        self.score += other.score


class Checker:
    """Checks values against one schema document."""

    def __init__(self, schema: dict) -> None:
        self.schema = schema

    def errors(self, value: object) -> list[str]:
        """Return the lines the translator prints, [] for a valid value; a failed anyOf is the last that is told."""
        lines = []
        for path, text in self._check(value, self.schema, []).found:
            lines.append("Under path : /{} | Error : {}".format("/".join(path), text))
            if text == ANY_OF:
                break
        return lines

    def _check(self, value: object, schema: dict, path: list[str]) -> Result:
        """Return every violation."""
        result = Result()
        while "$ref" in schema:
            schema = self.schema["definitions"][schema["$ref"].rsplit("/", 1)[1]]
        wanted = schema.get("type")
        if wanted and not _is(value, wanted):
            result.add(path, f"Invalid type. Expected: {wanted}, given: {_kind(value)}")
            return result
        self._combined(value, schema, path, result)
        if "enum" in schema and not any(same(value, allowed) for allowed in schema["enum"]):
            choices = ", ".join(json.dumps(allowed) for allowed in schema["enum"])
            result.add(path, "{} must be one of the following: {}".format(".".join(path), choices))
        result.score += 2
        if isinstance(value, bool) or value is None:
            return result
        if isinstance(value, dict):
            self._object(value, schema, path, result)
        elif isinstance(value, list):
            self._array(value, schema, path, result)
        else:
            for text in _string(value, schema) if isinstance(value, str) else _number(value, schema):  # type: ignore[arg-type]
                result.add(path, text)
        result.score += 1
        return result

    def _combined(self, value: object, schema: dict, path: list[str], result: Result) -> None:
        """Check anyOf, oneOf, allOf and not, in the order in which they are told."""
        if "anyOf" in schema and all(self._check(value, branch, path).found for branch in schema["anyOf"]):
            result.add(path, ANY_OF)
        if "oneOf" in schema:
            branches = [self._check(value, branch, path) for branch in schema["oneOf"]]
            if sum(not branch.found for branch in branches) != 1:
                result.add(path, "Must validate one and only one schema (oneOf)")
                if all(branch.found for branch in branches):
                    result.take(max(branches, key=lambda branch: branch.score))
        if "allOf" in schema:
            branches = [self._check(value, branch, path) for branch in schema["allOf"]]
            for branch in branches:
                result.take(branch)
            if any(branch.found for branch in branches):
                result.add(path, "Must validate all the schemas (allOf)")
        if "not" in schema and not self._check(value, schema["not"], path).found:
            result.add(path, "Must not validate the schema (not)")

    def _object(self, value: dict, schema: dict, path: list[str], result: Result) -> None:
        """Check an object's keys, then what they hold."""
        if len(value) < schema.get("minProperties", 0):
            result.add(path, "Must have at least {} properties".format(schema["minProperties"]))
        if len(value) > schema.get("maxProperties", len(value)):
            result.add(path, "Must have at most {} properties".format(schema["maxProperties"]))
        for key in schema.get("required", []):
            if key not in value:
                result.add(path, f"{key} is required")
        known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
        for key, item in value.items():
            if key not in known and others is False:
                result.add(path, f"Additional property {key} is not allowed")
            elif key not in known and isinstance(others, dict):
                result.take(self._check(item, others, [*path, key]))
        for key in known:
            if key in value:
                result.take(self._check(value[key], known[key], [*path, key]))

    def _array(self, value: list, schema: dict, path: list[str], result: Result) -> None:
        """Check a list's items, then its length and uniqueness."""
        for index, item in enumerate(value):
            if "items" in schema:
                result.take(self._check(item, schema["items"], [*path, str(index)]))
        if len(value) < schema.get("minItems", 0):
            result.add(path, "Array must have at least {} items".format(schema["minItems"]))
        if len(value) > schema.get("maxItems", len(value)):
            result.add(path, "Array must have at most {} items".format(schema["maxItems"]))
        if schema.get("uniqueItems"):
            for pair in _repeated(value):
                result.add(path, "array items[{},{}] must be unique".format(*pair))


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
