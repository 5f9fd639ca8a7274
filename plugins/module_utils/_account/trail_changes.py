# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs between a trail as it is and as it shall be: refusals, steps of the API, and both sides for a diff. Pure."""

from __future__ import annotations

from typing import Any, Iterable, Iterator, Mapping, NamedTuple

from . import event_selectors
from .delivery_roles import Account
from .event_selectors import Selectors
from .steps import Step, new_tags, stale_tags
from .trails import ABSENT, NEW, Wanted


class Found(NamedTuple):
    """A trail as AWS describes it in its home region.

    ``log_group``: the ARN, with ``:*``; selectors, insights (by type) and tags are read where they are wanted, and else empty;
    ``errors``: the last errors of its deliveries, by what could not be delivered.
    """

    arn: str
    home: str
    bucket: str
    prefix: str = ""
    multi_region: bool = False
    global_events: bool = True
    validation: bool = False
    organization: bool = False
    log_group: str = ""
    role: str = ""
    key: str = ""
    selectors: Selectors = Selectors(event_selectors.DEFAULT)
    insights: Mapping[str, Mapping[str, Any]] = {}
    tags: Mapping[str, str] = {}
    logging: bool = False
    errors: Mapping[str, str] = {}


class Context(NamedTuple):
    """Where a trail is or will be: account and home region. ``role``: the ARN of the task's delivery role, '' for none."""

    account: Account
    region: str
    role: str = ""

    def trail(self, name: str) -> str:
        """The ARN of a trail."""
        return f"arn:{self.account.partition}:cloudtrail:{self.region}:{self.account.number}:trail/{name}"

    def log_group(self, name: str) -> str:
        """The ARN of a log group as CloudTrail wants it, with ``:*``; '' for none."""
        return f"arn:{self.account.partition}:logs:{self.region}:{self.account.number}:log-group:{name}:*" if name else ""


def parsed(item: Mapping[str, Any]) -> Found:
    """The trail of an entry of DescribeTrails."""
    return Found(
        arn=item["TrailARN"],
        home=item["HomeRegion"],
        bucket=item["S3BucketName"],
        prefix=item.get("S3KeyPrefix") or "",
        multi_region=bool(item.get("IsMultiRegionTrail")),
        global_events=bool(item.get("IncludeGlobalServiceEvents")),
        validation=bool(item.get("LogFileValidationEnabled")),
        organization=bool(item.get("IsOrganizationTrail")),
        log_group=item.get("CloudWatchLogsLogGroupArn") or "",
        role=item.get("CloudWatchLogsRoleArn") or "",
        key=item.get("KmsKeyId") or "",
    )


def chosen(wanted: Wanted, described: Iterable[Mapping[str, Any]], region: str) -> Mapping[str, Any] | None:
    """The entry of DescribeTrails that is meant: in its home region or as the shadow of another one. *region*: that was asked."""
    named = [item for item in described if item["Name"] == wanted.name]
    at_home = [item for item in named if item["HomeRegion"] == region]
    return next(iter(at_home or named), None)


def after(wanted: Wanted, found: Found | None, context: Context) -> Found:
    """The trail as it shall be; what is not named is as it is."""
    base = found or Found(context.trail(wanted.name), context.region, wanted.bucket or "", **NEW)  # type: ignore[arg-type]
    role = base.role if wanted.role is None else wanted.role
    named: dict[str, Any] = {
        "bucket": wanted.bucket,
        "prefix": wanted.prefix,
        "multi_region": wanted.multi_region,
        "global_events": wanted.global_events,
        "validation": wanted.validation,
        "organization": wanted.organization,
        "key": wanted.key,
        "log_group": None if wanted.log_group is None else context.log_group(wanted.log_group),
        "selectors": wanted.selectors,
        "logging": wanted.logging if found else wanted.logging is not False,
    }
    if wanted.insights is not None:
        named["insights"] = {kind: base.insights.get(kind, {"InsightType": kind}) for kind in wanted.insights}
    changed = base._replace(**{key: value for key, value in named.items() if value is not None})
    stale = stale_tags(base.tags, wanted.tags, wanted.purge_tags)
    tags = {**{key: value for key, value in base.tags.items() if key not in stale}, **wanted.tags}
    return changed._replace(tags=tags, role=(role or context.role) if changed.log_group else "")


def needs_bucket(wanted: Wanted, found: Found | None, context: Context) -> bool:
    """Whether the policy of the bucket is to have what the trail needs: the bucket is named, or files come to another place in it."""
    if not wanted.merge_policy or wanted.state == ABSENT:
        return False
    trail = after(wanted, found, context)
    moved = found is None or (trail.prefix, trail.organization) not in ((found.prefix, found.organization), (found.prefix, False))
    return bool(wanted.bucket or (moved and trail.bucket))


def problems(wanted: Wanted, found: Found | None, context: Context) -> Iterator[str]:
    """Why the trail cannot become what it shall be."""
    if found and wanted.region and found.home != wanted.region:
        yield (
            f"The trail {wanted.name} is at home in {found.home}, and {wanted.said} says {wanted.region}; it can be changed at home alone."
            f" Hint: write region: {found.home}, or leave it out."
        )
    owner = found.arn.split(":")[4] if found else context.account.number
    if owner != context.account.number:
        yield f"The trail {wanted.name} belongs to the account {owner}. Hint: run with its credentials, or choose another name."
    if wanted.state == ABSENT:
        return
    if found is None and wanted.bucket is None:
        yield f"{wanted.said}: the trail {wanted.name} is not there, and has no s3_bucket_name. Hint: name the bucket for its files."
    trail = after(wanted, found, context)
    if trail.multi_region and not trail.global_events:
        yield (
            f"{wanted.said}: the trail {wanted.name} would record all regions without the events of global services, which AWS refuses."
            " Hint: set global_service_events: true, or multi_region: false where one region is meant."
        )
    if trail.log_group and not trail.role:
        yield f"{wanted.said}: the trail {wanted.name} needs a role for its log group. Hint: give role_arn, or the task delivery_role."
    if trail.organization and needs_bucket(wanted, found, context) and not wanted.organization_id:
        yield (
            f"{wanted.said}: the bucket of an organisation's trail needs the organisation in its policy."
            " Hint: give organization_id, or merge_bucket_policy: false where the policy is somebody else's."
        )


def notes(wanted: Wanted, found: Found | None, others: int) -> Iterator[str]:
    """What a user should know before the steps are made. *others*: how many other trails record in the region."""
    label = f"The trail {wanted.name}"
    if found is None:
        if wanted.state != ABSENT and others:
            yield f"{label} is not the first of its region: AWS charges for every further copy of management events."
        return
    if wanted.state == ABSENT:
        yield f"{label} is deleted, as {wanted.said} says. Files and log events that are there stay."
        return
    if found.multi_region and wanted.multi_region is False:
        yield f"{label} records {found.home} alone from now on, as {wanted.said} says; until now it has recorded all regions."
    if found.validation and wanted.validation is False:
        yield f"{label} loses its chain of digests, as {wanted.said} says: without it nothing shows that files were changed."
    if found.logging and wanted.logging is False:
        yield f"{label} stops recording, as {wanted.said} says."
    if not found.logging and wanted.logging is None:
        yield f"{label} does not record. Hint: logging: true starts it."
    if wanted.selectors and bool(wanted.selectors.advanced) != bool(found.selectors.advanced):
        form = "advanced" if found.selectors.advanced else "basic"
        if not event_selectors.same(wanted.selectors, found.selectors):
            yield f"{label} loses its {form} event selectors, since a trail has one form of them: those of {wanted.said} replace them."
    for what, text in found.errors.items():
        yield f"{label} cannot deliver {what}: {text}. Hint: see the policy of the bucket, the key's policy and the role."


_SETTINGS = {
    "S3BucketName": "bucket",
    "S3KeyPrefix": "prefix",
    "IncludeGlobalServiceEvents": "global_events",
    "IsMultiRegionTrail": "multi_region",
    "EnableLogFileValidation": "validation",
    "CloudWatchLogsLogGroupArn": "log_group",
    "CloudWatchLogsRoleArn": "role",
    "KmsKeyId": "key",
    "IsOrganizationTrail": "organization",
}
"""The arguments of CreateTrail and UpdateTrail, and the fields of a trail."""


def steps(wanted: Wanted, found: Found | None, context: Context) -> list[Step]:
    """The calls that make the trail what it shall be, in their order; nothing for what holds already."""
    if wanted.state == ABSENT:
        return [Step("delete_trail", {"Name": found.arn})] if found else []
    trail = after(wanted, found, context)
    made = [_create(wanted, trail)] if found is None else [*_update(found, trail), *_tags(wanted, found)]
    if wanted.selectors and (found is None or not event_selectors.same(wanted.selectors, found.selectors)):
        key = "AdvancedEventSelectors" if wanted.selectors.advanced else "EventSelectors"
        selectors = [dict(one) for one in wanted.selectors.advanced or wanted.selectors.basic]
        made.append(Step("put_event_selectors", {"TrailName": trail.arn, key: selectors}))
    if trail.insights != (found.insights if found else {}):
        listed = [dict(one) for one in trail.insights.values()]
        made.append(Step("put_insight_selectors", {"TrailName": trail.arn, "InsightSelectors": listed}))
    if trail.logging != (found.logging if found else False):
        made.append(Step("start_logging" if trail.logging else "stop_logging", {"Name": trail.arn}))
    return made


def _create(wanted: Wanted, trail: Found) -> Step:
    given = {name: getattr(trail, field) for name, field in _SETTINGS.items() if getattr(trail, field) != ""}
    tags = {"TagsList": _listed(trail.tags)} if trail.tags else {}
    return Step("create_trail", {"Name": wanted.name, **given, **tags})


def _update(found: Found, trail: Found) -> Iterator[Step]:
    """One call with every setting, those that stay among them: what is left out of UpdateTrail, nobody has to guess."""
    differs = any(getattr(found, field) != getattr(trail, field) for field in _SETTINGS.values())
    if differs:
        given = {
            name: getattr(trail, field) for name, field in _SETTINGS.items() if (getattr(trail, field), getattr(found, field)) != ("", "")
        }
        yield Step("update_trail", {"Name": found.arn, **given})


def _tags(wanted: Wanted, found: Found) -> Iterator[Step]:
    stale, added = stale_tags(found.tags, wanted.tags, wanted.purge_tags), new_tags(found.tags, wanted.tags)
    if stale:
        yield Step("remove_tags", {"ResourceId": found.arn, "TagsList": _listed({key: found.tags[key] for key in stale})})
    if added:
        yield Step("add_tags", {"ResourceId": found.arn, "TagsList": _listed(added)})


def _listed(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def shown(wanted: Wanted, found: Found | None, context: Context) -> tuple[dict[str, Any], dict[str, Any]]:
    """The trail before and after the steps, as far as it is spoken of, and always its regions and whether it records."""
    before = {"state": ABSENT} if found is None else {"state": "present", **_side(wanted, found)}
    if wanted.state == ABSENT:
        return before, {"state": ABSENT}
    trail = after(wanted, found, context)
    if found and wanted.selectors and event_selectors.same(wanted.selectors, found.selectors):
        trail = trail._replace(selectors=found.selectors)
    return before, {"state": "present", **_side(wanted, trail)}


def _side(wanted: Wanted, trail: Found) -> dict[str, Any]:
    said = {
        "s3_bucket_name": (wanted.bucket, trail.bucket),
        "s3_key_prefix": (wanted.prefix, trail.prefix),
        "global_service_events": (wanted.global_events, trail.global_events),
        "log_file_validation": (wanted.validation, trail.validation),
        "organization": (wanted.organization, trail.organization),
        "kms_key_id": (wanted.key, trail.key),
        "insight_selectors": (wanted.insights, sorted(trail.insights)),
    }
    values: dict[str, Any] = {"home_region": trail.home, "multi_region": trail.multi_region, "logging": trail.logging}
    values.update({name: value for name, (word, value) in said.items() if word is not None})
    if wanted.log_group is not None:
        values["log_group_arn"], values["role_arn"] = trail.log_group, trail.role
    elif wanted.role is not None:
        values["role_arn"] = trail.role
    if wanted.selectors is not None:
        values.update(event_selectors.shown(trail.selectors))
    if wanted.tags or wanted.purge_tags:
        values["tags"] = dict(sorted(trail.tags.items()))
    return values
