# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the trails of an account shall be. Pure."""

from __future__ import annotations

import re
from typing import Any, Iterable, Iterator, Mapping, NamedTuple

from .._config.errors import ConfigError
from . import event_selectors
from .event_selectors import Selectors
from .steps import texts, wrong_tags

PRESENT, ABSENT = "present", "absent"
VARIABLE = "cw_agent_trails"
INSIGHTS = ("ApiCallRateInsight", "ApiErrorRateInsight")
NEW = {"multi_region": True, "global_events": True, "validation": True, "organization": False}
"""What a new trail gets of what is not said."""

_NAME = re.compile(r"(?!\d+\.\d+\.\d+\.\d+$)[A-Za-z0-9](?:[._-]?[A-Za-z0-9])*", re.ASCII)
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", re.ASCII)
_GROUP = re.compile(r"[\w./#-]{1,512}", re.ASCII)
_ROLE = re.compile(r"arn:[\w-]+:iam::\d{12}:role/[\w+=,.@/-]+", re.ASCII)
_KEY = re.compile(r"arn:[\w-]+:kms:[\w-]+:\d{12}:key/[\w-]+", re.ASCII)
_ORGANIZATION = re.compile(r"o-[a-z0-9]{10,32}", re.ASCII)


class Wanted(NamedTuple):
    """What a trail shall be; None: as it is, and as ``NEW`` says for one that is not there.

    ``region``: its home region, '' for wherever it is; ``log_group``: the name of the log group, '' for none; ``role``: the ARN of the
    role that delivers, None for the one of the task; ``key``: the ARN of a KMS key, '' for none; ``insights``: types, empty for none;
    ``merge_policy``: whether the bucket's policy gets what the trail needs; ``said``: where it is said.
    """

    name: str
    said: str
    profile: str = ""
    region: str = ""
    state: str = PRESENT
    bucket: str | None = None
    prefix: str | None = None
    merge_policy: bool = True
    log_group: str | None = None
    role: str | None = None
    multi_region: bool | None = None
    global_events: bool | None = None
    validation: bool | None = None
    key: str | None = None
    organization: bool | None = None
    organization_id: str = ""
    selectors: Selectors | None = None
    insights: tuple[str, ...] | None = None
    logging: bool | None = None
    tags: Mapping[str, str] = {}
    purge_tags: bool = False


def desired(entries: Iterable[Mapping[str, Any]]) -> list[Wanted]:
    """The trails of *entries*, as the module documents them.

    Raises:
        ConfigError: everything that cannot be or that contradicts itself, one sentence a line.
    """
    wrong: list[str] = []
    found: list[Wanted] = []
    for index, entry in enumerate(entries):
        where = f"{VARIABLE}[{index}]"
        problems = list(_wrong(entry, where))
        twice = [one.said for one in found if (one.name, one.profile, one.region) == (entry["name"], entry["profile"], entry["region"])]
        wrong += [*problems, *(f"{where}: {said} names the same trail, {entry['name']}. Hint: make one entry of them." for said in twice)]
        if not problems:
            found.append(_of_entry(entry, where))
    if wrong:
        raise ConfigError("\n".join(wrong))
    return found


def _of_entry(entry: Mapping[str, Any], where: str) -> Wanted:
    basic, advanced = entry["event_selectors"], entry["advanced_event_selectors"]
    return Wanted(
        name=entry["name"],
        said=where,
        profile=entry["profile"],
        region=entry["region"],
        state=entry["state"],
        bucket=entry["s3_bucket_name"],
        prefix=entry["s3_key_prefix"],
        merge_policy=entry["merge_bucket_policy"],
        log_group=entry["log_group_name"],
        role=entry["role_arn"],
        multi_region=entry["multi_region"],
        global_events=entry["global_service_events"],
        validation=entry["log_file_validation"],
        key=entry["kms_key_id"],
        organization=entry["organization"],
        organization_id=entry["organization_id"],
        selectors=None if basic is None and advanced is None else Selectors(tuple(basic or ()), tuple(advanced or ())),
        insights=None if entry["insight_selectors"] is None else tuple(sorted(set(entry["insight_selectors"]))),
        logging=entry["logging"],
        tags=texts(entry["tags"] or {}),
        purge_tags=entry["purge_tags"],
    )


def _wrong(entry: Mapping[str, Any], where: str) -> Iterator[str]:
    name = entry["name"]
    if not 3 <= len(name) <= 128 or not _NAME.fullmatch(name):
        yield (
            f"{where}.name is {name!r}, which no trail can have. Hint: 3 to 128 letters, digits, and . _ - between them, no two of these"
            " together, and no address."
        )
        return
    where = f"{where} ({name})"
    for key, pattern, hint in (
        ("s3_bucket_name", _BUCKET, "the name of a bucket, without s3:// and without a path; s3_key_prefix has the path"),
        ("log_group_name", _GROUP, "the name of a log group; not its ARN"),
        ("role_arn", _ROLE, "the ARN of a role, arn:aws:iam::ACCOUNT:role/NAME"),
        ("kms_key_id", _KEY, "the key's ARN, arn:aws:kms:REGION:ACCOUNT:key/ID; an alias or an id alone is not taken"),
        ("organization_id", _ORGANIZATION, "the id of the organisation, such as o-a1b2c3d4e5"),
    ):
        if entry[key] and not pattern.fullmatch(entry[key]):
            yield f"{where} {key} is {entry[key]!r}. Hint: {hint}."
    if entry["s3_bucket_name"] == "":
        yield f"{where} s3_bucket_name is empty. Hint: every trail has a bucket; leave it out to keep the one that is there."
    prefix = entry["s3_key_prefix"] or ""
    if len(prefix) > 200 or prefix != prefix.strip("/"):
        yield f"{where} s3_key_prefix is {prefix!r}. Hint: 200 characters at most, and no / at its ends."
    yield from wrong_tags(entry["tags"] or {}, f"{where} tags")
    yield from event_selectors.wrong(entry, where)
