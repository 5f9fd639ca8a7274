# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: N803 # arguments have AWS's names
"""CloudTrail in a process: trails whose settings are what the last call sent, for tests that make thousands of calls."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Iterator

from .fake_logs import refused

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/cloudwatch-agent-trails"
MANAGEMENT = {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}
DEFAULTS = {"IncludeGlobalServiceEvents": True, "IsMultiRegionTrail": False, "EnableLogFileValidation": False, "IsOrganizationTrail": False}


def log_group(name: str) -> str:
    """The ARN of a log group as trails have it."""
    return f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{name}:*"


class CloudTrail:
    """A client of one account and region. ``trails``: by ARN, with all that is set of each; ``fails``: what the next writes raise.

    What UpdateTrail does not get falls back to the defaults: a client that relies on anything else loses settings here.
    """

    def __init__(self) -> None:
        self.trails: dict[str, dict[str, Any]] = {}
        self.writes: list[str] = []
        self.fails: list[Exception | None] = []
        self.meta = SimpleNamespace(region_name="us-east-1")

    def seed(self, name: str = "audit", region: str = "us-east-1", **more: Any) -> dict[str, Any]:
        """A trail that is there already."""
        arn = f"arn:aws:cloudtrail:{region}:{ACCOUNT}:trail/{name}"
        rest = {"selectors": {}, "insights": [], "tags": {}, "logging": True, "status": {}}
        self.trails[arn] = {"Name": name, "TrailARN": arn, "HomeRegion": region, "S3BucketName": "bucket", **DEFAULTS, **rest, **more}
        return self.trails[arn]

    def _write(self, operation: str) -> None:
        self.writes.append(operation)
        failures = self.fails or [None]
        failure = failures.pop(0)
        if isinstance(failure, Exception):
            raise failure

    def describe_trails(self, includeShadowTrails: bool) -> dict[str, Any]:
        assert includeShadowTrails
        hidden = ("selectors", "insights", "tags", "logging", "status", "EnableLogFileValidation")
        shown = []
        for trail in self.trails.values():
            item = {key: value for key, value in trail.items() if key not in hidden and value != ""}
            shown.append({**item, "LogFileValidationEnabled": trail["EnableLogFileValidation"]})
        return {"trailList": shown}

    def get_trail_status(self, Name: str) -> dict[str, Any]:
        return {"IsLogging": self.trails[Name]["logging"], **self.trails[Name]["status"]}

    def get_event_selectors(self, TrailName: str) -> dict[str, Any]:
        default = [{"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [], "ExcludeManagementEventSources": []}]
        return dict(self.trails[TrailName]["selectors"] or {"EventSelectors": default})

    def get_insight_selectors(self, TrailName: str) -> dict[str, Any]:
        if not self.trails[TrailName]["insights"]:
            raise refused("InsightNotEnabledException")
        return {"InsightSelectors": self.trails[TrailName]["insights"]}

    def get_paginator(self, operation: str) -> Any:
        """As boto3's."""
        assert operation == "list_tags"
        return SimpleNamespace(paginate=self._tags)

    def _tags(self, ResourceIdList: list[str]) -> Iterator[dict[str, Any]]:
        tags = [{"Key": key, "Value": value} for key, value in self.trails[ResourceIdList[0]]["tags"].items()]
        yield {"ResourceTagList": [{"ResourceId": ResourceIdList[0], "TagsList": tags}]}

    def create_trail(self, Name: str, TagsList: list[dict[str, str]] | None = None, **given: Any) -> None:
        self._write("create_trail")
        if any(trail["Name"] == Name for trail in self.trails.values()):
            raise refused("TrailAlreadyExistsException")
        self.seed(Name, self.meta.region_name, logging=False, tags={tag["Key"]: tag["Value"] for tag in TagsList or []}, **given)

    def update_trail(self, Name: str, **given: Any) -> None:
        self._write("update_trail")
        trail = self.trails[Name]
        settings = ("S3KeyPrefix", "CloudWatchLogsLogGroupArn", "CloudWatchLogsRoleArn", "KmsKeyId")
        trail.update({**dict.fromkeys(settings, ""), **DEFAULTS, **given})
        if trail["IsMultiRegionTrail"] and not trail["IncludeGlobalServiceEvents"]:
            raise refused("InvalidParameterCombinationException")

    def put_event_selectors(self, TrailName: str, **given: Any) -> None:
        self._write("put_event_selectors")
        self.trails[TrailName]["selectors"] = given

    def put_insight_selectors(self, TrailName: str, InsightSelectors: list[dict[str, Any]]) -> None:
        self._write("put_insight_selectors")
        self.trails[TrailName]["insights"] = InsightSelectors

    def add_tags(self, ResourceId: str, TagsList: list[dict[str, str]]) -> None:
        self._write("add_tags")
        self.trails[ResourceId]["tags"].update({tag["Key"]: tag["Value"] for tag in TagsList})

    def remove_tags(self, ResourceId: str, TagsList: list[dict[str, str]]) -> None:
        self._write("remove_tags")
        for tag in TagsList:
            del self.trails[ResourceId]["tags"][tag["Key"]]

    def start_logging(self, Name: str) -> None:
        self._write("start_logging")
        self.trails[Name]["logging"] = True

    def stop_logging(self, Name: str) -> None:
        self._write("stop_logging")
        self.trails[Name]["logging"] = False

    def delete_trail(self, Name: str) -> None:
        self._write("delete_trail")
        if self.trails.pop(Name, None) is None:
            raise refused("TrailNotFoundException")


def entry(name: str = "audit", **more: Any) -> dict[str, Any]:
    """A trail as the module's arguments have it, with every option."""
    nothing = dict.fromkeys(
        (
            *("s3_bucket_name", "s3_key_prefix", "log_group_name", "role_arn", "multi_region", "global_service_events"),
            *("log_file_validation", "kms_key_id", "organization", "event_selectors", "advanced_event_selectors"),
            *("insight_selectors", "logging", "tags"),
        )
    )
    options = {"state": "present", "region": "", "profile": "", "merge_bucket_policy": True, "organization_id": "", "purge_tags": False}
    return {**options, **nothing, "name": name, **more}
