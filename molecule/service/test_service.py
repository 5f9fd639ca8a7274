# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host and the AWS stand-in after the role service."""

from __future__ import annotations

import json
import os
import pathlib
import time
from typing import Any

import boto3

DIRECTORY = "/opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.d"


def aws(service: str) -> Any:
    return boto3.client(service, verify=os.environ["AWS_CA_BUNDLE"])


def instance_of(host: Any) -> str:
    name = host.run("hostname").stdout.strip()
    found = aws("ec2").describe_instances(
        Filters=[{"Name": "tag:Name", "Values": [name]}, {"Name": "instance-state-name", "Values": ["running"]}]
    )
    return found["Reservations"][0]["Instances"][0]["InstanceId"]


def test_active_configuration_is_the_parameter(host: Any) -> None:
    assert host.file(DIRECTORY).listdir() == ["ssm_AmazonCloudWatch-first_1"]
    value = aws("ssm").get_parameter(Name="AmazonCloudWatch-first:1")["Parameter"]["Value"]
    assert host.file(f"{DIRECTORY}/ssm_AmazonCloudWatch-first_1").content_string == value


def test_service_runs_and_starts_at_boot(host: Any) -> None:
    service = host.service("amazon-cloudwatch-agent")
    assert service.is_running
    assert service.is_enabled
    pid = host.run("systemctl show --property=MainPID --value amazon-cloudwatch-agent").stdout.strip()
    assert host.file(f"/proc/{pid}").user == "cwagent"


def test_line_arrives_under_the_instance(host: Any) -> None:
    instance = instance_of(host)
    logs, deadline = aws("logs"), time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            events = logs.filter_log_events(logGroupName="service-scenario", logStreamNames=[instance])["events"]
        except logs.exceptions.ResourceNotFoundException:
            events = []
        if f"a line of {instance}" in [event["message"] for event in events]:
            return
        time.sleep(1)  # between two questions about a condition that has a deadline
    raise AssertionError(f"the line of {instance} has not arrived within a minute")


def test_host_fetched_with_its_own_role(host: Any) -> None:
    name = host.run("hostname").stdout.strip()
    lines = pathlib.Path(os.environ["LAB_REQUEST_LOG"]).read_text(encoding="utf-8").splitlines()
    fetched = [one for one in map(json.loads, lines) if one["host"] == name and one["operation"] == "GetParameter"]
    assert fetched
    assert all(one["access_key"] != os.environ["AWS_ACCESS_KEY_ID"] for one in fetched)
