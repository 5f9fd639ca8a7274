# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The permissions that a configuration needs."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.policy import (
    config_needs,
    config_policy,
    managed_policy_gaps,
    partition_of,
)
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.subject import Subject
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._config.examples import FULL


def subject(**collected: Any) -> Subject:
    return Subject({"metrics": {"metrics_collected": collected}}, "", "linux", "ec2")


def allowed(policy: dict[str, Any]) -> dict[str, list[str]]:
    return {action: statement["Resource"] for statement in policy["Statement"] for action in statement["Action"]}


def test_the_policy_is_least_and_resource_scoped() -> None:
    policy = config_policy(Subject(FULL, "", "linux", "ec2"), ["AmazonCloudWatch-app", "/own/name"], "us-gov-west-1", "123456789012", True)
    found = allowed(policy)
    prefix = "arn:aws-us-gov:logs:us-gov-west-1:123456789012:log-group:"
    assert found["logs:CreateLogGroup"] == [f"{prefix}/app/*", f"{prefix}/var/log/b", f"{prefix}/app/*:*", f"{prefix}/var/log/b:*"]
    assert found["logs:PutRetentionPolicy"] == [f"{prefix}/app/*", f"{prefix}/app/*:*"]
    assert found["logs:DescribeLogGroups"] == ["*"]
    base = "arn:aws-us-gov:ssm:us-gov-west-1:123456789012:parameter/"
    assert found["ssm:GetParameter"] == [f"{base}AmazonCloudWatch-app", f"{base}own/name"]
    assert found["sts:AssumeRole"] == ["arn:aws:iam::123456789012:role/metrics"]
    assert {"ec2:DescribeTags", "ec2:DescribeVolumes", "xray:PutTraceSegments", "logs:PutLogEvents"} <= set(found)
    (metrics,) = [item for item in policy["Statement"] if item["Action"] == ["cloudwatch:PutMetricData"]]
    assert metrics["Condition"] == {"StringEquals": {"cloudwatch:namespace": ["App"]}}
    assert len({item["Sid"] for item in policy["Statement"]}) == len(policy["Statement"])


def test_log_groups_may_be_described_by_two_names() -> None:
    """The generated policy has the first; policies that somebody wrote often have the second."""
    needs = config_needs(Subject(FULL, "", "linux", "ec2"), [], "us-east-1", "123456789012", True)
    named = {need.action: (need.resource, *need.or_as) for need in needs if need.or_as}
    assert named == {"logs:DescribeLogGroups": ("*", "arn:aws:logs:us-east-1:123456789012:log-group:*")}


def test_files_that_name_their_groups_may_write_to_them() -> None:
    """The agent names the group /var/log/web/a1.log after the file."""
    entry = {"file_path": "/var/log/{web,db}/**/[ab]?.log", "publish_multi_logs": True}
    configuration = {"logs": {"logs_collected": {"files": {"collect_list": [entry]}}}}
    found = allowed(config_policy(Subject(configuration, "", "linux", "ec2"), [], "us-east-1", "123456789012", True))
    prefix = "arn:aws:logs:us-east-1:123456789012:log-group:/var/log/*/*/*?.log"
    assert found["logs:PutLogEvents"] == [f"{prefix}:log-stream:*", f"{prefix}:*"]


def test_metrics_alone_need_one_permission() -> None:
    assert list(allowed(config_policy(subject(mem={"measurement": ["used"]}), [], "", "", True))) == ["cloudwatch:PutMetricData"]


def test_existing_groups_need_no_creation() -> None:
    assert "logs:CreateLogGroup" not in allowed(config_policy(Subject(FULL, "", "linux", "ec2"), [], "", "", False))


def test_gaps_of_the_managed_policy() -> None:
    policy = config_policy(Subject(FULL, "", "linux", "ec2"), ["AmazonCloudWatch-app", "/own/name"], "us-east-1", "", True)
    gaps = {(gap["action"], gap["resource"]) for gap in managed_policy_gaps(policy)}
    assert gaps == {
        ("ssm:GetParameter", "arn:aws:ssm:us-east-1:*:parameter/own/name"),
        ("sts:AssumeRole", "arn:aws:iam::123456789012:role/metrics"),
    }


@pytest.mark.parametrize(
    ("region", "partition"), [("us-east-1", "aws"), ("cn-north-1", "aws-cn"), ("us-iso-east-1", "aws-iso"), ("", "aws")]
)
def test_partitions(region: str, partition: str) -> None:
    assert partition_of(region) == partition
