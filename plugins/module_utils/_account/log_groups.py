# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the log groups of an account shall be: made of the plan's configurations and of what is named by hand. Pure."""

from __future__ import annotations

import re
from typing import Any, Iterable, Iterator, Mapping, NamedTuple

from .._config.errors import ConfigError
from .._config.log_groups import destinations
from .._config.pointer import pointer
from .._config.schema import RETENTION_DAYS
from .._config.subject import Subject
from .._config.words import listed
from .._release.publications import Target
from . import metric_filters, policies, subscription_filters
from .steps import texts, wrong_tags

PRESENT, ABSENT = "present", "absent"
STANDARD, INFREQUENT, DELIVERY = "STANDARD", "INFREQUENT_ACCESS", "DELIVERY"
CLASSES = (STANDARD, INFREQUENT, DELIVERY, "ESSENTIALS")
NEVER = "never"
FOR_EVER = 0
"""A retention without an end, in days."""
DAYS = tuple(days for days in RETENTION_DAYS if days > 0)
TAGS = 50
VARIABLE = "cw_agent_log_groups"
RESERVED = "aws/"

_NAME = re.compile(r"[\w./#-]{1,512}", re.ASCII)
_KEY = re.compile(r"arn:[\w-]+:kms:(?P<region>[\w-]+):\d{12}:key/[\w-]+", re.ASCII)


class Wanted(NamedTuple):
    """What a log group shall be; None: as it is.

    ``retention``: days, ``FOR_EVER`` for no end; ``only_longer``: whether it is nobody's word about this very group, and shortens nothing;
    ``key``: the ARN of a KMS key, '' for none; ``tags``: others stay unless ``purge_tags``; policies: documents, empty for
    none; ``said``: by field, where it is said.
    """

    name: str
    state: str = PRESENT
    retention: int | None = None
    only_longer: bool = False
    log_class: str | None = None
    key: str | None = None
    tags: Mapping[str, str] = {}
    purge_tags: bool = False
    protection: bool | None = None
    metric_filters: tuple[Mapping[str, Any], ...] = ()
    subscription_filters: tuple[Mapping[str, Any], ...] = ()
    index_policy: Mapping[str, Any] | None = None
    data_protection_policy: Mapping[str, Any] | None = None
    said: Mapping[str, str] = {}


class Defaults(NamedTuple):
    """What holds for every group that says nothing else. ``keys``: ARNs of KMS keys, one a region."""

    retention: str = ""
    keys: tuple[str, ...] = ()
    tags: Mapping[str, Any] = {}
    protection: bool | None = None


class Desired(NamedTuple):
    """By target the groups by name, and ``skipped``: the groups of configurations whose names only a host knows, with the reason."""

    groups: dict[Target, dict[str, Wanted]]
    skipped: list[dict[str, str]]


class _Declared(NamedTuple):
    """What a configuration says of a group it writes to."""

    name: str
    retention: int | None
    log_class: str | None
    where: str


def desired(plan: Mapping[str, Any], groups: Iterable[Mapping[str, Any]], defaults: Defaults) -> Desired:
    """The log groups of *plan*, and those of *groups*: as the module documents them, with their region where the plan has no target for it.

    Raises:
        ConfigError: everything that cannot be or that contradicts itself, one sentence a line.
    """
    wrong = list(_wrong_defaults(defaults))
    skipped: list[dict[str, str]] = []
    found = _of_plan(plan, skipped, wrong)
    planned = {target: frozenset(named) for target, named in found.items()}
    for index, entry in enumerate(groups):
        where = f"{VARIABLE}[{index}]"
        problems = list(_wrong_entry(entry, where))
        targets = [] if problems else _targets(entry, where, planned, problems)
        wrong += problems
        for target in targets:
            _merge(found.setdefault(target, {}), entry, where, target, wrong)
    _refuse(wrong)
    complete = {
        target: {name: _completed(one, target, defaults, wrong) for name, one in sorted(named.items())}
        for target, named in found.items()
        if named
    }
    _refuse(wrong)
    return Desired(complete, skipped)


def _refuse(wrong: list[str]) -> None:
    if wrong:
        raise ConfigError("\n".join(dict.fromkeys(wrong)))


def _of_plan(plan: Mapping[str, Any], skipped: list[dict[str, str]], wrong: list[str]) -> dict[Target, dict[str, Wanted]]:
    """What the configurations say, by target; every target of the hosts is there."""
    found: dict[Target, dict[str, Wanted]] = {}
    for item in plan.get("configurations", []):
        target = Target(item["profile"], item["region"])
        of_target = found.setdefault(target, {})
        for one in _declared(item):
            if one.name.startswith(RESERVED):
                wrong.append(f"{one.where}: no log group can have the name {one.name!r}. Hint: AWS takes /{RESERVED}, not {RESERVED}.")
            elif not _NAME.fullmatch(one.name):
                skipped.append({"name": one.name, "region": target.region, "configuration": item["name"], "reason": _UNKNOWN})
            else:
                _join(of_target, one, wrong)
    return found


_UNKNOWN = "its name has something in it that only the host can fill in; the agent makes it itself"


def _declared(item: Mapping[str, Any]) -> Iterator[_Declared]:
    subject = Subject(item["configuration"], item["build"], item["platform"], item["mode"])
    for one in destinations(subject):
        if not one["log_group_name"]:
            continue
        own = one["log_group_class"] if one["class_given"] else None
        yield _Declared(
            one["log_group_name"],
            one["retention_in_days"],
            own,
            f"{item['name']} at {pointer(one['path'])}",
        )


def _join(groups: dict[str, Wanted], declared: _Declared, wrong: list[str]) -> None:
    """Add what one entry of a configuration says to what others have said."""
    known = groups.get(declared.name, Wanted(declared.name))
    for field, key, value in (("retention", "retention_in_days", declared.retention), ("log_class", "log_group_class", declared.log_class)):
        if value is None:
            continue
        before, where = getattr(known, field), f"{declared.where}/{key}"
        if before not in (None, value):
            wrong.append(_contradiction(known, field, key, value, where))
        else:
            added: dict[str, Any] = {field: value, "said": {field: where, **known.said}}
            known = known._replace(**added)
    groups[declared.name] = known._replace(said={"written": declared.where, **known.said})


def _contradiction(known: Wanted, field: str, key: str, value: Any, where: str) -> str:
    before = getattr(known, field)
    shown, other = (shown_retention(before), shown_retention(value)) if field == "retention" else (before, value)
    return (
        f"{known.name} has two values of {key}: {shown} ({known.said[field]}) and {other} ({where})."
        " Hint: make them equal, or take one of them out."
    )


def _targets(entry: Mapping[str, Any], where: str, planned: Mapping[Target, frozenset[str]], wrong: list[str]) -> list[Target]:
    """Where a group that is named by hand is meant: where configurations write to it, else the only target there can be."""
    name, profile, region = entry["name"], entry["profile"], entry["region"]
    candidates = [target for target in planned if profile in ("", target.profile) and region in ("", target.region)]
    writing = [target for target in candidates if name in planned[target]]
    if writing or len(candidates) == 1:
        return writing or candidates
    profiles = sorted({target.profile for target in planned}) or [""]
    if not candidates and (profile or len(profiles) == 1):
        return [Target(profile or profiles[0], region)]
    known = listed([" of ".join(filter(None, (target.region, target.profile))) for target in candidates or planned])
    wrong.append(
        f"{where} ({name}): no configuration writes to it, and the hosts are in {known}, so that nothing says where it belongs."
        " Hint: give it region, and profile where accounts differ; one entry for each region."
    )
    return []


def _merge(groups: dict[str, Wanted], entry: Mapping[str, Any], where: str, target: Target, wrong: list[str]) -> None:
    """Add an entry of the user's to what the configurations say."""
    name = entry["name"]
    known = groups.get(name, Wanted(name))
    if "entry" in known.said:
        wrong.append(f"{where} ({name}): {known.said['entry']} names the same log group. Hint: make one entry of them.")
        return
    if entry["state"] == ABSENT and "written" in known.said:
        wrong.append(
            f"{where} ({name}): state is absent, and {known.said['written']} writes to it."
            " Hint: take it out of that configuration first, or remove the agent from its hosts."
        )
        return
    said = {**known.said, "entry": where}
    values: dict[str, Any] = {"retention": _days(entry["retention_in_days"]), "log_class": entry["log_group_class"]}
    for field, key in (("retention", "retention_in_days"), ("log_class", "log_group_class")):
        value, before = values[field], getattr(known, field)
        if value is not None and before not in (None, value):
            wrong.append(_contradiction(known, field, key, value, f"{where}.{key}"))
        elif value is None:
            values[field] = before
        else:
            said[field] = f"{where}.{key}"
    if entry["kms_key_id"] and _region_of(entry["kms_key_id"]) != target.region:
        wrong.append(
            f"{where}.kms_key_id is {entry['kms_key_id']}, and the log group is in {target.region}. Hint: name a key of that region."
        )
    groups[name] = known._replace(
        state=entry["state"],
        **values,
        key=entry["kms_key_id"],
        tags=texts(entry["tags"] or {}),
        purge_tags=entry["purge_tags"],
        protection=entry["deletion_protection"],
        metric_filters=tuple(entry["metric_filters"] or ()),
        subscription_filters=tuple(entry["subscription_filters"] or ()),
        index_policy=entry["index_policy"],
        data_protection_policy=entry["data_protection_policy"],
        said=said,
    )


def _completed(one: Wanted, target: Target, defaults: Defaults, wrong: list[str]) -> Wanted:
    """With what holds for all groups."""
    if one.state == ABSENT:
        return one
    if one.log_class == DELIVERY and one.retention is not None:
        wrong.append(
            f"{one.said['retention']} of {one.name}: a log group of class {DELIVERY} keeps its events for one day. Hint: take it out."
        )
    if one.retention is None and defaults.retention and one.log_class != DELIVERY:
        one = one._replace(retention=_days(defaults.retention), only_longer=True)
    if one.key is None and defaults.keys:
        keys = [key for key in defaults.keys if _region_of(key) == target.region]
        if not keys:
            wrong.append(
                f"{VARIABLE}_kms_key_ids has no key of {target.region}, where {one.name} is."
                " Hint: add one, or give the group kms_key_id; empty for none."
            )
        one = one._replace(key=keys[0] if keys else None)
    return one._replace(
        tags={**texts(defaults.tags), **one.tags}, protection=defaults.protection if one.protection is None else one.protection
    )


def _wrong_defaults(defaults: Defaults) -> Iterator[str]:
    yield from _wrong_retention(defaults.retention, f"{VARIABLE}_retention_in_days")
    yield from wrong_tags(defaults.tags, f"{VARIABLE}_tags")
    regions = [_region_of(key) for key in defaults.keys]
    for key, region in zip(defaults.keys, regions):
        if not region:
            yield _wrong_key(key, f"{VARIABLE}_kms_key_ids")
        elif regions.count(region) > 1:
            yield f"{VARIABLE}_kms_key_ids has two keys of {region}. Hint: keep one, and give the groups of the other one kms_key_id."


def _wrong_entry(entry: Mapping[str, Any], where: str) -> Iterator[str]:
    name = entry["name"]
    if not _NAME.fullmatch(name) or name.startswith(RESERVED):
        yield (
            f"{where}.name is {name!r}, which no log group can have."
            f" Hint: 1 to 512 letters, digits and . - _ / #, not beginning with {RESERVED} (with /{RESERVED} it may)."
        )
        return
    where = f"{where} ({name})"
    yield from _wrong_retention(entry["retention_in_days"] or "", f"{where} retention_in_days")
    yield from wrong_tags(entry["tags"] or {}, f"{where} tags")
    if entry["kms_key_id"] and not _region_of(entry["kms_key_id"]):
        yield _wrong_key(entry["kms_key_id"], f"{where} kms_key_id")
    yield from metric_filters.wrong(entry["metric_filters"] or (), where)
    yield from subscription_filters.wrong(entry["subscription_filters"] or (), where)
    yield from policies.wrong(entry, where)


def _wrong_retention(value: str, where: str) -> Iterator[str]:
    if value in ("", NEVER) or (value.isdigit() and int(value) in DAYS):
        return
    longer = [days for days in DAYS if value.isdigit() and days >= int(value) > 0]
    near = f"{longer[0]} is the nearest that is no shorter" if longer else f"{NEVER} is without an end"
    yield f"{where} is {value!r}, which CloudWatch Logs does not have. Hint: {near}; the values are {NEVER}, {', '.join(map(str, DAYS))}."


def _wrong_key(key: str, where: str) -> str:
    return f"{where} is {key!r}. Hint: write the key's ARN, arn:aws:kms:REGION:ACCOUNT:key/ID; an alias or an id alone is not taken."


def _region_of(key: str) -> str:
    match = _KEY.fullmatch(key)
    return match["region"] if match else ""


def _days(value: str | None) -> int | None:
    return None if not value else FOR_EVER if value == NEVER else int(value)


def shown_retention(days: int | None) -> int | str | None:
    """A number of days as users write it."""
    return NEVER if days == FOR_EVER else days
