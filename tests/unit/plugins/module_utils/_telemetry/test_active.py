# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration that an agent runs with: read once, and nothing where the agent's schema refuses it."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry import active
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.active import Configurations
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.expectations import expectations

SHARED = Path(os.environ.get("CW_AGENT_SHARED") or Path(__file__).parents[6] / "shared")

MEM = {"metrics": {"metrics_collected": {"mem": {"measurement": ["used"]}}}}


def test_a_configuration_is_read_once() -> None:
    read = Configurations()
    first = read.of(MEM)
    assert first.configuration == MEM
    assert read.of(MEM) is first
    assert read.merged(('{"metrics": {}}',)) is read.merged(('{"metrics": {}}',))


def test_it_says_where_the_schema_refuses_it() -> None:
    found = Configurations().of({"metrics": {"metrics_collected": {"mem": {"measurement": "used"}}}})
    assert found.configuration == {}
    assert found.refused.startswith(f"{active.UNKNOWN}, at /metrics/metrics_collected/mem/measurement: ")


def test_whatever_the_agent_refuses_ends_in_no_traceback() -> None:
    verdicts = SHARED / "corpus" / "mutations" / "verdicts.tsv"
    if not verdicts.is_file():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no corpus in {SHARED}: set CW_AGENT_SHARED")
    with verdicts.open(encoding="utf-8") as rows:
        refused = [row["file"] for row in csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE) if row["schema"] == "invalid"]
    read, seen = Configurations(), {"mounts": [{"path": "/", "device": "vda1", "fstype": "ext4"}], "clock": 2000.0}
    for name in refused:
        found = read.of(json.loads((verdicts.parent / name).read_text(encoding="utf-8", errors="surrogateescape")))
        assert expectations(found.configuration, seen, "us-east-1").region, name
    assert len(refused) > 300
