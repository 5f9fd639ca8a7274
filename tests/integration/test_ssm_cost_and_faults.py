# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run costs, how fast it writes, and what it does when AWS fails: counted and made in the lab."""

from __future__ import annotations

import math
import time
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import clients
from ansible_collections.cloudwatch.agent.plugins.modules import ssm_parameter

TIMEOUTS = {"read_timeout": 1, "connect_timeout": 1}


def many(prefix: str, count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"name": f"/cost/{prefix}/{number}", "value": {"n": number, "of": prefix}, **more} for number in range(count)]


@pytest.mark.parametrize("count", [1, 9, 10, 11, 57])
@pytest.mark.parametrize("labels", [[], ["candidate", "live"]])
def test_unchanged_costs_the_fewest_reads(lab: Any, module: Any, count: int, labels: list[str]) -> None:
    desired = {"parameters": many(f"{count}-{len(labels)}", count, labels=labels, tier="auto"), "write_rate": 500}
    assert module(ssm_parameter, desired)["changed"] is True
    since = lab.mark()
    assert module(ssm_parameter, desired)["changed"] is False
    assert [entry["operation"] for entry in lab.calls(since)] == ["GetParameters"] * max(
        math.ceil(count * (1 + len(labels)) / 10), 1 + len(labels)
    )
    # AWS documents no answer to one name with two selectors in a call


def test_descriptions_and_tags_cost_only_where_asked(lab: Any, module: Any) -> None:
    parameters = [*many("described", 53, description="what for"), *many("tagged", 3, tags={"a": "b"}), *many("plain", 4)]
    desired = {"parameters": parameters, "write_rate": 500}
    module(ssm_parameter, desired)
    since = lab.mark()
    assert module(ssm_parameter, desired)["changed"] is False
    counted = [len(lab.calls(since, name)) for name in ("GetParameters", "DescribeParameters", "ListTagsForResource")]
    assert counted == [6, 2, 3]
    assert lab.writes(since) == []


@pytest.mark.parametrize("rate", [3, 10])
def test_writes_keep_to_their_rate(lab: Any, module: Any, rate: int) -> None:
    desired = {"parameters": many(f"rate-{rate}", 6, labels=["candidate"]), "write_rate": rate}
    since, start = lab.mark(), time.monotonic()
    module(ssm_parameter, desired)
    seconds = time.monotonic() - start
    writes = len(lab.writes(since))
    assert writes == 12
    # Those of the first second go at once, but for one. That it is no slower, the limiter's own tests say by a clock of theirs.
    assert seconds >= (writes - (rate - 1)) / rate
    assert len(lab.calls(since, "DescribeParameters")) == 0


@pytest.mark.parametrize("rate", [3, 30])
def test_the_services_own_rate_is_kept_or_found(lab: Any, module: Any, rate: int) -> None:
    desired = {"parameters": many(f"own-rate-{rate}", 12), "write_rate": rate}
    lab.settings(parameter_write_rate=3)
    try:
        since = lab.mark()
        assert module(ssm_parameter, desired)["changed"] is True
        refused = [entry for entry in lab.calls(since, "PutParameter") if entry["status"] != 200]
    finally:
        lab.settings(parameter_write_rate=0)
    assert bool(refused) is (rate > 3)
    assert [parameter["version"] for parameter in module(ssm_parameter, desired)["parameters"]] == [1] * 12


@pytest.mark.parametrize("operation", ["GetParameters", "PutParameter", "LabelParameterVersion", "DescribeParameters"])
def test_throttle_storm(lab: Any, module: Any, operation: str) -> None:
    desired = {"parameters": many(f"storm-{operation}", 2, labels=["candidate"], description="d"), "write_rate": 100}
    if operation == "DescribeParameters":
        module(ssm_parameter, desired)
        desired["parameters"] = [{**entry, "description": "other"} for entry in desired["parameters"]]
    lab.fault("throttle", service="ssm", operation=operation, count=4)
    since = lab.mark()
    assert module(ssm_parameter, desired)["changed"] is True
    assert len([entry for entry in lab.calls(since, operation) if entry["status"] == 400]) == 4
    assert {(parameter["version"], parameter["labels"]["candidate"]) for parameter in module(ssm_parameter, desired)["parameters"]} in (
        {(1, 1)},
        {(2, 2)},
    )


@pytest.mark.parametrize(
    ("kind", "operation", "said"),
    [
        ("denied", "GetParameters", "AccessDeniedException"),
        ("denied", "DescribeParameters", "AccessDeniedException"),
        ("denied", "ListTagsForResource", "AccessDeniedException"),
        ("denied", "PutParameter", "Hint: allow ssm:PutParameter"),
        ("expired", "*", "Hint: renew the credentials"),
        ("throttle", "GetParameters", "ThrottlingException"),
    ],
)
def test_a_refused_call_fails_and_nothing_is_taken_for_absent(
    lab: Any, module: Any, monkeypatch: pytest.MonkeyPatch, kind: str, operation: str, said: str
) -> None:
    monkeypatch.setattr(clients, "ATTEMPTS", 4)  # ten of them take a minute
    name = f"/refused/{kind}/{operation.strip('*')}x"
    module(ssm_parameter, {"name": name, "value": "kept", "tags": {"a": "b"}})
    lab.fault(kind, service="ssm", operation=operation)
    for check in (True, False):
        answer = module(ssm_parameter, {"name": name, "value": "new", "description": "d", "tags": {"a": "c"}}, check_mode=check)
        assert said in answer.get("msg", "") or (check and operation == "PutParameter")
    lab.clear()
    assert lab.client().get_parameter(Name=name)["Parameter"]["Value"] == "kept"


@pytest.mark.parametrize("existing", [False, True])
@pytest.mark.parametrize(
    ("kind", "operation"),
    [
        ("lost", "PutParameter"),
        ("5xx", "PutParameter"),
        ("reset", "PutParameter"),
        ("timeout", "PutParameter"),
        ("lost", "LabelParameterVersion"),
        ("5xx", "LabelParameterVersion"),
        ("5xx", "GetParameters"),
        ("reset", "GetParameters"),
    ],
)
def test_no_failure_of_the_line_makes_a_second_version(lab: Any, module: Any, kind: str, operation: str, existing: bool) -> None:
    name = f"/line/{kind}/{operation}/{existing}"
    desired = {"name": name, "value": {"n": 1}, "labels": ["candidate"], "aws_config": TIMEOUTS, "write_rate": 100}
    if existing:
        module(ssm_parameter, {**desired, "value": {"n": 0}})
    lab.fault(kind, service="ssm", operation=operation, count=2, **({"seconds": 3} if kind == "timeout" else {}))
    answer = module(ssm_parameter, desired)
    assert answer["changed"] is True
    assert answer["version"] == 1 + existing
    history = lab.client().get_parameter_history(Name=name)["Parameters"]
    assert [entry["Value"] for entry in history] == ['{"n":0}', '{"n":1}'][not existing :]
    assert [entry["Labels"] for entry in history][-1] == ["candidate"]
    assert "warnings" not in answer or not any("somebody else" in str(warning) for warning in answer["warnings"])


def test_a_service_that_stays_broken_is_an_error(lab: Any, module: Any) -> None:
    lab.fault("5xx", service="ssm", operation="PutParameter")
    answer = module(ssm_parameter, {"name": "/broken/x", "value": "y", "write_rate": 100})
    assert answer["failed"] is True
    assert "InternalServerError" in answer["msg"]
    assert answer["written"] == []
