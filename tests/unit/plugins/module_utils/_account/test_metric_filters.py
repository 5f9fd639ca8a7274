# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Metric filters, as users write them and as AWS has them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.metric_filters import request, shape, wrong
from ansible_collections.cloudwatch.agent.tests.support.fake_logs import metric


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"name": "x*"}, "the name is not possible"),
        ({"pattern": None}, "pattern must be given"),
        ({"metric_name": None, "metric_namespace": None}, "metric_name, metric_namespace must be given"),
        ({"pattern": "x" * 1025}, "1025 characters"),
        ({"metric_name": "a$b"}, "metric_name is 'a$b'"),
        ({"metric_namespace": "AWS/EC2"}, "namespaces of AWS's own"),
        ({"metric_value": "1" * 101}, "more than 100"),
        ({"pattern": "{ $.a = 1 }", "dimensions": dict.fromkeys("abcd", "$.x")}, "4 dimensions"),
        ({"pattern": "{ $.a = 1 }", "dimensions": {"a": "$.a"}, "default_value": 0.0}, "dimensions and a default_value"),
        ({"pattern": "ERROR", "dimensions": {"a": "$.a"}}, "its pattern has none"),
    ],
)
def test_what_cannot_be(more: dict[str, Any], said: str) -> None:
    found = list(wrong([metric(**{"name": "errors", **more})], "here"))
    assert len(found) == 1 and said in found[0] and found[0].startswith("here metric filter") and "Hint: " in found[0]


def test_what_can_be() -> None:
    both = [
        metric("a", default_value=0.0, unit="Count"),
        metric("b", pattern="[ip, user]", dimensions={"ip": "$ip"}),
        metric("c", pattern=""),
    ]
    assert list(wrong([*both, metric("d", state="absent", pattern=None)], "")) == []
    assert "there twice" in next(wrong([both[0], both[0]], ""))


def test_shape_and_request_are_each_others_inverse() -> None:
    given = metric("errors", pattern="{ $.a = 1 }", dimensions={"a": "$.a"}, unit="Count")
    made = request("/web", given, None)
    assert shape(made) == {key: value for key, value in given.items() if value is not None and key not in ("name", "state")}
    plain = request("/web", metric("errors", default_value=0, unit="None"), None)
    assert "unit" not in plain["metricTransformations"][0] and shape(plain)["default_value"] == 0.0
    # As AWS may answer.
    filled = {**plain, "metricTransformations": [{**plain["metricTransformations"][0], "unit": "None", "dimensions": {}}]}
    assert shape(filled) == shape(plain)


def test_what_entries_do_not_say_stays() -> None:
    found = {"applyOnTransformedLogs": True, "fieldSelectionCriteria": "", "emitSystemFieldDimensions": ["@aws.account"]}
    made = request("/web", metric("errors"), found)
    assert (made["applyOnTransformedLogs"], made["emitSystemFieldDimensions"]) == (True, ["@aws.account"])
    assert "fieldSelectionCriteria" not in made
