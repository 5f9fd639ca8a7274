# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shape of the agent's configuration, as draft-04 schema data.

Built from small parts instead of references and unions: it is read per type of value, which keeps checking fast and errors plain.
``expected`` in a part is what messages call it.
"""

from __future__ import annotations

from typing import Any


def text(longest: int | None = None, shortest: int = 1, **more: Any) -> dict[str, Any]:
    """A string of *shortest* to *longest* characters."""
    if longest is None:
        return {"type": "string", **more}
    return {"type": "string", "minLength": shortest, "maxLength": longest, **more}


def whole(least: int, most: int | None = None) -> dict[str, Any]:
    """A whole number from *least* to *most*."""
    return {"type": "integer", "minimum": least, **({} if most is None else {"maximum": most})}


def one_of(*values: Any) -> dict[str, Any]:
    """One of these strings."""
    return {"type": "string", "enum": list(values)}


def many(items: dict[str, Any], least: int = 0, most: int | None = None, unique: bool = False) -> dict[str, Any]:
    """A list of *items*."""
    schema: dict[str, Any] = {"type": "array", "items": items}
    if least:
        schema["minItems"] = least
    if most is not None:
        schema["maxItems"] = most
    if unique:
        schema["uniqueItems"] = True
    return schema


def opened(properties: dict[str, Any], *required: str, **more: Any) -> dict[str, Any]:
    """A mapping in which other keys are ignored."""
    return {"type": "object", "properties": properties, **({"required": list(required)} if required else {}), **more}


def closed(properties: dict[str, Any], *required: str, **more: Any) -> dict[str, Any]:
    """A mapping in which other keys are refused."""
    return opened(properties, *required, additionalProperties=False, **more)


def mapping_of(values: dict[str, Any], most: int | None = None) -> dict[str, Any]:
    """A mapping with free keys."""
    return {"type": "object", "additionalProperties": values, **({} if most is None else {"maxProperties": most})}


def any_key(*names: str) -> list[dict[str, Any]]:
    """For ``anyOf``: at least one of these keys."""
    return [{"required": [name]} for name in names]


def one_or_many(single: dict[str, Any]) -> dict[str, Any]:
    """*single*, or a list of up to 255 of them."""
    return {**single, "type": ["object", "array"], "items": single, "minItems": 1, "maxItems": 255}


FLAG = {"type": "boolean"}
INTERVAL = whole(1, 172800)
INTERVAL_OR_ZERO = whole(0, 172800)
ENDPOINT = text(2048, shortest=4)
DIMENSIONS = mapping_of(text(1024), most=30)
NAMES = many(text(), least=1, unique=True)
RETENTION_DAYS = (-1, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
RETENTION = {"type": "integer", "enum": list(RETENTION_DAYS)}
ROLE = text(2048, shortest=0, anyOf=[{"minLength": 20}, {"pattern": r"^\$\{.+\}$"}], expected="a role ARN (20 characters or more) or ${…}")
CREDENTIALS = closed({"role_arn": ROLE})
LONG_ENTITY = {"service.name": text(4096), "deployment.environment": text(4096)}
ENTITY = {"service.name": text(255), "deployment.environment": text(259)}
TLS = opened({"ca_file": text(255), "cert_file": text(255), "key_file": text(255), "insecure": FLAG})
OTLP = one_or_many(closed({"grpc_endpoint": ENDPOINT, "http_endpoint": ENDPOINT, "tls": TLS, **ENTITY}))

AGENT = opened(
    {
        "metrics_collection_interval": INTERVAL,
        "logfile": text(4096, shortest=0),
        "region": text(64),
        "debug": FLAG,
        "aws_sdk_log_level": text(),
        "credentials": CREDENTIALS,
        "omit_hostname": FLAG,
        **ENTITY,
    }
)

DECORATED = {
    "type": ["string", "object"],
    "minLength": 1,
    "maxLength": 255,
    "properties": {"name": text(255), "rename": text(255), "unit": text(256)},
}
MEASUREMENT = many(DECORATED, unique=True)
BASIC = {"metrics_collection_interval": INTERVAL, "append_dimensions": DIMENSIONS, "measurement": MEASUREMENT}
RESOURCES = many(text(4096), most=256)


def _plugin(**more: Any) -> dict[str, Any]:
    return opened({**BASIC, **more}, "measurement")


_JMX_TARGETS = ("jvm", "kafka", "kafka-consumer", "kafka-producer", "tomcat")
_JMX = closed(
    {
        "endpoint": ENDPOINT,
        "metrics_collection_interval": INTERVAL,
        **{
            key: text()
            for key in (
                "username",
                "password_file",
                "keystore_path",
                "keystore_type",
                "truststore_path",
                "truststore_type",
                "remote_profile",
                "realm",
            )
        },
        "registry_ssl_enabled": FLAG,
        "insecure": FLAG,
        "append_dimensions": DIMENSIONS,
        **{target: opened({"measurement": MEASUREMENT}, "measurement") for target in _JMX_TARGETS},
    },
    anyOf=any_key(*_JMX_TARGETS),
)
_STATSD = closed(
    {
        "allowed_pending_messages": whole(1, 2147483647),
        "service_address": text(255),
        "metrics_collection_interval": INTERVAL,
        "metrics_aggregation_interval": INTERVAL_OR_ZERO,
        "metric_separator": text(255),
        "drop_original_metrics": NAMES,
        **LONG_ENTITY,
    }
)
_COLLECTD = closed(
    {
        "service_address": text(255),
        "name_prefix": text(255),
        "collectd_auth_file": text(4096),
        "collectd_security_level": one_of("none", "sign", "encrypt"),
        "collectd_typesdb": many(text(4096), most=10),
        "metrics_aggregation_interval": INTERVAL_OR_ZERO,
        "drop_original_metrics": NAMES,
        "append_dimensions": DIMENSIONS,
        **LONG_ENTITY,
    }
)
_ETHTOOL = closed(
    {
        "interface_include": many(text(255)),
        "interface_exclude": many(text(255)),
        "metrics_include": many(text(255)),
        "append_dimensions": DIMENSIONS,
        "drop_original_metrics": NAMES,
    }
)
_PROCSTAT = many(
    opened(
        {**BASIC, "measurement": many(text(255), unique=True), "pid_file": text(255), "exe": text(255), "pattern": text(255)},
        "measurement",
        anyOf=any_key("pid_file", "exe", "pattern"),
    ),
    least=1,
    most=255,
)
EFA = opened({"metrics_collection_interval": INTERVAL, "measurement": MEASUREMENT, "drop_original_metrics": NAMES}, "measurement")
METRICS_COLLECTED = {
    "type": "object",
    "minProperties": 1,
    "properties": {
        "cpu": _plugin(resources=many(one_of("*"), most=1), totalcpu=FLAG),
        "disk": _plugin(resources=RESOURCES, ignore_file_system_types=RESOURCES, drop_device=FLAG),
        "diskio": _plugin(resources=RESOURCES),
        "net": _plugin(resources=RESOURCES),
        "mem": _plugin(),
        "swap": _plugin(),
        "netstat": _plugin(),
        "processes": _plugin(),
        "procstat": _PROCSTAT,
        "statsd": _STATSD,
        "collectd": _COLLECTD,
        "ethtool": _ETHTOOL,
        "efa": EFA,
        "nvidia_smi": opened({"measurement": many(text(255))}),
        "jmx": one_or_many(_JMX),
        "otlp": OTLP,
        "prometheus": closed({"prometheus_config_path": text(255)}, "prometheus_config_path"),
    },
    "additionalProperties": _plugin(),
}
METRICS = closed(
    {
        "metrics_collected": METRICS_COLLECTED,
        "namespace": text(255),
        "aggregation_dimensions": many(many(text(1024), most=30, unique=True), least=1, most=1024, unique=True),
        "append_dimensions": DIMENSIONS,
        "force_flush_interval": INTERVAL,
        "credentials": CREDENTIALS,
        "endpoint_override": ENDPOINT,
        "metrics_destinations": closed({"cloudwatch": {}, "amp": closed({"workspace_id": text(255)}, "workspace_id")}, minProperties=1),
        **LONG_ENTITY,
    },
    "metrics_collected",
)

FILTERS = many(closed({"type": one_of("include", "exclude"), "expression": text()}))
_DESTINATION = {"log_group_name": text(512), "log_stream_name": text(512)}
_GROUP = {"log_group_class": text(512), "retention_in_days": RETENTION, "filters": FILTERS}
_PATTERN = text(4096)
_FILE = closed(
    {
        "file_path": text(4096, shortest=0),
        **_DESTINATION,
        **_GROUP,
        "multi_line_start_pattern": _PATTERN,
        "timestamp_format": _PATTERN,
        "encoding": _PATTERN,
        "blacklist": _PATTERN,
        "timezone": one_of("Local", "LOCAL", "UTC"),
        "trim_timestamp": FLAG,
        "auto_removal": FLAG,
        "publish_multi_logs": FLAG,
        "backpressure_mode": one_of("fd_release"),
        **ENTITY,
    },
    "file_path",
)
_EVENT_NAME = {**text(255), "not": {"enum": ["Forwarded Events"]}, "expected": "a channel other than Forwarded Events"}
_EVENT_IDS = many(whole(0, 65535), least=1, unique=True)
_LEVELS = ("CRITICAL", "ERROR", "WARNING", "INFORMATION", "VERBOSE")
_EVENT = closed(
    {
        "event_name": _EVENT_NAME,
        "event_levels": many(one_of(*_LEVELS)),
        "event_ids": _EVENT_IDS,
        "event_format": one_of("text", "xml"),
        **_DESTINATION,
        **_GROUP,
    },
    "event_name",
    anyOf=any_key("event_levels", "event_ids", "filters"),
)
_JOURNAL = closed(
    {
        **_DESTINATION,
        **_GROUP,
        "units": many(text(256, shortest=0), least=1, unique=True),
        "priority": one_of("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug", *"01234567"),
        "matches": many(mapping_of(text()), least=1, unique=True),
    },
    "log_group_name",
)


def _collect_list(item: dict[str, Any], unique: bool = False) -> dict[str, Any]:
    # The agent joins equal entries of the lists that it merges before it applies its schema, so nothing is left to be unique there.
    return closed({"collect_list": many(item, least=1, most=16384, unique=unique)}, "collect_list")


_SELECTOR = opened({"dimension": text(minLength=1), "match": text(minLength=1)}, "dimension", "match")
_REPLACEMENT = opened({"target_dimension": text(minLength=1), "value": text()}, "target_dimension")
_SIGNAL_RULE = opened(
    {
        "selectors": many(_SELECTOR),
        "replacements": many(_REPLACEMENT),
        "action": one_of("drop", "keep", "replace"),
        "rule_name": text(minLength=1),
    },
    "selectors",
    "action",
)
APPLICATION_SIGNALS = opened({"hosted_in": text(1024), "rules": many(_SIGNAL_RULE)})
_DECLARATION = closed(
    {
        "source_labels": many(text()),
        "label_matcher": text(),
        "label_separator": text(),
        "metric_selectors": many(text()),
        "dimensions": many(many(text())),
    }
)
_EMF_PROCESSOR = closed(
    {
        "metric_declaration_dedup": FLAG,
        "metric_namespace": text(),
        "metric_unit": mapping_of(text(256)),
        "metric_declaration": many(_DECLARATION),
    }
)


def _texts(*keys: str) -> dict[str, Any]:
    return {key: text() for key in keys}


_DISCOVERY = closed(
    {
        "docker_label": opened(_texts("sd_job_name_label", "sd_metrics_path_label", "sd_port_label")),
        "task_definition_list": many(
            opened(
                _texts(
                    "sd_container_name_pattern",
                    "sd_job_name",
                    "sd_metrics_path",
                    "sd_metrics_ports",
                    "sd_task_definition_arn_pattern",
                )
            )
        ),
        "service_name_list_for_tasks": many(
            opened(_texts("sd_container_name_pattern", "sd_job_name", "sd_metrics_path", "sd_metrics_ports", "sd_service_name_pattern"))
        ),
        **_texts("sd_cluster_region", "sd_frequency", "sd_result_file", "sd_target_cluster"),
    }
)
_LOG_PROMETHEUS = closed(
    {
        **_texts("cluster_name", "log_group_name", "prometheus_config_path"),
        "emf_processor": _EMF_PROCESSOR,
        "ecs_service_discovery": _DISCOVERY,
        "disable_metric_extraction": FLAG,
    }
)
LOGS = closed(
    {
        "logs_collected": closed(
            {
                "files": _collect_list(_FILE),
                "windows_events": _collect_list(_EVENT),
                "journald": _collect_list(_JOURNAL, unique=True),
                "application_signals": opened({**_DESTINATION, "disabled": FLAG}),
            },
            minProperties=1,
        ),
        "metrics_collected": opened(
            {
                "app_signals": APPLICATION_SIGNALS,
                "application_signals": APPLICATION_SIGNALS,
                "ecs": closed({"metrics_collection_interval": INTERVAL, "disable_metric_extraction": FLAG}),
                "kubernetes": opened(
                    {
                        "cluster_name": text(512),
                        "jmx_container_insights": FLAG,
                        "metrics_collection_interval": INTERVAL,
                        "disable_metric_extraction": FLAG,
                    }
                ),
                "prometheus": _LOG_PROMETHEUS,
                "otlp": OTLP,
            }
        ),
        "log_stream_name": text(512),
        "force_flush_interval": INTERVAL,
        "credentials": CREDENTIALS,
        "endpoint_override": ENDPOINT,
        "concurrency": whole(1),
        **ENTITY,
    },
    anyOf=any_key("logs_collected", "metrics_collected"),
)

_XRAY = closed({"bind_address": ENDPOINT, "tcp_proxy": closed({"bind_address": ENDPOINT})})
TRACES = closed(
    {
        "traces_collected": closed(
            {"xray": _XRAY, "otlp": OTLP, "app_signals": opened({}), "application_signals": opened({})}, minProperties=1
        ),
        "concurrency": whole(1),
        "buffer_size_mb": whole(3),
        "resource_arn": text(),
        "local_mode": FLAG,
        "insecure": FLAG,
        "credentials": CREDENTIALS,
        "proxy_override": ENDPOINT,
        "endpoint_override": ENDPOINT,
        "region_override": text(),
        "transit_spans_in_otlp_format": FLAG,
    },
    "traces_collected",
)

_DATABASE = closed(
    {**_texts("endpoint", "instance_name", "username", "password_file", "ca_file"), "logs": closed(_texts("file_path"))},
    "endpoint",
    "instance_name",
    "username",
    "password_file",
)
_OTEL_FILE = closed(
    {
        "file_path": text(4096),
        **_DESTINATION,
        **_texts("multi_line_start_pattern", "timestamp_format", "encoding"),
        "timezone": one_of("Local", "LOCAL", "UTC"),
    },
    "file_path",
)
_OTEL_EVENT = closed(
    {
        "event_name": text(255),
        "event_levels": many(one_of(*_LEVELS), least=1, unique=True),
        "event_ids": _EVENT_IDS,
        "event_format": one_of("text", "xml"),
        **_DESTINATION,
    },
    "event_name",
)
OPENTELEMETRY = closed(
    {
        "cluster_name": text(),
        "resource_attributes": mapping_of(text(1024), most=30),
        "collect": closed(
            {
                "host_metrics": closed({"collection_interval": INTERVAL}),
                "otlp": closed({**_texts("grpc_endpoint", "http_endpoint"), "span_metrics_enabled": FLAG}),
                "prometheus": closed(_texts("config_path"), "config_path"),
                "container_insights": closed(
                    {"collection_interval": INTERVAL, "role": one_of("node", "cluster"), "logs": closed({"enabled": FLAG})}
                ),
                "files": closed({"collect_list": many(_OTEL_FILE, least=1)}, "collect_list"),
                "windows_events": closed({"collect_list": many(_OTEL_EVENT, least=1)}, "collect_list"),
                "database_insights": closed({"postgresql": many(_DATABASE)}),
            }
        ),
    }
)
SCHEMA = opened({"agent": AGENT, "metrics": METRICS, "logs": LOGS, "traces": TRACES, "opentelemetry": OPENTELEMETRY})
"""The newest release's schema."""
