# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls for dashboards and for what pictures show. Over the wire: tests/integration/test_dashboards.py."""

from __future__ import annotations

from datetime import datetime, timezone
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.dashboards import Found, Wanted
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import dashboards
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.tests.support.fake_cloudwatch import refused


def client(**methods: Any) -> Any:
    return SimpleNamespace(**methods)


def raising(code: str) -> Any:
    def method(**_given: Any) -> Any:
        raise refused(code)

    return method


def test_a_dashboard_is_read_as_data() -> None:
    known = client(
        get_dashboard=lambda **_given: {"DashboardArn": "arn:d", "DashboardBody": '{"widgets": []}'},
        list_tags_for_resource=lambda **_given: {"Tags": [{"Key": "a", "Value": "1"}]},
    )
    assert dashboards.read(known, "d") == Found("arn:d", {"widgets": []})
    assert dashboards.read(known, "d", tagged=True) == Found("arn:d", {"widgets": []}, {"a": "1"})
    known.get_dashboard = lambda **_given: {"DashboardArn": "arn:d", "DashboardBody": "{"}
    assert dashboards.read(known, "d") == Found("arn:d", "{")
    assert dashboards.read(client(get_dashboard=raising("ResourceNotFound")), "d") is None
    with pytest.raises(AwsError, match=r"Failed to read the dashboard d: AccessDenied.*guide on dashboards"):
        dashboards.read(client(get_dashboard=raising("AccessDenied")), "d")


def test_remarks_are_handed_on_and_what_is_gone_is_no_failure() -> None:
    done: list[Any] = []
    known = client(put_dashboard=lambda **_given: {"DashboardValidationMessages": [{"DataPath": "/widgets/0", "Message": "unusual"}]})
    assert dashboards.ensure(known, Wanted("d", body={"widgets": []}), None, done) == ["/widgets/0: unusual"]
    assert dashboards.ensure(client(delete_dashboards=raising("ResourceNotFound")), Wanted("d"), Found("arn:d", {}), done) == []
    assert [step.operation for step in done] == ["put_dashboard", "delete_dashboards"]


def test_points_and_lines_of_all_pages() -> None:
    at = datetime(2026, 1, 1, tzinfo=timezone.utc)

    def paginator(operation: str) -> Any:
        data = {"Id": "q1", "Label": "i-1", "Timestamps": [at], "Values": [5.0]}
        events = [{"timestamp": number * 1000, "message": str(number)} for number in range(30)]
        pages = [{"MetricDataResults": [data]}] * 2 if operation == "get_metric_data" else [{"events": events}]
        return SimpleNamespace(paginate=lambda **_given: pages)

    known = client(get_paginator=paginator)
    (found,) = dashboards.points(known, "t", [], 0, 1)
    assert found == {"id": "q1", "label": "i-1", "points": [(at.timestamp(), 5.0)] * 2}
    data = {"Id": "q2", "StatusCode": "Forbidden", "Messages": [{"Code": "Denied", "Value": "no"}], "Timestamps": [], "Values": []}
    closed = client(get_paginator=lambda _name: SimpleNamespace(paginate=lambda **_given: [{"MetricDataResults": [data]}]))
    with pytest.raises(AwsError, match=r"Failed to read the metrics of the graph t: Forbidden: Denied: no\."):
        dashboards.points(closed, "t", [], 0, 1)
    lines = dashboards.lines(known, "/web", "?ERROR", 0)
    assert (len(lines), lines[-1]) == (30, (29.0, "29"))
