# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What CloudWatch would refuse of a dashboard's body, with the paths and the wording that it would use itself. Pure."""

from __future__ import annotations

import re
from typing import Any, Iterator, Mapping, NamedTuple

from .._config.errors import ConfigError

WIDGETS, WIDTH, HEIGHT, METRICS, ALL_METRICS, SEARCH, GRAPH_SEARCHES, ALARMS = 500, 24, 1000, 500, 2500, 1024, 100, 100
TYPES = ("metric", "log", "text", "alarm", "explorer", "custom", "chart")
_POSITION: dict[str, Any] = {
    "x": {"type": "integer", "minimum": 0, "maximum": WIDTH - 1},
    "y": {"type": "integer", "minimum": 0},
    "width": {"type": "integer", "minimum": 1, "maximum": WIDTH},
    "height": {"type": "integer", "minimum": 1, "maximum": HEIGHT},
}
_TEXT = {"type": "string"}
_COLOR = {"type": "string", "pattern": "^#[0-9a-fA-F]{6}$"}
_LINE: dict[str, Any] = {
    "type": "object",
    "required": ["value"],
    "properties": {"value": {"type": "number"}, "color": _COLOR, "label": _TEXT, "fill": {"enum": ["above", "below", "none"]}},
}
_AXIS: dict[str, Any] = {"type": "object", "properties": {"min": {"type": "number"}, "max": {"type": "number"}, "label": _TEXT}}
BODY: dict[str, Any] = {
    "type": "object",
    "required": ["widgets"],
    "properties": {
        "widgets": {"type": "array", "maxItems": WIDGETS},
        "start": {"type": "string", "pattern": r"^(-P(T?\d+[A-Z])+|\d{4}-\d\d-\d\dT.*)$"},
        "end": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT.*$"},
        "periodOverride": {"enum": ["auto", "inherit"]},
        "variables": {"type": "array", "maxItems": 25},
    },
}
WIDGET: dict[str, Any] = {
    "type": "object",
    "required": ["type", "properties"],
    "properties": {"type": {"enum": list(TYPES)}, "properties": {"type": "object"}, **_POSITION},
}
PROPERTIES: dict[str, dict[str, Any]] = {
    "metric": {
        "properties": {
            "metrics": {"type": "array", "maxItems": METRICS, "items": {"type": "array", "minItems": 1}},
            "region": _TEXT,
            "title": _TEXT,
            "view": {"enum": ["timeSeries", "singleValue", "gauge", "bar", "pie", "table"]},
            "stacked": {"type": "boolean"},
            "stat": _TEXT,
            "period": {"type": "integer", "minimum": 1},
            "yAxis": {"type": "object", "properties": {"left": _AXIS, "right": _AXIS}},
            "annotations": {
                "type": "object",
                "properties": {"horizontal": {"type": "array", "items": _LINE}, "alarms": {"type": "array", "items": _TEXT}},
            },
        }
    },
    "text": {"required": ["markdown"], "properties": {"markdown": _TEXT, "background": {"enum": ["solid", "transparent"]}}},
    "log": {
        "required": ["query", "region"],
        "properties": {"query": _TEXT, "region": _TEXT, "title": _TEXT, "view": {"enum": ["table", "timeSeries", "bar", "pie"]}},
    },
    "alarm": {
        "required": ["alarms"],
        "properties": {
            "alarms": {"type": "array", "maxItems": ALARMS, "items": {"type": "string", "pattern": "^arn:"}},
            "title": _TEXT,
            "sortBy": {"enum": ["default", "stateUpdatedTimestamp", "timestamp"]},
            "states": {"type": "array", "items": {"enum": ["ALARM", "OK", "INSUFFICIENT_DATA"]}},
        },
    },
    "custom": {"required": ["endpoint"], "properties": {"endpoint": _TEXT}},
    "explorer": {"required": ["metrics"], "properties": {"metrics": {"type": "array", "maxItems": METRICS}}},
    "chart": {"properties": {"region": _TEXT, "title": _TEXT}},
}
_SEARCHES = re.compile(r"SEARCH\s*\(\s*(?:'(?P<single>(?:[^'\\]|\\.)*)'|\"(?P<double>(?:[^\"\\]|\\.)*)\")", re.IGNORECASE)


class Problem(NamedTuple):
    """``path``: a JSON pointer into the body; ``message``: AWS's wording."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path or '/'}: {self.message}"


def problems(body: Mapping[str, Any]) -> list[Problem]:
    """What CloudWatch would refuse of a body, as far as its documentation says so."""
    found = list(_of_schema(body, BODY, ""))
    widgets = body.get("widgets")
    total = 0
    for number, widget in enumerate(widgets if isinstance(widgets, list) else []):
        path = f"/widgets/{number}"
        wrong = list(_of_schema(widget, WIDGET, path))
        found += wrong
        if isinstance(widget, Mapping) and widget.get("type") in TYPES and isinstance(widget.get("properties"), Mapping):
            found += _of_properties(widget["type"], widget["properties"], f"{path}/properties")
            total += len(_list(widget["properties"].get("metrics")))
    if total > ALL_METRICS:
        found.append(Problem("/widgets", f"Should NOT have more than {ALL_METRICS} metrics in all"))
    return found


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _of_properties(kind: str, given: Mapping[str, Any], path: str) -> Iterator[Problem]:
    yield from _of_schema(given, {"type": "object", **PROPERTIES[kind]}, path)
    if kind != "metric":
        return
    annotations = given.get("annotations")
    alarms = annotations.get("alarms") if isinstance(annotations, Mapping) else None
    if not alarms and "metrics" not in given:
        yield Problem(path, "Should have required property 'metrics'")
    if not alarms and not ("region" in given and "metrics" in given):
        yield Problem(path, "The metric widget should have specified a region and a data source or an alarm annotation")
    searches = 0
    for number, metric in enumerate(_list(given.get("metrics"))):
        for problem in _of_metric(_list(metric)):
            yield Problem(f"{path}/metrics/{number}{problem.path}", problem.message)
        options = metric[-1] if isinstance(metric, list) and metric and isinstance(metric[-1], Mapping) else {}
        searches += len(_SEARCHES.findall(str(options.get("expression") or "")))
    if searches > GRAPH_SEARCHES:
        yield Problem(f"{path}/metrics", f"Should NOT have more than {GRAPH_SEARCHES} SEARCH expressions")


def _of_metric(metric: list[Any]) -> Iterator[Problem]:
    """One entry of metrics: namespace, name, pairs of dimensions, and options at the end."""
    options = metric[-1] if metric and isinstance(metric[-1], Mapping) else None
    words = metric[:-1] if options is not None else metric
    if not all(isinstance(word, str) for word in words):
        yield Problem("", "Should be string")
    elif not words and not (options and options.get("expression")):
        yield Problem("", "Should have a namespace and a metric name, or an expression")
    elif words and "..." not in words and (len(words) < 2 or len(words) % 2):
        yield Problem("", "Should have a namespace, a metric name, and a value for each dimension")
    color = (options or {}).get("color")
    if color is not None and not re.fullmatch(_COLOR["pattern"], str(color)):
        yield Problem(f"/{len(words)}/color", f'Should match pattern "{_COLOR["pattern"]}"')
    for single, double in _SEARCHES.findall(str((options or {}).get("expression") or "")):
        if len(single or double) > SEARCH:
            yield Problem(f"/{len(words)}/expression", f"Should NOT have a SEARCH of more than {SEARCH} characters")


def _of_schema(value: Any, schema: Mapping[str, Any], path: str) -> Iterator[Problem]:
    for error in sorted(_validator(schema).iter_errors(value), key=lambda one: list(map(str, one.absolute_path))):
        yield Problem(path + "".join(f"/{step}" for step in error.absolute_path), _worded(error))


def _validator(schema: Mapping[str, Any]) -> Any:
    try:
        from jsonschema import Draft7Validator  # noqa: PLC0415 - only the controller has it, and only here it is needed
    except ImportError as error:
        raise ConfigError("The Python library jsonschema is missing on the controller: install it beside ansible-core.") from error
    return Draft7Validator(schema)


def _worded(error: Any) -> str:
    """The message as CloudWatch words it."""
    kind, wanted = str(error.validator), error.validator_value
    words = {
        "type": f"Should be {wanted}",
        "enum": "Should be equal to one of the allowed values",
        "minimum": f"Should be >= {wanted}",
        "maximum": f"Should be <= {wanted}",
        "maxItems": f"Should NOT have more than {wanted} items",
        "minItems": f"Should NOT have fewer than {wanted} items",
        "pattern": f'Should match pattern "{wanted}"',
    }
    if kind == "required":
        return f"Should have required property '{re.findall(chr(39) + '(.*?)' + chr(39), error.message)[0]}'"
    return words[kind]
