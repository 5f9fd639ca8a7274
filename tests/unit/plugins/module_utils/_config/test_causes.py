# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One mistake, one problem."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.check import config_problems

MEM = {"measurement": ["used"]}
FILE = {"file_path": "/a.log", "log_group_name": "/a", "retention_in_days": 7}


def metrics(**collected: Any) -> dict[str, Any]:
    return {"metrics": {"metrics_collected": collected}}


@pytest.mark.parametrize(
    ("configuration", "rule", "path", "words"),
    [
        (
            metrics(procstat={"exe": "x", "measurement": ["cpu_usage"]}),
            "section-type",
            "/metrics/metrics_collected/procstat",
            "must be a list",
        ),
        ({"metrics": {"metrics_collected": []}}, "section-type", "/metrics/metrics_collected", "must be a mapping"),
        ({"logs": {"logs_collected": []}}, "section-type", "/logs/logs_collected", "must be a mapping"),
        (
            {"logs": {"logs_collected": {"files": {"collect_list": []}}}},
            "section-type",
            "/logs/logs_collected/files/collect_list",
            "entries",
        ),
        (
            {"logs": {"logs_collected": {"files": {"collect_list": FILE}}}},
            "section-type",
            "/logs/logs_collected/files/collect_list",
            "a list",
        ),
        ({"metrics": {"MetricsCollected": {"mem": MEM}}}, "schema-unknown-key", "/metrics/MetricsCollected", "mean metrics_collected?"),
        ({"logs": {"logsCollected": {}}}, "schema-unknown-key", "/logs/logsCollected", "Did you mean logs_collected?"),
        (
            {"logs": {"logs_collected": {"files": {"collectList": [FILE]}}}},
            "schema-unknown-key",
            "/logs/logs_collected/files/collectList",
            "collect_list?",
        ),
        ({"metric": {"metrics_collected": {"mem": MEM}}}, "collects-nothing", "/metric", "Did you mean metrics?"),
        ({"metrics_collected": {"mem": MEM}}, "collects-nothing", "/metrics_collected", "It belongs under metrics"),
        (metrics(memory=MEM), "collects-nothing", "/metrics/metrics_collected/memory", "would die at its start"),
        (metrics(mem={"measurement": []}), "collects-nothing", "/metrics/metrics_collected/mem/measurement", "would die at its start"),
        (metrics(mem={"measurement": "used"}), "schema-type", "/metrics/metrics_collected/mem/measurement", "must be a list"),
        ({"logs": {}}, "schema-missing-key", "/logs", "logs has none of logs_collected"),
        ({"metrics": {"metrics_collected": {}}}, "schema-size", "/metrics/metrics_collected", "1 or more keys"),
        ({"logs": {"files": {"collect_list": [FILE]}}}, "schema-unknown-key", "/logs/files", "It belongs under logs.logs_collected."),
        ({"logs": {"collect_list": [FILE]}}, "schema-unknown-key", "/logs/collect_list", "It belongs under logs.logs_collected.files."),
        ({"agent": {}}, "collects-nothing", "", "it has agent"),
    ],
)
def test_a_mistake_is_one_error_with_its_cause(configuration: dict[str, Any], rule: str, path: str, words: str) -> None:
    (problem,) = config_problems(configuration)
    assert (problem["rule"], problem["severity"], problem["path"]) == (rule, "error", path)
    assert words in problem["message"]


def test_two_mistakes_are_two_problems() -> None:
    configuration = {"metrics": {"metricsCollected": {}, "namespaces": "x"}}
    assert [item["path"] for item in config_problems(configuration)] == ["/metrics/metricsCollected", "/metrics/namespaces"]


def test_a_silenced_cause_does_not_hide_the_consequence() -> None:
    configuration = {"metric": {}}
    (problem,) = config_problems(configuration, silenced={"unknown-section": "known"})
    assert (problem["rule"], problem["path"]) == ("collects-nothing", "")
    (problem,) = config_problems(configuration, silenced={"collects-nothing": "known"})
    assert (problem["rule"], problem["severity"]) == ("unknown-section", "warning")
