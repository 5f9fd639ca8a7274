# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs between a log group as it is and as it shall be: refusals, steps of the API, and both sides for a diff. Pure."""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any, Iterator, Mapping, NamedTuple

from . import metric_filters, policies, subscription_filters
from .log_groups import ABSENT, DELIVERY, FOR_EVER, INFREQUENT, STANDARD, TAGS, Wanted, shown_retention
from .steps import Step, new_tags, stale_tags

FILTERS: dict[str, tuple[ModuleType, str]] = {
    "metric_filters": (metric_filters, "metric_filter"),
    "subscription_filters": (subscription_filters, "subscription_filter"),
}
"""By the field of a group: the rules of its filters, and how the API calls them."""


class Found(NamedTuple):
    """A log group as AWS describes it.

    ``arn``: without ``:*``; ``retention``: days, ``FOR_EVER`` for no end; ``policy``: the account's policy that sets it, '' for none;
    ``tags``, filters (by name) and policies are read where they are wanted, and else empty.
    """

    arn: str
    retention: int = FOR_EVER
    policy: str = ""
    log_class: str = STANDARD
    key: str = ""
    protection: bool = False
    stored: int = 0
    tags: Mapping[str, str] = {}
    metric_filters: Mapping[str, Mapping[str, Any]] = {}
    subscription_filters: Mapping[str, Mapping[str, Any]] = {}
    index_policy: Mapping[str, Any] = {}
    data_protection_policy: Mapping[str, Any] = {}


def longer(one: int, other: int) -> bool:
    """Whether events stay longer with the retention *one* than with *other*."""
    return other != FOR_EVER and (one == FOR_EVER or one > other)


def _retention(wanted: Wanted, found: Found | None) -> int | None:
    """The retention to set, None for none."""
    if wanted.retention is None or found is None:
        return wanted.retention
    if found.policy or found.retention == wanted.retention or found.log_class == DELIVERY:
        return None
    return None if wanted.only_longer and longer(found.retention, wanted.retention) else wanted.retention


def problems(wanted: Wanted, found: Found | None) -> Iterator[str]:
    """Why the group cannot become what it shall be."""
    if wanted.state == ABSENT:
        if found and found.protection and wanted.protection is not False:
            yield f"{wanted.name} is protected from deletion. Hint: give {wanted.said['entry']} deletion_protection: false as well."
        return
    log_class = found.log_class if found else wanted.log_class or STANDARD
    if wanted.log_class not in (None, log_class):
        yield (
            f"{wanted.name} has the class {log_class}, and {wanted.said['log_class']} says {wanted.log_class}; AWS cannot change the class"
            f" of a log group. Hint: write {log_class}, or send the events to a log group of another name; this one stays with its events."
        )
    if found and log_class == DELIVERY and wanted.retention is not None and not wanted.only_longer:
        yield f"{wanted.said['retention']} of {wanted.name}: its class is {DELIVERY}, which keeps events for one day. Hint: take it out."
    stay = set(found.tags) - set(_stale_tags(wanted, found)) if found else set()
    count = len({key for key in stay if not key.startswith("aws:")} | set(wanted.tags))
    if count > TAGS:
        yield f"{wanted.name} would have {count} tags. Hint: AWS takes {TAGS} at most."
    for field, (rules, name) in FILTERS.items():
        yield from _too_many(wanted, found, field, rules.MOST, name.replace("_", " "))
        if log_class == INFREQUENT and any(entry["state"] != ABSENT for entry in getattr(wanted, field)):
            yield f"{wanted.name} has the class {log_class}, which has no {name.replace('_', ' ')}s. Hint: take them out."

    if wanted.index_policy and log_class != STANDARD:
        yield f"{wanted.name} has the class {log_class}, and index policies are for {STANDARD} alone. Hint: take it out."


def _too_many(wanted: Wanted, found: Found | None, field: str, most: int, name: str) -> Iterator[str]:
    there = set(getattr(found, field)) if found else set()
    entries = getattr(wanted, field)
    count = len((there - {entry["name"] for entry in entries}) | {entry["name"] for entry in entries if entry["state"] != ABSENT})
    if count > most and entries:
        yield f"{wanted.name} would have {count} {name}s. Hint: AWS takes {most} at most; state: absent removes one by its name."


def notes(wanted: Wanted, found: Found | None) -> Iterator[str]:
    """What a user should know before the steps are made."""
    if found is None:
        return
    if wanted.state == ABSENT:
        yield f"{wanted.name} is deleted with its events ({found.stored} bytes), as {wanted.said['entry']} says."
        return
    days = _retention(wanted, found)
    if days is not None and longer(found.retention, days):
        yield (
            f"{wanted.name} keeps its events for {days} days instead of {_span(found.retention)}, as {wanted.said['retention']} says: AWS"
            " deletes those that are older."
        )
    if found.policy and wanted.retention not in (None, found.retention):
        yield f"{wanted.name} keeps its events for {_span(found.retention)}: the account's policy {found.policy} sets that."


def stays_longer(wanted: Wanted, found: Found | None) -> bool:
    """Whether the group keeps its events for longer than what holds for all groups, which shortens none."""
    return bool(found and not found.policy and wanted.only_longer and longer(found.retention, wanted.retention or FOR_EVER))


def _span(days: int) -> str:
    return "ever" if days == FOR_EVER else f"{days} days"


def steps(wanted: Wanted, found: Found | None) -> list[Step]:
    """The calls that make the group what it shall be, in their order; nothing for what holds already."""
    name = wanted.name
    if wanted.state == ABSENT:
        if found is None:
            return []
        lifted = [_protection(name, False)] if found.protection else []
        return [*lifted, Step("delete_log_group", {"logGroupName": name})]
    made = [_create(wanted)] if found is None else list(_changes(wanted, found))
    days = _retention(wanted, found)
    if days:
        made.append(Step("put_retention_policy", {"logGroupName": name, "retentionInDays": days}))
    elif days == FOR_EVER and found is not None:
        made.append(Step("delete_retention_policy", {"logGroupName": name}))
    return [*made, *(step for field in FILTERS for step in _filters(wanted, found, field)), *_policies(wanted, found)]


def _create(wanted: Wanted) -> Step:
    given = {
        "logGroupName": wanted.name,
        "logGroupClass": wanted.log_class,
        "kmsKeyId": wanted.key,
        "tags": dict(wanted.tags),
        "deletionProtectionEnabled": wanted.protection,
    }
    return Step("create_log_group", {key: value for key, value in given.items() if value})


def _protection(name: str, enabled: bool) -> Step:
    return Step("put_log_group_deletion_protection", {"logGroupIdentifier": name, "deletionProtectionEnabled": enabled})


def _changes(wanted: Wanted, found: Found) -> Iterator[Step]:
    if wanted.key is not None and wanted.key != found.key:
        if wanted.key:
            yield Step("associate_kms_key", {"logGroupName": wanted.name, "kmsKeyId": wanted.key})
        else:
            yield Step("disassociate_kms_key", {"logGroupName": wanted.name})
    stale = _stale_tags(wanted, found)
    if stale:
        yield Step("untag_resource", {"resourceArn": found.arn, "tagKeys": stale})
    tags = new_tags(found.tags, wanted.tags)
    if tags:
        yield Step("tag_resource", {"resourceArn": found.arn, "tags": tags})
    if wanted.protection is not None and wanted.protection != found.protection:
        yield _protection(wanted.name, wanted.protection)


def _stale_tags(wanted: Wanted, found: Found) -> list[str]:
    return stale_tags(found.tags, wanted.tags, wanted.purge_tags)


def _filters(wanted: Wanted, found: Found | None, field: str) -> Iterator[Step]:
    """Removals first, so that the number of filters never passes AWS's limit on the way."""
    rules, operation = FILTERS[field]
    there = getattr(found, field) if found else {}
    entries = getattr(wanted, field)
    for entry in entries:
        if entry["state"] == ABSENT and entry["name"] in there:
            yield Step(f"delete_{operation}", {"logGroupName": wanted.name, "filterName": entry["name"]})
    for entry in entries:
        if entry["state"] == ABSENT:
            continue
        before = there.get(entry["name"])
        arguments = rules.request(wanted.name, entry, before)
        if before is None or rules.shape(before) != rules.shape(arguments):
            yield Step(f"put_{operation}", arguments)


def _policies(wanted: Wanted, found: Found | None) -> Iterator[Step]:
    for field in policies.FIELDS_OF_GROUP:
        document, before = getattr(wanted, field), getattr(found, field) if found else {}
        if document is None or policies.same(document, before):
            continue
        given = {"policyDocument": json.dumps(document)} if document else {}
        yield Step(f"put_{field}" if document else f"delete_{field}", {"logGroupIdentifier": wanted.name, **given})


def shown(wanted: Wanted, found: Found | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """The group before and after the steps, as far as it is spoken of; without a group, its state alone."""
    before = {"state": ABSENT} if found is None else {"state": "present", **_side(wanted, found)}
    if wanted.state == ABSENT:
        return before, {"state": ABSENT}
    return before, {"state": "present", **_side(wanted, after(wanted, found))}


def after(wanted: Wanted, found: Found | None) -> Found:
    """The group as the steps leave it."""
    base = found or Found("", log_class=wanted.log_class or STANDARD)
    days = _retention(wanted, found)
    stale = _stale_tags(wanted, base)
    changed: dict[str, Any] = {field: _filters_after(wanted, base, field) for field in FILTERS}
    changed.update({field: document for field in policies.FIELDS_OF_GROUP if (document := getattr(wanted, field)) is not None})
    return base._replace(
        retention=base.retention if days is None else days,
        key=base.key if wanted.key is None else wanted.key,
        protection=base.protection if wanted.protection is None else wanted.protection,
        tags={**{key: value for key, value in base.tags.items() if key not in stale}, **wanted.tags},
        **changed,
    )


def _filters_after(wanted: Wanted, found: Found, field: str) -> dict[str, Mapping[str, Any]]:
    rules = FILTERS[field][0]
    entries = {entry["name"]: entry for entry in getattr(wanted, field)}
    there = getattr(found, field)
    left = {name: one for name, one in there.items() if name not in entries}
    return {
        **left,
        **{name: rules.request(wanted.name, one, there.get(name)) for name, one in entries.items() if one["state"] != ABSENT},
    }


def _side(wanted: Wanted, found: Found) -> dict[str, Any]:
    """What is said of a group that is there."""
    values: dict[str, Any] = {"log_group_class": found.log_class}
    if found.log_class != DELIVERY:  # it keeps events for a day, whatever the number says
        values["retention_in_days"] = shown_retention(found.retention)
    if wanted.key is not None:
        values["kms_key_id"] = found.key
    if wanted.tags or wanted.purge_tags:
        values["tags"] = dict(sorted(found.tags.items()))
    if wanted.protection is not None:
        values["deletion_protection"] = found.protection
    for field, (rules, _name) in FILTERS.items():
        named = [entry["name"] for entry in getattr(wanted, field)]
        if named:
            values[field] = {name: rules.shape(getattr(found, field)[name]) for name in named if name in getattr(found, field)}
    values.update({field: dict(getattr(found, field)) for field in policies.FIELDS_OF_GROUP if getattr(wanted, field) is not None})
    return values
