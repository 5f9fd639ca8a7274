# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the schema refuses, in words that say how to correct it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.check import config_problems
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.schema import RETENTION_DAYS

MEM = {"measurement": ["used"]}


def metrics(more: dict[str, Any] | None = None, **collected: Any) -> dict[str, Any]:
    return {"metrics": {"metrics_collected": collected or {"mem": MEM}, **(more or {})}}


def files(**entry: Any) -> dict[str, Any]:
    base = {"file_path": "/a.log", "log_group_name": "/a", "retention_in_days": 7}
    return {"logs": {"logs_collected": {"files": {"collect_list": [{**base, **entry}]}}}}


def only(configuration: dict[str, Any], **options: str) -> dict[str, Any]:
    (problem,) = config_problems(configuration, **options)
    return problem


@pytest.mark.parametrize(
    ("configuration", "words"),
    [
        (files(log_stream_name={"hostname": None}), 'in quotes: "{hostname}"'),
        (files(multi_line_start_pattern={"timestamp_format": None}), 'in quotes: "{timestamp_format}"'),
        (files(multi_line_start_pattern=["0-9"]), "in quotes: without them, YAML reads [ ] as a list"),
        (files(log_group_name=12345), 'in quotes, such as "12345"'),
        (metrics(mem={**MEM, "append_dimensions": {"on": True}}), "in quotes: without them, YAML reads yes, no, on"),
        (metrics(mem={**MEM, "append_dimensions": {"version": 2.0}}), 'such as "2.0"'),
        ({"agent": {"debug": "yes"}, **metrics()}, "without quotes: true"),
        ({"agent": {"debug": "False"}, **metrics()}, "without quotes: false"),
        (metrics({"force_flush_interval": "60"}), "without quotes: 60"),
        (files(retention_in_days="30"), "without quotes: 30"),
        (files(retention_in_days="thirty"), "Write a whole number."),
        (files(encoding=None), "or remove the key"),
    ],
)
def test_quotes_are_named(configuration: dict[str, Any], words: str) -> None:
    assert words in only(configuration)["hint"]


@pytest.mark.parametrize(
    ("configuration", "section"),
    [
        (metrics({"cpu": {"measurement": ["usage_idle"]}}), "metrics.metrics_collected"),
        (metrics({"region": "us-east-1"}), "agent"),
        (metrics({"debug": True}), "agent"),
        (
            {"logs": {"retention_in_days": 7, **files()["logs"]}},
            "logs.logs_collected.files.collect_list or logs.logs_collected.journald.collect_list",
        ),
        ({"logs": {"files": {"collect_list": []}, **files()["logs"]}}, "logs.logs_collected"),
    ],
)
def test_a_misplaced_key_is_sent_to_its_section(configuration: dict[str, Any], section: str) -> None:
    problem = only(configuration)
    assert problem["message"].endswith(f"It belongs under {section}.")
    assert "allowed" not in problem["hint"]


def test_a_counter_of_windows_is_sent_to_the_plugins() -> None:
    configuration = metrics({"LogicalDisk": {"measurement": ["% Free Space"]}}, Memory={"measurement": ["Available MBytes"]})
    assert "Plugins belong under metrics.metrics_collected." in only(configuration, platform="windows")["message"]


def test_allowed_keys_are_those_of_version_and_platform() -> None:
    configuration = {"logs": {"logs_collected": {"fils": {}, "files": files()["logs"]["logs_collected"]["files"]}}}
    assert only(configuration, agent_version="1.300060")["hint"].endswith("allowed are: files.")
    assert only(configuration)["hint"].endswith("allowed are: application_signals, files, journald.")
    windows = {"logs": {"logs_collected": {"fils": {}, "files": {"collect_list": [{"file_path": "C:\\a.log", "retention_in_days": 7}]}}}}
    assert only(windows, platform="windows")["hint"].endswith("allowed are: application_signals, files, windows_events.")


@pytest.mark.parametrize("arn", ["", "arn:aws:iam", "arn:aws:iam::12:r/x"])
@pytest.mark.parametrize("section", ["agent", "metrics"])
def test_a_role_of_under_20_characters_is_refused(arn: str, section: str) -> None:
    configuration = metrics()
    configuration.setdefault(section, {})["credentials"] = {"role_arn": arn}
    problem = only(configuration)
    assert (problem["rule"], problem["path"]) == ("schema-value", f"/{section}/credentials/role_arn")
    assert "20 characters" in problem["message"]


@pytest.mark.parametrize("arn", ["arn:aws:iam::1:role/x", "${ROLE}"])
def test_longer_roles_and_variables_are_accepted(arn: str) -> None:
    assert config_problems({"agent": {"credentials": {"role_arn": arn}}, **metrics()}) == []


def test_a_value_near_an_allowed_one_is_named() -> None:
    problem = only(files(timezone="utc"))
    assert problem["hint"] == "Write UTC."
    assert "Did you mean UTC?" in problem["message"]


@pytest.mark.parametrize("days", RETENTION_DAYS)
def test_every_retention_of_the_agent_is_accepted(days: int) -> None:
    assert config_problems(files(retention_in_days=days)) == []
