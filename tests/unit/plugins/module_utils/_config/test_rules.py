# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every rule speaks on its example, and is silent on what is nearly the same and right."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.check import config_problems
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.findings import ERROR, REQUIREMENT, WARNING
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.problems import RULES, check_silenced
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.rules import load_rules

load_rules()
PINNED = {"key-too-new": "1.300060", "measurement-too-new": "1.300054"}
"""Agents on which the rules about newer things speak."""
FILE = {"file_path": "/var/log/app.log", "log_group_name": "/app", "retention_in_days": 30}
MEM = {"measurement": ["used_percent"]}
EC2 = {"InstanceId": "${aws:InstanceId}"}


def files(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"logs": {"logs_collected": {"files": {"collect_list": [{**FILE, **entry} for entry in entries]}}}}


def metrics(more: dict[str, Any] | None = None, **collected: Any) -> dict[str, Any]:
    return {"metrics": {"metrics_collected": collected or {"mem": MEM}, **(more or {})}}


def log_metrics(**sections: Any) -> dict[str, Any]:
    return {"logs": {"metrics_collected": sections}}


RIGHT: dict[str, Any] = {
    "not-a-configuration": '{"metrics": {"metrics_collected": {"mem": {"measurement": ["used"]}}}}',
    "schema-type": metrics(cpu={"measurement": ["usage_idle"], "metrics_collection_interval": 60.0}),
    "schema-missing-key": log_metrics(emf={}),
    "schema-unknown-key": metrics(mem={**MEM, "_comment": "plugins are open"}),
    "schema-value": files({"retention_in_days": 3288}),
    "schema-duplicate": metrics(mem={"measurement": ["used", "free"]}),
    "schema-size": metrics({"namespace": "x" * 255}),
    "collects-nothing": files({}),
    "section-type": {"agent": {}, **metrics()},
    "unknown-section": {"agent": {}, **metrics()},
    "duplicate-entry": files({}, {"file_path": "/b.log"}),
    "key-too-new": metrics(collectd={"drop_original_metrics": ["x"]}),
    "unknown-plugin": metrics(swap=MEM),
    "nvidia-smi-ignored": metrics(nvidia_gpu={"measurement": ["utilization_gpu"]}),
    "unknown-measurement": metrics(mem={"measurement": ["mem_used_percent", " used", {"name": "free"}]}),
    "measurement-without-name": metrics(mem={"measurement": [{"name": "used", "rename": "MEM"}]}),
    "unknown-plugin-decorated": metrics(system={"measurement": [{"name": "load1"}]}, mem=MEM),
    "decoration-quotes": metrics(mem={"measurement": [{"name": "used", "rename": "MEM 'used' ü"}]}),
    "empty-measurement": metrics(),
    "drop-original-names": metrics(mem={**MEM, "drop_original_metrics": ["used_percent"]}),
    "drop-original-unaggregated": metrics({"aggregation_dimensions": [[]]}, mem={**MEM, "drop_original_metrics": ["used_percent"]}),
    "windows-resources": {"platform": "windows", **metrics(LogicalDisk={"measurement": ["% Free Space"], "resources": ["*", 1]})},
    "windows-without-counters": {"platform": "windows", **metrics(statsd={}, Memory={"measurement": ["% Committed Bytes In Use"]})},
    "cpu-without-metrics": metrics(cpu={"measurement": ["usage_idle"], "totalcpu": False, "resources": ["*"]}),
    "unknown-unit": metrics(mem={"measurement": [{"name": "used", "unit": "Gigabytes"}]}),
    "internal-not-boolean": {"agent": {"internal": True}, **metrics()},
    "append-dimensions-off-ec2": {"mode": "onPremise", **metrics(mem={**MEM, "append_dimensions": {"rack": "1"}})},
    "append-dimensions-ignored": metrics({"append_dimensions": EC2}),
    "placeholder-unexpanded": metrics({"append_dimensions": EC2}, disk={**MEM, "append_dimensions": {"VolumeId": "${aws:VolumeId}"}}),
    "aggregation-without-effect": metrics({"append_dimensions": EC2, "aggregation_dimensions": [["InstanceId"], []]}),
    "too-many-dimensions": metrics(disk={**MEM, "append_dimensions": {f"d{number}": "x" for number in range(26)}}),
    "volume-id-without-tagger": metrics({"append_dimensions": EC2}, disk={**MEM, "append_dimensions": {"VolumeId": "${aws:VolumeId}"}}),
    "pseudo-file-systems": metrics(disk={**MEM, "resources": ["/"]}),
    "high-resolution": {"agent": {"metrics_collection_interval": 60}, **metrics()},
    "unaggregated-high-resolution": metrics(statsd={"metrics_aggregation_interval": 60, "metrics_collection_interval": 10}),
    "filter-invalid": files({"filters": [{"type": "exclude", "expression": "(?i)debug|[[:digit:]]{2,}"}]}),
    "pattern-invalid": files({"multi_line_start_pattern": r"^\d{4}-(?P<month>\d\d)", "blacklist": r".*\.gz$"}),
    "multi-line-without-timestamp": files({"multi_line_start_pattern": "{timestamp_format}", "timestamp_format": "%Y"}),
    "timestamp-invalid": files({"timestamp_format": "%Y-%m-%d (%H:%M:%S) *"}),
    "timestamp-token": files({"timestamp_format": "%b %-d %H:%M:%S.%f %z"}),
    "encoding-unknown": files({"encoding": "UTF-16LE"}),
    "retention-conflict": files({}, {"file_path": "/b.log", "retention_in_days": -1}),
    "class-conflict": files({"log_group_class": "STANDARD"}, {"file_path": "/b.log", "log_group_class": "standard"}),
    "class-unknown": files({"log_group_class": "infrequent_access"}),
    "retention-missing": files({}, {"file_path": "/b.log"}),
    "duplicate-file": files({}, {"file_path": "/b.log"}),
    "glob-without-group": files({"file_path": "/var/log/*.log"}),
    "glob-single-file": files({"file_path": "/var/log/**.log", "publish_multi_logs": True}, {"file_path": "/var/log/messages*"}),
    "auto-removal-multi": files({"auto_removal": True}),
    "placeholder-literal": files({"log_stream_name": "{hostname}/{ip_address}"}),
    "date-in-name": files({"log_stream_name": "{instance_id}"}),
    "group-characters": files({"log_group_name": "/a.b_c-D/#1/{account_id}"}),
    "stream-characters": files({"log_stream_name": "a b/(c)"}),
    "jmx-endpoint": metrics(jmx={"endpoint": "localhost:9999", "jvm": {"measurement": ["x"]}}),
    "jmx-remote-credentials": metrics(jmx={"endpoint": "db:9999", "insecure": True, "jvm": {"measurement": ["x"]}}),
    "jmx-measurement": metrics(jmx={"endpoint": "localhost:9999", "jvm": {"measurement": [{"name": "x", "rename": "y"}]}}),
    "jmx-jar": metrics(),
    "prometheus-destination": metrics(
        {"metrics_destinations": {"amp": {"workspace_id": "ws-1"}}}, prometheus={"prometheus_config_path": "/p.yaml"}
    ),
    "prometheus-group": log_metrics(prometheus={"log_group_name": "/p"}),
    "prometheus-from-environment": log_metrics(prometheus={"log_group_name": "/p", "prometheus_config_path": "file:/p.yaml"}),
    "prometheus-file": log_metrics(emf={}),
    "service-discovery": log_metrics(
        prometheus={
            "log_group_name": "/p",
            "ecs_service_discovery": {
                "sd_target_cluster": "c",
                "sd_cluster_region": "us-east-1",
                "task_definition_list": [{"sd_metrics_ports": "9113; 9114", "sd_task_definition_arn_pattern": ".*"}],
            },
        }
    ),
    "emf-declaration-pattern": log_metrics(
        prometheus={
            "log_group_name": "/p",
            "emf_processor": {"metric_declaration": [{"source_labels": ["job"], "label_matcher": "a|b", "metric_selectors": ["^x$"]}]},
        }
    ),
    "cluster-name": log_metrics(kubernetes={"cluster_name": "c"}),
    "exclusive-collectors": log_metrics(ecs={}),
    "emf-address": log_metrics(emf={"service_address": "udp://127.0.0.1:25888"}),
    "collectd-types-db": metrics(),
    "collectd-auth-file": metrics(collectd={"collectd_security_level": "none"}),
    "nvidia-smi-binary": metrics(),
    "journalctl": files({}),
    "run-as-user": {"agent": {"run_as_user": "cwagent"}, **metrics()},
    "otlp-tls-conflict": {**metrics(otlp={}), "traces": {"traces_collected": {"otlp": {}}}},
    "signal-rules": log_metrics(
        application_signals={
            "rules": [
                {
                    "selectors": [{"dimension": "Operation", "match": "*"}],
                    "action": "replace",
                    "replacements": [{"target_dimension": "Operation", "value": "all"}],
                }
            ]
        }
    ),
    "address-in-use": {
        **metrics(statsd={"service_address": ":4317"}, otlp={"grpc_endpoint": "127.0.0.1:4317", "http_endpoint": "127.0.0.1:4318"}),
        "traces": {"traces_collected": {"otlp": {"grpc_endpoint": "127.0.0.1:4317"}, "xray": {}}},
    },
    "region-name": {"agent": {"region": "us-gov-west-1"}, **metrics()},
    "parameter-template": metrics({"namespace": "a{b}"}),
    "unknown-agent-key": {"agent": {"_comment": "x", "quiet": True}, **metrics()},
    "unknown-plugin-key": metrics(net={"measurement": ["bytes_sent"], "resources": ["eth0"], "_comment": "x"}),
    "sdk-log-level": {"agent": {"aws_sdk_log_level": "LogDebug | LogDebugWithSigning"}, **metrics()},
    "compressed-file": files({"file_path": "/var/log/gz.log"}),
    "timestamp-options": files({"timezone": "UTC"}, {"file_path": "/b.log", "trim_timestamp": True, "timestamp_format": "%m-%d"}),
    "other-platform": {"platform": "windows", "logs": {"logs_collected": {"windows_events": {"collect_list": [
        {"event_name": "System", "event_levels": ["ERROR"], "log_group_name": "/w", "retention_in_days": 30}]}}}},
    "emf-label-matcher": log_metrics(
        prometheus={
            "log_group_name": "/p",
            "emf_processor": {"metric_declaration": [{"source_labels": ["job"], "label_matcher": "a.*", "metric_selectors": ["^x$"]}]},
        }
    ),
    "file-never-read": files({"file_path": "/var/log/*/{api,web}.log", "publish_multi_logs": True}),
    "file-of-other-platform": {"platform": "windows", **files({"file_path": "C:\\Logs\\app.log"})},
    "control-characters": files({"multi_line_start_pattern": "^\\d\t", "file_path": "/var/log/übung log"}),
    "multi-line-pattern": files({"multi_line_start_pattern": "^\\d{4}-|^\\["}),
    "timestamp-ambiguous": files({"timestamp_format": "%Y-%m-%dT%H:%M:%SZ", "timezone": "UTC"}),
    "timestamp-without-date": files({"timestamp_format": "%b %d %H:%M:%S"}),
    "resource-kind": metrics(diskio={"measurement": ["reads"], "resources": ["nvme0n1", "disk/by-uuid/*"]}),
    "null-removes-nothing": metrics(),
    "service-events": {
        "logs": {"metrics_collected": {"application_signals": {}}, "logs_collected": {"application_signals": {"disabled": True}}}
    },
    "opentelemetry-names": {
        "opentelemetry": {"cluster_name": "my-cluster_1", "resource_attributes": {"team": "x"}, "collect": {"host_metrics": {}}}
    },
    "user-not-text": {"agent": {"run_as_user": "1000"}, **metrics()},
    "measurement-too-new": metrics(diskio={"measurement": ["reads", "diskio_writes"]}, mem={"measurement": ["available_percent"]}),
    "unknown-measurement-key": metrics(mem={"measurement": ["used", {"name": "free", "rename": "FREE", "unit": "Bytes", "_comment": "x"}]}),
    "unknown-log-metrics": log_metrics(emf={}, application_signals={}, _comment="x"),
    "metric-characters": metrics(
        {"namespace": "App/AWS :1"}, mem={**MEM, "append_dimensions": {"a:b c": ":x", "Id": "${aws:InstanceId}"}}
    ),
    "statsd-address": metrics(statsd={"service_address": "[::1]:8125"}),
    "describe-tags": {"opentelemetry": {"cluster_name": "c", "collect": {"host_metrics": {}}}},
}  # fmt: skip


def found(example: Any, version: str = "", **options: Any) -> dict[str, str]:
    if isinstance(example, dict):
        options.update({key: example[key] for key in ("platform", "mode") if key in example})
        example = {key: value for key, value in example.items() if key not in ("platform", "mode")}
    return {item["rule"]: item["severity"] for item in config_problems(example, agent_version=version, **options)}


def test_there_is_a_right_configuration_for_every_rule() -> None:
    assert sorted(RIGHT) == sorted(RULES)


@pytest.mark.parametrize("name", sorted(RULES.keys() - {"null-removes-nothing"}))
def test_a_rule_speaks_on_its_example(name: str) -> None:
    assert found(RULES[name].example, PINNED.get(name, "")).get(name) == RULES[name].severity


@pytest.mark.parametrize("name", sorted(RULES))
def test_a_rule_is_silent_on_what_is_right(name: str) -> None:
    assert name not in found(RIGHT[name], PINNED.get(name, ""))


@pytest.mark.parametrize("name", sorted(RIGHT))
def test_no_error_in_what_is_right(name: str) -> None:
    problems = found(RIGHT[name])
    assert ERROR not in problems.values(), problems


@pytest.mark.parametrize("name", sorted(RULES))
def test_a_rule_can_be_silenced(name: str) -> None:
    assert name not in found(RULES[name].example, PINNED.get(name, ""), silenced={name: "known"})


def test_every_rule_is_documented() -> None:
    for rule in RULES.values():
        assert rule.severity in (ERROR, WARNING, REQUIREMENT)
        assert rule.why.endswith("."), rule.id
        assert rule.hint.endswith("."), rule.id
        assert rule.example, rule.id


@pytest.mark.parametrize("silenced", [{"no-such-rule": "because"}, {"high-resolution": ""}, {"high-resolution": True}])
def test_silencing_needs_a_rule_and_a_reason(silenced: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="cw_agent_silenced_rules"):
        check_silenced(silenced)


@pytest.mark.parametrize(
    ("configuration", "path", "words"),
    [
        (metrics(mem={"measurement": ["used_percnt"]}), "/metrics/metrics_collected/mem/measurement/0", "used_percent"),
        (files({"from_beginning": True}), "/logs/logs_collected/files/collect_list/0/from_beginning", "from_beginning"),
        (files({"retention_in_days": 10}), "/logs/logs_collected/files/collect_list/0/retention_in_days", "10"),
        (metrics({"a/b~c": 1}), "/metrics/a~1b~0c", "a/b~c"),
        (metrics(procstat=[{"measurement": ["pid_count"]}]), "/metrics/metrics_collected/procstat/0", "pid_file, exe, pattern"),
    ],
)
def test_messages_name_place_and_value(configuration: dict[str, Any], path: str, words: str) -> None:
    problem = next(item for item in config_problems(configuration) if item["severity"] == ERROR)
    assert problem["path"] == path
    assert words in problem["message"]
    assert "any of the given schemas" not in problem["message"]


def test_paths_count_entries_as_given() -> None:
    configuration = files({}, {}, {"file_path": "/b.log", "bad": 1})
    paths = {item["rule"]: item["path"] for item in config_problems(configuration)}
    assert paths["duplicate-entry"] == "/logs/logs_collected/files/collect_list/1"
    assert paths["schema-unknown-key"] == "/logs/logs_collected/files/collect_list/2/bad"


@pytest.mark.parametrize("option", [{"agent_version": "new"}, {"platform": "aix"}, {"mode": "azure"}])
def test_wrong_options_are_refused(option: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=next(iter(option.values()))):
        config_problems({}, **option)


@pytest.mark.parametrize("version", ["", "1.300071", "v1.300060.0", "1.300060.0b1248", "1.247358.0b252413"])
def test_versions_and_builds_are_understood(version: str) -> None:
    assert config_problems(metrics(), agent_version=version) == []


def test_of_procstat_nothing_is_looked_at_after_an_empty_entry() -> None:
    bad = {"exe": "b", "measurement": ["nope"]}
    empty = {"exe": "a", "measurement": []}
    assert "unknown-measurement" in found(metrics(procstat=[bad, empty]))
    assert "unknown-measurement" not in found(metrics(procstat=[empty, bad], mem=MEM))


def test_of_its_own_log_the_agent_ignores_the_timestamp_format() -> None:
    own = "/opt/aws/amazon-cloudwatch-agent/logs/amazon-cloudwatch-agent.log"
    assert "timestamp-invalid" not in found(files({"file_path": own, "timestamp_format": "+%Y"}))
    assert "timestamp-invalid" in found({"agent": {"logfile": "/a.log"}, **files({"file_path": own, "timestamp_format": "+%Y"})})


def test_groups_that_nobody_names_are_compared_by_nobody_and_are_one_group() -> None:
    entries = [{"file_path": f"/var/log/app.{end}", "retention_in_days": days} for end, days in (("log", 7), ("txt", 30))]
    assert found({"logs": {"logs_collected": {"files": {"collect_list": entries}}}}) == {"retention-conflict": "warning"}


def test_a_key_between_releases_is_an_error_or_a_warning() -> None:
    lost = {"opentelemetry": {"collect": {"host_metrics": {}}}, **metrics()}
    assert found(lost, PINNED["key-too-new"]) == {"key-too-new": ERROR}
    assert found({"agent": {"use_dualstack_endpoint": True}, **metrics()}, PINNED["key-too-new"]) == {"key-too-new": WARNING}
    assert found(lost) == {"describe-tags": REQUIREMENT}
