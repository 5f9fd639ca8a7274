# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameter Store of the stand-in refuses, keeps and tells what AWS does."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from aws.conftest import Standin


@pytest.fixture
def ssm(standin: Standin) -> Any:
    return standin.client("ssm")


@pytest.fixture
def name() -> str:
    return f"AmazonCloudWatch-{uuid.uuid4().hex[:12]}"


def refused(call: Any, **params: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**params)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ("a/b", "ValidationException"),
        ("/a//b", "ValidationException"),
        ("/a/b/", "ValidationException"),
        ("a b", "ValidationException"),
        ("awsome", "ValidationException"),
        ("ssm-x", "ValidationException"),
        ("/SSM/x", "ValidationException"),
        ("/aws/x", "AccessDeniedException"),
        ("/" + "/".join("abcdefghijklmnop"), "HierarchyLevelLimitExceededException"),
        ("x" * 1012, "ValidationException"),
    ],
)
def test_names_that_aws_refuses(ssm: Any, bad: str, code: str) -> None:
    assert refused(ssm.put_parameter, Name=bad, Value="v", Type="String")[0] == code


@pytest.mark.parametrize("good", ["AmazonCloudWatch-a.part2", "/a/b/c", "x" * 1011])
def test_names_that_aws_takes(ssm: Any, good: str) -> None:
    assert ssm.put_parameter(Name=good, Value="v", Type="String")["Version"] == 1
    ssm.delete_parameter(Name=good)


def test_sizes_count_bytes(ssm: Any, name: str) -> None:
    code, message = refused(ssm.put_parameter, Name=name, Value="é" * 2049, Type="String")
    assert (code, "4096 characters" in message) == ("ValidationException", True)
    assert ssm.put_parameter(Name=name, Value="é" * 2048, Type="String")["Tier"] == "Standard"
    assert refused(ssm.put_parameter, Name=name, Value="x" * 8193, Tier="Advanced", Overwrite=True)[0] == "ValidationException"
    assert ssm.put_parameter(Name=name, Value="x" * 8192, Tier="Advanced", Overwrite=True)["Tier"] == "Advanced"


def test_a_tier_never_goes_back(ssm: Any, name: str) -> None:
    assert ssm.put_parameter(Name=name, Value="x" * 4097, Type="String", Tier="Intelligent-Tiering")["Tier"] == "Advanced"
    code, message = refused(ssm.put_parameter, Name=name, Value="x", Tier="Standard", Overwrite=True)
    assert (code, "can't downgrade" in message) == ("ValidationException", True)
    for tier in ({}, {"Tier": "Intelligent-Tiering"}):
        assert ssm.put_parameter(Name=name, Value="x", Overwrite=True, **tier)["Tier"] == "Advanced"


def test_a_type_is_kept_and_never_changed(ssm: Any, name: str) -> None:
    assert refused(ssm.put_parameter, Name=name, Value="v")[0] == "ValidationException"
    ssm.put_parameter(Name=name, Value="v", Type="SecureString")
    ssm.put_parameter(Name=name, Value="w", Overwrite=True)
    assert refused(ssm.put_parameter, Name=name, Value="w", Type="String", Overwrite=True)[0] == "HierarchyTypeMismatchException"
    hidden = ssm.get_parameter(Name=name)["Parameter"]
    assert hidden["Type"] == "SecureString" and hidden["Value"].strip() != "w" and len(hidden["Value"]) > 40
    assert ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"] == "w"


def test_creation_is_exclusive_and_overwriting_counts(ssm: Any, name: str) -> None:
    ssm.put_parameter(Name=name, Value="v", Type="String")
    assert refused(ssm.put_parameter, Name=name, Value="v", Type="String")[0] == "ParameterAlreadyExists"
    assert ssm.put_parameter(Name=name, Value="v", Overwrite=True)["Version"] == 2


def test_values_are_checked(ssm: Any, name: str) -> None:
    put = {"Name": name, "Type": "String"}
    assert refused(ssm.put_parameter, Value='{"a": "{{ssm:x}}"}', **put)[0] == "ValidationException"
    assert refused(ssm.put_parameter, Value="abc", AllowedPattern=r"\d+", **put)[0] == "ParameterPatternMismatchException"
    assert refused(ssm.put_parameter, Value="abc", AllowedPattern="(", **put)[0] == "InvalidAllowedPatternException"
    assert refused(ssm.put_parameter, Value="abc", DataType="Text", **put)[0] == "ValidationException"
    assert refused(ssm.put_parameter, Value="abc", KeyId="alias/aws/ssm", **put)[0] == "ValidationException"
    secure = {**put, "Type": "SecureString"}
    assert refused(ssm.put_parameter, Value="abc", KeyId="alias/none", **secure)[0] == "InvalidKeyId"
    assert ssm.put_parameter(Value="123", AllowedPattern=r"\d+", **put)["Version"] == 1
    assert refused(ssm.put_parameter, Name=name, Value="abc", Overwrite=True)[0] == "ParameterPatternMismatchException"


def test_policies_need_the_advanced_tier(ssm: Any, name: str) -> None:
    policies = json.dumps([{"Type": "NoChangeNotification", "Version": "1.0", "Attributes": {"After": "20", "Unit": "Days"}}])
    assert refused(ssm.put_parameter, Name=name, Value="v", Type="String", Policies=policies)[0] == "ValidationException"
    wrong = json.dumps([{"Type": "Nothing", "Attributes": {}}])
    assert (
        refused(ssm.put_parameter, Name=name, Value="v", Type="String", Tier="Advanced", Policies=wrong)[0] == "InvalidPolicyTypeException"
    )
    assert ssm.put_parameter(Name=name, Value="v", Type="String", Tier="Intelligent-Tiering", Policies=policies)["Tier"] == "Advanced"
    shown = ssm.describe_parameters(ParameterFilters=[{"Key": "Name", "Values": [name]}])["Parameters"][0]
    assert shown["Policies"][0]["PolicyType"] == "NoChangeNotification"


def test_selectors_by_version_label_and_arn(ssm: Any, name: str) -> None:
    ssm.put_parameter(Name=name, Value="one", Type="String")
    ssm.put_parameter(Name=name, Value="two", Overwrite=True)
    ssm.label_parameter_version(Name=name, ParameterVersion=1, Labels=["live"])
    arn = ssm.get_parameter(Name=name)["Parameter"]["ARN"]
    assert arn == f"arn:aws:ssm:us-east-1:123456789012:parameter/{name}"
    asked = [name, f"{name}:1", f"{name}:live", f"{name}:9", f"{name}:none", "absent"]
    answer = ssm.get_parameters(Names=asked)
    got = {item.get("Selector"): item["Value"] for item in answer["Parameters"]}
    assert got == {None: "two", ":1": "one", ":live": "one"}
    assert answer["InvalidParameters"] == asked[3:]
    by_arn = ssm.get_parameter(Name=f"{arn}:live")["Parameter"]
    assert (by_arn["Value"], by_arn["Selector"], by_arn["Name"]) == ("one", ":live", name)
    assert refused(ssm.get_parameter, Name=f"{name}:9")[0] == "ParameterVersionNotFound"
    assert refused(ssm.get_parameter, Name="absent")[0] == "ParameterNotFound"
    assert refused(ssm.get_parameters, Names=[f"n{i}" for i in range(11)])[0] == "ValidationException"


def test_labels_move_and_are_limited(ssm: Any, name: str) -> None:
    for value in "abc":
        ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=value != "a")
    ssm.label_parameter_version(Name=name, ParameterVersion=1, Labels=["live"])
    answer = ssm.label_parameter_version(Name=name, Labels=["live", "1st", "aws-x", "ssm.x", "a b"])
    assert (answer["ParameterVersion"], sorted(answer["InvalidLabels"])) == (3, ["1st", "a b", "aws-x", "ssm.x"])
    labels = {item["Version"]: item["Labels"] for item in ssm.get_parameter_history(Name=name)["Parameters"]}
    assert labels == {1: [], 2: [], 3: ["live"]}
    ssm.label_parameter_version(Name=name, Labels=[f"l{i}" for i in range(9)])
    assert refused(ssm.label_parameter_version, Name=name, Labels=["one-more"])[0] == "ParameterVersionLabelLimitExceeded"
    assert refused(ssm.label_parameter_version, Name=name, ParameterVersion=9, Labels=["x"])[0] == "ParameterVersionNotFound"
    gone = ssm.unlabel_parameter_version(Name=name, ParameterVersion=3, Labels=["live", "never"])
    assert (gone["RemovedLabels"], gone["InvalidLabels"]) == (["live"], ["never"])


def test_a_hundred_versions_and_a_labelled_oldest(ssm: Any, name: str) -> None:
    ssm.put_parameter(Name=name, Value="1", Type="String")
    for number in range(2, 102):
        ssm.put_parameter(Name=name, Value=str(number), Overwrite=True)
    assert refused(ssm.get_parameter, Name=f"{name}:1")[0] == "ParameterVersionNotFound"
    ssm.label_parameter_version(Name=name, ParameterVersion=2, Labels=["live"])
    assert refused(ssm.put_parameter, Name=name, Value="x", Overwrite=True)[0] == "ParameterMaxVersionLimitExceeded"
    history = ssm.get_parameter_history(Name=name)
    assert len(history["Parameters"]) == 50 and history["NextToken"]


def test_descriptions_and_tags(ssm: Any, name: str) -> None:
    tags = [{"Key": "team", "Value": "a"}]
    ssm.put_parameter(Name=name, Value="v", Type="SecureString", Description="what", AllowedPattern=".*", Tags=tags)
    assert refused(ssm.put_parameter, Name=name, Value="w", Overwrite=True, Tags=tags)[0] == "ValidationException"
    ssm.put_parameter(Name=name, Value="w", Overwrite=True)
    shown = ssm.describe_parameters(ParameterFilters=[{"Key": "Name", "Option": "Equals", "Values": [name]}])["Parameters"][0]
    wanted = {
        "Type": "SecureString",
        "KeyId": "alias/aws/ssm",
        "Description": "what",
        "AllowedPattern": ".*",
        "Tier": "Standard",
        "Version": 2,
    }
    assert {key: shown[key] for key in wanted} == wanted
    assert shown["DataType"] == "text" and shown["LastModifiedUser"].startswith("arn:aws:iam::123456789012:")
    place = {"ResourceType": "Parameter", "ResourceId": name}
    ssm.add_tags_to_resource(Tags=[{"Key": "stage", "Value": "b"}], **place)
    ssm.remove_tags_from_resource(TagKeys=["team"], **place)
    assert ssm.list_tags_for_resource(**place)["TagList"] == [{"Key": "stage", "Value": "b"}]
    assert refused(ssm.list_tags_for_resource, ResourceType="Parameter", ResourceId="absent")[0] == "InvalidResourceId"


def test_paths(ssm: Any, name: str) -> None:
    for leaf in ("a", "b", "deep/c"):
        ssm.put_parameter(Name=f"/{name}/{leaf}", Value=leaf, Type="String")
    ssm.label_parameter_version(Name=f"/{name}/a", Labels=["live"])

    def found(**more: Any) -> list[str]:
        return [item["Value"] for item in ssm.get_parameters_by_path(Path=f"/{name}", **more)["Parameters"]]

    assert found() == ["a", "b"]
    assert found(Recursive=True) == ["a", "b", "deep/c"]
    assert found(ParameterFilters=[{"Key": "Label", "Values": ["live"]}]) == ["a"]


def test_regions_are_separate(standin: Standin, ssm: Any, name: str) -> None:
    ssm.put_parameter(Name=name, Value="east", Type="String")
    west = standin.client("ssm", "eu-west-1")
    assert refused(west.get_parameter, Name=name)[0] == "ParameterNotFound"
    west.put_parameter(Name=name, Value="west", Type="String")
    assert ":eu-west-1:" in west.get_parameter(Name=name)["Parameter"]["ARN"]


def test_the_log_tells_writes_and_hides_values(standin: Standin, ssm: Any, name: str) -> None:
    before = len(standin.calls())
    ssm.put_parameter(Name=name, Value="top-secret", Type="SecureString")
    ssm.get_parameter(Name=name)
    put, get = standin.calls(before)
    assert (put["service"], put["operation"], put["region"], put["status"], put["write"], put["host"]) == (
        *("ssm", "PutParameter", "us-east-1", 200, True),
        None,
    )
    assert put["request"]["Value"]["length"] == 10 and "top-secret" not in standin.log.read_text()
    assert (get["operation"], get["write"]) == ("GetParameter", False)


def test_writes_can_be_paced(standin: Standin, ssm: Any, name: str) -> None:
    standin.ask("POST", "/_lab/settings", {"parameter_write_rate": 3})
    try:
        for number in range(3):
            ssm.put_parameter(Name=name, Value=str(number), Type="String", Overwrite=number > 0)
        assert refused(ssm.put_parameter, Name=name, Value="x", Overwrite=True)[0] == "ThrottlingException"
    finally:
        standin.ask("POST", "/_lab/settings", {"parameter_write_rate": 0})
