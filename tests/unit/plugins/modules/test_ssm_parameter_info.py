# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module's edge for reading: options in, parameters out, no value of a SecureString."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import module as aws_module
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.ssm_changes import Desired
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.ssm_parameter import ensure_present, read
from ansible_collections.cloudwatch.agent.plugins.modules import ssm_parameter_info
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._aws.conftest import FakeSsm

NAME = "AmazonCloudWatch-web"


@pytest.fixture
def info(run_module: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module on a Parameter Store in memory that holds two versions of a name and a secret."""
    from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.rate_limiter import RateLimiter  # noqa: PLC0415
    from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.ssm_parameter import Store  # noqa: PLC0415

    ssm = FakeSsm()
    store = Store(ssm, lambda: ssm, RateLimiter(1000, clock=lambda: 0.0, sleep=lambda _seconds: None), lambda _text: None)
    for desired in (Desired(NAME, "one", labels=["live"]), Desired(NAME, "two"), Desired("/secret", "hush", string_type="SecureString")):
        ensure_present(store, [desired], read(ssm, [desired]), False)
    monkeypatch.setattr(aws_module.AwsModule, "retrying_client", lambda _self, _service: ssm)
    return lambda **arguments: run_module(ssm_parameter_info.main, {"region": "us-east-1", **arguments})


def test_by_name_with_labels_history_and_settings(info: Any) -> None:
    (found,) = info(names=[NAME], labels=["live", "hold"], history=True, settings=True)["parameters"]
    assert (found["version"], found["value"], found["labels"]) == (2, "two", {"live": 1, "hold": 0})
    assert [entry["value"] for entry in found["history"]] == ["one", "two"]
    assert found["settings"]["tier"] == "Standard"


def test_by_label_and_by_version(info: Any) -> None:
    assert info(names=[NAME], label="live")["parameters"][0]["value"] == "one"
    assert info(names=[NAME], version=1)["parameters"][0]["value"] == "one"
    assert info(names=["absent"])["parameters"] == []


def test_a_secret_is_not_returned(info: Any) -> None:
    (found,) = info(names=["/secret"])["parameters"]
    assert (found["name"], found["type"], found["value"]) == ("/secret", "SecureString", None)


@pytest.mark.parametrize("arguments", [{}, {"names": [NAME], "path": "/"}, {"names": [NAME], "label": "live", "version": 1}])
def test_contradictions_are_refused(info: Any, arguments: dict[str, Any]) -> None:
    assert info(**arguments)["failed"]
