# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is set on log groups: the stand-in refuses what AWS refuses, and remembers what moto forgets."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from aws.conftest import Standin

ROLE = "arn:aws:iam::123456789012:role/logs"


@pytest.fixture
def logs(standin: Standin) -> Any:
    return standin.client("logs")


@pytest.fixture
def group(logs: Any) -> str:
    """A new group."""
    name = f"t-{uuid.uuid4().hex[:10]}"
    logs.create_log_group(logGroupName=name)
    return name


def described(logs: Any, name: str) -> dict[str, Any]:
    found: dict[str, Any] = logs.describe_log_groups(logGroupIdentifiers=[name])["logGroups"][0]
    return found


def metric(**more: Any) -> list[dict[str, Any]]:
    return [{"metricName": "m", "metricNamespace": "Shop", "metricValue": "1", **more}]


def test_names_tags_and_retentions_that_aws_does_not_take(logs: Any, group: str) -> None:
    for given, words in (
        ({"logGroupName": "aws/x"}, "reserved"),
        ({"logGroupName": f"{group}/*.log"}, "logGroupName"),
        ({"logGroupName": f"{group}:x"}, "logGroupName"),
        ({"logGroupName": f"{group}-t", "tags": {str(number): "" for number in range(51)}}, "less than or equal to 50"),
        ({"logGroupName": f"{group}-c", "logGroupClass": "CHEAP"}, "logGroupClass"),
    ):
        with pytest.raises(logs.exceptions.InvalidParameterException, match=words):
            logs.create_log_group(**given)
    for stream in ("a:b", "*"):
        with pytest.raises(logs.exceptions.InvalidParameterException, match="logStreamName"):
            logs.create_log_stream(logGroupName=group, logStreamName=stream)
    logs.create_log_stream(logGroupName=group, logStreamName="i-1 of [web]/{x}")
    logs.create_log_group(logGroupName=f"{group}-d", logGroupClass="DELIVERY")
    with pytest.raises(logs.exceptions.InvalidParameterException, match="DELIVERY"):
        logs.put_retention_policy(logGroupName=f"{group}-d", retentionInDays=30)
    with pytest.raises(logs.exceptions.InvalidParameterException, match="logGroupIdentifiers"):
        logs.describe_log_groups(logGroupIdentifiers=[f"{group}-{number}" for number in range(51)])


def test_tags_hang_on_the_arn_without_an_ending(logs: Any, group: str) -> None:
    arn = described(logs, group)["logGroupArn"]
    logs.tag_resource(resourceArn=arn, tags={str(number): "" for number in range(49)})
    logs.untag_resource(resourceArn=arn, tagKeys=["0"])
    assert len(logs.list_tags_for_resource(resourceArn=arn)["tags"]) == 48
    with pytest.raises(ClientError, match="TooManyTagsException"):
        logs.tag_resource(resourceArn=arn, tags={"a": "", "b": "", "c": ""})
    for operation, more in ((logs.tag_resource, {"tags": {"a": ""}}), (logs.list_tags_for_resource, {})):
        with pytest.raises(logs.exceptions.InvalidParameterException, match="resourceArn"):
            operation(resourceArn=f"{arn}:*", **more)
        with pytest.raises(logs.exceptions.ResourceNotFoundException):
            operation(resourceArn=f"{arn}-none", **more)


def test_a_protected_group_is_not_deleted(logs: Any, group: str) -> None:
    """By its creation, and by the operation; what belonged to a deleted group does not come back with its name."""
    logs.create_log_group(logGroupName=f"{group}-p", deletionProtectionEnabled=True)
    logs.put_log_group_deletion_protection(logGroupIdentifier=group, deletionProtectionEnabled=True)
    for name in (group, f"{group}-p"):
        assert described(logs, name)["deletionProtectionEnabled"] is True
        with pytest.raises(ClientError, match="ValidationException"):
            logs.delete_log_group(logGroupName=name)
    logs.put_log_group_deletion_protection(logGroupIdentifier=group, deletionProtectionEnabled=False)
    arn = described(logs, group)["logGroupArn"]
    logs.tag_resource(resourceArn=arn, tags={"a": "1"})
    logs.put_metric_filter(logGroupName=group, filterName="f", filterPattern="", metricTransformations=metric())
    assert described(logs, group)["metricFilterCount"] == 1
    logs.delete_log_group(logGroupName=group)
    logs.create_log_group(logGroupName=group)
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {}
    assert logs.describe_metric_filters(logGroupName=group)["metricFilters"] == []


def test_keys_must_be_there_enabled_and_open_to_the_service(standin: Standin, logs: Any, group: str) -> None:
    kms = standin.client("kms")
    statement = {"Effect": "Allow", "Principal": {"Service": "logs.us-east-1.amazonaws.com"}, "Action": "kms:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    good, closed, disabled = (kms.create_key(**more)["KeyMetadata"] for more in ({"Policy": policy}, {}, {"Policy": policy}))
    kms.disable_key(KeyId=disabled["KeyId"])
    with pytest.raises(ClientError, match="AccessDeniedException"):
        logs.associate_kms_key(logGroupName=group, kmsKeyId=closed["Arn"])
    for arn in (disabled["Arn"], good["Arn"].replace("us-east-1", "eu-west-1"), "alias/x"):
        with pytest.raises(logs.exceptions.InvalidParameterException):
            logs.associate_kms_key(logGroupName=group, kmsKeyId=arn)
        with pytest.raises(logs.exceptions.InvalidParameterException):
            logs.create_log_group(logGroupName=f"{group}-k", kmsKeyId=arn)
    logs.associate_kms_key(logGroupName=group, kmsKeyId=good["Arn"])
    assert described(logs, group)["kmsKeyId"] == good["Arn"]
    logs.disassociate_kms_key(logGroupName=group)
    assert "kmsKeyId" not in described(logs, group)


def test_metric_filters_are_replaced_by_name_and_paged(logs: Any, group: str) -> None:
    for pattern in ("ERROR", "FATAL"):
        logs.put_metric_filter(logGroupName=group, filterName="f", filterPattern=pattern, metricTransformations=metric(unit="Count"))
    found = logs.describe_metric_filters(logGroupName=group)["metricFilters"]
    assert [(item["filterPattern"], item["metricTransformations"][0]["unit"]) for item in found] == [("FATAL", "Count")]
    for number in range(99):
        logs.put_metric_filter(logGroupName=group, filterName=f"n{number}", filterPattern="", metricTransformations=metric())
    with pytest.raises(logs.exceptions.LimitExceededException):
        logs.put_metric_filter(logGroupName=group, filterName="more", filterPattern="", metricTransformations=metric())
    pages = list(logs.get_paginator("describe_metric_filters").paginate(logGroupName=group))
    assert [len(page["metricFilters"]) for page in pages] == [50, 50]
    assert len(logs.describe_metric_filters(logGroupName=group, filterNamePrefix="n1")["metricFilters"]) == 11
    logs.delete_metric_filter(logGroupName=group, filterName="f")
    for operation, more in (("delete_metric_filter", {"filterName": "f"}), ("describe_metric_filters", {"logGroupName": f"{group}-none"})):
        with pytest.raises(logs.exceptions.ResourceNotFoundException):
            getattr(logs, operation)(**{"logGroupName": group, **more})


@pytest.mark.parametrize(
    ("pattern", "more", "words"),
    [
        ("{ $.a = 1 }", {"dimensions": dict.fromkeys("abcd", "$.a")}, "3 dimensions"),
        ("{ $.a = 1 }", {"dimensions": {"a": "$.a"}, "defaultValue": 0.0}, "mutually exclusive"),
        ("ERROR", {"dimensions": {"a": "$.a"}}, "does not support dimensions"),
        ("ERROR", {"metricNamespace": "AWS/EC2"}, "reserved"),
        ("{ $.a = 1", {}, "Invalid metric filter pattern"),
        ("{ ($.a = 1 }", {}, "Invalid metric filter pattern"),
        ("[a, b", {}, "Invalid metric filter pattern"),
        ('"open', {}, "Invalid metric filter pattern"),
        ("app.error", {}, "Invalid metric filter pattern"),
        ("%a% %b% %c%", {}, "too many regular expressions"),
    ],
)
def test_metric_filters_that_aws_does_not_take(logs: Any, group: str, pattern: str, more: dict[str, Any], words: str) -> None:
    with pytest.raises(logs.exceptions.InvalidParameterException, match=words):
        logs.put_metric_filter(logGroupName=group, filterName="f", filterPattern=pattern, metricTransformations=metric(**more))


def test_metric_filters_of_a_group_have_five_regular_expressions(logs: Any, group: str) -> None:
    for name, pattern in (
        ("a", "%a% %b%"),
        ("b", '{ $.x = %a% || $.y = %b% && $.z = "%c%" }'),
        ("c", "%a%"),
        ("c", "-%b%"),
        ("d", '?"%" x'),
    ):
        logs.put_metric_filter(logGroupName=group, filterName=name, filterPattern=pattern, metricTransformations=metric())
    with pytest.raises(logs.exceptions.InvalidParameterException, match="too many regular expressions"):
        logs.put_metric_filter(logGroupName=group, filterName="e", filterPattern="%a%", metricTransformations=metric())


def test_infrequent_access_has_no_filters(logs: Any, group: str) -> None:
    logs.create_log_group(logGroupName=f"{group}-i", logGroupClass="INFREQUENT_ACCESS")
    common = {"logGroupName": f"{group}-i", "filterName": "f", "filterPattern": ""}
    with pytest.raises(ClientError, match="InvalidOperationException"):
        logs.put_metric_filter(**common, metricTransformations=metric())
    with pytest.raises(ClientError, match="InvalidOperationException"):
        logs.put_subscription_filter(**common, destinationArn="arn:aws:kinesis:us-east-1:123456789012:stream/s", roleArn=ROLE)


def test_a_full_group_lets_its_subscriptions_change(standin: Standin, logs: Any, group: str) -> None:
    kinesis = standin.client("kinesis")
    kinesis.create_stream(StreamName=group, ShardCount=1)
    arn = kinesis.describe_stream_summary(StreamName=group)["StreamDescriptionSummary"]["StreamARN"]
    common = {"logGroupName": group, "filterPattern": "", "destinationArn": arn, "roleArn": ROLE}
    logs.put_subscription_filter(**common, filterName="a", distribution="Random")
    logs.put_subscription_filter(**common, filterName="b")
    with pytest.raises(logs.exceptions.LimitExceededException):
        logs.put_subscription_filter(**common, filterName="c")
    logs.put_subscription_filter(**{**common, "filterPattern": "ERROR"}, filterName="b", distribution="Random")
    found = logs.describe_subscription_filters(logGroupName=group)["subscriptionFilters"]
    assert [(item["filterPattern"], item["distribution"]) for item in found] == [("", "Random"), ("ERROR", "Random")]


def test_policies_of_a_group(logs: Any, group: str) -> None:
    logs.create_log_group(logGroupName=f"{group}-i", logGroupClass="INFREQUENT_ACCESS")
    for name, fields in ((f"{group}-i", ["a"]), (group, []), (group, list(map(str, range(21))))):
        with pytest.raises(logs.exceptions.InvalidParameterException):
            logs.put_index_policy(logGroupIdentifier=name, policyDocument=json.dumps({"Fields": fields}))
    logs.put_index_policy(logGroupIdentifier=group, policyDocument='{"Fields": ["a"]}')
    found = logs.describe_index_policies(logGroupIdentifiers=[group])["indexPolicies"]
    assert [(item["source"], item["policyDocument"]) for item in found] == [("LOG_GROUP", '{"Fields": ["a"]}')]
    assert "policyDocument" not in logs.get_data_protection_policy(logGroupIdentifier=group)
    blocks = [{"DataIdentifier": ["x"], "Operation": {name: {}}} for name in ("Audit", "Deidentify")]
    for wrong in (blocks[:1], [blocks[0], {**blocks[1], "DataIdentifier": ["y"]}]):
        with pytest.raises(logs.exceptions.InvalidParameterException):
            logs.put_data_protection_policy(logGroupIdentifier=group, policyDocument=json.dumps({"Statement": wrong}))
    document = json.dumps({"Statement": blocks})
    logs.put_data_protection_policy(logGroupIdentifier=group, policyDocument=document)
    assert logs.get_data_protection_policy(logGroupIdentifier=group)["policyDocument"] == document
    for operation in (logs.delete_index_policy, logs.delete_data_protection_policy):
        operation(logGroupIdentifier=group)
        with pytest.raises(logs.exceptions.ResourceNotFoundException):
            operation(logGroupIdentifier=group)
