# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What belongs to another platform is warned of, and neither listed nor counted."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.check import config_problems
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.log_groups import collects, config_log_groups
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.metrics import config_metrics
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.policy import config_policy
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.subject import Subject

EVENTS = {"collect_list": [{"event_name": "Application", "event_levels": ["ERROR"], "log_group_name": "/win", "log_stream_name": "{oops}"}]}
JOURNAL = {"collect_list": [{"log_group_name": "/journal", "retention_in_days": 7}]}
RULES_OF_PLUGINS = ("other-platform", "windows-without-counters")
COUNTERS = {"measurement": ["used_percent"]}


def logs(**collected: Any) -> dict[str, Any]:
    return {"logs": {"logs_collected": collected}}


def rules(configuration: dict[str, Any], platform: str) -> list[tuple[str, str]]:
    return [(item["rule"], item["path"]) for item in config_problems(configuration, platform=platform)]


@pytest.mark.parametrize(
    ("name", "section", "platform"),
    [
        ("windows_events", EVENTS, "linux"),
        ("windows_events", EVENTS, "darwin"),
        ("journald", JOURNAL, "windows"),
        ("journald", JOURNAL, "darwin"),
    ],
)
def test_logs_of_another_platform(name: str, section: dict[str, Any], platform: str) -> None:
    configuration = logs(**{name: section})
    found = [item for item in rules(configuration, platform) if item[0] != "journalctl"]
    assert found == [("other-platform", f"/logs/logs_collected/{name}")]
    subject = Subject(configuration, "", platform, "ec2")
    assert config_log_groups(subject) == []
    assert collects(subject)["streams"] == []
    assert config_policy(subject, [], "us-east-1", "", True)["Statement"] == []


def test_on_their_own_platform_they_are_listed() -> None:
    assert [group["log_group_name"] for group in config_log_groups(Subject(logs(windows_events=EVENTS), "", "windows", "ec2"))] == ["/win"]
    assert [group["log_group_name"] for group in config_log_groups(Subject(logs(journald=JOURNAL), "", "linux", "ec2"))] == ["/journal"]


@pytest.mark.parametrize("plugin", ["cpu", "swap", "net", "diskio", "netstat", "processes"])
def test_plugins_of_linux_on_windows(plugin: str) -> None:
    configuration = {"metrics": {"metrics_collected": {plugin: COUNTERS, "Memory": {"measurement": ["Available MBytes"]}}}}
    assert rules(configuration, "windows") == [("other-platform", f"/metrics/metrics_collected/{plugin}")]
    found = config_metrics(Subject(configuration, "", "windows", "ec2"), {}, 1, {})
    assert [item["plugin"] for item in found["counts"]] == ["Memory"]


def test_objects_of_windows_on_linux() -> None:
    counters = {"measurement": ["% Free Space"], "resources": ["*"]}
    configuration = {"metrics": {"metrics_collected": {"LogicalDisk": counters, "mem": COUNTERS}}}
    (problem,) = config_problems(configuration)
    assert problem["rule"] == "unknown-plugin"
    assert "Did you mean disk?" in problem["message"]
    assert "cw_agent_platform" in problem["hint"]
    assert config_metrics(Subject(configuration, "", "linux", "ec2"), {}, 1, {})["metrics"] == 1


def test_run_as_user_on_windows() -> None:
    configuration = {"agent": {"run_as_user": "me"}, "metrics": {"metrics_collected": {"Memory": {"measurement": ["Available MBytes"]}}}}
    assert rules(configuration, "windows") == [("other-platform", "/agent/run_as_user")]


def test_opentelemetry_of_another_platform() -> None:
    entries = {"collect_list": [{"event_name": "System", "log_group_name": "/w"}]}
    files = {"collect_list": [{"file_path": "C:\\Logs\\app.log"}]}
    collect = {"windows_events": entries, "files": files, "host_metrics": {}}
    found = rules({"opentelemetry": {"cluster_name": "c", "collect": collect}}, "linux")
    assert found == [
        ("file-of-other-platform", "/opentelemetry/collect/files/collect_list/0/file_path"),
        ("other-platform", "/opentelemetry/collect/windows_events"),
    ]


@pytest.mark.parametrize(("plugin", "section"), [("efa", COUNTERS), ("ethtool", {}), ("collectd", {}), ("nvidia_gpu", {})])
def test_a_plugin_of_linux_is_not_taken_for_an_object_of_windows(plugin: str, section: dict[str, Any]) -> None:
    configuration = {"metrics": {"metrics_collected": {plugin: section, "Memory": {"measurement": ["Available MBytes"]}}}}
    found = [
        item for item in config_problems(configuration, platform="windows", agent_version="1.300071") if item["rule"] in RULES_OF_PLUGINS
    ]
    assert found
    assert all(f"{plugin} is a plugin of Linux" in item["message"] for item in found)


def test_an_object_without_counters_is_named_as_one() -> None:
    configuration = {"metrics": {"metrics_collected": {"Memory": {}, "LogicalDisk": {"measurement": ["% Free Space"]}}}}
    (problem,) = [item for item in config_problems(configuration, platform="windows") if item["rule"] in RULES_OF_PLUGINS]
    assert problem["message"] == "Memory is a performance counter object without counters."


@pytest.mark.parametrize("plugin", ["efa", "ethtool"])
def test_a_plugin_of_linux_on_macos(plugin: str) -> None:
    configuration = {"metrics": {"metrics_collected": {plugin: {"measurement": ["x/sec"]}, "mem": COUNTERS}}}
    found = [
        item for item in config_problems(configuration, platform="darwin", agent_version="1.300071") if item["rule"] == "unknown-plugin"
    ]
    assert [(item["message"], "Windows" in item["hint"]) for item in found] == [
        (f"{plugin} is a plugin of Linux; on macOS the agent ignores the section.", False)
    ]
