# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Flow logs and trails of a template, with what they need."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.cloudwatch.agent.plugins.module_utils._account import delivery_roles
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.delivery_roles import Account
from ansible_collections.cloudwatch.agent.tests.support.templates import NUMBER, act, properties

VPC = "vpc-0123456789abcdef0"
OWN = Account("aws", NUMBER)


def made(tmp_path: Path, **parts: Any) -> dict[str, Any]:
    found: dict[str, Any] = act(directory=str(tmp_path), parts=list(parts), region="us-east-1", **parts)
    return found


def of_flow_logs(tmp_path: Path, *entries: dict[str, Any], role: str = "fl") -> dict[str, Any]:
    given = [{"resource_ids": [VPC], **entry} for entry in entries]
    return made(tmp_path, flow_logs={"flow_logs": given, "delivery_role": role})


def test_flow_logs_and_their_role(tmp_path: Path) -> None:
    bucket = {"destination_arn": "arn:aws:s3:::flows/a", "traffic_type": "REJECT", "per_hour_partition": True, "region": "eu-west-1"}
    found = of_flow_logs(tmp_path, {"log_group_name": "/vpc", "log_format": "${srcaddr}  ${dstaddr}", "tags": {"a": "b"}}, bucket)
    first, second = (one["template"] for one in found["templates"])
    assert properties(first, "EC2::FlowLog") == [
        {
            "ResourceId": VPC,
            "ResourceType": "VPC",
            "TrafficType": "ALL",
            "LogDestinationType": "cloud-watch-logs",
            "LogGroupName": "/vpc",
            "DeliverLogsPermissionArn": f"arn:aws:iam::{NUMBER}:role/fl",
            "LogFormat": "${srcaddr} ${dstaddr}",
            "Tags": [{"Key": "a", "Value": "b"}],
        }
    ]
    (role,) = properties(first, "IAM::Role")
    wanted = delivery_roles.of_flow_logs("fl", OWN)
    assert role["AssumeRolePolicyDocument"] == wanted.trust and found["templates"][0]["capabilities"] == ["CAPABILITY_NAMED_IAM"]
    assert {one["PolicyName"]: one["PolicyDocument"] for one in role["Policies"]} == wanted.policies
    (flow,) = properties(second, "EC2::FlowLog")
    assert flow["DestinationOptions"] == {"FileFormat": "plain-text", "HiveCompatiblePartitions": False, "PerHourPartition": True}
    assert "DeliverLogsPermissionArn" not in flow and properties(second, "IAM::Role") == []


def test_a_flow_log_without_a_role_is_refused(tmp_path: Path) -> None:
    found = of_flow_logs(tmp_path, {"log_group_name": "/vpc"}, role="")
    assert found["failed"] and "needs a role. Hint: give it role_arn" in found["msg"]
    assert "flow_logs.delivery_role is 'a/b'" in of_flow_logs(tmp_path, {"log_group_name": "/vpc"}, role="a/b")["msg"]


def test_a_trail_with_its_bucket_role_and_selectors(tmp_path: Path) -> None:
    trail = {"name": "main", "s3_bucket_name": "trails", "s3_key_prefix": "p", "log_group_name": "/trail", "tags": {"a": "b"}}
    trail |= {"event_selectors": [{"ReadWriteType": "WriteOnly"}], "insight_selectors": ["ApiErrorRateInsight"]}
    other = {"name": "other", "s3_bucket_name": "trails", "multi_region": False, "global_service_events": False, "logging": False}
    found = made(tmp_path, trails={"trails": [trail, other], "delivery_role": "tr", "make_buckets": True})
    template = found["templates"][0]["template"]
    main, second = properties(template, "CloudTrail::Trail")
    assert main == {
        "TrailName": "main",
        "S3BucketName": "trails",
        "S3KeyPrefix": "p",
        "IsMultiRegionTrail": True,
        "IncludeGlobalServiceEvents": True,
        "EnableLogFileValidation": True,
        "CloudWatchLogsLogGroupArn": f"arn:aws:logs:us-east-1:{NUMBER}:log-group:/trail:*",
        "CloudWatchLogsRoleArn": f"arn:aws:iam::{NUMBER}:role/tr",
        "IsLogging": True,
        "EventSelectors": [{"ReadWriteType": "WriteOnly"}],
        "InsightSelectors": [{"InsightType": "ApiErrorRateInsight"}],
        "Tags": [{"Key": "a", "Value": "b"}],
    }
    assert (second["IsLogging"], second["IsMultiRegionTrail"]) == (False, False) and "CloudWatchLogsRoleArn" not in second
    (policy,) = properties(template, "S3::BucketPolicy")
    assert len(policy["PolicyDocument"]["Statement"]) == 4
    streams = {"us-east-1-main": {"region": "us-east-1", "log_group": "/trail", "organization": ""}}
    (role,) = properties(template, "IAM::Role")
    assert {one["PolicyName"]: one["PolicyDocument"] for one in role["Policies"]} == delivery_roles.of_trails("tr", OWN, streams).policies
    assert template["Resources"][next(name for name in template["Resources"] if name.startswith("Bucket"))]["DeletionPolicy"] == "Retain"


def test_a_bucket_of_others_keeps_its_policy(tmp_path: Path) -> None:
    found = made(tmp_path, trails={"trails": [{"name": "main", "s3_bucket_name": "trails"}]})
    assert found["warnings"] == ["The policy of the bucket trails has to let the trail main write; no template changes it."]
    assert list(found["templates"][0]["template"]["Resources"]) == [
        name for name in found["templates"][0]["template"]["Resources"] if name.startswith("TrailMain")
    ]
    assert "has no s3_bucket_name" in made(tmp_path, trails={"trails": [{"name": "main"}]})["msg"]
