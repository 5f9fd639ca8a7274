# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parameters of a command or association, checked against the document as the service checks them."""

from __future__ import annotations

import json
import re
from typing import Any

from aws.answer import AwsError

_REFERENCE = re.compile(r"\{\{\s*ssm:([^{}\s]+)\s*\}\}")


def invalid(message: str) -> AwsError:
    """AWS's refusal of a parameter."""
    return AwsError("InvalidParameters", message)


def references(given: dict[str, Any]) -> list[str]:
    """The names of the parameters of Parameter Store that the values refer to, as `{{ssm:name}}`."""
    return _REFERENCE.findall(json.dumps(given))


def checked(content: dict[str, Any], given: dict[str, Any] | None) -> dict[str, Any]:
    """The values as a node gets them: a list for a StringList, for any other type its one value.

    Raises InvalidParameters for an unknown or missing parameter, for several values where one is asked for, and for a value that is not
    allowed. Defaults are left to the node.
    """
    declared: dict[str, Any] = content.get("parameters") or {}
    given = given or {}
    for name in given:
        if name not in declared:
            raise invalid(f"The parameter {name} is not defined in the document.")
    missing = [name for name, parameter in declared.items() if "default" not in parameter and not given.get(name)]
    if missing:
        raise invalid(f"Missing required parameter: {missing[0]}.")
    return {name: _one(name, declared[name], values) for name, values in given.items()}


def _one(name: str, parameter: dict[str, Any], values: Any) -> Any:
    if not isinstance(values, list):
        values = [values]
    listed = parameter["type"] == "StringList"
    if listed:
        _check_count(name, parameter, values)
    elif len(values) != 1:
        raise invalid(f"Parameter {name} is of type {parameter['type']} and takes one value, not {len(values)}.")
    for value in values:
        _check_value(name, parameter, str(value))
    if listed:
        return [str(value) for value in values]
    if parameter["type"] in ("StringMap", "MapList", "Boolean", "Integer"):
        return _decoded(name, parameter["type"], values[0])
    return str(values[0])


def _check_count(name: str, parameter: dict[str, Any], values: list[Any]) -> None:
    least, most = int(parameter.get("minItems") or 0), parameter.get("maxItems")
    if len(values) < least or (most is not None and len(values) > int(most)):
        raise invalid(f"Parameter {name} has {len(values)} items.")


def _check_value(name: str, parameter: dict[str, Any], value: str) -> None:
    if _REFERENCE.search(value):
        return
    allowed, pattern = parameter.get("allowedValues"), parameter.get("allowedPattern")
    if allowed and value not in map(str, allowed):
        raise invalid(f"Parameter {name} has the value {value}, which is not one of the allowed values: {allowed}.")
    if pattern and not re.fullmatch(pattern, value):
        raise invalid(f"Parameter {name} has the value {value}, which does not match the pattern {pattern}.")
    least, most = int(parameter.get("minChars") or 0), parameter.get("maxChars")
    if len(value) < least or (most is not None and len(value) > int(most)):
        raise invalid(f"Parameter {name} has {len(value)} characters.")


def _decoded(name: str, kind: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        found = json.loads(value or "{}")
    except ValueError:
        raise invalid(f"Parameter {name} is of type {kind}; the value {value} is not.") from None
    wanted = {"StringMap": dict, "MapList": list, "Boolean": bool, "Integer": int}[kind]
    if not isinstance(found, wanted):
        raise invalid(f"Parameter {name} is of type {kind}; the value {value} is not.")
    return found
