# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: N803 # arguments have AWS's names
"""CloudWatch's alarms in a process, under AWS's rules for updates, and plans of hosts that want alarms."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from ansible_collections.cloudwatch.agent.plugins.module_utils._account.alarms import PROPERTIES
from botocore.exceptions import ClientError

METRIC = (
    *("AlarmName", "AlarmDescription", "ActionsEnabled", "OKActions", "AlarmActions", "InsufficientDataActions", "MetricName", "Namespace"),
    *("Statistic", "ExtendedStatistic", "Dimensions", "Period", "Unit", "EvaluationPeriods", "DatapointsToAlarm", "Threshold"),
    *("ComparisonOperator", "TreatMissingData", "EvaluateLowSampleCountPercentile", "Metrics", "Tags", "ThresholdMetricId"),
)
"""What PutMetricAlarm takes."""
COMPOSITE = (
    *("AlarmName", "AlarmRule", "AlarmDescription", "ActionsEnabled", "OKActions", "AlarmActions", "InsufficientDataActions", "Tags"),
    *("ActionsSuppressor", "ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod"),
)
RULES = {"Threshold": 1.0, "ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1}
ONE = {"MetricName": "m", "Namespace": "N", "Statistic": "Sum", "Period": 60, **RULES}
"""The properties of a small metric alarm."""


def refused(code: str, text: str = "") -> ClientError:
    """A refusal as botocore raises it."""
    answer: Any = {"Error": {"Code": code, "Message": text}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    return ClientError(answer, "Operation")


class CloudWatch:
    """A client. ``alarms``: by name what was put; an update replaces all of it, but not the tags."""

    def __init__(self, region: str = "us-east-1") -> None:
        self.alarms: dict[str, dict[str, Any]] = {}
        self.tags: dict[str, dict[str, str]] = {}
        self.writes: list[str] = []
        self.reads: list[int] = []
        self.meta = SimpleNamespace(region_name=region, service_model=SimpleNamespace(operation_model=self._operation))

    def _operation(self, name: str) -> Any:
        return SimpleNamespace(input_shape=SimpleNamespace(members=METRIC if name == "PutMetricAlarm" else COMPOSITE))

    def seed(self, name: str, tags: dict[str, str] | None = None, **properties: Any) -> None:
        """An alarm that somebody else has made."""
        self.alarms[name] = {"AlarmName": name, "ActionsEnabled": True, **properties}
        self.tags[name] = dict(tags or {})

    def described(self, name: str) -> dict[str, Any]:
        """As DescribeAlarms has it."""
        lists = {"OKActions": [], "AlarmActions": [], "InsufficientDataActions": []}
        return {**lists, **self.alarms[name], "AlarmArn": f"arn:{name}", "StateValue": "OK"}

    def describe_alarms(self, AlarmNames: list[str], AlarmTypes: list[str], MaxRecords: int) -> dict[str, Any]:
        assert len(AlarmNames) <= MaxRecords == 100 and AlarmTypes == ["MetricAlarm", "CompositeAlarm"]
        self.reads.append(len(AlarmNames))
        found = [self.described(name) for name in AlarmNames if name in self.alarms]
        composite = [one for one in found if "AlarmRule" in one]
        return {"MetricAlarms": [one for one in found if one not in composite], "CompositeAlarms": composite}

    def put_metric_alarm(self, **given: Any) -> None:
        self._put("put_metric_alarm", METRIC, given)

    def put_composite_alarm(self, **given: Any) -> None:
        self._put("put_composite_alarm", COMPOSITE, given)

    def _put(self, operation: str, members: tuple[str, ...], given: dict[str, Any]) -> None:
        assert set(given) <= set(members)
        self.writes.append(operation)
        name, tags = given["AlarmName"], {one["Key"]: one["Value"] for one in given.pop("Tags", [])}
        self.alarms[name] = {"ActionsEnabled": True, **given}
        self.tags.setdefault(name, tags)

    def delete_alarms(self, AlarmNames: list[str]) -> None:
        self.writes.append("delete_alarms")
        for name in AlarmNames:
            if self.alarms.pop(name, None) is None:
                raise refused("ResourceNotFound")

    def list_tags_for_resource(self, ResourceARN: str) -> dict[str, Any]:
        return {"Tags": [{"Key": key, "Value": value} for key, value in self.tags[ResourceARN[4:]].items()]}

    def tag_resource(self, ResourceARN: str, Tags: list[dict[str, str]]) -> None:
        self.writes.append("tag_resource")
        self.tags[ResourceARN[4:]].update({one["Key"]: one["Value"] for one in Tags})

    def untag_resource(self, ResourceARN: str, TagKeys: list[str]) -> None:
        self.writes.append("untag_resource")
        for key in TagKeys:
            del self.tags[ResourceARN[4:]][key]


class Topics:
    """SNS and STS of a region. ``known``: ARNs; ``made``: names."""

    def __init__(self) -> None:
        self.known: set[str] = set()
        self.made: list[str] = []

    def get_caller_identity(self) -> dict[str, str]:
        return {"Account": "123456789012", "Arn": "arn:aws:iam::123456789012:user/lab"}

    def get_topic_attributes(self, TopicArn: str) -> dict[str, Any]:
        if TopicArn not in self.known:
            raise refused("NotFound")
        return {"Attributes": {}}

    def create_topic(self, Name: str) -> dict[str, str]:
        arn = f"arn:aws:sns:us-east-1:123456789012:{Name}"
        self.made.append(Name)
        self.known.add(arn)
        return {"TopicArn": arn}


def entry(name: str, **more: Any) -> dict[str, Any]:
    """An alarm as the module's arguments have it, with every option."""
    nothing = dict.fromkeys([*PROPERTIES, "dimensions", "tags"])
    return {**nothing, "name": name, "state": "present", "region": "", "profile": "", "purge_tags": False, **more}


MEM = {"mem": {"measurement": ["used_percent"]}}


def item(metrics: dict[str, Any] | None = None, hosts: tuple[str, ...] = ("web-1", "web-2"), **more: Any) -> dict[str, Any]:
    """A configuration of a plan, of hosts on EC2. ``logs``: entries of its log files."""
    files = more.pop("logs", [])
    section = {"append_dimensions": {"InstanceId": "${aws:InstanceId}"}, "metrics_collected": MEM if metrics is None else metrics}
    configuration: dict[str, Any] = {"metrics": {**section, **more.pop("section", {})}}
    if files:
        configuration["logs"] = {"logs_collected": {"files": {"collect_list": files}}}
    known = {
        "name": "AmazonCloudWatch-web",
        "region": "us-east-1",
        "profile": "",
        "vaulted": [],
        "build": "1.300071.0",
        "platform": "linux",
    }
    return {**known, "mode": "ec2", "configuration": configuration, "hosts": list(hosts), **more}


def plan(*items: dict[str, Any]) -> dict[str, Any]:
    return {"hosts": {}, "configurations": list(items)}
