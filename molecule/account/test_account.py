# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account after the roles log_groups and iam; the host after all four: observed, and nothing on it."""

from __future__ import annotations

import os
from typing import Any

import boto3


def aws(service: str) -> Any:
    return boto3.client(service, verify=os.environ["AWS_CA_BUNDLE"])


def test_the_log_group_has_its_retention() -> None:
    (group,) = aws("logs").describe_log_groups(logGroupNamePrefix="/scenario/account")["logGroups"]
    assert (group["logGroupName"], group["retentionInDays"]) == ("/scenario/account", 30)


def test_the_role_of_the_instance_has_the_policy_and_what_it_had() -> None:
    iam, role = aws("iam"), "cw-agent-lab"
    document = iam.get_role_policy(RoleName=role, PolicyName="cloudwatch-agent")["PolicyDocument"]
    fetched = [one["Resource"] for one in document["Statement"] if "ssm:GetParameter" in one["Action"]]
    assert fetched == [["arn:aws:ssm:us-east-1:123456789012:parameter/scenario-account"]]
    attached = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    assert [one["PolicyName"] for one in attached] == ["CloudWatchAgentServerPolicy"]


def test_the_host_is_as_it_was(host: Any) -> None:
    assert not host.file("/opt/aws/amazon-cloudwatch-agent").exists
