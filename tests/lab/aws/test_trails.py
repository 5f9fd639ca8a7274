# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudTrail: the stand-in refuses what AWS refuses, and remembers what moto forgets."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from aws.conftest import Standin

ACCOUNT = "123456789012"
MANAGEMENT = {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}


@pytest.fixture
def cloudtrail(standin: Standin) -> Any:
    return standin.client("cloudtrail")


def bucket_policy(bucket: str, name: str, prefix: str = "") -> str:
    common = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    source = {"StringEquals": {"aws:SourceArn": f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/{name}"}}
    read = {**common, "Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{bucket}", "Condition": source}
    folder = f"arn:aws:s3:::{bucket}/{prefix}AWSLogs/{ACCOUNT}/*"
    write = {**common, "Action": "s3:PutObject", "Resource": folder, "Condition": source}
    return json.dumps({"Version": "2012-10-17", "Statement": [read, write]})


@pytest.fixture
def trail(standin: Standin, cloudtrail: Any) -> dict[str, Any]:
    """A trail of one region."""
    name = f"t-{uuid.uuid4().hex[:10]}"
    s3 = standin.client("s3")
    s3.create_bucket(Bucket=name)
    with pytest.raises(cloudtrail.exceptions.InsufficientS3BucketPolicyException):
        cloudtrail.create_trail(Name=name, S3BucketName=name)
    s3.put_bucket_policy(Bucket=name, Policy=bucket_policy(name, name))
    made: dict[str, Any] = cloudtrail.create_trail(Name=name, S3BucketName=name)
    return made


def role_of(standin: Standin, group: str, name: str, service: str = "cloudtrail.amazonaws.com") -> str:
    iam = standin.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}))["Role"][
        "Arn"
    ]
    stream = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group}:log-stream:{ACCOUNT}_CloudTrail_us-east-1*"
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": stream}],
    }
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps(policy))
    return str(arn)


def test_names_buckets_and_regions_that_aws_does_not_take(cloudtrail: Any, trail: dict[str, Any]) -> None:
    name = trail["Name"]
    for wrong in ("a", "a..b", "-ab", "192.168.5.4"):
        with pytest.raises(cloudtrail.exceptions.InvalidTrailNameException):
            cloudtrail.create_trail(Name=wrong, S3BucketName=name)
    with pytest.raises(cloudtrail.exceptions.TrailAlreadyExistsException):
        cloudtrail.create_trail(Name=name, S3BucketName=name)
    with pytest.raises(cloudtrail.exceptions.S3BucketDoesNotExistException):
        cloudtrail.update_trail(Name=name, S3BucketName=f"{name}-none")
    with pytest.raises(cloudtrail.exceptions.InsufficientS3BucketPolicyException):
        cloudtrail.update_trail(Name=name, S3KeyPrefix="other")
    with pytest.raises(cloudtrail.exceptions.InvalidParameterCombinationException):
        cloudtrail.update_trail(Name=name, IsMultiRegionTrail=True, IncludeGlobalServiceEvents=False)


def test_shadows_are_described_and_changed_at_home_alone(standin: Standin, cloudtrail: Any, trail: dict[str, Any]) -> None:
    name, other = trail["Name"], standin.client("cloudtrail", "eu-west-1")
    assert other.describe_trails(trailNameList=[name])["trailList"] == []
    cloudtrail.update_trail(Name=name, IsMultiRegionTrail=True)
    (shadow,) = other.describe_trails(trailNameList=[name])["trailList"]
    assert (shadow["HomeRegion"], shadow["TrailARN"]) == ("us-east-1", trail["TrailARN"])
    assert name not in [item["Name"] for item in other.describe_trails(includeShadowTrails=False)["trailList"]]
    assert name in [item["Name"] for item in cloudtrail.describe_trails(includeShadowTrails=False)["trailList"]]
    for operation, more in ((other.update_trail, {}), (other.delete_trail, {}), (other.stop_logging, {})):
        with pytest.raises(other.exceptions.InvalidHomeRegionException):
            operation(Name=trail["TrailARN"], **more)
    with pytest.raises(other.exceptions.TrailAlreadyExistsException):
        other.create_trail(Name=name, S3BucketName=name)


def test_a_trail_records_when_it_is_started_and_goes_by_its_arn(cloudtrail: Any, trail: dict[str, Any]) -> None:
    arn = trail["TrailARN"]
    assert cloudtrail.get_trail_status(Name=arn)["IsLogging"] is False
    cloudtrail.start_logging(Name=arn)
    assert cloudtrail.get_trail_status(Name=arn)["IsLogging"] is True
    cloudtrail.delete_trail(Name=arn)
    for operation in (cloudtrail.delete_trail, cloudtrail.get_trail_status):
        with pytest.raises(cloudtrail.exceptions.TrailNotFoundException):
            operation(Name=arn)


def test_one_form_of_selectors_takes_the_place_of_the_other(cloudtrail: Any, trail: dict[str, Any]) -> None:
    arn = trail["TrailARN"]
    (default,) = cloudtrail.get_event_selectors(TrailName=arn)["EventSelectors"]
    assert (default["ReadWriteType"], default["IncludeManagementEvents"], default["DataResources"]) == ("All", True, [])
    cloudtrail.put_event_selectors(TrailName=arn, AdvancedEventSelectors=[MANAGEMENT])
    found = cloudtrail.get_event_selectors(TrailName=arn)
    assert found["AdvancedEventSelectors"] == [MANAGEMENT] and not found.get("EventSelectors")
    cloudtrail.put_event_selectors(TrailName=arn, EventSelectors=[{"ReadWriteType": "ReadOnly"}])
    found = cloudtrail.get_event_selectors(TrailName=arn)
    assert found["EventSelectors"][0]["ReadWriteType"] == "ReadOnly" and not found.get("AdvancedEventSelectors")


@pytest.mark.parametrize(
    "selectors",
    [
        {"EventSelectors": [{}] * 6},
        {"EventSelectors": [{"DataResources": [{"Type": "AWS::SQS::Queue", "Values": []}]}]},
        {"EventSelectors": [{"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"] * 251}]}]},
        {"EventSelectors": [{"ExcludeManagementEventSources": ["ec2.amazonaws.com"]}]},
        {"EventSelectors": [{}], "AdvancedEventSelectors": [MANAGEMENT]},
        {"AdvancedEventSelectors": [{"FieldSelectors": [{"Field": "eventCategory", "StartsWith": ["Management"]}]}]},
        {"AdvancedEventSelectors": [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}]}]},
        {"AdvancedEventSelectors": [{"FieldSelectors": [*MANAGEMENT["FieldSelectors"], {"Field": "eventName", "Equals": ["Put*"]}]}]},
    ],
)
def test_selectors_that_aws_does_not_take(cloudtrail: Any, trail: dict[str, Any], selectors: dict[str, Any]) -> None:
    with pytest.raises(cloudtrail.exceptions.InvalidEventSelectorsException):
        cloudtrail.put_event_selectors(TrailName=trail["TrailARN"], **selectors)


def test_insights_are_replaced_and_none_is_an_error(cloudtrail: Any, trail: dict[str, Any]) -> None:
    arn = trail["TrailARN"]
    for kinds in (["ApiCallRateInsight"], ["ApiErrorRateInsight"]):
        cloudtrail.put_insight_selectors(TrailName=arn, InsightSelectors=[{"InsightType": kind} for kind in kinds])
        assert [one["InsightType"] for one in cloudtrail.get_insight_selectors(TrailName=arn)["InsightSelectors"]] == kinds
    cloudtrail.put_insight_selectors(TrailName=arn, InsightSelectors=[])
    with pytest.raises(cloudtrail.exceptions.InsightNotEnabledException):
        cloudtrail.get_insight_selectors(TrailName=arn)


def test_a_log_group_needs_its_arn_and_a_role_that_delivers(standin: Standin, cloudtrail: Any, trail: dict[str, Any]) -> None:
    name = trail["Name"]
    group, logs = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/{name}", standin.client("logs")
    good, other = role_of(standin, f"/{name}", name), role_of(standin, f"/{name}", f"{name}-x", "ec2.amazonaws.com")
    with pytest.raises(cloudtrail.exceptions.InvalidCloudWatchLogsLogGroupArnException):
        cloudtrail.update_trail(Name=name, CloudWatchLogsLogGroupArn=f"{group}:*", CloudWatchLogsRoleArn=good)
    logs.create_log_group(logGroupName=f"/{name}")
    for arn, role, error in (
        (group, good, "InvalidCloudWatchLogsLogGroupArnException"),
        (f"{group}:*", other, "Access denied"),
        (f"{group}:*", f"{good}-none", "Access denied"),
    ):
        with pytest.raises(ClientError, match=error):
            cloudtrail.update_trail(Name=name, CloudWatchLogsLogGroupArn=arn, CloudWatchLogsRoleArn=role)
    with pytest.raises(cloudtrail.exceptions.InvalidParameterCombinationException):
        cloudtrail.update_trail(Name=name, CloudWatchLogsLogGroupArn=f"{group}:*")
    cloudtrail.update_trail(Name=name, CloudWatchLogsLogGroupArn=f"{group}:*", CloudWatchLogsRoleArn=good)
    assert "LatestCloudWatchLogsDeliveryError" not in cloudtrail.get_trail_status(Name=name)
    logs.delete_log_group(logGroupName=f"/{name}")
    assert "does not exist" in cloudtrail.get_trail_status(Name=name)["LatestCloudWatchLogsDeliveryError"]
