# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults: every kind in the envelope of the called service, counted, for the caller that was meant."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from aws.fault_cli import main

if TYPE_CHECKING:
    from aws.conftest import Standin

READS = {
    "ssm": ("get_parameter", {"Name": "AmazonCloudWatch-x"}),
    "logs": ("describe_log_streams", {"logGroupName": "g"}),
    "cloudwatch": ("list_metrics", {}),
    "sts": ("get_caller_identity", {}),
    "ec2": ("describe_tags", {}),
}


def call(standin: Standin, service: str, **config: Any) -> Any:
    method, params = READS[service]
    return getattr(standin.client(service, **config), method)(**params)


def refusal(standin: Standin, service: str) -> ClientError:
    with pytest.raises(ClientError) as caught:
        call(standin, service)
    return caught.value


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("throttle", ("ThrottlingException", "ThrottlingException", "Throttling", "Throttling", "RequestLimitExceeded")),
        ("5xx", ("InternalServerError", "InternalFailure", "InternalFailure", "InternalFailure", "InternalError")),
        ("denied", ("AccessDeniedException", "AccessDeniedException", "AccessDenied", "AccessDenied", "UnauthorizedOperation")),
        ("expired", ("ExpiredTokenException", "ExpiredTokenException", "ExpiredToken", "ExpiredToken", "RequestExpired")),
    ],
)
def test_each_service_fails_in_its_own_words(standin: Standin, kind: str, codes: tuple[str, ...]) -> None:
    main(["add", kind], standin.url)
    assert tuple(refusal(standin, service).response["Error"]["Code"] for service in READS) == codes


def test_denied_names_who_what_and_where(standin: Standin) -> None:
    main(["add", "denied", "--service", "ssm", "--operation", "Get*"], standin.url)
    message = refusal(standin, "ssm").response["Error"]["Message"]
    who = "User: arn:aws:iam::123456789012:user/lab-controller is not authorized to perform: ssm:GetParameter"
    where = "on resource: arn:aws:ssm:us-east-1:123456789012:parameter/AmazonCloudWatch-x because no identity-based policy"
    assert message.startswith(f"{who} {where}")
    assert standin.client("ssm").describe_parameters()["Parameters"] is not None


def test_early_is_in_the_words_of_each_service(standin: Standin) -> None:
    main(["add", "early"], standin.url)
    error = refusal(standin, "ec2").response["Error"]
    assert error["Code"] == "InvalidParameterValue" and "Invalid IAM Instance Profile" in error["Message"]
    with pytest.raises(ClientError, match="NoSuchEntity"):
        standin.client("iam").get_role(RoleName="new")
    with pytest.raises(ClientError, match=r"\(InvalidParameter\).*Unable to assume given IAM role"):
        standin.client("ec2").create_flow_logs(ResourceIds=["vpc-0"], ResourceType="VPC")
    with pytest.raises(ClientError, match=r"\(InvalidCloudWatchLogsRoleArnException\).*Access denied"):
        standin.client("cloudtrail").update_trail(Name="any")


def test_a_count_is_used_up_and_retried_over(standin: Standin) -> None:
    main(["add", "throttle", "--service", "sts", "--count", "2"], standin.url)
    before = len(standin.calls())
    assert call(standin, "sts", retries={"total_max_attempts": 4, "mode": "standard"})["Account"] == "123456789012"
    lines = standin.calls(before)
    assert [(line["status"], line["error"], line["fault"]) for line in lines] == [
        *[(400, "Throttling", "throttle")] * 2,
        (200, None, None),
    ]


def test_hosts_and_controller_are_told_apart(standin: Standin) -> None:
    main(["add", "denied", "--host", "ec2-*"], standin.url)
    assert call(standin, "sts")["Account"]
    scope = "AWS4-HMAC-SHA256 Credential=LABX/20260101/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=00"
    headers = {"X-Lab-Host": "ec2-1", "Authorization": scope, "Content-Type": "application/x-www-form-urlencoded"}
    assert standin.raw("POST", "/", b"Action=GetCallerIdentity&Version=2011-06-15", headers)[0] == 403
    assert standin.calls()[-1]["host"] == "ec2-1"
    standin.ask("DELETE", "/_lab/faults")
    main(["add", "denied", "--host", "controller"], standin.url)
    assert standin.raw("POST", "/", b"Action=GetCallerIdentity&Version=2011-06-15", headers)[0] == 200
    assert refusal(standin, "sts")


def test_a_lost_answer_leaves_the_write(standin: Standin) -> None:
    name = f"AmazonCloudWatch-{uuid.uuid4().hex[:8]}"
    main(["add", "lost", "--operation", "PutParameter", "--count", "1"], standin.url)
    with pytest.raises(ConnectionClosedError):
        standin.client("ssm").put_parameter(Name=name, Value="v", Type="String")
    assert standin.calls()[-1]["status"] is None and standin.calls()[-1]["fault"] == "lost"
    assert standin.client("ssm").get_parameter(Name=name)["Parameter"]["Value"] == "v"


def test_reset_and_timeout_do_nothing(standin: Standin) -> None:
    name = f"AmazonCloudWatch-{uuid.uuid4().hex[:8]}"
    main(["add", "reset", "--service", "ssm", "--count", "1"], standin.url)
    main(["add", "timeout", "--service", "ssm", "--operation", "PutParameter", "--count", "1", "--seconds", "2"], standin.url)
    with pytest.raises(ConnectionClosedError):
        standin.client("ssm").put_parameter(Name=name, Value="v", Type="String")
    began = time.monotonic()
    with pytest.raises(ReadTimeoutError):
        standin.client("ssm", read_timeout=0.5).put_parameter(Name=name, Value="v", Type="String")
    assert 0.4 < time.monotonic() - began < 2
    assert call(standin, "sts"), "a hanging call holds up nobody else"
    with pytest.raises(ClientError, match="ParameterNotFound"):
        standin.client("ssm").get_parameter(Name=name)


def test_probability_and_region(standin: Standin) -> None:
    main(["add", "5xx", "--service", "cloudwatch", "--region", "eu-west-1", "--probability", "0.5"], standin.url)
    scope = "AWS4-HMAC-SHA256 Credential=LABX/20260101/eu-west-1/monitoring/aws4_request, SignedHeaders=host, Signature=00"
    headers = {"Authorization": scope, "X-Amz-Target": "GraniteServiceVersion20100801.ListMetrics"}
    failed = sum(standin.raw("POST", "/", b"{}", headers)[0] == 500 for _unused in range(60))
    assert 10 < failed < 50
    assert call(standin, "cloudwatch")["Metrics"] is not None


def test_the_command_line(standin: Standin, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["add", "lost", "--service", "ssm"], standin.url) == 0
    number = capsys.readouterr().out.strip()
    main(["list"], standin.url)
    assert capsys.readouterr().out.startswith(f"{number} lost service=ssm")
    assert main(["clear", number], standin.url) == 0
    assert main(["clear", number], standin.url) == 1
    main(["list"], standin.url)
    assert capsys.readouterr().out == ""


def test_an_incomplete_answer_holds_nothing_yet(standin: Standin) -> None:
    logs, metrics, now = standin.client("logs"), standin.client("cloudwatch"), time.time()
    logs.create_log_group(logGroupName="g")
    logs.create_log_stream(logGroupName="g", logStreamName="s")
    logs.put_log_events(logGroupName="g", logStreamName="s", logEvents=[{"timestamp": int(now * 1000), "message": "m"}])
    metrics.put_metric_data(Namespace="n", MetricData=[{"MetricName": "m", "Value": 1.0, "Timestamp": now}])
    stat = {"Metric": {"Namespace": "n", "MetricName": "m"}, "Period": 60, "Stat": "Average"}
    query = {"MetricDataQueries": [{"Id": "a", "MetricStat": stat}], "StartTime": now - 120, "EndTime": now + 60}
    main(["add", "incomplete", "--count", "2"], standin.url)
    page = logs.filter_log_events(logGroupName="g")
    (hollow,) = metrics.get_metric_data(**query)["MetricDataResults"]
    assert (page["events"], hollow["Values"], hollow["StatusCode"]) == ([], [], "InternalError")
    assert [event["message"] for event in logs.filter_log_events(logGroupName="g", nextToken=page["nextToken"])["events"]] == ["m"]
    (whole,) = metrics.get_metric_data(**query)["MetricDataResults"]
    assert (whole["Values"], whole["StatusCode"]) == ([1.0], "Complete")
