# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies of a single log group, in AWS's own vocabulary: field indexes and data protection. Pure."""

from __future__ import annotations

from typing import Any, Callable, Iterator, Mapping

INDEX, DATA_PROTECTION = "index_policy", "data_protection_policy"
FIELDS, LENGTH = 20, 100
_KEYS = ("Fields", "FieldsV2")


def wrong(entry: Mapping[str, Any], where: str) -> Iterator[str]:
    """What CloudWatch Logs would refuse of the policies of *entry*; *where* they are said."""
    for field, problems in _PROBLEMS.items():
        if entry[field]:
            yield from (f"{where} {field}: {problem}" for problem in problems(entry[field]))


def _of_index(document: Mapping[str, Any]) -> Iterator[str]:
    fields = [str(name) for key in _KEYS for name in document.get(key) or []]
    if set(document) - set(_KEYS) or not fields:
        yield f"it has {', '.join(document) or 'nothing'}. Hint: write Fields, a list of names, or FieldsV2."
    elif len(fields) > FIELDS or any(len(name) > LENGTH for name in fields):
        yield f"it has {len(fields)} fields. Hint: {FIELDS} at most, with names of {LENGTH} characters at most."


def _of_data_protection(document: Mapping[str, Any]) -> Iterator[str]:
    statements = document.get("Statement")
    statements = [one for one in statements if isinstance(one, Mapping)] if isinstance(statements, list) else []
    by_operation = {name: one for one in statements for name in (one.get("Operation") or {})}
    if len(statements) != 2 or set(by_operation) != {"Audit", "Deidentify"}:
        yield "Statement must have two blocks, one with the Operation Audit and one with Deidentify. Hint: AWS's guide has an example."
        return
    audit, hide = by_operation["Audit"], by_operation["Deidentify"]
    if not audit.get("DataIdentifier") or audit["DataIdentifier"] != hide.get("DataIdentifier"):
        yield "the DataIdentifier arrays of its two blocks differ, or are empty. Hint: write the same into both."
    if "FindingsDestination" not in (audit["Operation"]["Audit"] or {}):
        yield "Audit has no FindingsDestination. Hint: write an empty one, {}, for none."
    if hide["Operation"]["Deidentify"] != {"MaskConfig": {}}:
        yield "Deidentify must be MaskConfig alone, and that is empty. Hint: write Deidentify: {MaskConfig: {}}."


_PROBLEMS: dict[str, Callable[[Mapping[str, Any]], Iterator[str]]] = {INDEX: _of_index, DATA_PROTECTION: _of_data_protection}
FIELDS_OF_GROUP = tuple(_PROBLEMS)
"""The fields of a log group that hold a policy."""


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two documents say the same; the order of fields says nothing."""
    return _sorted(one) == _sorted(other)


def _sorted(document: Mapping[str, Any]) -> dict[str, Any]:
    fields = document.get("Fields")
    return {**document, "Fields": sorted(fields, key=str)} if isinstance(fields, list) else dict(document)
