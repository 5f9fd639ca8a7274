# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: N803 # arguments have AWS's names
"""Flow logs of EC2 in a process, for tests that make many calls."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import Any, Iterator

from ansible_collections.cloudwatch.agent.plugins.module_utils._account.flow_logs import FIELDS

from .fake_logs import refused

VPC, OTHER = "vpc-0a1b2c3d4e5f67890", "vpc-0a1b2c3d4e5f67891"
ROLE = "arn:aws:iam::123456789012:role/cloudwatch-agent-flow-logs"


class Ec2:
    """A client of one account and region.

    ``flow_logs``: as DescribeFlowLogs gives them; ``writes``: the operations, with what they are about; ``fails``: by operation what
    the next calls raise, or (a dictionary) what they name as unsuccessful by resource.
    """

    def __init__(self, one_format: bool = True) -> None:
        self.flow_logs: dict[str, dict[str, Any]] = {}
        self.writes: list[tuple[str, Any]] = []
        self.fails: dict[str, list[Any]] = {}
        self.meta = SimpleNamespace(region_name="us-east-1")
        self._one_format = one_format
        self._numbers = itertools.count(1)

    def seed(self, resource: str = VPC, **more: Any) -> dict[str, Any]:
        """A flow log that is there already."""
        name = f"fl-{next(self._numbers):08x}"
        common = {"FlowLogId": name, "ResourceId": resource, "TrafficType": "ALL", "LogDestinationType": "cloud-watch-logs"}
        rest = {"LogGroupName": "/vpc", "DeliverLogsPermissionArn": ROLE, "LogFormat": FIELDS, "MaxAggregationInterval": 600, "Tags": []}
        given = {**common, **rest, "DeliverLogsStatus": "SUCCESS", **more}
        self.flow_logs[name] = {key: value for key, value in given.items() if value is not None}
        return self.flow_logs[name]

    def get_paginator(self, operation: str) -> Any:
        """As boto3's."""
        assert operation == "describe_flow_logs"
        return SimpleNamespace(paginate=self._describe)

    def _describe(self, Filters: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for one in list(self.flow_logs.values()):
            if one["ResourceId"] in Filters[0]["Values"]:
                yield {"FlowLogs": [one]}

    def _failure(self, operation: str) -> dict[str, Any]:
        failures = self.fails.get(operation) or [{}]
        failure = failures.pop(0)
        if isinstance(failure, Exception):
            raise failure
        return dict(failure)

    def create_flow_logs(self, ResourceIds: list[str], ClientToken: str, **given: Any) -> dict[str, Any]:
        assert ClientToken
        self.writes.append(("create", list(ResourceIds)))
        failed = self._failure("create")
        ids = []
        for resource in ResourceIds:
            tags = [tag for one in given.get("TagSpecifications", []) for tag in one["Tags"]]
            kept = {key: value for key, value in given.items() if key not in ("ResourceType", "TagSpecifications")}
            defaults = {"LogFormat": FIELDS, "MaxAggregationInterval": 600, "LogGroupName": None, "TrafficType": None}
            if resource in failed or any(self._same(one, {"ResourceId": resource, **defaults, **kept}) for one in self.flow_logs.values()):
                failed.setdefault(resource, ("FlowLogAlreadyExists", "There is an existing Flow Log."))
                continue
            ids.append(self.seed(resource, **{**defaults, **kept}, Tags=tags)["FlowLogId"])
        unsuccessful = [{"ResourceId": key, "Error": {"Code": code, "Message": text}} for key, (code, text) in failed.items()]
        return {"FlowLogIds": ids, "Unsuccessful": unsuccessful}

    def _same(self, one: dict[str, Any], other: dict[str, Any]) -> bool:
        keys = [
            "ResourceId",
            "TrafficType",
            "LogGroupName",
            "LogDestination",
            *([] if self._one_format else ["LogFormat", "MaxAggregationInterval"]),
        ]
        return all(one.get(key) == other.get(key) for key in keys)

    def delete_flow_logs(self, FlowLogIds: list[str]) -> dict[str, Any]:
        self.writes.append(("delete", list(FlowLogIds)))
        failed = self._failure("delete")
        for name in FlowLogIds:
            if name not in failed and self.flow_logs.pop(name, None) is None:
                failed[name] = ("InvalidFlowLogId.NotFound", "does not exist")
        return {"Unsuccessful": [{"ResourceId": key, "Error": {"Code": code, "Message": text}} for key, (code, text) in failed.items()]}

    def create_tags(self, Resources: list[str], Tags: list[dict[str, str]]) -> None:
        self.writes.append(("create_tags", Resources))
        for name in Resources:
            there = {tag["Key"]: tag["Value"] for tag in self.flow_logs[name]["Tags"]}
            there.update({tag["Key"]: tag["Value"] for tag in Tags})
            self.flow_logs[name]["Tags"] = [{"Key": key, "Value": value} for key, value in there.items()]

    def delete_tags(self, Resources: list[str], Tags: list[dict[str, str]]) -> None:
        self.writes.append(("delete_tags", Resources))
        gone = {tag["Key"] for tag in Tags}
        for name in Resources:
            self.flow_logs[name]["Tags"] = [tag for tag in self.flow_logs[name]["Tags"] if tag["Key"] not in gone]


def early() -> Exception:
    """What EC2 answers while it does not know a new role."""
    return refused("InvalidParameter", "Unable to assume given IAM role")


def entry(*resources: str, **more: Any) -> dict[str, Any]:
    """A flow log as the module's arguments have it, with every option."""
    nothing = dict.fromkeys(
        (
            *("traffic_type", "log_group_name", "destination_arn", "role_arn", "log_format", "max_aggregation_interval", "tags"),
            *("file_format", "hive_compatible_partitions", "per_hour_partition"),
        )
    )
    options = {"state": "present", "region": "us-east-1", "profile": "", "purge_tags": False}
    to = {} if "destination_arn" in more else {"log_group_name": "/vpc"}
    return {**options, **nothing, **to, "resource_ids": list(resources or (VPC,)), **more}
