# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudTrail: what moto takes or forgets and AWS does not. Trails stay moto's own objects."""

from __future__ import annotations

import fnmatch
import json
import re
from typing import TYPE_CHECKING, Any, Callable

from moto.cloudtrail.models import Trail, cloudtrail_backends
from moto.iam.models import iam_backends
from moto.logs.models import logs_backends
from moto.s3.models import s3_backends

from aws.answer import AwsError

if TYPE_CHECKING:
    from collections.abc import Iterator

Place = tuple[str, str]
Params = dict[str, Any]
NAME = re.compile(r"(?!\d+\.\d+\.\d+\.\d+$)[A-Za-z0-9](?:[._-]?[A-Za-z0-9])*")
DEFAULT = [
    {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [], "ExcludeManagementEventSources": []},
]
SERVICE = "cloudtrail.amazonaws.com"
TYPES = ("AWS::S3::Object", "AWS::Lambda::Function", "AWS::DynamoDB::Table")
OPERATORS = ("Equals", "StartsWith", "EndsWith", "NotEquals", "NotStartsWith", "NotEndsWith")
SETTINGS = {
    "S3BucketName": "bucket_name",
    "S3KeyPrefix": "s3_key_prefix",
    "IncludeGlobalServiceEvents": "include_global_service_events",
    "IsMultiRegionTrail": "is_multi_region",
    "EnableLogFileValidation": "log_validation",
    "IsOrganizationTrail": "is_org_trail",
    "CloudWatchLogsLogGroupArn": "cw_log_group_arn",
    "CloudWatchLogsRoleArn": "cw_role_arn",
    "KmsKeyId": "kms_key_id",
}


def refused(code: str, message: str) -> AwsError:
    """CloudTrail's refusal."""
    return AwsError(f"{code}Exception", message)


def _visible(place: Place) -> list[Trail]:
    """The trails that record in a region: its own, and the shadows of others."""
    account, region = place
    found = [trail for backend in list(cloudtrail_backends[account].values()) for trail in backend.trails.values()]
    return [trail for trail in found if trail.region_name == region or trail.is_multi_region]


def find(place: Place, asked: str) -> Trail:
    """The trail of a name or ARN."""
    for trail in sorted(_visible(place), key=lambda one: one.region_name != place[1]):
        if asked in (trail.trail_name, trail.arn):
            return trail
    raise refused("TrailNotFound", f"Unknown trail: {asked} for the user: {place[0]}")


def at_home(place: Place, asked: str) -> Trail:
    """The trail, for a change, which its home region alone takes."""
    trail = find(place, asked)
    if trail.region_name != place[1]:
        raise refused("InvalidHomeRegion", f"The trail {trail.arn} must be updated from its home region {trail.region_name}.")
    return trail


def _describe(trail: Trail) -> Params:
    shown = {key: value for key, value in trail.description(include_region=True).items() if value not in (None, "")}
    custom = bool(trail.event_selectors or trail.advanced_event_selectors)
    return {**shown, "HasCustomEventSelectors": custom, "HasInsightSelectors": bool(trail.insight_selectors)}


def create(place: Place, params: Params) -> Params:
    """CreateTrail; it does not record yet."""
    account, region = place
    name = str(params.get("Name") or "")
    if not 3 <= len(name) <= 128 or not NAME.fullmatch(name):
        raise refused("InvalidTrailName", f"Invalid trail name: {name}")
    if any(name == trail.trail_name for trail in _visible(place)):
        raise refused("TrailAlreadyExists", f"Trail {name} already exists for customer: {account}")
    given = {"IncludeGlobalServiceEvents": True, "IsMultiRegionTrail": False, "EnableLogFileValidation": False, **params}
    check(place, name, given)
    backend = cloudtrail_backends[account][region]
    trail = Trail(
        account,
        region,
        name,
        given["S3BucketName"],
        given.get("S3KeyPrefix"),  # type: ignore[arg-type]
        given.get("SnsTopicName"),  # type: ignore[arg-type]
        given["IncludeGlobalServiceEvents"],
        given["IsMultiRegionTrail"],
        given["EnableLogFileValidation"],
        given.get("IsOrganizationTrail", False),
        given.get("CloudWatchLogsLogGroupArn"),  # type: ignore[arg-type]
        given.get("CloudWatchLogsRoleArn"),  # type: ignore[arg-type]
        given.get("KmsKeyId"),  # type: ignore[arg-type]
    )
    backend.trails[name] = trail
    backend.tagging_service.tag_resource(trail.arn, params.get("TagsList") or [])
    return _describe(trail)


def update(place: Place, params: Params) -> Params:
    """UpdateTrail: what is not sent stays."""
    trail = at_home(place, params["Name"])
    now = {key: getattr(trail, field) for key, field in SETTINGS.items()}
    check(place, trail.trail_name, {**now, **params})
    for key, field in SETTINGS.items():
        if key in params:
            setattr(trail, field, params[key])
    return _describe(trail)


def check(place: Place, name: str, given: Params) -> None:
    """What AWS refuses of the settings of a trail."""
    account, region = place
    if given["IsMultiRegionTrail"] and not given["IncludeGlobalServiceEvents"]:
        raise refused("InvalidParameterCombination", "Multi-Region trail must include global service events.")
    bucket = s3_backends[account]["aws"].buckets.get(given.get("S3BucketName"))
    if bucket is None:
        raise refused("S3BucketDoesNotExist", f"S3 bucket {given.get('S3BucketName')} does not exist!")
    arn = f"arn:aws:cloudtrail:{region}:{account}:trail/{name}"
    policy = json.loads(bucket.policy.decode()) if bucket.policy else {}
    folder = "/".join(filter(None, (bucket.name, given.get("S3KeyPrefix"), "AWSLogs", account, "CloudTrail")))
    needed = (("s3:GetBucketAcl", f"arn:aws:s3:::{bucket.name}"), ("s3:PutObject", f"arn:aws:s3:::{folder}"))
    if not all(any(_allows(one, action, resource, arn) for one in policy.get("Statement") or []) for action, resource in needed):
        raise refused("InsufficientS3BucketPolicy", f"Incorrect S3 bucket policy is detected for bucket: {bucket.name}")
    group, role = given.get("CloudWatchLogsLogGroupArn") or "", given.get("CloudWatchLogsRoleArn") or ""
    if bool(group) != bool(role):
        raise refused("InvalidParameterCombination", "You must specify a role ARN as well as a log group.")
    if group:
        _check_logs(place, group, role)


def _check_logs(place: Place, group: str, role: str) -> None:
    account, region = place
    name = group.rsplit(":log-group:", maxsplit=1)[-1]
    if not name.endswith(":*") or name.removesuffix(":*") not in logs_backends[account][region].groups:
        raise refused("InvalidCloudWatchLogsLogGroupArn", "CloudTrail cannot validate the specified log group ARN.")
    if not _delivers(account, group, role):
        raise refused("InvalidCloudWatchLogsRoleArn", "Access denied. Check the trust relationships for your role.")


def _delivers(account: str, group: str, role: str) -> bool:
    """Whether CloudTrail may assume the role, and the role write to its streams of the group."""
    found = next((one for one in iam_backends[account]["aws"].roles.values() if one.arn == role), None)
    if found is None or SERVICE not in json.dumps(found.assume_role_policy_document):
        return False
    stream = f"{group.removesuffix(':*')}:log-stream:{account}_CloudTrail_{group.split(':')[3]}"
    documents = [json.loads(one) if isinstance(one, str) else one for one in found.policies.values()]
    statements = [one for document in documents for one in _listed(document.get("Statement"))]
    return all(
        any(action in _listed(one.get("Action")) and _matches(one.get("Resource"), stream) for one in statements)
        for action in ("logs:CreateLogStream", "logs:PutLogEvents")
    )


def _allows(statement: Params, action: str, resource: str, trail: str) -> bool:
    equals = (statement.get("Condition") or {}).get("StringEquals") or {}
    source = next((value for key, value in equals.items() if key.lower() == "aws:sourcearn"), trail)
    return (
        statement.get("Effect") == "Allow"
        and isinstance(statement.get("Principal"), dict)
        and SERVICE in _listed(statement["Principal"].get("Service"))
        and action in _listed(statement.get("Action"))
        and _matches(statement.get("Resource"), resource)
        and trail in _listed(source)
    )


def _matches(patterns: Any, resource: str) -> bool:
    return any(fnmatch.fnmatchcase(resource, pattern) or fnmatch.fnmatchcase(f"{resource}/x", pattern) for pattern in _listed(patterns))


def _listed(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def describe(place: Place, params: Params) -> Params:
    """DescribeTrails: by names or ARNs, with shadows unless they are not wanted."""
    names, shadows = params.get("trailNameList") or [], params.get("includeShadowTrails", True)
    found = [
        _describe(trail)
        for trail in _visible(place)
        if (not names or trail.trail_name in names or trail.arn in names) and (shadows or trail.region_name == place[1])
    ]
    return {"trailList": found}


def delete(place: Place, params: Params) -> Params:
    """DeleteTrail, by name or ARN."""
    trail = at_home(place, params["Name"])
    backend = cloudtrail_backends[place[0]][place[1]]
    del backend.trails[trail.trail_name]
    backend.tagging_service.delete_all_tags_for_resource(trail.arn)
    return {}


def switch(start: bool) -> Callable[[Place, Params], Params]:
    """StartLogging or StopLogging."""

    def answer(place: Place, params: Params) -> Params:
        trail = at_home(place, params["Name"])
        (trail.start_logging if start else trail.stop_logging)()
        return {}

    return answer


def status(place: Place, params: Params) -> Params:
    """GetTrailStatus: what cannot be delivered any more is said."""
    trail = find(place, params["Name"])
    shown = {key: value for key, value in trail.status.description().items() if value not in (None, "")}
    if trail.cw_log_group_arn:
        name = trail.cw_log_group_arn.rsplit(":log-group:", maxsplit=1)[-1].removesuffix(":*")
        if name not in logs_backends[place[0]][trail.region_name].groups:
            shown["LatestCloudWatchLogsDeliveryError"] = "ResourceNotFoundException: The specified log group does not exist."
        elif not _delivers(place[0], trail.cw_log_group_arn, trail.cw_role_arn):
            shown["LatestCloudWatchLogsDeliveryError"] = "Access denied"
    return shown


def put_selectors(place: Place, params: Params) -> Params:
    """PutEventSelectors: one form takes the place of the other."""
    trail = at_home(place, params["TrailName"])
    basic, advanced = params.get("EventSelectors") or [], params.get("AdvancedEventSelectors") or []
    wrong = next(_wrong_basic(basic), None) or next(_wrong_advanced(advanced), None)
    if bool(basic) == bool(advanced) or wrong:
        raise refused("InvalidEventSelectors", wrong or "Give EventSelectors or AdvancedEventSelectors, and not both.")
    trail.event_selectors, trail.advanced_event_selectors = [{**DEFAULT[0], **one} for one in basic], advanced
    return get_selectors(place, params)


def _wrong_basic(selectors: list[Params]) -> Iterator[str]:
    if len(selectors) > 5:
        yield "More than 5 event selectors."
    resources = [data for one in selectors for data in one.get("DataResources") or []]
    if sum(len(data.get("Values") or []) for data in resources) > 250:
        yield "More than 250 data resources."
    yield from (f"Unknown type: {data.get('Type')}" for data in resources if data.get("Type") not in TYPES)
    for one in selectors:
        if one.get("ReadWriteType", "All") not in ("All", "ReadOnly", "WriteOnly"):
            yield f"Unknown ReadWriteType: {one['ReadWriteType']}"
        if set(one.get("ExcludeManagementEventSources") or []) - {"kms.amazonaws.com", "rdsdata.amazonaws.com"}:
            yield "Only kms.amazonaws.com and rdsdata.amazonaws.com can be excluded."


def _wrong_advanced(selectors: list[Params]) -> Iterator[str]:
    fields = [field for one in selectors for field in one.get("FieldSelectors") or []]
    values = [value for field in fields for name in OPERATORS for value in field.get(name) or []]
    if len(values) > 500:
        yield "More than 500 values."
    if any("*" in value for value in values):
        yield "A value has a wildcard."
    if any(set(field) != {"Field", "Equals"} for field in fields if field.get("Field") in ("eventCategory", "resources.type", "readOnly")):
        yield "This field takes Equals alone."
    for one in selectors:
        equals = {field["Field"]: field.get("Equals") for field in one["FieldSelectors"]}
        if equals.get("eventCategory") not in (["Management"], ["Data"], ["NetworkActivity"]):
            yield "eventCategory is needed."
        elif equals["eventCategory"] == ["Data"] and not equals.get("resources.type"):
            yield "resources.type is needed."


def get_selectors(place: Place, params: Params) -> Params:
    """GetEventSelectors: AWS's own where nobody gave any."""
    trail = find(place, params["TrailName"])
    if trail.advanced_event_selectors:
        return {"TrailARN": trail.arn, "AdvancedEventSelectors": trail.advanced_event_selectors}
    return {"TrailARN": trail.arn, "EventSelectors": trail.event_selectors or DEFAULT}


def put_insights(place: Place, params: Params) -> Params:
    """PutInsightSelectors: the list takes the place of the one before."""
    trail = at_home(place, params["TrailName"])
    trail.insight_selectors = [dict(one) for one in params["InsightSelectors"]]
    return {"TrailARN": trail.arn, "InsightSelectors": trail.insight_selectors}


def get_insights(place: Place, params: Params) -> Params:
    """GetInsightSelectors: an error where there are none."""
    trail = find(place, params["TrailName"])
    if not trail.insight_selectors:
        raise refused("InsightNotEnabled", f"Trail {trail.trail_name} does not have Insights enabled.")
    return {"TrailARN": trail.arn, "InsightSelectors": trail.insight_selectors}


OPERATIONS: dict[str, Callable[[Place, Params], Params]] = {
    "CreateTrail": create,
    "UpdateTrail": update,
    "DescribeTrails": describe,
    "DeleteTrail": delete,
    "StartLogging": switch(start=True),
    "StopLogging": switch(start=False),
    "GetTrailStatus": status,
    "PutEventSelectors": put_selectors,
    "GetEventSelectors": get_selectors,
    "PutInsightSelectors": put_insights,
    "GetInsightSelectors": get_insights,
}
"""What is answered instead of moto, by operation."""
