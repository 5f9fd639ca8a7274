# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The questions of a run: who is asked for, with which configuration, and who counts as changed."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.expectations import (
    telemetry_expectations,
    telemetry_requests,
)

SHARED = Path(os.environ.get("CW_AGENT_SHARED") or Path(__file__).parents[6] / "shared")
LOGS = {"logs": {"logs_collected": {"files": {"collect_list": [{"file_path": "/a.log", "log_group_name": "new"}]}}}}
LIVE = json.dumps(LOGS).replace("new", "live")


def plan(**hosts: dict[str, Any]) -> dict[str, Any]:
    wishes = {host: {"key": "k", "region": "us-east-1", "profile": "", "digest": "d", **wish} for host, wish in hosts.items()}
    return {"hosts": wishes, "configurations": [{"key": "k", "configuration": LOGS}]}


def seen(invocation: str = "1", **facts: Any) -> dict[str, Any]:
    service = {"active_state": "active", "started_at": 1000.0, "invocation_id": invocation}
    identity = {"instance_id": "i-1", "region": "us-east-1", "role": "r"}
    return {
        "agent": {
            "mode": "ec2",
            "service": service,
            "identity": identity,
            "clock": 2000.0,
            "errors": ["E! x"],
            "run_as_user": "cwagent",
            **facts,
        }
    }


def one(*args: Any, **kwargs: Any) -> dict[str, Any]:
    ((only,),) = [batch["hosts"] for batch in telemetry_requests(*args, **kwargs)]
    return only


def test_a_host_as_the_module_takes_it() -> None:
    asked = one(plan(web={}), {"web": seen(files=[{"path": "/a.log", "grown": True, "mtime": 1500.0}])})
    assert (asked["host"], asked["region"], asked["changed"], asked["since"], asked["clock"]) == ("web", "us-east-1", False, 1000.0, 2000.0)
    assert asked["agent"] == {"active": True, "errors": ["E! x"], "run_as_user": "cwagent", "region": "us-east-1", "role": "r"}
    assert [(item["log_group_name"], item["log_stream_name"], item["grown"]) for item in asked["streams"]] == [("new", "i-1", True)]


def test_accounts_are_asked_for_apart() -> None:
    batches = telemetry_requests(plan(a={}, b={"profile": "prod"}, c={}), {host: seen() for host in "abc"})
    assert [(batch["profile"], [item["host"] for item in batch["hosts"]]) for batch in batches] == [("", ["a", "c"]), ("prod", ["b"])]


def test_hosts_without_plan_or_observation_are_not_asked_for() -> None:
    assert telemetry_requests(plan(a={}), {"a": {}, "b": seen()}) == []


@pytest.mark.parametrize(
    ("wait", "change", "changed"),
    [
        ("changed", {}, False),
        ("changed", {"changed": False, **seen("1")}, False),
        ("changed", {"changed": True, **seen("2")}, True),
        ("changed", {"changed": False, **seen("2")}, True),
        ("none", {"changed": True, **seen("2")}, False),
        ("all", {}, True),
    ],
)
def test_who_is_awaited(wait: str, change: dict[str, Any], changed: bool) -> None:
    assert one(plan(web={}), {"web": seen()}, {"web": change}, wait)["changed"] is changed


def test_after_a_change_the_new_process_counts_and_the_files_seen_before_it() -> None:
    before = seen(files=[{"path": "/a.log", "exists": True, "size": 5, "sent": None}])
    after = seen("2", files=[], errors=["E! new"], service={"active_state": "active", "started_at": 1900.0, "invocation_id": "2"})
    asked = one(plan(web={}), {"web": before}, {"web": {"changed": True, **after}})
    assert (asked["since"], asked["agent"]["errors"], asked["streams"][0]["grown"]) == (1900.0, ["E! new"], True)


@pytest.mark.parametrize(("started_at", "grown"), [(1000.0, True), (1900.0, False)])
def test_what_an_earlier_process_has_sent_is_not_expected_of_the_new_one(started_at: float, grown: bool) -> None:
    before = seen(files=[{"path": "/a.log", "exists": True, "size": 5, "sent": 5, "grown": True, "mtime": 1500.0}])
    after = seen("2", service={"active_state": "active", "started_at": started_at, "invocation_id": "2"})
    asked = one(plan(web={}), {"web": before}, {"web": {"changed": True, **after}})
    assert asked["streams"][0]["grown"] is grown


def test_a_host_on_hold_is_judged_by_what_it_has_fetched() -> None:
    held = {"web": {"sources": [{"location": "ssm:x:1", "digest": "other", "content": LIVE}]}}
    current = {"web": {"sources": [{"location": "ssm:x:2", "digest": "d", "content": "not read"}]}}
    assert one(plan(web={}), {"web": seen()}, sources=held)["streams"][0]["log_group_name"] == "live"
    assert one(plan(web={}), {"web": seen()}, sources=current)["streams"][0]["log_group_name"] == "new"


def test_a_wrong_wish_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match="cw_agent_verify_wait is 'some'"):
        telemetry_requests(plan(web={}), {"web": seen()}, wait="some")


def test_whatever_the_agent_accepts_is_worked_out() -> None:
    verdicts = sorted(SHARED.glob("corpus/*/verdicts.tsv"))
    if not verdicts:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no corpus in {SHARED}: set CW_AGENT_SHARED")
    agent = {**seen()["agent"], "mounts": [{"path": "/", "device": "vda1", "fstype": "ext4"}]}
    streams = metrics = 0
    for table in verdicts:
        with table.open(encoding="utf-8") as rows:
            accepted = [row["file"] for row in csv.DictReader(rows, delimiter="\t") if row["translator"] == "accepted"]
        for name in accepted:
            found = telemetry_expectations(json.loads((table.parent / name).read_text(encoding="utf-8")), agent)
            streams += len(found["streams"])
            metrics += len(found["metrics"])
            assert all(item["log_group_name"] and item["log_stream_name"] for item in found["streams"]), name
            assert all(all(item["dimensions"].values()) for item in found["metrics"]), name
    assert streams > 300
    assert metrics > 300
