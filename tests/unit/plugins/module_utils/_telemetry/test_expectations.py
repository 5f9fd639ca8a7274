# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is worked out of whole configurations, those of the corpus among them."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.expectations import expectations

SHARED = Path(os.environ.get("CW_AGENT_SHARED") or Path(__file__).parents[6] / "shared")
AGENT = {
    "mode": "ec2",
    "service": {"active_state": "active", "started_at": 1000.0},
    "identity": {"instance_id": "i-1", "region": "us-east-1", "account_id": "123456789012"},
    "clock": 2000.0,
    "hostname": "web-1",
    "utc_offset": 0,
    "ip_address": "10.0.0.7",
}
ROLE = "arn:aws:iam::999999999999:role/telemetry"


def test_what_goes_to_another_account_is_said_and_not_expected() -> None:
    part = {"logs_collected": {"files": {"collect_list": [{"file_path": "/a.log"}]}}, "credentials": {"role_arn": ROLE}}
    found = expectations({"logs": part, "metrics": {"metrics_collected": {"mem": {"measurement": ["used"]}}}}, AGENT)
    assert (found.streams, len(found.metrics)) == ([], 1)
    assert found.unverified == [f"logs go to account 999999999999 through {ROLE}: verify them with that account's credentials"]


@pytest.mark.parametrize(
    ("configuration", "unasked"),
    [
        ({"metrics": {"metrics_collected": {"mem": {"measurement": ["used"]}, "procstat": [{"exe": "a", "measurement": ["pid"]}]}}}, ""),
        ({"metrics": {"metrics_collected": {"procstat": [{"exe": "a", "measurement": ["pid"]}]}}}, "metrics_collected.procstat sends"),
        (
            {
                "metrics": {"metrics_collected": {"mem": {"measurement": ["used"]}, "statsd": {}, "unknown": {"measurement": ["x"]}}},
                "traces": {"traces_collected": {"xray": {}}},
            },
            "metrics_collected.statsd, traces_collected.xray send",
        ),
        ({"logs": {"metrics_collected": {"emf": {}, "unknown": {}}}}, "logs.metrics_collected.emf sends"),
        ({"opentelemetry": {"collect": {"otlp": {}}}}, "opentelemetry.collect.otlp sends"),
    ],
)
def test_what_cloudwatch_is_not_asked_for_is_said(configuration: dict[str, Any], unasked: str) -> None:
    expected = [f"CloudWatch is not asked for what {unasked}"] if unasked else []
    assert expectations(configuration, AGENT).unverified == expected


def test_what_the_environment_of_the_agent_says_is_not_known() -> None:
    entry = {"file_path": "/a.log", "log_group_name": "${GROUP}", "log_stream_name": "x"}
    logs = {"logs": {"logs_collected": {"files": {"collect_list": [entry]}}}}
    assert expectations(logs, AGENT).unverified == ["/a.log: a placeholder of ${GROUP} or x is not known of this host"]
    found = expectations({"agent": {"region": "${REGION}"}, **logs}, AGENT, "us-east-1")
    assert (found.region, found.streams, found.metrics) == ("us-east-1", [], [])
    assert found.unverified == ["the agent takes its region out of its environment, and what ${REGION} is there is not known"]


def test_whatever_the_agent_accepts_is_worked_out() -> None:
    verdicts = sorted(SHARED.glob("corpus/*/verdicts.tsv"))
    if not verdicts:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no corpus in {SHARED}: set CW_AGENT_SHARED")
    agent = {**AGENT, "mounts": [{"path": "/", "device": "vda1", "fstype": "ext4"}]}
    streams = metrics = 0
    for table in verdicts:
        with table.open(encoding="utf-8") as rows:
            accepted = [row["file"] for row in csv.DictReader(rows, delimiter="\t") if row["translator"] == "accepted"]
        for name in accepted:
            found = expectations(json.loads((table.parent / name).read_text(encoding="utf-8")), agent)
            streams += len(found.streams)
            metrics += len(found.metrics)
            assert all(item.log_group_name and item.log_stream_name for item in found.streams), name
            assert all(all(item.dimensions.values()) for item in found.metrics), name
    assert streams > 300
    assert metrics > 300
