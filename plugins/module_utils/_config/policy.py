# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The permissions that an agent with a given configuration needs, and no more (contract 6)."""

from __future__ import annotations

import fnmatch
import re
from typing import Any, Iterator, Mapping

from .log_groups import destinations
from .pointer import walk
from .subject import Subject

_PARTITIONS = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "eu-isoe-": "aws-iso-e",
    "us-isof-": "aws-iso-f",
    "eusc-": "aws-eusc",
}
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_EVERYWHERE = ["*"]

MANAGED: dict[str, list[tuple[str, str]]] = {
    "CloudWatchAgentServerPolicy": [
        *(
            (action, "*")
            for action in (
                "cloudwatch:PutMetricData",
                "ec2:DescribeVolumes",
                "ec2:DescribeTags",
                "logs:PutLogEvents",
                "logs:PutRetentionPolicy",
                "logs:DescribeLogStreams",
                "logs:DescribeLogGroups",
                "logs:CreateLogStream",
                "logs:CreateLogGroup",
                "xray:PutTraceSegments",
                "xray:PutTelemetryRecords",
                "xray:GetSamplingRules",
                "xray:GetSamplingTargets",
                "xray:GetSamplingStatisticSummaries",
            )
        ),
        ("ssm:GetParameter", "arn:aws:ssm:*:*:parameter/AmazonCloudWatch-*"),
    ]
}
"""What AWS's managed policy for agents allows: (action, resource)."""


def partition_of(region: str) -> str:
    """The AWS partition of *region*."""
    return next((name for prefix, name in _PARTITIONS.items() if region.startswith(prefix)), "aws")


class _Builder:
    def __init__(self, subject: Subject, region: str, account: str) -> None:
        self.subject = subject
        self.region = region or "*"
        self.account = account or "*"
        self.partition = partition_of(region)
        self.statements: list[dict[str, Any]] = []

    def arn(self, service: str, rest: str) -> str:
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{rest}"

    def allow(self, sid: str, actions: list[str], resources: list[str], **more: Any) -> None:
        self.statements.append({"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources, **more})

    def group(self, name: str) -> str:
        return self.arn("logs", f"log-group:{_PLACEHOLDER.sub('*', name)}")


def config_policy(subject: Subject, parameters: list[str], region: str, account: str, create_groups: bool) -> dict[str, Any]:
    """The policy document of the role of hosts with this configuration.

    *parameters*: names in Parameter Store that the hosts fetch; *region*, *account*: '' for any; *create_groups*: False where the
    log groups exist already.
    """
    builder = _Builder(subject, region, account)
    _metrics(builder)
    _logs(builder, create_groups)
    _ec2(builder)
    _traces(builder)
    _prometheus(builder)
    _roles(builder)
    if parameters:
        names = [builder.arn("ssm", f"parameter/{name.lstrip('/')}") for name in parameters]
        builder.allow("FetchConfiguration", ["ssm:GetParameter"], names)
    return {"Version": "2012-10-17", "Statement": builder.statements}


def _metrics(builder: _Builder) -> None:
    section = builder.subject.section("metrics")
    namespaces = []
    if section and (not section.get("metrics_destinations") or "cloudwatch" in builder.subject.section("metrics", "metrics_destinations")):
        namespaces.append(str(section.get("namespace") or "CWAgent"))
    collected = builder.subject.section("opentelemetry", "collect")
    if namespaces and not collected:
        builder.allow(
            "SendMetrics", ["cloudwatch:PutMetricData"], _EVERYWHERE, Condition={"StringEquals": {"cloudwatch:namespace": namespaces}}
        )
    elif collected:
        builder.allow("SendMetrics", ["cloudwatch:PutMetricData"], _EVERYWHERE)


def _log_group_names(subject: Subject) -> Iterator[str]:
    for item in destinations(subject):
        yield item["log_group_name"]
    collected = subject.section("logs", "metrics_collected")
    if "ecs" in collected:
        yield "/aws/ecs/containerinsights/*"
    if "kubernetes" in collected:
        cluster = subject.section("logs", "metrics_collected", "kubernetes").get("cluster_name") or "*"
        yield f"/aws/containerinsights/{cluster}/*"
    if "prometheus" in collected:
        yield str(subject.section("logs", "metrics_collected", "prometheus").get("log_group_name") or "*")
    if "application_signals" in collected or "app_signals" in collected:
        yield "/aws/application-signals/data"
        yield "/aws/service-events/*"
    if "emf" in collected or "otlp" in collected or subject.section("opentelemetry", "collect"):
        yield "*"  # each event says itself where it belongs


def _logs(builder: _Builder, create_groups: bool) -> None:
    groups = sorted({builder.group(name) for name in _log_group_names(builder.subject) if name})
    if not groups:
        return
    streams = [f"{group}:log-stream:*" for group in groups]
    builder.allow("SendLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], streams + [f"{group}:*" for group in groups])
    if create_groups:
        builder.allow("CreateLogGroups", ["logs:CreateLogGroup"], groups + [f"{group}:*" for group in groups])
    retained = sorted({builder.group(item["log_group_name"]) for item in destinations(builder.subject) if item["retention_in_days"]})
    if retained:
        builder.allow("ReadRetention", ["logs:DescribeLogGroups"], [builder.arn("logs", "log-group:*")])
        builder.allow("SetRetention", ["logs:PutRetentionPolicy"], retained + [f"{group}:*" for group in retained])


def _ec2(builder: _Builder) -> None:
    appended: list[str] = []
    for path, value in walk(builder.subject.config):
        if isinstance(value, str) and "append_dimensions" in path[:-1]:
            appended.append(value)
    opentelemetry = builder.subject.section("opentelemetry")
    if "${aws:AutoScalingGroupName}" in appended or (opentelemetry and not opentelemetry.get("cluster_name")):
        builder.allow("ReadTags", ["ec2:DescribeTags"], _EVERYWHERE)
    if "${aws:VolumeId}" in appended:
        builder.allow("ReadVolumes", ["ec2:DescribeVolumes"], _EVERYWHERE)


def _traces(builder: _Builder) -> None:
    subject = builder.subject
    signals = subject.section("logs", "metrics_collected")
    section = subject.section("traces")
    if section:
        builder.allow("SendTraces", ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], _EVERYWHERE)
    if section or "application_signals" in signals or "app_signals" in signals:
        actions = ["xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:GetSamplingStatisticSummaries"]
        builder.allow("ReadSampling", actions, _EVERYWHERE)
    if section.get("transit_spans_in_otlp_format") is True or "otlp" in subject.section("opentelemetry", "collect"):
        builder.allow("SendSpans", ["xray:PutSpans", "xray:PutSpansForIndexing"], _EVERYWHERE)


def _prometheus(builder: _Builder) -> None:
    workspace = builder.subject.section("metrics", "metrics_destinations", "amp").get("workspace_id")
    if workspace:
        builder.allow("WritePrometheus", ["aps:RemoteWrite"], [builder.arn("aps", f"workspace/{workspace}")])
    if builder.subject.section("logs", "metrics_collected", "prometheus", "ecs_service_discovery"):
        actions = ["ListTasks", "DescribeTasks", "ListServices", "DescribeContainerInstances", "DescribeTaskDefinition"]
        builder.allow("DiscoverServices", [*(f"ecs:{name}" for name in actions), "ec2:DescribeInstances"], _EVERYWHERE)


def _roles(builder: _Builder) -> None:
    roles = {
        value["role_arn"]
        for path, value in walk(builder.subject.config)
        if path and path[-1] == "credentials" and isinstance(value, dict) and isinstance(value.get("role_arn"), str)
    }
    if roles:
        builder.allow("AssumeRoles", ["sts:AssumeRole"], sorted(roles))


def managed_policy_gaps(policy: Mapping[str, Any], managed: str = "CloudWatchAgentServerPolicy") -> list[dict[str, str]]:
    """What *policy* (of config_policy) allows and the managed policy does not: mappings with ``action`` and ``resource``."""
    return [
        {"action": action, "resource": resource}
        for statement in policy["Statement"]
        for action in statement["Action"]
        for resource in statement["Resource"]
        if not any(action == allowed and fnmatch.fnmatchcase(resource, pattern) for allowed, pattern in MANAGED[managed])
    ]
