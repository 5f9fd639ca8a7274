# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Event selectors of trails in AWS's own vocabulary, basic and advanced: what can be, and whether two say the same. Pure."""

from __future__ import annotations

from typing import Any, Iterable, Iterator, Mapping, NamedTuple, Sequence

BASIC, RESOURCES, VALUES = 5, 250, 500
READ_WRITE = {"All": None, "ReadOnly": "true", "WriteOnly": "false"}
EXCLUDED = ("kms.amazonaws.com", "rdsdata.amazonaws.com")
TYPES = {"AWS::S3::Object": "s3", "AWS::Lambda::Function": "lambda", "AWS::DynamoDB::Table": "dynamodb"}
"""What basic selectors can have of data, with the services of their ARNs."""
OBJECTS = "AWS::S3::Object"
CATEGORIES = ("Management", "Data", "NetworkActivity")
OPERATORS = ("Equals", "StartsWith", "EndsWith", "NotEquals", "NotStartsWith", "NotEndsWith")
ONLY_EQUALS = ("eventCategory", "resources.type", "readOnly")
COMPLETE = {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [], "ExcludeManagementEventSources": []}
"""What a basic selector has of what it does not say."""
DEFAULT: tuple[Mapping[str, Any], ...] = (COMPLETE,)
"""What a trail has to which nobody gave selectors."""


class Selectors(NamedTuple):
    """The selectors of a trail: those of one form, and the others empty."""

    basic: Sequence[Mapping[str, Any]] = ()
    advanced: Sequence[Mapping[str, Any]] = ()


def same(one: Selectors, other: Selectors) -> bool:
    """Whether both record the same events, as far as that is certain: written alike, or one is the exact conversion of the other."""
    if bool(one.advanced) == bool(other.advanced):
        return _basic(one.basic) == _basic(other.basic) and _advanced(one.advanced) == _advanced(other.advanced)
    converted = [_converted(side) for side in (one, other)]
    return None not in converted and converted[0] == converted[1]


def _converted(selectors: Selectors) -> list[Any] | None:
    advanced = selectors.advanced or to_advanced(selectors.basic)
    return None if advanced is None else _advanced(advanced)


def to_advanced(basic: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]] | None:
    """The advanced selectors that record exactly what *basic* ones record; None where that cannot be said with certainty.

    Certain are management events, and data events of S3, where values are beginnings of ARNs. Whether the name of a function or a table
    stands for itself alone is not documented.
    """
    found: list[dict[str, Any]] = []
    for selector in basic:
        read_only = _field("readOnly", "Equals", [value]) if (value := READ_WRITE[selector.get("ReadWriteType") or "All"]) else []
        if selector.get("IncludeManagementEvents", True):
            excluded = sorted(selector.get("ExcludeManagementEventSources") or [])
            without = _field("eventSource", "NotEquals", excluded) if excluded else []
            found.append({"FieldSelectors": [*_field("eventCategory", "Equals", ["Management"]), *read_only, *without]})
        for data in selector.get("DataResources") or []:
            values = data.get("Values") or []
            everything = any(_of_all(data["Type"], value) for value in values)
            if not values or not (everything or data["Type"] == OBJECTS):
                return None
            arns = [] if everything else _field("resources.ARN", "StartsWith", sorted(values))
            fields = [*_field("eventCategory", "Equals", ["Data"]), *_field("resources.type", "Equals", [data["Type"]])]
            found.append({"FieldSelectors": [*fields, *read_only, *arns]})
    return found


def _of_all(kind: str, value: str) -> bool:
    """Whether a value stands for all resources of its type, such as ``arn:aws:s3``."""
    parts = value.split(":")
    return len(parts) == 3 and parts[0] == "arn" and parts[2] == TYPES.get(kind)


def _field(name: str, operator: str, values: list[str]) -> list[dict[str, Any]]:
    return [{"Field": name, operator: values}]


def _basic(selectors: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Basic selectors without what the order says, and with the defaults."""
    return sorted(
        (
            one.get("ReadWriteType") or "All",
            bool(one.get("IncludeManagementEvents", True)),
            sorted((data["Type"], sorted(data.get("Values") or [])) for data in one.get("DataResources") or []),
            sorted(one.get("ExcludeManagementEventSources") or []),
        )
        for one in selectors
    )


def _advanced(selectors: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Advanced selectors without their names, and without what the order says."""
    return sorted(
        sorted(
            (field["Field"], sorted((name, sorted(field[name])) for name in OPERATORS if field.get(name)))
            for field in one["FieldSelectors"]
        )
        for one in selectors
    )


def shown(selectors: Selectors) -> dict[str, Any]:
    """The selectors for a diff, below the option that holds their form."""
    if selectors.advanced:
        return {"advanced_event_selectors": [dict(selector) for selector in selectors.advanced]}
    return {"event_selectors": [{**COMPLETE, **selector} for selector in selectors.basic]}


def wrong(entry: Mapping[str, Any], where: str) -> Iterator[str]:
    """What CloudTrail would refuse of the selectors of *entry*; *where* they are said."""
    basic, advanced = entry["event_selectors"], entry["advanced_event_selectors"]
    if basic is not None and advanced is not None:
        yield f"{where} has event_selectors and advanced_event_selectors. Hint: keep one of them; a trail has one form."
    for key, selectors, problems in (
        ("event_selectors", basic, _problems_of_basic),
        ("advanced_event_selectors", advanced, _problems_of_advanced),
    ):
        if selectors is not None:
            problem = next(problems(selectors), None) if selectors else "it is empty. Hint: leave it out to keep what is there."
            if problem:
                yield f"{where}.{key}: {problem}"


def _problems_of_basic(selectors: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if len(selectors) > BASIC:
        yield f"it has {len(selectors)} selectors. Hint: AWS takes {BASIC} at most."
    count = 0
    for one in selectors:
        unknown = sorted(set(one) - set(COMPLETE))
        if unknown:
            yield f"{unknown[0]!r} is no part of a basic selector. Hint: its parts are {', '.join(sorted(COMPLETE))}."
        if (one.get("ReadWriteType") or "All") not in READ_WRITE:
            yield f"ReadWriteType is {one['ReadWriteType']!r}. Hint: write one of {', '.join(READ_WRITE)}."
        strange = sorted(set(one.get("ExcludeManagementEventSources") or []) - set(EXCLUDED))
        if strange:
            yield f"ExcludeManagementEventSources has {strange[0]!r}. Hint: {' and '.join(EXCLUDED)} alone; advanced selectors take others."
        for data in one.get("DataResources") or []:
            if not isinstance(data, Mapping) or data.get("Type") not in TYPES or not isinstance(data.get("Values"), list):
                yield f"DataResources has {data!r}. Hint: a Type of {', '.join(TYPES)}, and Values, a list; advanced selectors take others."
                return
            count += len(data["Values"])
        if not one.get("IncludeManagementEvents", True) and not one.get("DataResources"):
            yield "a selector has neither management events nor data. Hint: give it DataResources, or take it out."
    if count > RESOURCES:
        yield f"it has {count} data resources. Hint: AWS takes {RESOURCES} at most; advanced selectors take more."


def _problems_of_advanced(selectors: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    values = 0
    for one in selectors:
        fields = one.get("FieldSelectors")
        if set(one) - {"Name", "FieldSelectors"} or not isinstance(fields, list) or not fields:
            yield f"a selector has {', '.join(sorted(one)) or 'nothing'}. Hint: FieldSelectors, a list, and where wanted a Name."
            return
        for field in fields:
            operators = [name for name in OPERATORS if field.get(name)]
            if not operators or set(field) - {"Field", *OPERATORS} or not all(isinstance(field[name], list) for name in operators):
                yield f"a field selector is {dict(field)!r}. Hint: a Field, and one of {', '.join(OPERATORS)} with a list of values."
                return
            if field.get("Field") in ONLY_EQUALS and operators != ["Equals"]:
                yield f"{field['Field']} has {', '.join(operators)}. Hint: it takes Equals alone."
            listed = [str(value) for name in operators for value in field[name]]
            values += len(listed)
            if any("*" in value for value in listed):
                yield f"{field.get('Field')} has a value with *. Hint: CloudTrail takes no wildcards; use StartsWith or EndsWith."
        yield from _problems_of_category({field["Field"]: field for field in fields if "Field" in field})
    if values > VALUES:
        yield f"it has {values} values. Hint: AWS takes {VALUES} at most."


def _problems_of_category(fields: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    category = (fields.get("eventCategory") or {}).get("Equals")
    if category not in [[name] for name in CATEGORIES]:
        yield f"eventCategory is {category!r}. Hint: Equals with one of {', '.join(CATEGORIES)}."
    elif category == ["Data"] and len((fields.get("resources.type") or {}).get("Equals") or []) != 1:
        yield "a selector of data events names no resources.type. Hint: Equals with one type, such as AWS::S3::Object."
