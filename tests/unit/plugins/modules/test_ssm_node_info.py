# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module's edge: filters in, nodes and the reasons of those that are missing out."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import module as aws_module
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.nodes import Instance
from ansible_collections.cloudwatch.agent.plugins.modules import ssm_node_info
from ansible_collections.cloudwatch.agent.tests.support.fake_commands import FakeRunCommand, client_error


@pytest.fixture
def info(monkeypatch: pytest.MonkeyPatch, run_module: Any) -> Any:
    client = FakeRunCommand()
    client.nodes = {
        "i-1": {"tags": {"Role": "web"}},
        "i-2": {"tags": {"Role": "db"}, "PingStatus": "ConnectionLost"},
        "mi-3": {"tags": {"Role": "web"}, "PlatformType": "Windows"},
    }
    asked: list[list[str]] = []

    def ec2(_client: Any, ids: list[str]) -> dict[str, Instance]:
        asked.append(ids)
        return {"i-8": Instance("stopped", True, 0)}

    monkeypatch.setattr(ssm_node_info, "instances", ec2)
    monkeypatch.setattr(aws_module.AwsModule, "retrying_client", lambda _self, _service: client)

    def run(**arguments: Any) -> dict[str, Any]:
        result: dict[str, Any] = run_module(ssm_node_info.main, {"region": "us-east-1", **arguments})
        return {**result, "ids": [node["instance_id"] for node in result.get("nodes", [])], "asked": asked}

    run.client = client  # type: ignore[attr-defined]
    return run


def test_all_nodes_or_those_that_meet_the_filters(info: Any) -> None:
    assert info()["ids"] == ["i-1", "i-2", "mi-3"]
    assert info(tags={"Role": "web"}, platform_types=["Linux"])["ids"] == ["i-1"]
    assert info(tags={"Role": ["web", "db"]}, ping_status=["ConnectionLost"])["ids"] == ["i-2"]
    assert info(instance_ids=["i-1", "i-2"], tags={"Role": "web"})["ids"] == ["i-1"]


def test_those_that_are_missing_have_a_reason(info: Any) -> None:
    found = info(instance_ids=["i-1", "i-8", "i-9", "mi-7"], ping_status=["Inactive"])
    assert found["ids"] == [] and found["asked"] == [["i-8", "i-9"]]
    assert [one["instance_id"] for one in found["missing"]] == ["i-8", "i-9", "mi-7"]
    assert [one["reason"].partition(".")[0] for one in found["missing"]] == [
        "the instance is stopped",
        "EC2 does not know the instance in this account and region",
        "no node of this account and region has this id",
    ]
    assert info(instance_ids=["i-9"], explain=False)["missing"] == [{"instance_id": "i-9", "reason": ""}]


def test_a_refusal_is_one_message(info: Any) -> None:
    info.client.fail = {"describe_instance_information": [client_error("AccessDeniedException", "DescribeInstanceInformation")]}
    refused = info()
    assert refused["failed"] and "allow ssm:DescribeInstanceInformation" in refused["msg"]
