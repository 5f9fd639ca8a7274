# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading of Parameter Store for people and playbooks. Private to this collection."""

from __future__ import annotations

from functools import partial
from typing import Any, Callable, Iterator

from .._release.parts import part_name
from . import ssm_api as api
from .errors import AwsError
from .ssm_changes import SECURE
from .ssm_parameter import describe, read_selected

MISSING = "ParameterNotFound"


def shown(parameter: dict[str, Any]) -> dict[str, Any]:
    """One parameter or version as the info module returns it; the value of a SecureString is null."""
    modified: Any = parameter.get("LastModifiedDate")
    return {
        "name": parameter["Name"],
        "arn": parameter.get("ARN"),
        "version": int(parameter["Version"]),
        "type": parameter["Type"],
        "data_type": parameter.get("DataType") or "text",
        "value": None if parameter["Type"] == SECURE else parameter.get("Value"),
        "last_modified": modified.isoformat() if hasattr(modified, "isoformat") else modified,
        "labels": {},
    }


def by_selector(reader: Any, names: list[str], selector: str) -> list[dict[str, Any]]:
    """The parameters *names*, at the version or label *selector* where it is not empty; absent ones are left out."""
    asked = [f"{name}:{selector}" if selector else name for name in names]
    found = read_selected(reader, asked, decrypt=False)
    return [shown(found[word]) for word in asked if word in found]


def _pages(call: Callable[[str | None], dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The parameters of all pages of *call*, which takes the token of the next one."""
    token = None
    while True:
        answer = call(token)
        yield from answer["Parameters"]
        token = answer.get("NextToken")
        if not token:
            break


def names_beginning(reader: Any, prefixes: list[str]) -> list[str]:
    """The names of the parameters that begin with one of *prefixes*, sorted."""
    entries = (entry for prefix in prefixes for entry in _pages(partial(api.list_parameters, reader, prefix)))
    return sorted({str(entry["Name"]) for entry in entries})


def by_path(reader: Any, path: str, recursive: bool) -> list[dict[str, Any]]:
    """The parameters below *path*, sorted by name."""
    found = [shown(parameter) for parameter in _pages(partial(api.get_parameters_by_path, reader, path, recursive))]
    return sorted(found, key=lambda parameter: str(parameter["name"]))


def labels_of(reader: Any, names: list[str], labels: list[str]) -> dict[str, dict[str, int]]:
    """Name → label → the version that carries it (0: none)."""
    found = read_selected(reader, [f"{name}:{label}" for label in labels for name in names], decrypt=False)
    at = {word: int(parameter["Version"]) for word, parameter in found.items()}
    return {name: {label: at.get(f"{name}:{label}", 0) for label in labels} for name in names}


def labels_of_parts(reader: Any, names: list[str], labels: list[str]) -> dict[str, dict[str, int]]:
    """:func:`labels_of` for *names* and their parts, as far as a part carries one of *labels*; the one behind the last included."""
    found: dict[str, dict[str, int]] = {}
    open_names, number = names, 1
    while open_names:
        read = labels_of(reader, [part_name(name, number) for name in open_names], labels)
        found.update(read)
        open_names = [name for name in open_names if any(read[part_name(name, number)].values())]
        number += 1
    return found


def histories(reader: Any, names: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Name → its versions, oldest first, each with its labels; absent names are left out."""
    found = {name: _history(reader, name) for name in names}
    return {name: versions for name, versions in found.items() if versions}


def _history(reader: Any, name: str) -> list[dict[str, Any]]:
    return [
        {**shown(entry), "labels": sorted(entry.get("Labels", [])), "tier": entry.get("Tier"), "description": entry.get("Description")}
        for entry in versions_of(reader, name)
    ]


def versions_of(
    reader: Any, name: str, decrypt: bool = False, run: Callable[..., dict[str, Any]] = lambda call, *args: call(*args)
) -> list[dict[str, Any]]:
    """GetParameterHistory's entries of *name*, oldest first; none where it is absent. *run* makes each call, when its turn has come."""
    try:
        return list(_pages(lambda token: run(api.get_parameter_history, reader, name, token, decrypt)))
    except AwsError as error:
        if error.code != MISSING:
            raise
        return []


def settings_of(reader: Any, names: list[str]) -> dict[str, dict[str, Any]]:
    """Name → tier, key_id, description, allowed_pattern and policies, as DescribeParameters tells them."""
    return {
        name: {
            "tier": entry.get("Tier"),
            "key_id": entry.get("KeyId"),
            "description": entry.get("Description"),
            "allowed_pattern": entry.get("AllowedPattern"),
            "policies": [policy["PolicyText"] for policy in entry.get("Policies") or []],
        }
        for name, entry in describe(reader, names).items()
    }
