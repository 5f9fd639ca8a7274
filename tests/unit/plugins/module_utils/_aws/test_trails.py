# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trails against a CloudTrail in this process: calls, waiting, and settings that survive thousands of inputs."""

from __future__ import annotations

import copy
import random
from types import SimpleNamespace
from typing import Any, Iterator

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._account import event_selectors
from ansible_collections.cloudwatch.agent.plugins.module_utils._account import trail_changes as changes
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.delivery_roles import Account
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.event_selectors import Selectors
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.steps import Step
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.trails import desired
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import trails
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.tests.support.fake_logs import refused
from ansible_collections.cloudwatch.agent.tests.support.fake_trails import ACCOUNT, MANAGEMENT, ROLE, CloudTrail, entry, log_group

CONTEXT = changes.Context(Account("aws", ACCOUNT), "us-east-1", ROLE)
CASES = 5_000
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"
SELECTORS: tuple[dict[str, Any], ...] = (
    {"EventSelectors": [{"ReadWriteType": "WriteOnly"}]},
    {"EventSelectors": [{"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::b/"]}]}]},
    {"AdvancedEventSelectors": [MANAGEMENT]},
    {"AdvancedEventSelectors": [{"FieldSelectors": [*MANAGEMENT["FieldSelectors"], {"Field": "readOnly", "Equals": ["true"]}]}]},
)
NAMED = {
    "s3_bucket_name": ("S3BucketName",),
    "s3_key_prefix": ("S3KeyPrefix",),
    "log_group_name": ("CloudWatchLogsLogGroupArn", "CloudWatchLogsRoleArn"),
    "role_arn": ("CloudWatchLogsRoleArn",),
    "multi_region": ("IsMultiRegionTrail",),
    "global_service_events": ("IncludeGlobalServiceEvents",),
    "log_file_validation": ("EnableLogFileValidation",),
    "kms_key_id": ("KmsKeyId",),
    "organization": ("IsOrganizationTrail",),
    "event_selectors": ("selectors",),
    "advanced_event_selectors": ("selectors",),
    "insight_selectors": ("insights",),
    "logging": ("logging",),
    "tags": ("tags",),
    "purge_tags": ("tags",),
}
"""What of a trail each option is about."""


def existing(choose: random.Random) -> dict[str, Any]:
    """A trail that somebody has made."""
    multi = choose.random() < 0.6
    delivers = choose.random() < 0.5
    return {
        "IsMultiRegionTrail": multi,
        "IncludeGlobalServiceEvents": multi or choose.random() < 0.5,
        "EnableLogFileValidation": choose.random() < 0.5,
        "IsOrganizationTrail": choose.random() < 0.2,
        "S3KeyPrefix": choose.choice(["", "logs"]),
        "KmsKeyId": choose.choice(["", KEY]),
        "CloudWatchLogsLogGroupArn": log_group("/own") if delivers else "",
        "CloudWatchLogsRoleArn": f"{ROLE}-own" if delivers else "",
        "selectors": choose.choice([{}, *SELECTORS]),
        "insights": choose.choice([[], [{"InsightType": "ApiCallRateInsight", "EventCategories": ["Management"]}]]),
        "tags": choose.choice([{}, {"owner": "others"}]),
        "logging": choose.random() < 0.8,
    }


def options(choose: random.Random) -> dict[str, Any]:
    """Some options of an entry, legal and not."""
    possible: dict[str, tuple[Any, ...]] = {
        "s3_bucket_name": ("other", "bucket", "", "S3://x"),
        "s3_key_prefix": ("", "logs", "else", "/x/"),
        "log_group_name": ("", "/own", "/other", "a b"),
        "role_arn": (ROLE, "x"),
        "multi_region": (True, False),
        "global_service_events": (True, False),
        "log_file_validation": (True, False),
        "kms_key_id": ("", KEY, "alias/x"),
        "organization": (True, False),
        "event_selectors": ([{}], [{"ReadWriteType": "WriteOnly"}], [], [{"ReadWriteType": "x"}]),
        "advanced_event_selectors": ([MANAGEMENT], [], [{}]),
        "insight_selectors": ([], ["ApiErrorRateInsight"], ["ApiCallRateInsight", "ApiErrorRateInsight"]),
        "logging": (True, False),
        "tags": ({"team": "web"}, {"aws:x": "1"}),
        "purge_tags": (True,),
    }
    names = choose.sample(sorted(possible), choose.randrange(5))
    return {name: choose.choice(possible[name]) for name in names}


def test_a_trail_keeps_what_was_not_named() -> None:
    """Whatever it is and whatever is asked, legal or not: it is there, with its regions, selectors and settings; a second run writes
    nothing; and what was named is as it was named."""
    choose, written, refusals = random.Random(7), 0, 0
    for number in range(CASES):
        cloudtrail, given = CloudTrail(), options(choose)
        trail = cloudtrail.seed(**existing(choose))
        before = copy.deepcopy(trail)
        try:
            run(cloudtrail, **given)
        except (ConfigError, AwsError):
            refusals += 1
            assert trail == before and cloudtrail.writes == [], (number, given)
            continue
        written += bool(cloudtrail.writes)
        touched = {field for option in given for field in NAMED[option]}
        stays = {key for key in before if key not in touched}
        assert cloudtrail.trails == {before["TrailARN"]: trail}, (number, given)
        assert {key: trail[key] for key in stays} == {key: before[key] for key in stays}, (number, given)
        if given.get("multi_region") is None:
            assert trail["IsMultiRegionTrail"] == before["IsMultiRegionTrail"]
        if "event_selectors" not in given and "advanced_event_selectors" not in given:
            assert trail["selectors"] == before["selectors"]
        cloudtrail.writes.clear()
        run(cloudtrail, **given)
        assert cloudtrail.writes == [], (number, given)
    assert written > CASES / 5 and refusals > CASES / 10


def run(cloudtrail: CloudTrail, slept: list[float] | None = None, new_policy: bool = False, **given: Any) -> list[Step]:
    """What the action does with one entry."""
    (wanted,) = desired([entry(**{"merge_bucket_policy": False, **given})])
    item = changes.chosen(wanted, trails.described(cloudtrail, "us-east-1"), "us-east-1")
    found = trails.read(cloudtrail, wanted, item) if item else None
    wrong = list(changes.problems(wanted, found, CONTEXT))
    if wrong:
        raise ConfigError("\n".join(wrong))
    done: list[Step] = []
    trails.ensure(cloudtrail, "audit", changes.steps(wanted, found, CONTEXT), done, new_policy, (slept if slept is not None else []).append)
    return done


def test_everything_of_a_trail_is_read() -> None:
    cloudtrail = CloudTrail()
    status = {"LatestDeliveryError": "NoSuchBucket", "LatestCloudWatchLogsDeliveryError": "Access denied"}
    insights = [{"InsightType": "ApiCallRateInsight"}]
    cloudtrail.seed(selectors=SELECTORS[2], insights=insights, tags={"a": "1"}, status=status, IsMultiRegionTrail=True)
    (wanted,) = desired([entry(event_selectors=[{}], insight_selectors=[], purge_tags=True)])
    (item,) = trails.described(cloudtrail, "us-east-1")
    found = trails.read(cloudtrail, wanted, item)
    assert (found.selectors, found.insights, found.tags) == (
        Selectors((), (MANAGEMENT,)),
        {"ApiCallRateInsight": insights[0]},
        {"a": "1"},
    )
    assert found.errors == {"files to its bucket": "NoSuchBucket", "events to its log group": "Access denied"}
    assert event_selectors.same(found.selectors, Selectors(({},)))


def test_a_new_role_and_a_new_policy_are_waited_for_and_others_not() -> None:
    denied = "Access denied. Check the trust relationships for your role."
    cloudtrail, slept = CloudTrail(), list[float]()
    cloudtrail.fails = [
        refused("InvalidCloudWatchLogsRoleArnException", denied),
        refused("InvalidCloudWatchLogsLogGroupArnException", denied),
        refused("InsufficientS3BucketPolicyException"),
        None,
        refused("ConflictException"),
    ]
    run(cloudtrail, slept, new_policy=True, s3_bucket_name="bucket", log_group_name="/audit")
    assert cloudtrail.writes == ["create_trail"] * 4 + ["start_logging"] * 2 and slept == [3.0] * 4
    old_policy = [refused("InsufficientS3BucketPolicyException")]
    for failures, waited in (
        (old_policy, 0),
        ([refused("InvalidCloudWatchLogsRoleArnException", "No such role.")], 0),
        ([refused("ConflictException")] * 60, 120),
    ):
        cloudtrail.fails, slept = list(failures), []
        with pytest.raises(AwsError, match="Failed to change the trail audit: "):
            run(cloudtrail, slept, s3_key_prefix="x")
        assert sum(slept) == waited


def test_a_call_that_was_repeated_after_a_lost_answer_finds_its_own_trail() -> None:
    cloudtrail = CloudTrail()
    create = cloudtrail.create_trail

    def lost(**given: Any) -> None:
        create(**given)
        raise refused("TrailAlreadyExistsException")

    cloudtrail.create_trail = lost  # type: ignore[method-assign]
    run(cloudtrail, s3_bucket_name="bucket")
    (trail,) = list(cloudtrail.trails.values())
    assert trail["logging"] and cloudtrail.writes == ["create_trail", "start_logging"]

    def others(**_given: Any) -> None:
        cloudtrail.seed("late", S3BucketName="else")
        raise refused("TrailAlreadyExistsException")

    cloudtrail.create_trail = others  # type: ignore[method-assign]
    with pytest.raises(AwsError, match="TrailAlreadyExistsException"):
        run(cloudtrail, name="late", s3_bucket_name="bucket")


def test_a_deletion_that_is_done_already_is_fine() -> None:
    cloudtrail = CloudTrail()
    cloudtrail.seed()
    cloudtrail.fails = [refused("TrailNotFoundException")]
    assert [step.operation for step in run(cloudtrail, state="absent")] == ["delete_trail"]


class Bucket:
    """A client of S3 with one bucket."""

    def __init__(self, policy: str | None = None, error: str = "") -> None:
        self.policy, self.error = policy, error

    def get_bucket_policy(self, Bucket: str) -> dict[str, Any]:  # noqa: N803 # AWS's name
        assert Bucket == "bucket"
        if self.error:
            raise refused(self.error)
        return {"Policy": self.policy}

    def put_bucket_policy(self, Bucket: str, Policy: str) -> None:  # noqa: N803 # AWS's names
        self.policy = Bucket + Policy


def test_the_policy_of_a_bucket() -> None:
    assert trails.policy_of(Bucket('{"Id": "x"}'), "bucket") == {"Id": "x"}
    assert trails.policy_of(Bucket(error="NoSuchBucketPolicy"), "bucket") == {}
    assert trails.policy_of(Bucket(error="NoSuchBucket"), "bucket") is None
    with pytest.raises(AwsError, match="allow s3:Operation"):
        trails.policy_of(Bucket(error="AccessDenied"), "bucket")
    bucket = Bucket()
    trails.put_policy(bucket, "bucket", {"Id": "x"})
    assert bucket.policy == 'bucket{"Id": "x"}'


def test_a_log_group_is_known_by_its_whole_name() -> None:
    def paginate(**asked: Any) -> Iterator[dict[str, Any]]:
        yield {"logGroups": [{"logGroupName": f"{asked['logGroupNamePrefix']}-app"}]}

    logs = SimpleNamespace(get_paginator=lambda _operation: SimpleNamespace(paginate=paginate))
    assert not trails.has_log_group(logs, "/audit")
