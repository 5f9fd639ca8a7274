# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Managed nodes by ids, tags and targets, and what EC2 knows of those that are missing."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import managed_nodes
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.tests.support.fake_commands import FakeRunCommand

GROUP = [{"ResourceArn": "arn:aws:ec2:us-east-1:1:instance/i-2"}, {"ResourceArn": "arn:aws:s3:::bucket"}]


class Pages:
    """A client of one paginator that answers one page."""

    def __init__(self, page: dict[str, Any]) -> None:
        self.page, self.asked = page, [dict[str, Any]()]

    def get_paginator(self, _operation: str) -> Pages:
        return self

    def paginate(self, **request: Any) -> list[dict[str, Any]]:
        self.asked.append(request)
        return [self.page]


@pytest.fixture
def ssm() -> FakeRunCommand:
    client = FakeRunCommand()
    client.nodes = {
        "i-1": {"tags": {"Role": "web", "Stage": "live"}},
        "i-2": {"tags": {"Role": "web", "Stage": "test"}},
        "i-3": {"tags": {"Role": "db", "Stage": "live"}},
    }
    return client


def test_ids_are_read_fifty_a_call_and_each_once(ssm: FakeRunCommand) -> None:
    assert sorted(managed_nodes.by_ids(ssm, ["i-1", "i-1", *(f"i-{number}" for number in range(3, 60))])) == ["i-1", "i-3"]
    assert [len(request["Filters"][0]["Values"]) for request in ssm.called("describe_instance_information")] == [50, 8]
    assert managed_nodes.by_ids(ssm, []) == {}


def test_tags_are_met_together_one_call_each(ssm: FakeRunCommand) -> None:
    assert sorted(managed_nodes.by_tags(ssm, {"Role": ["web", "db"], "Stage": ["live"]})) == ["i-1", "i-3"]
    assert managed_nodes.by_tags(ssm, {}) == {}
    assert all(len(request["Filters"]) == 1 for request in ssm.called("describe_instance_information"))


def test_targets_mean_the_nodes_that_meet_all_keys(ssm: FakeRunCommand) -> None:
    clients = {"ssm": ssm, "resource-groups": Pages({"ResourceIdentifiers": GROUP})}

    def resolved(*targets: tuple[str, list[str]]) -> list[str]:
        return sorted(managed_nodes.by_targets(clients.__getitem__, [{"Key": key, "Values": values} for key, values in targets]))

    assert resolved(("tag:Role", ["web"]), ("tag:Stage", ["live"])) == ["i-1"]
    assert resolved(("InstanceIds", ["*"])) == ["i-1", "i-2", "i-3"]
    assert resolved(("InstanceIds", ["i-2", "i-9"])) == ["i-2"]
    assert resolved(("resource-groups:Name", ["web"])) == ["i-2"]
    with pytest.raises(AwsError, match="check mode cannot name them"):
        resolved(("aws:NoOpAutomationTag", ["x"]))


def test_ec2_says_state_profile_and_age() -> None:
    launched = datetime(2026, 1, 1, tzinfo=timezone.utc)
    items = [
        {"InstanceId": "i-1", "State": {"Name": "running"}, "IamInstanceProfile": {"Arn": "a"}, "LaunchTime": launched},
        {"InstanceId": "i-2", "State": {"Name": "stopped"}},
    ]
    client = Pages({"Reservations": [{"Instances": items}]})
    found = managed_nodes.instances(client, ["i-1", "i-2", "i-3"], now=lambda: launched.timestamp() + 30)
    assert found == {"i-1": ("running", True, 30.0), "i-2": ("stopped", False, 0.0)}
    assert client.asked[1:] == [{"Filters": [{"Name": "instance-id", "Values": ["i-1", "i-2", "i-3"]}]}]
