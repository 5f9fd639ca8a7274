# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module's own part: regions, failure with all verdicts, warnings, AWS's refusals."""

from __future__ import annotations

import time
from typing import Any, Callable

import pytest
from ansible_collections.cloudwatch.agent.plugins.modules import cw_agent_telemetry_info as module
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._aws.cloud import Cloud, refused

Run = Callable[..., "dict[str, Any]"]
PLACE = {"log_group_name": "/app", "log_stream_name": "i-1"}


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """CloudWatch with the real clock."""
    known = Cloud(now=time.time())
    monkeypatch.setattr(module.AwsModule, "retrying_client", lambda _self, service, region: known.client(service, region))
    return known


def missing(**facts: Any) -> dict[str, Any]:
    """A host of which a line should have come."""
    return {"host": "web-1", "streams": [{**PLACE, "file": "/a.log", "grown": True, "written": time.time() - 100}], **facts}


def test_a_hosts_own_region_comes_before_the_modules(cloud: Cloud, run_module: Run) -> None:
    hosts = [{"host": "a", "streams": [PLACE]}, {"host": "b", "region": "eu-west-1", "streams": [PLACE]}]
    result = run_module(module.main, {"hosts": hosts, "region": "us-east-1"})
    assert [item["region"] for item in result["hosts"]] == ["us-east-1", "eu-west-1"]
    assert result["changed"] is False
    assert result["msg"] == ""


def test_a_host_without_region_is_refused(cloud: Cloud, run_module: Run) -> None:
    result = run_module(module.main, {"hosts": [{"host": "web-1"}]})
    assert result["failed"]
    assert "web-1 has no region" in result["msg"]
    assert cloud.calls == []


def test_what_is_missing_fails_with_every_verdict(cloud: Cloud, run_module: Run) -> None:
    arguments = {"hosts": [missing()], "region": "us-east-1"}
    result = run_module(module.main, arguments)
    assert result["failed"]
    assert "web-1: /a.log → log group /app, stream i-1" in result["msg"]
    assert result["missing"] == ["web-1"]
    told = run_module(module.main, {**arguments, "fail_on_missing": False})
    assert not told.get("failed")
    assert told["msg"] == result["msg"]


def test_what_is_not_verified_is_a_warning(cloud: Cloud, run_module: Run) -> None:
    result = run_module(module.main, {"hosts": [{"host": "web-1", "unverified": ["logs go elsewhere"]}], "region": "us-east-1"})
    assert "web-1: not verified: logs go elsewhere" in str(result["warnings"])


def test_check_mode_reads_only_and_awaits_nothing(cloud: Cloud, run_module: Run) -> None:
    result = run_module(module.main, {"hosts": [missing(changed=True, since=time.time())], "region": "us-east-1"}, check_mode=True)
    assert result["hosts"][0]["state"] == "pending"
    assert {operation for operation, _region, _request in cloud.calls} <= {"filter_log_events", "get_log_events", "get_metric_data"}


def test_a_refusal_of_aws_is_told_with_its_mend(cloud: Cloud, run_module: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(**_request: Any) -> None:
        raise refused("AccessDeniedException", "no", "FilterLogEvents")

    monkeypatch.setattr(cloud, "filter_log_events", denied, raising=False)
    result = run_module(module.main, {"hosts": [missing()], "region": "us-east-1"})
    assert result["failed"]
    assert "Failed to read the log events of /app" in result["msg"]
    assert "allow FilterLogEvents" in result["msg"]
