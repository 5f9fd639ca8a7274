# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls of verification, and what is said where one of them is refused."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import telemetry_api as api
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._aws.cloud import NOW, Cloud, refused


class Refusing:
    """A client whose every call is denied."""

    def __getattr__(self, name: str) -> Any:
        operation = "".join(word.capitalize() for word in name.split("_"))

        def call(**_request: Any) -> None:
            raise refused("AccessDeniedException", "no", operation)

        return call


@pytest.mark.parametrize(
    ("call", "action"),
    [
        (lambda client: api.filter_log_events(client, "g", ["a"], 0, None), "logs:FilterLogEvents"),
        (lambda client: api.newest_log_events(client, "g", "a"), "logs:GetLogEvents"),
        (lambda client: api.get_metric_data(client, [], 0, 1, None), "cloudwatch:GetMetricData"),
    ],
)
def test_a_denied_call_names_its_permission_and_the_guide_on_verification(call: Any, action: str) -> None:
    with pytest.raises(AwsError, match=rf"Hint: allow {action} to the controller's credentials .*guide on verification"):
        call(Refusing())


def test_the_newest_events_may_stand_before_empty_pages() -> None:
    cloud = Cloud(empty_pages=3)
    cloud.log("g", "a", NOW)
    assert len(api.newest_log_events(cloud, "g", "a")) == 1
    assert [request.get("nextToken") for _operation, _region, request in cloud.calls] == [None, "1", "2", "3"]


def test_empty_pages_have_an_end() -> None:
    cloud = Cloud(empty_pages=10_000)
    cloud.log("g", "a", NOW)
    assert api.newest_log_events(cloud, "g", "a") == []
    assert len(cloud.calls) == api.EMPTY_PAGES
