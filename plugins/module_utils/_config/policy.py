# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The permissions that an agent with a given configuration needs, and no more (contract 6)."""

from __future__ import annotations

import fnmatch
import itertools
import re
from typing import Any, Iterable, Iterator, Mapping, NamedTuple

from .log_groups import destinations
from .measurements import NAMESPACE
from .pointer import Step, pointer, walk
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
_VARYING = re.compile(r"\{[^{}]*\}|\[[^\]]*\]|\*{2,}")
"""What stands in the name of a log group for several: placeholders, and patterns of files that name their groups."""

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


def account_of(arn: str) -> str:
    """The account in an ARN, '' where there is none."""
    parts = arn.split(":")
    return parts[4] if len(parts) > 5 else ""


Paths = Iterable[tuple[Step, ...]]
ROOT: tuple[tuple[Step, ...], ...] = ((),)
"""The whole configuration."""


class Need(NamedTuple):
    """An action that an agent will ask for. ``resource``: as its requests name it, with ``*`` where only the host knows more.

    ``context``: the condition keys of the request, and what they hold; ``keys``: JSON pointers of what needs it; ``sid``: the statement of
    ``config_policy`` that allows it; ``or_as``: other names of the resource, where a policy may name it by any of them.
    """

    action: str
    resource: str
    context: tuple[tuple[str, str], ...]
    keys: tuple[str, ...]
    sid: str
    or_as: tuple[str, ...] = ()


class _Builder:
    def __init__(self, subject: Subject, region: str, account: str) -> None:
        self.subject = subject
        self.region = region or "*"
        self.account = account or "*"
        self.partition = partition_of(region)
        self.statements: list[dict[str, Any]] = []
        self.needs: list[Need] = []

    def arn(self, service: str, rest: str) -> str:
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{rest}"

    def allow(
        self,
        sid: str,
        actions: list[str],
        asked: Mapping[str, Paths],
        also: Iterable[str] = (),
        or_as: tuple[str, ...] = (),
        **conditions: list[str],
    ) -> None:
        """A statement. ``asked``: resources as requests name them, and what needs each; ``also``: further ones, for IAM's sake.

        ``or_as``: as a ``Need`` has it; ``conditions``: a key of CloudWatch's, such as ``namespace``, and the values that it may have.
        """
        statement: dict[str, Any] = {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": [*asked, *also]}
        if conditions:
            statement["Condition"] = {"StringEquals": {f"cloudwatch:{key}": values for key, values in conditions.items()}}
        self.statements.append(statement)
        for context in itertools.product(*([(f"cloudwatch:{key}", value) for value in values] for key, values in conditions.items())):
            for resource, paths in asked.items():
                keys = tuple(dict.fromkeys(pointer(path) for path in paths))
                self.needs += [Need(action, resource, context, keys, sid, or_as) for action in actions]

    def group(self, name: str) -> str:
        return self.arn("logs", f"log-group:{_VARYING.sub('*', name)}")


def config_policy(subject: Subject, parameters: list[str], region: str, account: str, create_groups: bool) -> dict[str, Any]:
    """The policy document of the role of hosts with this configuration.

    *parameters*: names in Parameter Store that the hosts fetch; *region*, *account*: '' for any; *create_groups*: False where the
    log groups exist already.
    """
    return {"Version": "2012-10-17", "Statement": _built(subject, parameters, region, account, create_groups).statements}


def config_needs(subject: Subject, parameters: list[str], region: str, account: str, create_groups: bool) -> list[Need]:
    """What that policy is for, request by request; the arguments as for ``config_policy``."""
    return _built(subject, parameters, region, account, create_groups).needs


def _built(subject: Subject, parameters: list[str], region: str, account: str, create_groups: bool) -> _Builder:
    builder = _Builder(subject, region, account)
    _metrics(builder)
    _logs(builder, create_groups)
    _ec2(builder)
    _traces(builder)
    _prometheus(builder)
    _roles(builder)
    if parameters:
        names = {builder.arn("ssm", f"parameter/{name.lstrip('/')}"): ROOT for name in parameters}
        builder.allow("FetchConfiguration", ["ssm:GetParameter"], names)
    return builder


def _metrics(builder: _Builder) -> None:
    section = builder.subject.section("metrics")
    namespaces = []
    if section and (not section.get("metrics_destinations") or "cloudwatch" in builder.subject.section("metrics", "metrics_destinations")):
        namespaces.append(str(section.get("namespace") or NAMESPACE))
    if builder.subject.section("opentelemetry", "collect"):
        builder.allow("SendMetrics", ["cloudwatch:PutMetricData"], {"*": [("opentelemetry", "collect")]})
    elif namespaces:
        builder.allow("SendMetrics", ["cloudwatch:PutMetricData"], {"*": [("metrics",)]}, namespace=namespaces)


def _log_group_names(subject: Subject) -> Iterator[tuple[str, tuple[Step, ...]]]:
    for item in destinations(subject):
        yield item["log_group_name"], item["path"]
    base = ("logs", "metrics_collected")
    collected = subject.section(*base)
    if "ecs" in collected:
        yield "/aws/ecs/containerinsights/*", (*base, "ecs")
    if "kubernetes" in collected:
        cluster = subject.section(*base, "kubernetes").get("cluster_name") or "*"
        yield f"/aws/containerinsights/{cluster}/*", (*base, "kubernetes")
    if "prometheus" in collected:
        yield str(subject.section(*base, "prometheus").get("log_group_name") or "*"), (*base, "prometheus")
    for signals in ("application_signals", "app_signals"):
        if signals in collected:
            yield "/aws/application-signals/data", (*base, signals)
            yield "/aws/service-events/*", (*base, signals)
    for said in ("emf", "structuredlog", "otlp"):
        if said in collected:
            yield "*", (*base, said)  # each event says itself where it belongs
    if subject.section("opentelemetry", "collect"):
        yield "*", ("opentelemetry", "collect")


def _by_group(builder: _Builder, named: Iterable[tuple[str, tuple[Step, ...]]]) -> dict[str, list[tuple[Step, ...]]]:
    groups: dict[str, list[tuple[Step, ...]]] = {}
    for name, path in named:
        if name:
            groups.setdefault(builder.group(name), []).append(path)
    return dict(sorted(groups.items()))


def _logs(builder: _Builder, create_groups: bool) -> None:
    groups = _by_group(builder, _log_group_names(builder.subject))
    if not groups:
        return
    below = [f"{group}:*" for group in groups]
    streams = {f"{group}:log-stream:*": paths for group, paths in groups.items()}
    builder.allow("SendLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], streams, below)
    if create_groups:
        builder.allow("CreateLogGroups", ["logs:CreateLogGroup"], groups, below)
    entries = [item for item in destinations(builder.subject) if item["retention_in_days"]]
    retained = _by_group(builder, ((item["log_group_name"], (*item["path"], "retention_in_days")) for item in entries))
    if retained:
        paths = [path for found in retained.values() for path in found]
        # IAM's reference knows no resources of this action, so the policy names none; CloudWatch Logs asks for all log groups of the
        # region, so a policy that somebody wrote for them is as good. One for some of them is not.
        builder.allow("ReadRetention", ["logs:DescribeLogGroups"], {"*": paths}, or_as=(builder.arn("logs", "log-group:*"),))
        builder.allow("SetRetention", ["logs:PutRetentionPolicy"], retained, [f"{group}:*" for group in retained])


def _ec2(builder: _Builder) -> None:
    tags, volumes = [], []
    for path, value in walk(builder.subject.config):
        if "append_dimensions" in path[:-1] and value == "${aws:AutoScalingGroupName}":
            tags.append(path)
        if "append_dimensions" in path[:-1] and value == "${aws:VolumeId}":
            volumes.append(path)
    opentelemetry = builder.subject.section("opentelemetry")
    if opentelemetry and not opentelemetry.get("cluster_name"):
        tags.append(("opentelemetry",))
    if tags:
        builder.allow("ReadTags", ["ec2:DescribeTags"], {"*": tags})
    if volumes:
        builder.allow("ReadVolumes", ["ec2:DescribeVolumes"], {"*": volumes})


def _traces(builder: _Builder) -> None:
    subject, base = builder.subject, ("logs", "metrics_collected")
    collected = subject.section(*base)
    traces: list[tuple[Step, ...]] = [("traces",)] if subject.section("traces") else []
    if traces:
        builder.allow("SendTraces", ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], {"*": traces})
    sampling = traces + [(*base, signals) for signals in ("application_signals", "app_signals") if signals in collected]
    if sampling:
        actions = ["xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:GetSamplingStatisticSummaries"]
        builder.allow("ReadSampling", actions, {"*": sampling})
    spans: list[tuple[Step, ...]] = []
    if subject.section("traces").get("transit_spans_in_otlp_format") is True:
        spans.append(("traces", "transit_spans_in_otlp_format"))
    if "otlp" in subject.section("opentelemetry", "collect"):
        spans.append(("opentelemetry", "collect", "otlp"))
    if spans:
        builder.allow("SendSpans", ["xray:PutSpans", "xray:PutSpansForIndexing"], {"*": spans})


def _prometheus(builder: _Builder) -> None:
    amp = ("metrics", "metrics_destinations", "amp")
    workspace = builder.subject.section(*amp).get("workspace_id")
    if workspace:
        builder.allow("WritePrometheus", ["aps:RemoteWrite"], {builder.arn("aps", f"workspace/{workspace}"): [(*amp, "workspace_id")]})
    discovery = ("logs", "metrics_collected", "prometheus", "ecs_service_discovery")
    if builder.subject.section(*discovery):
        actions = ["ListTasks", "DescribeTasks", "ListServices", "DescribeContainerInstances", "DescribeTaskDefinition"]
        builder.allow("DiscoverServices", [*(f"ecs:{name}" for name in actions), "ec2:DescribeInstances"], {"*": [discovery]})


def _roles(builder: _Builder) -> None:
    roles: dict[str, list[tuple[Step, ...]]] = {}
    for path, value in walk(builder.subject.config):
        if path and path[-1] == "credentials" and isinstance(value, dict) and isinstance(value.get("role_arn"), str):
            roles.setdefault(value["role_arn"], []).append((*path, "role_arn"))
    if roles:
        builder.allow("AssumeRoles", ["sts:AssumeRole"], dict(sorted(roles.items())))


def managed_policy_gaps(policy: Mapping[str, Any], managed: str = "CloudWatchAgentServerPolicy") -> list[dict[str, str]]:
    """What *policy* (of config_policy) allows and the managed policy does not: mappings with ``action`` and ``resource``."""
    return [
        {"action": action, "resource": resource}
        for statement in policy["Statement"]
        for action in statement["Action"]
        for resource in statement["Resource"]
        if not any(action == allowed and fnmatch.fnmatchcase(resource, pattern) for allowed, pattern in MANAGED[managed])
    ]
