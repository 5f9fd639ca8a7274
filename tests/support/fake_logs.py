# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: N803 # arguments have AWS's names
"""CloudWatch Logs in a process: log groups with events under AWS's rules, for tests that make thousands of calls."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Iterator

from botocore.exceptions import ClientError

DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
AGES = (0, 2, 29, 200, 4000)
"""How old the events of a group are, in days."""
NEW = ("put_log_group_deletion_protection", "describe_index_policies")
"""What an old botocore has no method for."""
METHODS = {
    "create_log_group": {"logGroupName", "logGroupClass", "kmsKeyId", "tags", "deletionProtectionEnabled"},
    "put_log_group_deletion_protection": {"logGroupIdentifier", "deletionProtectionEnabled"},
}


def refused(code: str, text: str = "", status: int = 400) -> ClientError:
    """A refusal as botocore raises it."""
    answer: Any = {"Error": {"Code": code, "Message": text}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "Operation")


class Logs:
    """A client of one account and region. ``groups``: by name, as DescribeLogGroups gives them, with ``events`` (ages in days)."""

    def __init__(self, old: bool = False) -> None:
        self.groups: dict[str, dict[str, Any]] = {}
        self.tags: dict[str, dict[str, str]] = {}
        self.filters: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
        self.policies: dict[tuple[str, str], str] = {}
        self.writes: list[str] = []
        self.reads: list[dict[str, Any]] = []
        members = {"logGroupNamePrefix": 0} if old else {"logGroupNamePrefix": 0, "logGroupIdentifiers": 0}
        self._members = {"DescribeLogGroups": members}
        self._old = old
        self.meta = SimpleNamespace(
            region_name="us-east-1",
            method_to_api_mapping={name: name for name in dir(self) if not old or name not in NEW},
            service_model=SimpleNamespace(operation_model=self._operation),
        )

    def _operation(self, name: str) -> Any:
        known: Any = self._members.get(name) or METHODS.get(name, _Everything())
        if self._old and name == "create_log_group":
            known = known - {"deletionProtectionEnabled"}
        return SimpleNamespace(input_shape=SimpleNamespace(members=known))

    def seed(self, name: str, **more: Any) -> dict[str, Any]:
        """A group with events that is there already."""
        tags = more.pop("tags", {})
        arn = f"arn:aws:logs:us-east-1:123456789012:log-group:{name}"
        self.groups[name] = {
            "logGroupName": name,
            "arn": f"{arn}:*",
            "logGroupArn": arn,
            "logGroupClass": "STANDARD",
            "storedBytes": 7,
            "events": AGES,
            **more,
        }
        self.tags[arn] = dict(tags)
        return self.groups[name]

    def _group(self, name: str) -> dict[str, Any]:
        if name not in self.groups:
            raise refused("ResourceNotFoundException", name)
        return self.groups[name]

    def get_paginator(self, operation: str) -> Any:
        """As boto3's."""
        return SimpleNamespace(paginate=getattr(self, f"_{operation}"))

    def _describe_log_groups(self, **asked: Any) -> Iterator[dict[str, Any]]:
        self.reads.append(asked)
        names = asked.get("logGroupIdentifiers")
        for name, group in sorted(self.groups.items()):
            if name in names if names else name.startswith(asked["logGroupNamePrefix"]):
                yield {"logGroups": [{key: value for key, value in group.items() if key != "events"}]}

    def _describe_metric_filters(self, logGroupName: str) -> Iterator[dict[str, Any]]:
        yield {"metricFilters": list(self.filters.get(("metric", logGroupName), {}).values())}

    def _describe_subscription_filters(self, logGroupName: str) -> Iterator[dict[str, Any]]:
        yield {"subscriptionFilters": list(self.filters.get(("subscription", logGroupName), {}).values())}

    def list_tags_for_resource(self, resourceArn: str) -> dict[str, Any]:
        return {"tags": dict(self.tags[resourceArn])}

    def create_log_group(self, **given: Any) -> None:
        self.writes.append("create_log_group")
        if given["logGroupName"] in self.groups:
            raise refused("ResourceAlreadyExistsException")
        self.seed(given.pop("logGroupName"), events=(), **given)

    def delete_log_group(self, logGroupName: str) -> None:
        self.writes.append("delete_log_group")
        if self._group(logGroupName).get("deletionProtectionEnabled"):
            raise refused("ValidationException")
        del self.groups[logGroupName]

    def put_retention_policy(self, logGroupName: str, retentionInDays: int) -> None:
        self.writes.append("put_retention_policy")
        group = self._group(logGroupName)
        if retentionInDays not in DAYS or group["logGroupClass"] == "DELIVERY":
            raise refused("InvalidParameterException")
        if group.get("retentionPolicyName"):
            return
        group["retentionInDays"] = retentionInDays
        group["events"] = tuple(age for age in group["events"] if age <= retentionInDays)

    def delete_retention_policy(self, logGroupName: str) -> None:
        self.writes.append("delete_retention_policy")
        self._group(logGroupName).pop("retentionInDays", None)

    def associate_kms_key(self, logGroupName: str, kmsKeyId: str) -> None:
        self.writes.append("associate_kms_key")
        self._group(logGroupName)["kmsKeyId"] = kmsKeyId

    def disassociate_kms_key(self, logGroupName: str) -> None:
        self.writes.append("disassociate_kms_key")
        self._group(logGroupName).pop("kmsKeyId", None)

    def tag_resource(self, resourceArn: str, tags: dict[str, str]) -> None:
        self.writes.append("tag_resource")
        if len([key for key in {**self.tags[resourceArn], **tags} if not key.startswith("aws:")]) > 50:
            raise refused("TooManyTagsException")
        self.tags[resourceArn].update(tags)

    def untag_resource(self, resourceArn: str, tagKeys: list[str]) -> None:
        self.writes.append("untag_resource")
        for key in tagKeys:
            self.tags[resourceArn].pop(key, None)

    def put_log_group_deletion_protection(self, logGroupIdentifier: str, deletionProtectionEnabled: bool) -> None:
        self.writes.append("put_log_group_deletion_protection")
        self._group(logGroupIdentifier)["deletionProtectionEnabled"] = deletionProtectionEnabled

    def put_metric_filter(self, **given: Any) -> None:
        self._put("metric", 100, given)

    def put_subscription_filter(self, **given: Any) -> None:
        self._put("subscription", 2, given)

    def _put(self, kind: str, most: int, given: dict[str, Any]) -> None:
        self.writes.append(f"put_{kind}_filter")
        if self._group(given["logGroupName"])["logGroupClass"] == "INFREQUENT_ACCESS":
            raise refused("InvalidOperationException")
        filters = self.filters.setdefault((kind, given["logGroupName"]), {})
        if len({*filters, given["filterName"]}) > most:
            raise refused("LimitExceededException")
        filters[given["filterName"]] = given

    def describe_index_policies(self, logGroupIdentifiers: list[str]) -> dict[str, Any]:
        account = {"source": "ACCOUNT", "policyDocument": '{"Fields": ["account"]}'}
        own = self.policies.get(("index", logGroupIdentifiers[0]))
        return {"indexPolicies": [{"source": "LOG_GROUP", "policyDocument": own} if own else account]}

    def get_data_protection_policy(self, logGroupIdentifier: str) -> dict[str, Any]:
        own = self.policies.get(("data", logGroupIdentifier))
        return {"policyDocument": own} if own else {}

    def put_index_policy(self, logGroupIdentifier: str, policyDocument: str) -> None:
        self.writes.append("put_index_policy")
        if self._group(logGroupIdentifier)["logGroupClass"] != "STANDARD":
            raise refused("InvalidParameterException")
        self.policies["index", logGroupIdentifier] = policyDocument

    def delete_index_policy(self, logGroupIdentifier: str) -> None:
        self.writes.append("delete_index_policy")
        del self.policies["index", logGroupIdentifier]

    def put_data_protection_policy(self, logGroupIdentifier: str, policyDocument: str) -> None:
        self.writes.append("put_data_protection_policy")
        self._group(logGroupIdentifier)
        self.policies["data", logGroupIdentifier] = policyDocument

    def delete_data_protection_policy(self, logGroupIdentifier: str) -> None:
        self.writes.append("delete_data_protection_policy")
        del self.policies["data", logGroupIdentifier]

    def delete_metric_filter(self, logGroupName: str, filterName: str) -> None:
        self.writes.append("delete_metric_filter")
        del self.filters["metric", logGroupName][filterName]

    def delete_subscription_filter(self, logGroupName: str, filterName: str) -> None:
        self.writes.append("delete_subscription_filter")
        del self.filters["subscription", logGroupName][filterName]


class _Everything:
    """The members of an operation of which nothing is missing."""

    def __contains__(self, name: object) -> bool:
        return True


def entry(name: str, **more: Any) -> dict[str, Any]:
    """A group as the module's arguments have it, with every option."""
    options = {"state": "present", "region": "", "profile": "", "purge_tags": False}
    nothing = (
        "retention_in_days",
        "log_group_class",
        "kms_key_id",
        "tags",
        "deletion_protection",
        "metric_filters",
        "subscription_filters",
        "index_policy",
        "data_protection_policy",
    )
    return {**options, **dict.fromkeys(nothing), "name": name, **more}


def metric(name: str, **more: Any) -> dict[str, Any]:
    """A metric filter as the module's arguments have it."""
    nothing = dict.fromkeys(("default_value", "dimensions", "unit"))
    given = {"state": "present", "pattern": "ERROR", "metric_name": "errors", "metric_namespace": "Shop", "metric_value": "1"}
    return {"name": name, **given, **nothing, **more}


def subscription(name: str, **more: Any) -> dict[str, Any]:
    """A subscription filter as the module's arguments have it."""
    arn = "arn:aws:lambda:us-east-1:123456789012:function:forward"
    return {
        "name": name,
        "state": "present",
        "pattern": "",
        "destination_arn": arn,
        "role_arn": None,
        "distribution": "ByLogStream",
        **more,
    }


def data_protection() -> dict[str, Any]:
    """A data protection policy that AWS takes."""
    data = {"DataIdentifier": ["arn:aws:dataprotection::aws:data-identifier/EmailAddress"]}
    audit, hide = {"Audit": {"FindingsDestination": {}}}, {"Deidentify": {"MaskConfig": {}}}
    return {"Name": "emails", "Version": "2021-06-01", "Statement": [{**data, "Operation": audit}, {**data, "Operation": hide}]}


def plan(*entries: dict[str, Any], name: str = "AmazonCloudWatch-web", region: str = "us-east-1", profile: str = "") -> dict[str, Any]:
    """The plan of a configuration with these entries of ``logs.logs_collected.files``."""
    collected = {"logs": {"logs_collected": {"files": {"collect_list": list(entries)}}}}
    item = {"name": name, "region": region, "profile": profile, "configuration": collected, "vaulted": []}
    return {"hosts": {}, "configurations": [{**item, "build": "1.300071.0", "platform": "linux", "mode": "ec2"}]}


def together(*plans: dict[str, Any]) -> dict[str, Any]:
    """One plan with the configurations of several."""
    return {"hosts": {}, "configurations": [item for one in plans for item in one["configurations"]]}
