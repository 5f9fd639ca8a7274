# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dashboards of the stand-in: one set for an account, and what AWS refuses."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from aws.conftest import Standin

TEXT = {"type": "text", "x": 0, "y": 0, "width": 6, "height": 3, "properties": {"markdown": "hello"}}


@pytest.fixture
def name() -> str:
    return f"t-{uuid.uuid4().hex[:10]}"


def body(*widgets: dict[str, Any]) -> str:
    return json.dumps({"widgets": list(widgets)})


def test_a_dashboard_is_global(standin: Standin, name: str) -> None:
    east, west = standin.client("cloudwatch"), standin.client("cloudwatch", "eu-west-1")
    west.put_dashboard(DashboardName=name, DashboardBody=body(TEXT), Tags=[{"Key": "a", "Value": "1"}])
    found = east.get_dashboard(DashboardName=name)
    assert found["DashboardArn"] == f"arn:aws:cloudwatch::123456789012:dashboard/{name}" and found["DashboardBody"] == body(TEXT)
    east.put_dashboard(DashboardName=name, DashboardBody=body(), Tags=[{"Key": "b", "Value": "2"}])
    assert [one["DashboardName"] for one in west.list_dashboards(DashboardNamePrefix=name)["DashboardEntries"]] == [name]
    arn = found["DashboardArn"]
    assert east.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "a", "Value": "1"}]
    east.tag_resource(ResourceARN=arn, Tags=[{"Key": "b", "Value": "2"}])
    east.untag_resource(ResourceARN=arn, TagKeys=["a"])
    assert west.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "b", "Value": "2"}]
    with pytest.raises(east.exceptions.ResourceNotFound):
        east.delete_dashboards(DashboardNames=[name, f"{name}-none"])
    west.delete_dashboards(DashboardNames=[name])
    with pytest.raises(ClientError, match="does not exist"):
        east.get_dashboard(DashboardName=name)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not valid JSON"),
        ("{}", "Should have required property 'widgets'"),
        (body({"type": "text"}), "Should have required property 'properties'"),
        (body({**TEXT, "type": "graph"}), "/widgets/0/type"),
        (body(TEXT, {**TEXT, "x": 24}), "/widgets/1/x"),
        (body({**TEXT, "type": "metric", "properties": {"region": "us-east-1"}}), "Should have required property 'metrics'"),
        (body({**TEXT, "type": "metric", "properties": {"metrics": []}}), "should have specified a region and a data source"),
        (body(*[TEXT] * 501), "Should NOT have more than 500 items"),
    ],
)
def test_bodies_that_aws_does_not_take(standin: Standin, name: str, text: str, said: str) -> None:
    client = standin.client("cloudwatch")
    with pytest.raises(ClientError, match="InvalidParameterInput") as error:
        client.put_dashboard(DashboardName=name, DashboardBody=text)
    assert said in str(error.value)
    assert client.list_dashboards(DashboardNamePrefix=name)["DashboardEntries"] == []


def test_names_that_aws_does_not_take(standin: Standin) -> None:
    for wrong in ("a b", "ä", "x" * 256):
        with pytest.raises(ClientError, match="DashboardName"):
            standin.client("cloudwatch").put_dashboard(DashboardName=wrong, DashboardBody=body())
