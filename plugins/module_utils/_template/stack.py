# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Templates of CloudFormation: resources with names that stay, their order, and how they are split. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, Iterable, Mapping, NamedTuple

from .._account.delivery_roles import Account
from .._config.errors import ConfigError
from .._config.policy import partition_of

LIMITS = {"inline": 51_200, "s3": 1_000_000}
"""Bytes of a template, by how it reaches CloudFormation."""
RESOURCES = 500
"""Resources of a template."""
ACCOUNT = "000000000000"
"""Stands for the account of the stack until the template is written: no account has this number."""
NAMED_IAM = "CAPABILITY_NAMED_IAM"

_ACCOUNT = re.compile(rf"(?<!\d){ACCOUNT}(?!\d)")


class Resource(NamedTuple):
    """A resource of a template. ``kind``: its type; ``after``: ids of those that come first; ``retained``: it outlives the stack."""

    id: str
    kind: str
    properties: Mapping[str, Any]
    after: tuple[str, ...] = ()
    retained: bool = False


def account_of(region: str) -> Account:
    """The account of a stack in a region."""
    return Account(partition_of(region), ACCOUNT)


def resource_id(word: str, name: str) -> str:
    """The logical id of a resource: the same for the same name in every template, and another one for every other name."""
    letters = "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", name))
    return f"{word}{letters[:64]}{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def templates(resources: Iterable[Resource], description: str, limit: str) -> list[dict[str, Any]]:
    """Templates of resources that come in the order in which they can be made; as many as *limit* asks for.

    Raises:
        ConfigError: a resource alone is over the limit.
    """
    most = LIMITS[limit]
    empty = len(text({"AWSTemplateFormatVersion": "2010-09-09", "Description": f"{description} (999 of 999)", "Resources": {}}).encode())
    chunks: list[list[Resource]] = [[]]
    used = empty
    for one in resources:
        size = _size(one)
        if empty + size > most:
            raise ConfigError(
                f"{one.kind} {one.id} has {size:,} bytes, and a template that is given {limit} takes {most:,}."
                " Hint: set cw_agent_template_limit to s3, or make it smaller."
            )
        if used + size > most or len(chunks[-1]) == RESOURCES:
            chunks.append([])
            used = empty
        chunks[-1].append(one)
        used += size
    count = len(chunks)
    return [
        _template(chunk, description if count == 1 else f"{description} ({number} of {count})") for number, chunk in enumerate(chunks, 1)
    ]


def text(template: Mapping[str, Any]) -> str:
    """A template as it is written."""
    return json.dumps(template, indent=1, ensure_ascii=False) + "\n"


def _size(one: Resource) -> int:
    """The bytes that a resource takes in a template, no less than it really does."""
    alone = json.dumps(_body(one, set(one.after)), indent=1, ensure_ascii=False)
    return len(alone.encode()) + 2 * (alone.count("\n") + 1) + len(one.id) + 8


def _template(resources: list[Resource], description: str) -> dict[str, Any]:
    ids = {one.id for one in resources}
    made = {one.id: _body(one, ids) for one in resources}
    return {"AWSTemplateFormatVersion": "2010-09-09", "Description": description, "Resources": made}


def _body(one: Resource, ids: set[str]) -> dict[str, Any]:
    """A resource in its template; *ids*: those of the template, since others are made by an earlier one."""
    found: dict[str, Any] = {"Type": one.kind}
    after = sorted(set(one.after) & ids)
    if after:
        found["DependsOn"] = after
    if one.retained:
        found |= {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    properties = {key: value for key, value in one.properties.items() if value not in (None, [], {})}
    return {**found, "Properties": _substituted(properties)}


def _substituted(value: Any) -> Any:
    """A value in which the account of the stack is filled in; what CloudFormation would take for a reference of its own stays text."""
    if isinstance(value, str):
        if not _ACCOUNT.search(value):
            return value
        return {"Fn::Sub": _ACCOUNT.sub("${AWS::AccountId}", value.replace("${", "${!"))}
    if isinstance(value, Mapping):
        return {str(key): _substituted(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_substituted(item) for item in value]
    return value
