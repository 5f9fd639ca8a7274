# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about jmx, prometheus, container insights, EMF, OTLP and application signals (contract 4.6, 4.7, 4.8)."""

from __future__ import annotations

import re
from typing import Any, Iterator

from ..findings import ERROR, REQUIREMENT, WARNING, Finding, shown
from ..pipelines import jmx_targets
from ..pointer import Step
from ..problems import rule
from ..re2 import refusal
from ..subject import Subject
from .metrics import measurements, metrics

JMX_JAR = "/opt/aws/amazon-cloudwatch-agent/bin/opentelemetry-jmx-metrics.jar"
PROMETHEUS_DEFAULT = "/etc/cwagentconfig/prometheus.yaml"
TYPES_DB = "/usr/share/collectd/types.db"
_LOG_METRICS = ("logs", "metrics_collected")
_JMX_LOCAL = ("localhost", "127.0.0.1")
_JMX_REMOTE = ("username", "password_file", "keystore_path", "keystore_type", "truststore_path", "truststore_type")
_HOST_PORT = re.compile(r"(\[[^\]\[]*\]|[^:\[\]]*):[^:\[\]]*")
_PORTS = re.compile(r"[1-9][0-9]{0,4}(;[\s]*[1-9][0-9]{0,4})*", re.ASCII)
_MEM = {"measurement": ["used_percent"]}
_JVM = {"measurement": ["jvm.memory.heap.used"]}


def _log_metrics(**sections: Any) -> dict[str, Any]:
    return {"logs": {"metrics_collected": sections}}


def _jmx(subject: Subject) -> Iterator[tuple[tuple[Step, ...], dict[str, Any]]]:
    """(path, mapping) of each jmx entry that the agent makes a pipeline of."""
    for plugin, path, item in subject.plugins():
        if plugin == "jmx" and jmx_targets(item):
            yield path, item


@rule(
    "jmx-endpoint",
    ERROR,
    why="jmx needs an endpoint host:port; the agent's translator fails without it.",
    hint="Set endpoint, such as localhost:9999.",
    example=metrics(jmx={"jvm": _JVM}),
)
def _jmx_endpoint(subject: Subject) -> Iterator[Finding]:
    for path, item in _jmx(subject):
        endpoint = item.get("endpoint")
        if not isinstance(endpoint, str):
            yield Finding(path, item, "jmx has no endpoint.")
        elif item.get("insecure") is not True and not _HOST_PORT.fullmatch(endpoint):
            yield Finding((*path, "endpoint"), endpoint, f"{shown(endpoint)} is not host:port.")


@rule(
    "jmx-remote-credentials",
    ERROR,
    why="For a host other than localhost the agent demands credentials and key stores, unless insecure is true.",
    hint="Set them, or insecure: true.",
    example=metrics(jmx={"endpoint": "db.example.com:9999", "jvm": _JVM}),
)
def _jmx_remote(subject: Subject) -> Iterator[Finding]:
    for path, item in _jmx(subject):
        endpoint = item.get("endpoint")
        if item.get("insecure") is True or not isinstance(endpoint, str) or not _HOST_PORT.fullmatch(endpoint):
            continue
        missing = [key for key in _JMX_REMOTE if not item.get(key)]
        if endpoint.rpartition(":")[0].strip("[]") not in _JMX_LOCAL and missing:
            yield Finding((*path, "endpoint"), endpoint, f"jmx on {endpoint} lacks {', '.join(missing)}.")


@rule(
    "jmx-measurement",
    ERROR,
    why="A measurement of jmx given as a mapping needs the key name; without it the agent's translator fails.",
    hint="Add the key name.",
    example=metrics(jmx={"endpoint": "localhost:9999", "jvm": {"measurement": [{"rename": "HEAP"}]}}),
)
def _jmx_measurement(subject: Subject) -> Iterator[Finding]:
    for path, item in _jmx(subject):
        found = [(target, *each) for target in jmx_targets(item) for each in measurements(item[target], (*path, target))]
        # Only where something is renamed does the translator read the entries, and then at all of them.
        read_all = any(isinstance(entry, dict) and ("rename" in entry or "unit" in entry) for _target, _where, entry in found)
        for target, where, entry in found:
            if isinstance(entry, dict) and "name" not in entry:
                message = f"The measurement {shown(entry)} of {target} has no name."
                yield Finding(where, entry, message, severity="" if read_all else WARNING)


@rule(
    "jmx-jar",
    REQUIREMENT,
    why="jmx runs a jar of the agent's package with Java, which the package does not bring.",
    hint="Install Java on the host; the jar comes with the agent.",
    example=metrics(jmx={"endpoint": "localhost:9999", "jvm": _JVM}),
)
def _jmx_jar(subject: Subject) -> Iterator[Finding]:
    for path, item in _jmx(subject):
        yield Finding(path, item, f"The host needs Java, and the jmx jar {JMX_JAR}.", needs=("java",))


@rule(
    "prometheus-destination",
    ERROR,
    why="metrics_collected.prometheus sends to a workspace of Amazon Managed Prometheus; without one the translator fails.",
    hint="Set metrics.metrics_destinations.amp.workspace_id.",
    example=metrics(prometheus={"prometheus_config_path": "/etc/prometheus.yaml"}, mem=_MEM),
)
def _prometheus_destination(subject: Subject) -> Iterator[Finding]:
    section = subject.section("metrics", "metrics_collected", "prometheus")
    if section and "workspace_id" not in subject.section("metrics", "metrics_destinations", "amp"):
        yield Finding(("metrics", "metrics_collected", "prometheus"), section, "prometheus has no workspace to send to.")


@rule(
    "prometheus-group",
    ERROR,
    why="Outside containers, logs.metrics_collected.prometheus needs a log group; the agent's translator fails without it.",
    hint="Set log_group_name.",
    example=_log_metrics(prometheus={"prometheus_config_path": "/etc/prometheus.yaml"}),
)
def _prometheus_group(subject: Subject) -> Iterator[Finding]:
    section = subject.section(*_LOG_METRICS, "prometheus")
    if "prometheus" in subject.section(*_LOG_METRICS) and not section.get("log_group_name"):
        yield Finding((*_LOG_METRICS, "prometheus"), section, "prometheus has no log_group_name.")


@rule(
    "prometheus-from-environment",
    ERROR,
    why="env: reads the file from an environment variable of the translator, which no service manager sets.",
    hint="Write the path of a file on the host.",
    example=_log_metrics(prometheus={"log_group_name": "/p", "prometheus_config_path": "env:PROMETHEUS"}),
)
def _prometheus_environment(subject: Subject) -> Iterator[Finding]:
    for path, value in _prometheus_paths(subject):
        if value.startswith("env:"):
            yield Finding(path, value, f"The variable {value[4:]} is not in the agent's environment.")


def _prometheus_paths(subject: Subject) -> Iterator[tuple[tuple[Step, ...], str]]:
    for section in (("metrics", "metrics_collected"), _LOG_METRICS):
        if isinstance(subject.section(*section).get("prometheus"), dict):
            value = subject.section(*section, "prometheus").get("prometheus_config_path", PROMETHEUS_DEFAULT)
            if isinstance(value, str):
                yield (*section, "prometheus", "prometheus_config_path"), value


@rule(
    "prometheus-file",
    REQUIREMENT,
    why="The agent reads what to scrape from a file on the host.",
    hint="Put the file there, readable for the agent's user.",
    example=_log_metrics(prometheus={"log_group_name": "/p", "prometheus_config_path": "/etc/prometheus.yaml"}),
)
def _prometheus_file(subject: Subject) -> Iterator[Finding]:
    for path, value in _prometheus_paths(subject):
        name = value.removeprefix("file:")
        yield Finding(path, value, f"The host needs the prometheus file {name}.", needs=(name,) if name.startswith("/") else ())


@rule(
    "service-discovery",
    ERROR,
    why="Discovery of ECS services needs the cluster, its region, and ports and patterns of each entry; the translator fails without them.",
    hint="Complete ecs_service_discovery.",
    example=_log_metrics(prometheus={"log_group_name": "/p", "ecs_service_discovery": {"sd_target_cluster": "c"}}),
)
def _service_discovery(subject: Subject) -> Iterator[Finding]:
    base = (*_LOG_METRICS, "prometheus", "ecs_service_discovery")
    section = subject.section(*base)
    if "ecs_service_discovery" not in subject.section(*base[:-1]) or subject.platform == "darwin":
        return
    for key in ("sd_cluster_region", "sd_target_cluster"):
        if not section.get(key):
            yield Finding(base, section, f"ecs_service_discovery has no {key}.", f"Set {key}.")
    lists = (("task_definition_list", "sd_task_definition_arn_pattern"), ("service_name_list_for_tasks", "sd_service_name_pattern"))
    for name, pattern in lists:
        entries = section.get(name)
        for index, entry in enumerate(entries if isinstance(entries, list) else []):
            if isinstance(entry, dict):
                yield from _discovery_entry(entry, (*base, name, index), pattern)


def _discovery_entry(entry: dict[str, Any], path: tuple[Step, ...], pattern: str) -> Iterator[Finding]:
    if pattern not in entry:
        yield Finding(path, entry, f"The entry has no {pattern}.", f"Set {pattern}.")
    ports = entry.get("sd_metrics_ports")
    if ports is None:
        yield Finding(path, entry, "The entry has no sd_metrics_ports.", "Set sd_metrics_ports, such as 9113;9114.")
    elif isinstance(ports, str) and not _PORTS.fullmatch(ports):
        yield Finding((*path, "sd_metrics_ports"), ports, f"{shown(ports)} is no list of ports.", "Write it like 9113;9114.")


@rule(
    "emf-declaration-pattern",
    ERROR,
    why="The expressions of metric_selectors must be ones for RE2; the agent's translator crashes on others.",
    hint="Rewrite it for RE2: no look-around, no back-references.",
    example=_log_metrics(
        prometheus={
            "log_group_name": "/p",
            "emf_processor": {"metric_declaration": [{"source_labels": ["job"], "label_matcher": ".*", "metric_selectors": ["("]}]},
        }
    ),
)
def _emf_declaration_pattern(subject: Subject) -> Iterator[Finding]:
    for path, item in _declarations(subject):
        for index, text in enumerate(item["metric_selectors"]):
            if isinstance(text, str) and (reason := refusal(text)):
                yield Finding((*path, "metric_selectors", index), text, f"RE2 refuses {shown(text)}: {reason}.")


@rule(
    "emf-label-matcher",
    WARNING,
    why="label_matcher must be an expression for RE2; with another one, which the translator accepts, the exporter drops the declaration.",
    hint="Rewrite it for RE2; .* matches every label.",
    example=_log_metrics(
        prometheus={
            "log_group_name": "/p",
            "emf_processor": {"metric_declaration": [{"source_labels": ["job"], "label_matcher": "*", "metric_selectors": [".*"]}]},
        }
    ),
)
def _emf_label_matcher(subject: Subject) -> Iterator[Finding]:
    for path, item in _declarations(subject):
        text = item.get("label_matcher")
        if item["source_labels"] and isinstance(text, str) and (reason := refusal(text)):
            message = f"RE2 refuses {shown(text)}: {reason}. The exporter drops the declaration in silence."
            yield Finding((*path, "label_matcher"), text, message)


def _declarations(subject: Subject) -> Iterator[tuple[tuple[Step, ...], dict[str, Any]]]:
    """(path, declaration) of those that the agent reads: it passes over ones without selectors or labels."""
    base = (*_LOG_METRICS, "prometheus", "emf_processor")
    declarations = subject.section(*base).get("metric_declaration")
    for index, item in enumerate(declarations if isinstance(declarations, list) else []):
        if (
            isinstance(item, dict)
            and isinstance(item.get("metric_selectors"), list)
            and item["metric_selectors"]
            and "source_labels" in item
        ):
            yield (*base, "metric_declaration", index), item


@rule(
    "cluster-name",
    REQUIREMENT,
    why="Container insights needs the name of the EKS cluster; without cluster_name it is read from the instance's tags.",
    hint="Set cluster_name, or give the instance the tag kubernetes.io/cluster/<name>: owned.",
    example=_log_metrics(kubernetes={}),
)
def _cluster_name(subject: Subject) -> Iterator[Finding]:
    section = subject.section(*_LOG_METRICS, "kubernetes")
    if "kubernetes" in subject.section(*_LOG_METRICS) and not section.get("cluster_name"):
        yield Finding((*_LOG_METRICS, "kubernetes"), section, "The host needs the cluster name in its EC2 tags.")


@rule(
    "exclusive-collectors",
    WARNING,
    why="kubernetes, ecs and prometheus under logs.metrics_collected exclude each other; the agent takes one of them.",
    hint="Keep one of them.",
    example=_log_metrics(ecs={}, kubernetes={"cluster_name": "c"}),
)
def _exclusive(subject: Subject) -> Iterator[Finding]:
    section = subject.section(*_LOG_METRICS)
    found = [name for name in ("ecs", "kubernetes", "prometheus") if name in section]
    if len(found) > 1:
        yield Finding(_LOG_METRICS, section, f"{' and '.join(found)} stand side by side.")


@rule(
    "emf-address",
    ERROR,
    why="service_address of emf is tcp or udp with host and port; the agent's translator fails with another form.",
    hint="Write it like tcp://127.0.0.1:25888 or udp://:25888.",
    example=_log_metrics(emf={"service_address": "127.0.0.1:25888"}),
)
def _emf_address(subject: Subject) -> Iterator[Finding]:
    for key in ("emf", "structuredlog"):
        section = subject.section(*_LOG_METRICS, key)
        if "service_address" not in section:
            continue
        address = str(section["service_address"])
        if not ("tcp" in address or "udp" in address) or address.count(":") != 2:
            yield Finding((*_LOG_METRICS, key, "service_address"), section["service_address"], f"{shown(address)} is no address for {key}.")
        return


@rule(
    "collectd-types-db",
    REQUIREMENT,
    why="Without a readable types.db of collectd the whole agent does not start.",
    hint="Install collectd, or name the file in collectd_typesdb.",
    example=metrics(collectd={}),
)
def _collectd_types_db(subject: Subject) -> Iterator[Finding]:
    for plugin, path, item in subject.plugins():
        if plugin == "collectd":
            names = item.get("collectd_typesdb")
            files = [str(name) for name in names] if isinstance(names, list) and names else [TYPES_DB]
            yield Finding(path, item, f"The host needs {', '.join(files)}.", needs=tuple(files))


@rule(
    "collectd-auth-file",
    REQUIREMENT,
    why="collectd encrypts unless collectd_security_level is none, and needs a file of users and passwords.",
    hint="Put the file there, or set collectd_security_level to none.",
    example=metrics(collectd={}),
)
def _collectd_auth_file(subject: Subject) -> Iterator[Finding]:
    for plugin, path, item in subject.plugins():
        if plugin == "collectd" and item.get("collectd_security_level", "encrypt") != "none":
            name = str(item.get("collectd_auth_file") or "/etc/collectd/auth_file")
            yield Finding(path, item, f"The host needs {name}.", needs=(name,))


@rule(
    "statsd-address",
    WARNING,
    why="service_address of statsd is host:port; with another form, the agent listens on a port that nobody knows.",
    hint="Write it like :8125 or 127.0.0.1:8125.",
    example=metrics(statsd={"service_address": "udp://:8125"}),
)
def _statsd_address(subject: Subject) -> Iterator[Finding]:
    for plugin, path, item in subject.plugins():
        address = item.get("service_address")
        if plugin == "statsd" and isinstance(address, str) and not _listens(address):
            message = f"{shown(address)} is not host:port: statsd would listen on any port."
            yield Finding((*path, "service_address"), address, message)


def _listens(address: str) -> bool:
    port = address.rpartition(":")[2]
    return bool(_HOST_PORT.fullmatch(address)) and (port.isdigit() and 0 < int(port) < 65536)


@rule(
    "nvidia-smi-binary",
    REQUIREMENT,
    why="nvidia_gpu runs nvidia-smi; without it the agent's schema test fails.",
    hint="Install the driver's tools on the host.",
    example=metrics(nvidia_gpu={"measurement": ["utilization_gpu"]}),
)
def _nvidia_smi_binary(subject: Subject) -> Iterator[Finding]:
    for plugin, path, item in subject.plugins():
        if plugin == "nvidia_gpu":
            yield Finding(path, item, "The host needs /usr/bin/nvidia-smi.", needs=("nvidia-smi",))


@rule(
    "journalctl",
    REQUIREMENT,
    why="journald runs journalctl as the agent's user.",
    hint="Run the agent as root, or put its user into the group systemd-journal.",
    example={"logs": {"logs_collected": {"journald": {"collect_list": [{"log_group_name": "/j", "retention_in_days": 7}]}}}},
)
def _journalctl(subject: Subject) -> Iterator[Finding]:
    section = subject.section("logs", "logs_collected", "journald")
    if section:
        message = "The host needs journalctl, and a journal that the agent's user can read."
        yield Finding(("logs", "logs_collected", "journald"), section, message, needs=("journalctl",))


@rule(
    "run-as-user",
    REQUIREMENT,
    why="The service fails if the user does not exist, and what that user cannot read is silently not collected.",
    hint="Create the user (cwagent comes with the package), and let it read the files.",
    example={"agent": {"run_as_user": "observer"}, **metrics(mem=_MEM)},
)
def _run_as_user(subject: Subject) -> Iterator[Finding]:
    user = subject.section("agent").get("run_as_user")
    if isinstance(user, str) and user not in ("", "root", "cwagent") and subject.platform != "windows":
        yield Finding(("agent", "run_as_user"), user, f"The host needs the user {user}.")


@rule(
    "signal-rules",
    ERROR,
    why="A rule of application signals with the action replace needs replacements; the agent's translator fails without them.",
    hint="Add replacements: [{target_dimension, value}].",
    example=_log_metrics(application_signals={"rules": [{"selectors": [{"dimension": "Operation", "match": "*"}], "action": "replace"}]}),
)
def _signal_rules(subject: Subject) -> Iterator[Finding]:
    for section in (_LOG_METRICS, ("traces", "traces_collected")):
        name = "application_signals" if "rules" in subject.section(*section, "application_signals") else "app_signals"
        rules = subject.section(*section, name).get("rules")
        for index, item in enumerate(rules if isinstance(rules, list) else []):
            if isinstance(item, dict) and item.get("action") == "replace" and "replacements" not in item:
                yield Finding((*section, name, "rules", index), item, "The rule replaces, but says not what.")


@rule(
    "service-events",
    WARNING,
    why="Since agent 1.300069, application signals also send events to the log group /aws/service-events/{service.name}, which costs.",
    hint="Set logs.logs_collected.application_signals.disabled, to true or, if the events are wanted, to false.",
    example=_log_metrics(application_signals={}),
)
def _service_events(subject: Subject) -> Iterator[Finding]:
    section = subject.section(*_LOG_METRICS)
    decided = "disabled" in subject.section("logs", "logs_collected", "application_signals")
    for name in ("application_signals", "app_signals"):
        if name in section and not decided and subject.since("1.300069"):
            yield Finding((*_LOG_METRICS, name), section[name], f"{name} sends service events, too.")


_CLUSTER = re.compile(r"[0-9A-Za-z][A-Za-z0-9\-_]*")
_DATABASE = re.compile(r"[a-zA-Z0-9._@/:\-]+")
_RESERVED = ("aws.log.group.name", "aws.log.stream.name", "aws.log.source")


@rule(
    "opentelemetry-names",
    ERROR,
    why="In the section opentelemetry the agent refuses reserved attributes, and other characters in names of clusters and databases.",
    hint="Take the attribute out; clusters have letters, digits, - and _, database values also . @ / and :.",
    example={"opentelemetry": {"cluster_name": "my cluster", "collect": {"host_metrics": {}}}},
)
def _opentelemetry_names(subject: Subject) -> Iterator[Finding]:
    section = subject.section("opentelemetry")
    name = section.get("cluster_name")
    if isinstance(name, str) and name and not _CLUSTER.fullmatch(name):
        yield Finding(("opentelemetry", "cluster_name"), name, f"{shown(name)} is no name of a cluster.")
    for key, value in subject.section("opentelemetry", "resource_attributes").items():
        if key in _RESERVED:
            yield Finding(("opentelemetry", "resource_attributes", key), value, f"The attribute {key} is reserved.")
    base = ("opentelemetry", "collect", "database_insights")
    databases = subject.section(*base).get("postgresql")
    for index, item in enumerate(databases if isinstance(databases, list) else []):
        for key in ("endpoint", "instance_name", "username", "password_file") if isinstance(item, dict) else ():
            if isinstance(item.get(key), str) and not _DATABASE.fullmatch(item[key]):
                yield Finding((*base, "postgresql", index, key), item[key], f"{shown(item[key])} has characters that the agent refuses.")


@rule(
    "describe-tags",
    REQUIREMENT,
    why="The agent reads these from the instance's tags; without ec2:DescribeTags it tries for a minute and then dies.",
    hint="Allow ec2:DescribeTags, or set opentelemetry.cluster_name.",
    example={"opentelemetry": {"collect": {"host_metrics": {}}}},
)
def _describe_tags(subject: Subject) -> Iterator[Finding]:
    section = subject.section("opentelemetry")
    if subject.mode != "ec2":
        return
    if section and not section.get("cluster_name"):
        yield Finding(("opentelemetry",), section, "The host's role needs ec2:DescribeTags for the cluster's name.")
    for _plugin, path, item in subject.plugins():
        added = item.get("append_dimensions")
        if isinstance(added, dict) and "${aws:AutoScalingGroupName}" in added.values() and subject.since("1.300061"):
            yield Finding((*path, "append_dimensions"), added, "The host's role needs ec2:DescribeTags for AutoScalingGroupName.")
