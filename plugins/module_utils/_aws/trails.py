# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Trails: what CloudTrail has of them, their bucket's policy, and the calls that change them. Private to this collection. Controller only.

DescribeTrails also lists the shadows of trails whose home is another region; a trail is read and changed at home. CloudTrail knows a new
role and a new policy of a bucket only after a while.
"""

from __future__ import annotations

import json
import time
from typing import Any, Callable, Iterable, Mapping

from .._account.event_selectors import Selectors
from .._account.steps import Step
from .._account.trail_changes import Found, parsed
from .._account.trails import Wanted
from .errors import TRAILS, AwsError, aws_call

WAIT_SECONDS, STEP_SECONDS = 120.0, 3.0
EARLY = ("InvalidCloudWatchLogsRoleArnException", "InvalidCloudWatchLogsLogGroupArnException")
"""What CloudTrail answers while it may not use a new role, with this text."""
DENIED = "Access denied"
BUSY, POLICY = "ConflictException", "InsufficientS3BucketPolicyException"
ERRORS = {
    "LatestDeliveryError": "files to its bucket",
    "LatestCloudWatchLogsDeliveryError": "events to its log group",
    "LatestDigestDeliveryError": "digests to its bucket",
    "LatestNotificationError": "notifications to its topic",
}
"""The fields of GetTrailStatus, and what could not be delivered."""
VERBS = {
    "create_trail": "create the trail {name}",
    "update_trail": "change the trail {name}",
    "delete_trail": "delete the trail {name}",
    "put_event_selectors": "write the event selectors of the trail {name}",
    "put_insight_selectors": "write the insight selectors of the trail {name}",
    "add_tags": "tag the trail {name}",
    "remove_tags": "remove tags from the trail {name}",
    "start_logging": "start the trail {name}",
    "stop_logging": "stop the trail {name}",
}
DONE = (("create_trail", "TrailAlreadyExistsException"), ("delete_trail", "TrailNotFoundException"))
"""Refusals of what is done already."""
_DESCRIBED = {"EnableLogFileValidation": "LogFileValidationEnabled"}
S3 = TRAILS._replace(service="s3")

Sleep = Callable[[float], None]


@aws_call("read the trails of {region}", TRAILS)
def described(cloudtrail: Any, region: str) -> list[dict[str, Any]]:  # noqa: ARG001 # the region is for messages
    """The trails that record in a region, those whose home is another one among them."""
    return list(cloudtrail.describe_trails(includeShadowTrails=True)["trailList"])


def read(cloudtrail: Any, wanted: Wanted, item: Mapping[str, Any]) -> Found:
    """A trail as it is, with as much as is wanted of it; *cloudtrail*: a client of its home region."""
    trail = parsed(item)
    status = _status(cloudtrail, trail.arn)
    return trail._replace(
        selectors=_selectors(cloudtrail, trail.arn) if wanted.selectors is not None else trail.selectors,
        insights=_insights(cloudtrail, trail.arn) if wanted.insights is not None else {},
        tags=_tags(cloudtrail, trail.arn) if wanted.tags or wanted.purge_tags else {},
        logging=bool(status.get("IsLogging")),
        errors={what: str(status[key]) for key, what in ERRORS.items() if status.get(key)},
    )


@aws_call("read the status of the trail {arn}", TRAILS)
def _status(cloudtrail: Any, arn: str) -> dict[str, Any]:
    return dict(cloudtrail.get_trail_status(Name=arn))


@aws_call("read the event selectors of the trail {arn}", TRAILS)
def _selectors(cloudtrail: Any, arn: str) -> Selectors:
    answer = cloudtrail.get_event_selectors(TrailName=arn)
    return Selectors(tuple(answer.get("EventSelectors") or ()), tuple(answer.get("AdvancedEventSelectors") or ()))


def _insights(cloudtrail: Any, arn: str) -> dict[str, Any]:
    try:
        return {one["InsightType"]: one for one in _insight_selectors(cloudtrail, arn)}
    except AwsError as error:
        if error.code == "InsightNotEnabledException":
            return {}
        raise


@aws_call("read the insight selectors of the trail {arn}", TRAILS)
def _insight_selectors(cloudtrail: Any, arn: str) -> list[dict[str, Any]]:
    return list(cloudtrail.get_insight_selectors(TrailName=arn).get("InsightSelectors") or [])


@aws_call("read the tags of the trail {arn}", TRAILS)
def _tags(cloudtrail: Any, arn: str) -> dict[str, str]:
    pages = cloudtrail.get_paginator("list_tags").paginate(ResourceIdList=[arn])
    return {
        tag["Key"]: tag.get("Value", "") for page in pages for resource in page["ResourceTagList"] for tag in resource.get("TagsList") or []
    }


def policy_of(s3: Any, bucket: str) -> dict[str, Any] | None:
    """The policy of a bucket, empty where it has none; None where there is no such bucket."""
    try:
        return _policy(s3, bucket)
    except AwsError as error:
        if error.code == "NoSuchBucketPolicy":
            return {}
        if error.code == "NoSuchBucket":
            return None
        raise


@aws_call("read the policy of the bucket {bucket}", S3)
def _policy(s3: Any, bucket: str) -> dict[str, Any]:
    return dict(json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"]))


@aws_call("write the policy of the bucket {bucket}", S3)
def put_policy(s3: Any, bucket: str, policy: Mapping[str, Any]) -> None:
    """Write the policy of a bucket, all of it."""
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))


@aws_call("read the log group {name}", TRAILS._replace(service="logs"))
def has_log_group(logs: Any, name: str) -> bool:
    """Whether a log group is there."""
    pages = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name)
    return any(group["logGroupName"] == name for page in pages for group in page["logGroups"])


def ensure(
    cloudtrail: Any, name: str, planned: Iterable[Step], done: list[Step], new_policy: bool = False, sleep: Sleep = time.sleep
) -> None:
    """Make the steps. ``done`` gets every step that was made, also where a later one fails.

    *new_policy*: whether the policy of a bucket was written just now, so that a refusal for it may pass.

    Raises:
        AwsError: a step was refused.
    """
    for step in planned:
        _patient(cloudtrail, name, step, new_policy, sleep)
        done.append(step)


def _patient(cloudtrail: Any, name: str, step: Step, new_policy: bool, sleep: Sleep) -> None:
    """Make a step, again while CloudTrail does not know a new role or policy, or is busy with the trail."""
    waited = 0.0
    while True:
        try:
            _made(cloudtrail, VERBS[step.operation].format(name=name), step)
            return
        except AwsError as error:
            if (step.operation, error.code) in DONE and _own(cloudtrail, step):
                return
            passes = error.code == BUSY or (new_policy and error.code == POLICY) or (error.code in EARLY and DENIED in str(error))
            if not passes or waited >= WAIT_SECONDS:
                raise
        sleep(STEP_SECONDS)
        waited += STEP_SECONDS


def _own(cloudtrail: Any, step: Step) -> bool:
    """Whether what a call finds done already is what it should do: botocore repeats a call whose answer was lost."""
    if step.operation == "delete_trail":
        return True
    there = [item for item in described(cloudtrail, cloudtrail.meta.region_name) if item["Name"] == step.arguments["Name"]]
    return bool(there) and all(
        there[0].get(_DESCRIBED.get(key, key)) == value for key, value in step.arguments.items() if key != "TagsList"
    )


@aws_call("{verb}", TRAILS)
def _made(cloudtrail: Any, verb: str, step: Step) -> None:  # noqa: ARG001 # the verb is for messages
    getattr(cloudtrail, step.operation)(**step.arguments)
