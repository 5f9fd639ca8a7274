# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs between flow logs as they are and as they shall be. AWS changes nothing of one but its tags. Pure."""

from __future__ import annotations

from typing import Any, Iterable, Iterator, Mapping, NamedTuple

from .flow_logs import ABSENT, GATEWAYS, LOGS, Destination, Wanted, destination
from .steps import Step, new_tags, stale_tags

NONE, CREATE, REPLACE, RETAG, DELETE = "none", "create", "replace", "retag", "delete"


class Found(NamedTuple):
    """A flow log as DescribeFlowLogs gives it. ``traffic``: '' where the resource has none; ``status``, ``error``: of its delivery."""

    id: str
    resource: str
    traffic: str
    destination: Destination
    role: str = ""
    other_role: str = ""
    log_format: str = ""
    interval: int = 600
    options: Mapping[str, Any] = {}
    tag_fields: tuple[Mapping[str, Any], ...] = ()
    tags: Mapping[str, str] = {}
    status: str = ""
    error: str = ""


class Change(NamedTuple):
    """What has to be done about a flow log. ``others``: flow logs of the same resource and destination that stay."""

    wanted: Wanted
    kind: str
    found: Found | None = None
    others: tuple[Found, ...] = ()


def parsed(item: Mapping[str, Any]) -> Found:
    """The flow log of an entry of DescribeFlowLogs.

    One that was made with the name of its log group has no LogDestination, and one that was made with its ARN may have no name.
    """
    kind = item.get("LogDestinationType") or LOGS
    name, arn = item.get("LogGroupName") or "", (item.get("LogDestination") or "").removesuffix(":*")
    place = (destination(None, arn) if arn else None) or Destination(kind, name if kind == LOGS and name else arn)
    return Found(
        id=item["FlowLogId"],
        resource=item["ResourceId"],
        traffic=item.get("TrafficType") or "",
        destination=place,
        role=item.get("DeliverLogsPermissionArn") or "",
        other_role=item.get("DeliverCrossAccountRole") or "",
        log_format=item.get("LogFormat") or "",
        interval=item.get("MaxAggregationInterval") or 600,
        options=dict(item.get("DestinationOptions") or {}),
        tag_fields=tuple(item.get("TagFieldSpecifications") or ()),
        tags={tag["Key"]: tag["Value"] for tag in item.get("Tags") or []},
        status=item.get("DeliverLogsStatus") or "",
        error=item.get("DeliverLogsErrorMessage") or "",
    )


def differences(wanted: Wanted, found: Found) -> list[str]:
    """What AWS would have to change and cannot, in the words of the module."""
    pairs = {
        "log_format": (wanted.log_format, found.log_format),
        "max_aggregation_interval": (wanted.interval, found.interval),
        "role_arn": (wanted.role, found.role),
        **{name: (value, found.options.get(name, False)) for name, value in wanted.options.items()},
    }
    return [name for name, (value, now) in pairs.items() if value is not None and value != now]


def change(wanted: Wanted, existing: Iterable[Found]) -> Change:
    """What has to be done so that *wanted* holds; *existing*: the flow logs of its region, of which none is ``ambiguous``."""
    related, meant, equal = _candidates(wanted, existing)
    chosen = next(iter(equal if wanted.state == ABSENT else equal or meant), None)
    others = tuple(one for one in related if one is not chosen)
    if chosen is None:
        return Change(wanted, NONE if wanted.state == ABSENT else CREATE, None, others)
    if wanted.state == ABSENT:
        return Change(wanted, DELETE, chosen, others)
    if not equal:
        return Change(wanted, REPLACE, chosen, others)
    retag = stale_tags(chosen.tags, wanted.tags, wanted.purge_tags) or new_tags(chosen.tags, wanted.tags)
    return Change(wanted, RETAG if retag else NONE, chosen, others)


def _candidates(wanted: Wanted, existing: Iterable[Found]) -> tuple[list[Found], list[Found], list[Found]]:
    """The flow logs of its resource and destination; those of its traffic type among them; those of these that are as they shall be."""
    related = [one for one in existing if one.resource == wanted.resource and _one_destination(wanted, one)]
    meant = [one for one in related if wanted.traffic in ("", one.traffic)]
    return related, meant, [one for one in meant if not differences(wanted, one)]


def _one_destination(wanted: Wanted, found: Found) -> bool:
    """Whether both write to one destination; a log group without an ARN is one of the account of the role."""
    arns = [place.arn for place in (wanted.destination, found.destination) if place.arn]
    own = found.role.split(":")[4] if found.role else ""
    elsewhere = len(arns) == 1 and own and arns[0].split(":")[4] != own
    return found.destination.same(wanted.destination) and not elsewhere


def ambiguous(wanted: Wanted, existing: Iterable[Found]) -> Iterator[str]:
    """That several flow logs could be meant, where that makes a difference."""
    _related, meant, equal = _candidates(wanted, existing)
    several = equal if wanted.state == ABSENT else [] if equal else meant
    if len(several) > 1:
        ids = ", ".join(f"{one.id} with {one.log_format} every {one.interval} s" for one in several)
        yield (
            f"{wanted.said}: {wanted.label} has {len(several)} flow logs, and it is not said which is meant: {ids}."
            " Hint: delete those that are too many, or give the log_format and max_aggregation_interval of one."
        )


def request(planned: Change, resources: list[str], role: str) -> dict[str, Any]:
    """The arguments of CreateFlowLogs; what *planned* does not say is as in the flow log that it replaces. *role*: where none is said."""
    wanted, found = planned.wanted, planned.found
    given: dict[str, Any] = {"ResourceIds": resources, "ResourceType": wanted.kind, "LogDestinationType": wanted.destination.kind}
    if wanted.traffic:
        given["TrafficType"] = wanted.traffic
    if wanted.destination.kind == LOGS:
        given["DeliverLogsPermissionArn"] = wanted.role or (found and found.role) or role
    by_name = wanted.destination.kind == LOGS and not wanted.destination.arn
    given["LogGroupName" if by_name else "LogDestination"] = wanted.destination.text
    log_format = wanted.log_format or (found and found.log_format)
    interval = wanted.interval or (found.interval if found else 60 if wanted.kind in GATEWAYS else None)
    options = {**(found.options if found else {}), **wanted.options}
    tags = {**_carried(planned), **wanted.tags}
    optional: dict[str, Any] = {
        "LogFormat": log_format,
        "MaxAggregationInterval": interval,
        "DestinationOptions": options,
        "DeliverCrossAccountRole": found and found.other_role,
        "TagFieldSpecifications": found and list(found.tag_fields),
        "TagSpecifications": [{"ResourceType": "vpc-flow-log", "Tags": _listed(tags)}] if tags else None,
    }
    return {**given, **{key: value for key, value in optional.items() if value}}


def restored(found: Found, kind: str) -> dict[str, Any]:
    """The arguments of CreateFlowLogs that make a flow log again as it was."""
    as_it_was = Wanted(found.resource, kind, "" if kind in GATEWAYS else found.traffic, found.destination, "")
    return request(Change(as_it_was, REPLACE, found), [found.resource], found.role)


def _carried(planned: Change) -> dict[str, str]:
    """Tags of the flow log before; those of AWS's own nobody can give."""
    tags = planned.found.tags if planned.found else {}
    stale = stale_tags(tags, planned.wanted.tags, planned.wanted.purge_tags)
    return {key: value for key, value in tags.items() if key not in stale and not key.startswith("aws:")}


def _listed(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def retagging(wanted: Wanted, found: Found) -> list[Step]:
    """The calls that set the tags of a flow log that stays."""
    resources = {"Resources": [found.id]}
    stale = stale_tags(found.tags, wanted.tags, wanted.purge_tags)
    added = new_tags(found.tags, wanted.tags)
    calls: list[Step] = []
    if stale:
        calls.append(Step("delete_tags", {**resources, "Tags": [{"Key": key} for key in stale]}))
    if added:
        calls.append(Step("create_tags", {**resources, "Tags": _listed(added)}))
    return calls


def notes(planned: Change) -> Iterator[str]:
    """What a user should know before anything is done."""
    wanted, found = planned.wanted, planned.found
    if planned.kind == REPLACE and found:
        yield (
            f"{wanted.label}: {found.id} is replaced, since AWS changes nothing of a flow log but its tags"
            f" ({', '.join(differences(wanted, found))}): a new one is made, then {found.id} is deleted. Where AWS refuses two at a time,"
            " it is deleted first, and the records of the seconds between are lost."
        )
    elif planned.kind == DELETE and found:
        yield f"{wanted.label}: {found.id} is deleted, as {wanted.said} says. Records that are there stay."
    elif found and found.status == "FAILED":
        hint = _HINTS.get(found.error, "see the destination and its policy")
        yield f"{wanted.label}: {found.id} delivers nothing: {found.error or 'AWS gives no reason'}. Hint: {hint}."
    if planned.others and wanted.state != ABSENT:
        ids = ", ".join(f"{other.id} ({other.traffic or 'all traffic'})" for other in planned.others)
        yield f"{wanted.label}: other flow logs of {wanted.resource} write to the same destination, and stay: {ids}."


_HINTS = {
    "Access error": "the role must trust vpc-flow-logs.amazonaws.com and may write to the log group; a bucket needs a policy",
    "Rate limited": "CloudWatch Logs limits the rate; a longer max_aggregation_interval or a bucket helps",
    "Unknown error": "an error of AWS's own; it goes on by itself",
}


def shown(planned: Change, role: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The flow log before and after, as far as it is spoken of. ``role``: the one of the task."""
    before = {"state": ABSENT} if planned.found is None else {"state": "present", **_side(planned.wanted, planned.found)}
    if planned.wanted.state == ABSENT:
        return before, {"state": ABSENT}
    if planned.kind == NONE:
        return before, dict(before)
    return before, {"state": "present", **_side(planned.wanted, _after(planned, role))}


def _after(planned: Change, role: str) -> Found:
    wanted = planned.wanted
    found = planned.found or Found("", wanted.resource, wanted.traffic, wanted.destination)
    return found._replace(
        role=wanted.role or found.role or role,
        log_format=wanted.log_format or found.log_format,
        interval=wanted.interval or found.interval,
        options={**found.options, **wanted.options},
        tags={**{key: value for key, value in found.tags.items() if key in _carried(planned) or key.startswith("aws:")}, **wanted.tags},
    )


def _side(wanted: Wanted, found: Found) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if wanted.destination.kind == LOGS:
        values["role_arn"] = found.role
    if wanted.log_format is not None:
        values["log_format"] = found.log_format
    if wanted.interval is not None:
        values["max_aggregation_interval"] = found.interval
    if wanted.options:
        values["destination_options"] = {name: found.options.get(name, False) for name in wanted.options}
    if wanted.tags or wanted.purge_tags:
        values["tags"] = dict(sorted(found.tags.items()))
    return values
