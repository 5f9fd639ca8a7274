# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Associations of State Manager: what is desired, beside what there is; an update that loses nothing.

UpdateAssociation clears every optional field that is not sent. So an update sends all that it could clear, as it is, and over it what the
task names.
"""

from __future__ import annotations

import re
from typing import Any, Iterable, Mapping

from .errors import CommandError

OPTIONS = {
    "document": "Name",
    "document_version": "DocumentVersion",
    "targets": "Targets",
    "schedule": "ScheduleExpression",
    "schedule_offset": "ScheduleOffset",
    "apply_only_at_cron_interval": "ApplyOnlyAtCronInterval",
    "max_concurrency": "MaxConcurrency",
    "max_errors": "MaxErrors",
    "compliance_severity": "ComplianceSeverity",
    "sync_compliance": "SyncCompliance",
    "calendar_names": "CalendarNames",
}
"""Options that are fields of the API, beside the name, the parameters and the output."""
DEFAULTS: dict[str, Any] = {
    "DocumentVersion": "$DEFAULT",
    "ApplyOnlyAtCronInterval": False,
    "ComplianceSeverity": "UNSPECIFIED",
    "SyncCompliance": "AUTO",
}
"""What holds where AWS shows no value."""
ADDRESS = ("AssociationId", "AssociationVersion")
EMPTY: tuple[Any, ...] = (None, "", [], {})
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_MINUTES = {"minute": 1, "hour": 60, "day": 1440}

Fields = Mapping[str, Any]
"""Fields of an association as the API has them."""


def named(options: Mapping[str, Any], targets: Iterable[Fields]) -> dict[str, Any]:
    """The fields that a task names. An empty value is one that shall go.

    Raises:
        CommandError: the schedule cannot be right.
    """
    found = {field: options[option] for option, field in OPTIONS.items() if options[option] is not None}
    if options["targets"] is not None:
        found["Targets"] = list(targets)
    if options["output_s3_bucket"] is not None:
        found["OutputLocation"] = _output(options)
    problem = _schedule(found)
    if problem:
        raise CommandError(problem)
    return {"AssociationName": options["name"], **found}


def _output(options: Mapping[str, Any]) -> dict[str, Any]:
    keys = {"OutputS3BucketName": "output_s3_bucket", "OutputS3KeyPrefix": "output_s3_key_prefix", "OutputS3Region": "output_s3_region"}
    location = {field: options[option] for field, option in keys.items() if options[option]}
    return {"S3Location": location} if options["output_s3_bucket"] else {}


def _schedule(fields: Fields) -> str:
    text = str(fields.get("ScheduleExpression") or "")
    rate = _RATE.fullmatch(text)
    if rate and not 30 <= int(rate[1]) * _MINUTES[rate[2]] <= 31 * 1440:
        return f"schedule is {text}. Hint: AWS takes from rate(30 minutes) to rate(31 days)."
    if text and not text.startswith(("rate(", "cron(", "at(")):
        return f"schedule is {text!r}. Hint: give rate(…), cron(…) or at(…)."
    if fields.get("ApplyOnlyAtCronInterval") and rate:
        return f"apply_only_at_cron_interval is for schedules by cron(…), and schedule is {text}."
    return ""


def parameters(named: Mapping[str, Any] | None, current: Fields, document: str | None) -> dict[str, Any]:
    """The values of the document's parameters: those that there are, and over them those that are named; null takes one away.

    Those of another document than the *current* one are not taken over.
    """
    same = document is None or document == current.get("Name")
    merged = {**(current.get("Parameters") or {} if same else {}), **(named or {})}
    return {name: value for name, value in merged.items() if value is not None}


def desired(current: Fields, wanted: Fields, members: Iterable[str]) -> dict[str, Any]:
    """All fields of the association as it shall be: those of *current* that an update could clear (*members*), and over them *wanted*."""
    kept = {field: value for field, value in current.items() if field in set(members) and field not in ADDRESS}
    return {field: value for field, value in {**kept, **wanted}.items() if value not in EMPTY}


def differences(current: Fields, after: Fields) -> list[str]:
    """The fields that differ, sorted."""
    return sorted(field for field in {*current, *after} if _normal(field, current.get(field)) != _normal(field, after.get(field)))


def _normal(field: str, value: Any) -> Any:
    if value in EMPTY:
        return DEFAULTS.get(field)
    if field == "Targets":
        return sorted((target["Key"], sorted(target["Values"])) for target in value)
    return sorted(value) if field == "CalendarNames" else value


def creation(after: Fields, tags: Mapping[str, str]) -> dict[str, Any]:
    """The arguments of CreateAssociation."""
    return {**after, **({"Tags": [{"Key": key, "Value": value} for key, value in sorted(tags.items())]} if tags else {})}


def update(current: Fields, after: Fields) -> dict[str, Any]:
    """The arguments of UpdateAssociation. The version is that which was read, so that nobody else's change is overwritten."""
    version = {"AssociationVersion": current["AssociationVersion"]} if current.get("AssociationVersion") else {}
    return {"AssociationId": current["AssociationId"], **version, **after}


def shown(fields: Fields, members: Iterable[str]) -> dict[str, Any]:
    """An association for people: the fields that can be set, with AWS's defaults, and without those that have no value."""
    values = {**DEFAULTS, **{field: value for field, value in fields.items() if value not in EMPTY}} if fields else {}
    return {field: values[field] for field in sorted(members) if field not in ADDRESS and field in values}


def runs_by_itself(after: Fields) -> bool:
    """Whether a creation or a change starts a run at once."""
    return not (after.get("ApplyOnlyAtCronInterval") and after.get("ScheduleExpression"))
