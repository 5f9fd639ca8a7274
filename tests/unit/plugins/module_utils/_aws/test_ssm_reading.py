# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading for people and playbooks: names, selectors, paths, prefixes, labels, parts, settings, history."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import ssm_reading as reading
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from botocore.exceptions import ClientError


@pytest.fixture
def filled(ssm: Any) -> Any:
    for name, values in {"/a/b": ["1", "2", "3"], "/a/c/d": ["x"], "flat": ["y"], "flat.part2": ["z"]}.items():
        for number, value in enumerate(values):
            ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=bool(number), Description="what for")
    ssm.put_parameter(Name="/a/secret", Value="hunter2", Type="SecureString")
    ssm.label_parameter_version(Name="/a/b", ParameterVersion=2, Labels=["live"])
    ssm.label_parameter_version(Name="flat", Labels=["live", "candidate"])
    ssm.label_parameter_version(Name="flat.part2", Labels=["live"])
    ssm.calls.clear()
    return ssm


def test_names_and_selectors(filled: Any) -> None:
    assert [(entry["name"], entry["value"]) for entry in reading.by_selector(filled, ["flat", "gone", "/a/b"], "")] == [
        ("flat", "y"),
        ("/a/b", "3"),
    ]
    assert [entry["value"] for entry in reading.by_selector(filled, ["/a/b", "/a/c/d"], "live")] == ["2"]
    assert [entry["value"] for entry in reading.by_selector(filled, ["/a/b"], "1")] == ["1"]
    assert reading.by_selector(filled, ["/a/b"], "1")[0]["version"] == 1


def test_secure_values_are_neither_decrypted_nor_returned(filled: Any) -> None:
    (entry,) = reading.by_selector(filled, ["/a/secret"], "")
    assert (entry["type"], entry["value"]) == ("SecureString", None)
    assert filled.calls == [("get_parameters", {"Names": ["/a/secret"], "WithDecryption": False})]


def test_paths_and_prefixes(filled: Any) -> None:
    assert [entry["name"] for entry in reading.by_path(filled, "/a", True)] == ["/a/b", "/a/c/d", "/a/secret"]
    assert [entry["name"] for entry in reading.by_path(filled, "/a", False)] == ["/a/b", "/a/secret"]
    assert reading.names_beginning(filled, ["flat", "/a/c"]) == ["/a/c/d", "flat", "flat.part2"]


def test_all_pages_are_read(filled: Any) -> None:
    for number in range(25):
        filled.put_parameter(Name=f"/many/{number:02}", Value="x", Type="String")
    assert len(reading.by_path(filled, "/many", True)) == 25
    assert filled.count("get_parameters_by_path") == 3


def test_labels_and_parts(filled: Any) -> None:
    assert reading.labels_of(filled, ["/a/b", "gone"], ["live", "hold"]) == {"/a/b": {"live": 2, "hold": 0}, "gone": {"live": 0, "hold": 0}}
    assert reading.labels_of_parts(filled, ["flat", "/a/b"], ["live"]) == {
        "flat": {"live": 1},
        "/a/b": {"live": 2},
        "flat.part2": {"live": 1},
        "/a/b.part2": {"live": 0},
        "flat.part3": {"live": 0},
    }


def test_history_and_settings(filled: Any) -> None:
    (name,) = reading.histories(filled, ["/a/b", "gone"])
    history = reading.histories(filled, ["/a/b"])[name]
    assert [(entry["version"], entry["value"], entry["labels"]) for entry in history] == [(1, "1", []), (2, "2", ["live"]), (3, "3", [])]
    assert reading.settings_of(filled, ["/a/b"]) == {
        "/a/b": {"tier": "Standard", "key_id": None, "description": "what for", "allowed_pattern": None, "policies": []}
    }


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException", "InternalServerError", "ExpiredTokenException"])
@pytest.mark.parametrize(
    ("operation", "read"),
    [
        ("get_parameters", lambda ssm: reading.by_selector(ssm, ["flat"], "")),
        ("get_parameters_by_path", lambda ssm: reading.by_path(ssm, "/a", True)),
        ("describe_parameters", lambda ssm: reading.names_beginning(ssm, ["flat"])),
        ("describe_parameters", lambda ssm: reading.settings_of(ssm, ["flat"])),
        ("get_parameter_history", lambda ssm: reading.histories(ssm, ["flat"])),
        ("get_parameters", lambda ssm: reading.labels_of_parts(ssm, ["flat"], ["live"])),
    ],
)
def test_refused_reads_are_errors(filled: Any, operation: str, read: Any, code: str) -> None:
    filled.fail[operation] = [ClientError({"Error": {"Code": code, "Message": "no"}}, operation)]
    with pytest.raises(AwsError) as raised:
        read(filled)
    assert raised.value.code == code
