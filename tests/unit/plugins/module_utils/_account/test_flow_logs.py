# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.flow_logs import (
    FIELDS,
    FIREHOSE,
    LOGS,
    S3,
    Destination,
    desired,
    destination,
)
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.publications import Target
from ansible_collections.cloudwatch.agent.tests.support.fake_flow_logs import OTHER, ROLE, VPC, entry

GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:/vpc"
STREAM = "arn:aws:firehose:us-east-1:123456789012:deliverystream/s"


def test_a_log_group_is_one_destination_by_name_and_by_arn() -> None:
    by_name, by_arn, with_ending = destination("/vpc", None), destination(None, GROUP), destination(None, f"{GROUP}:*")
    assert by_name == Destination(LOGS, "/vpc") and by_arn == with_ending == Destination(LOGS, "/vpc", GROUP)
    assert by_name and by_arn and by_name.same(by_arn) and by_arn.same(by_name)
    assert not by_arn.same(Destination(LOGS, "/vpc", GROUP.replace("us-east-1", "eu-west-1")))
    assert destination(None, "arn:aws:s3:::b/x") == Destination(S3, "arn:aws:s3:::b/x")
    assert destination(None, STREAM) == Destination(FIREHOSE, STREAM)
    for group, arn in ((None, None), ("/vpc", GROUP), (GROUP, None), (None, "arn:aws:sqs:us-east-1:123456789012:q")):
        assert destination(group, arn) is None


def test_each_resource_has_a_flow_log_of_its_type() -> None:
    ids = [VPC, "subnet-0a1b2c3d", "eni-0a1b2c3d", "tgw-0a1b2c3d4e5f67890", "tgw-attach-0a1b2c3d4e5f67890"]
    found = desired([entry(*ids, region="eu-west-1", profile="shop", tags={"a": 1})])
    (ones,) = list(found.values())
    assert list(found) == [Target("shop", "eu-west-1")]
    assert [(one.kind, one.traffic) for one in ones] == [
        ("VPC", "ALL"),
        ("Subnet", "ALL"),
        ("NetworkInterface", "ALL"),
        ("TransitGateway", ""),
        ("TransitGatewayAttachment", ""),
    ]
    assert ones[0].tags == {"a": "1"} and ones[0].label == f"{VPC} to /vpc (ALL)" and ones[3].label == f"{ids[3]} to /vpc"
    (one,) = desired([entry(log_format="default")])[Target("", "us-east-1")]
    assert one.log_format == FIELDS and len(FIELDS.split()) == 14
    (one,) = desired([entry(log_format=" ${srcaddr}\n  ${dstaddr} ")])[Target("", "us-east-1")]
    assert one.log_format == "${srcaddr} ${dstaddr}"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (entry(destination_arn=GROUP, log_group_name="/vpc"), "give one of them"),
        (entry(log_group_name=None), "give one of them"),
        (entry("i-0123456789"), "resource_ids has 'i-0123456789'. Hint: ids that begin with vpc-"),
        (entry("vpc-main"), "resource_ids has 'vpc-main'"),
        ({**entry(), "resource_ids": []}, "resource_ids is empty"),
        (entry(log_format="srcaddr dstaddr"), "fields as AWS writes them"),
        (entry(role_arn="delivery"), "the ARN of a role"),
        (entry(destination_arn="arn:aws:s3:::b", role_arn=ROLE), "only log groups need a role"),
        (entry(file_format="parquet"), "are for buckets alone"),
        (entry("tgw-0a1b2c3d4e5f67890", traffic_type="ALL"), "traffic_type is ALL, which AWS does not take of transit gateways"),
        (entry("tgw-0a1b2c3d4e5f67890", max_aggregation_interval=600), "max_aggregation_interval is 600"),
        (entry("tgw-0a1b2c3d4e5f67890", log_format="default"), "all fields by default"),
        (entry(tags={"aws:x": "1"}), "which AWS does not take"),
    ],
)
def test_what_cannot_be_is_refused_with_a_hint(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        desired([entry(OTHER), given])
    assert str(refused.value).startswith("cw_agent_flow_logs[1]") and words in str(refused.value) and "Hint: " in str(refused.value)


def test_one_flow_log_is_named_once() -> None:
    with pytest.raises(ConfigError, match=r"cw_agent_flow_logs\[1\]: cw_agent_flow_logs\[0\] names the same flow log, vpc-.* to /vpc"):
        desired([entry(OTHER, VPC), entry(VPC, state="absent")])
    for other in (entry(traffic_type="REJECT"), entry(region="eu-west-1"), entry(destination_arn="arn:aws:s3:::b")):
        desired([entry(), other])
