# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VPC flow logs: the stand-in refuses and reports what AWS does, where moto does not."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from aws.conftest import Standin


@pytest.fixture
def ec2(standin: Standin) -> Any:
    return standin.client("ec2")


@pytest.fixture
def vpc(ec2: Any) -> str:
    return str(ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"])


def make_role(standin: Standin, service: str = "vpc-flow-logs.amazonaws.com", writes: bool = True) -> str:
    """A role that a service may assume."""
    iam, name = standin.client("iam"), f"t-{uuid.uuid4().hex[:10]}"
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}))["Role"][
        "Arn"
    ]
    if writes:
        policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["logs:PutLogEvents"], "Resource": "*"}]}
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps(policy))
    return str(arn)


@pytest.fixture
def role(standin: Standin) -> str:
    return make_role(standin)


def given(vpc: str, role: str, **more: Any) -> dict[str, Any]:
    common = {"ResourceIds": [vpc], "ResourceType": "VPC", "TrafficType": "ALL", "LogGroupName": "/vpc", "DeliverLogsPermissionArn": role}
    return {key: value for key, value in {**common, **more}.items() if value is not None}


def described(ec2: Any, vpc: str) -> list[dict[str, Any]]:
    return list(ec2.describe_flow_logs(Filters=[{"Name": "resource-id", "Values": [vpc]}])["FlowLogs"])


def codes(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(item["ResourceId"], item["Error"]["Code"]) for item in answer["Unsuccessful"]]


def test_what_is_one_configuration(standin: Standin, ec2: Any, vpc: str, role: str) -> None:
    """Whichever way the log group was named; another traffic type is another one; formats as the setting says."""
    arn = "arn:aws:logs:us-east-1:123456789012:log-group:/vpc"
    assert ec2.create_flow_logs(**given(vpc, role))["Unsuccessful"] == []
    for more in ({}, {"LogGroupName": None, "LogDestination": f"{arn}:*"}, {"LogFormat": "${srcaddr}"}, {"MaxAggregationInterval": 60}):
        assert codes(ec2.create_flow_logs(**given(vpc, role, **more))) == [(vpc, "FlowLogAlreadyExists")], more
    assert ec2.create_flow_logs(**given(vpc, role, TrafficType="REJECT"))["Unsuccessful"] == []
    standin.ask("POST", "/_lab/settings", {"flow_log_one_format": 0})
    try:
        assert ec2.create_flow_logs(**given(vpc, role, LogFormat="${srcaddr}"))["Unsuccessful"] == []
    finally:
        standin.ask("POST", "/_lab/settings", {"flow_log_one_format": 1})
    assert len(described(ec2, vpc)) == 3


def test_how_a_destination_is_described(ec2: Any, vpc: str, role: str) -> None:
    """By name without an ARN, by ARN without `:*`; tags and the default fields are there."""
    tags = [{"ResourceType": "vpc-flow-log", "Tags": [{"Key": "team", "Value": "web"}]}]
    arn = "arn:aws:logs:us-east-1:123456789012:log-group:/other"
    ec2.create_flow_logs(**given(vpc, role, TagSpecifications=tags))
    ec2.create_flow_logs(**given(vpc, role, LogGroupName=None, LogDestination=f"{arn}:*"))
    first, second = described(ec2, vpc)
    assert (first["LogGroupName"], first.get("LogDestination"), first["Tags"]) == ("/vpc", None, tags[0]["Tags"])
    assert (second.get("LogGroupName"), second["LogDestination"]) == (None, arn)
    assert first["LogFormat"].startswith("${version} ${account-id}") and first["MaxAggregationInterval"] == 600


def test_one_bad_id_leaves_the_others(ec2: Any, vpc: str, role: str) -> None:
    answer = ec2.create_flow_logs(**given(vpc, role, ResourceIds=[vpc, "vpc-00000000"]))
    assert len(answer["FlowLogIds"]) == 1 and codes(answer) == [("vpc-00000000", "InvalidVpcID.NotFound")]
    gone = ec2.delete_flow_logs(FlowLogIds=[*answer["FlowLogIds"], "fl-00000000"])
    assert codes(gone) == [("fl-00000000", "InvalidFlowLogId.NotFound")] and described(ec2, vpc) == []


def test_a_client_token_makes_nothing_twice(ec2: Any, vpc: str, role: str) -> None:
    arguments = given(vpc, role, ClientToken=uuid.uuid4().hex)
    assert ec2.create_flow_logs(**arguments)["FlowLogIds"] == ec2.create_flow_logs(**arguments)["FlowLogIds"]
    with pytest.raises(ClientError, match="IdempotentParameterMismatch"):
        ec2.create_flow_logs(**{**arguments, "TrafficType": "REJECT"})
    assert len(described(ec2, vpc)) == 1


def test_what_the_whole_call_is_refused_for(standin: Standin, ec2: Any, vpc: str, role: str) -> None:
    for more, words in (
        ({"DeliverLogsPermissionArn": "arn:aws:iam::123456789012:role/none"}, "Unable to assume given IAM role"),
        ({"DeliverLogsPermissionArn": make_role(standin, "ec2.amazonaws.com")}, "Unable to assume given IAM role"),
        ({"DeliverLogsPermissionArn": None}, "can't be empty"),
        ({"LogFormat": "${srcaddr} ${nonsense}"}, "Unknown fields provided: nonsense"),
        ({"LogGroupName": "/vpc:*"}, "LogGroupName"),
        ({"LogDestination": "arn:aws:logs:us-east-1:123456789012:log-group:/vpc"}, "only provide"),
        ({"TrafficType": None}, "TrafficType"),
        ({"MaxAggregationInterval": 61}, "Interval"),
        ({"ResourceIds": [f"vpc-{number:08x}" for number in range(301)]}, "Too many"),
    ):
        with pytest.raises(ClientError, match=words):
            ec2.create_flow_logs(**given(vpc, role, **more))
    assert described(ec2, vpc) == []


def test_transit_gateways_have_no_traffic_type(ec2: Any, role: str) -> None:
    gateway = ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
    common = given(gateway, role, ResourceType="TransitGateway")
    with pytest.raises(ClientError, match="TrafficType"):
        ec2.create_flow_logs(**common)
    del common["TrafficType"]
    assert ec2.create_flow_logs(**common)["Unsuccessful"] == []
    assert described(ec2, gateway)[0]["MaxAggregationInterval"] == 60


def test_buckets_and_the_health_of_a_delivery(standin: Standin, ec2: Any, vpc: str) -> None:
    silent = make_role(standin, writes=False)
    ec2.create_flow_logs(**given(vpc, silent))
    found = described(ec2, vpc)[0]
    assert (found["DeliverLogsStatus"], found["DeliverLogsErrorMessage"], found["FlowLogStatus"]) == ("FAILED", "Access error", "ACTIVE")
    bucket = f"t-{uuid.uuid4().hex[:10]}"
    to_bucket = {"LogGroupName": None, "LogDestination": f"arn:aws:s3:::{bucket}/vpc", "LogDestinationType": "s3"}
    none = ec2.create_flow_logs(**given(vpc, silent, **to_bucket, DeliverLogsPermissionArn=None))
    assert codes(none) == [(vpc, "400")]
    standin.client("s3").create_bucket(Bucket=bucket)
    options = {"FileFormat": "parquet", "PerHourPartition": True}
    arguments = given(vpc, silent, **to_bucket, DestinationOptions=options)
    with pytest.raises(ClientError, match="not applicable"):
        ec2.create_flow_logs(**arguments)
    del arguments["DeliverLogsPermissionArn"]
    assert ec2.create_flow_logs(**arguments)["Unsuccessful"] == []
    (written,) = [one for one in described(ec2, vpc) if one["LogDestinationType"] == "s3"]
    assert written["DestinationOptions"] == {**options, "HiveCompatiblePartitions": False}
