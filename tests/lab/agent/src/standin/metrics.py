# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The metrics section: plugins, their measurements, dimensions and roll-ups."""

from __future__ import annotations

import os

from . import registry
from .context import Context
from .golog import FatalError

TAGS = ("ImageId", "InstanceId", "InstanceType", "AutoScalingGroupName")
SPECIAL = ("statsd", "collectd", "ethtool", "otlp", "jmx", "prometheus")
MINUTE = 60


class Metrics:
    """What the section becomes: TOML inputs, exporter settings, and which receivers there are."""

    def __init__(self) -> None:
        self.inputs: dict[str, list[dict]] = {}
        self.receivers: list[str] = []
        self.decorations: list[dict] = []
        self.dropped: dict[str, bool] = {}


def translate(context: Context, section: dict, agent: dict) -> Metrics:
    """Translate every plugin; errors go to the context."""
    result = Metrics()
    collected = section.get("metrics_collected", {})
    for plugin in sorted(collected):
        body = collected[plugin]
        if plugin in SPECIAL:
            _special(context, plugin, body, result)
        elif context.platform == "windows" and plugin not in ("procstat", "nvidia_gpu"):
            _counter(context, plugin, body, result)
        elif plugin not in registry.PLUGINS.get(context.platform, registry.LINUX):
            for name in _renamed(body):
                context.warn(f"Failed to rename metric name: {name}, in plugin: {plugin}")
            context.warn(f"Ignoring unrecognized input {plugin}")
            if _renamed(body):
                context.pipeline_error('unable to generate metric statements: metric name ("") is invalid for decoration')
        else:
            _plugin(context, plugin, body, agent, result)
    return result


def _renamed(body: object) -> list[object]:
    """Return the measurements that have another name or unit given."""
    items = body.get("measurement", []) if isinstance(body, dict) else []
    return [item.get("name", "") for item in items if isinstance(item, dict) and ("rename" in item or "unit" in item)]


def _plugin(context: Context, plugin: str, body: object, agent: dict, result: Metrics) -> None:
    """Translate one host plugin; procstat is a list of them."""
    bodies = body if isinstance(body, list) else [body]
    inputs = []
    for item in bodies:
        fields = _fields(context, plugin, item, result)
        if fields is None or not fields:
            if fields is not None:
                context.warn(f"Agent will not emit any metrics for {plugin} due to empty measurement field ")
            return
        inputs.append(_input(plugin, item, fields, agent, result))
    result.inputs[plugin] = inputs
    result.receivers.append("telegraf_" + plugin)


def _fields(context: Context, plugin: str, item: dict, result: Metrics) -> list[str] | None:
    """Return the bare field names (None after an error) and note the decorations."""
    path = f"/metrics/metrics_collected/{plugin}/"
    known = registry.PLUGINS.get(context.platform, registry.LINUX)[plugin]
    fields: list[str] = []
    for entry in item.get("measurement", []):
        decorated = entry if isinstance(entry, dict) else {"name": entry}
        if "name" not in decorated:
            context.errors.append(f"The path of the error is : {path} | Errors : name field is missed.")
            return None
        field = registry.bare(plugin, str(decorated["name"]))
        if field not in known:
            if "rename" in decorated or "unit" in decorated:
                context.warn("Failed to rename metric name: {}, in plugin: {}".format(decorated["name"], plugin))
            context.error(path, "measurement name {} is invalid".format(decorated["name"]))
            return None
        fields.append(field)
        if "rename" in decorated or "unit" in decorated:
            result.decorations.append(
                {"category": plugin, "name": field, **{k: decorated[k] for k in ("rename", "unit") if k in decorated}}
            )
    return fields


def _input(plugin: str, item: dict, fields: list[str], agent: dict, result: Metrics) -> dict:
    """Return the TOML table of one input."""
    table: dict = {"fieldinclude": fields, "interval": _interval(item, agent), "tags": {}}
    for key in ("resources", "ignore_file_system_types", "pid_file", "exe", "pattern"):
        if key in item:
            table[key] = item[key]
    if plugin == "cpu":
        table["percpu"] = "*" in item.get("resources", [])
        table["totalcpu"] = item.get("totalcpu", True)
    if plugin == "disk" and item.get("drop_device"):
        table["tagexclude"] = ["device", "mode"]
    table["tags"] = {str(key): str(value) for key, value in item.get("append_dimensions", {}).items()}
    note_dropped(plugin, item.get("drop_original_metrics"), result)
    return table


def note_dropped(plugin: str, names: object, result: Metrics) -> None:
    """Note the metrics whose originals are dropped."""
    if names is None:
        return
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise FatalError("Fail to translate the JSON config, invalid format of dropping dimensions.")
    for name in names:
        result.dropped[f"{plugin}_{registry.bare(plugin, name)}"] = True


def _interval(item: dict, agent: dict) -> str:
    return "{}s".format(int(item.get("metrics_collection_interval", agent.get("metrics_collection_interval", MINUTE))))


def _counter(context: Context, plugin: str, body: dict, result: Metrics) -> None:
    """Take a Windows performance counter object as it is."""
    resources = body.get("resources", [])
    if not isinstance(resources, list) or not all(isinstance(name, str) for name in resources):
        context.pipeline_error(f"invalid resources of {plugin}")
    if body.get("measurement"):
        result.receivers.append(f"telegraf_win_perf_counters/{plugin}")


def _special(context: Context, plugin: str, body: object, result: Metrics) -> None:
    """Translate the plugins that have no list of known measurements."""
    if plugin == "jmx":
        _jmx(context, body if isinstance(body, list) else [body])
    if plugin == "prometheus":
        _prometheus(context, dict(body or {}))  # type: ignore[call-overload]
    if plugin == "ethtool" and context.platform != "linux":
        return
    if plugin in ("statsd", "collectd"):
        result.inputs["socket_listener" if plugin == "collectd" else "statsd"] = [dict(body or {})]  # type: ignore[call-overload]
    result.receivers.append(plugin)


def _jmx(context: Context, items: list[dict]) -> None:
    """Check what the JMX receiver needs."""
    jar = os.path.join(context.base, "bin", "opentelemetry-jmx-metrics.jar")
    lacking = [item for item in items if not item.get("endpoint")]
    if lacking:
        context.pipeline_error("; ".join(["no endpoint configured"] * 2 * len(lacking)))
        return
    for item in items:
        for target in item.values():
            for entry in target.get("measurement", []) if isinstance(target, dict) else []:
                if isinstance(entry, dict) and "name" not in entry:
                    context.pipeline_error("unable to generate metric statements: name field is missing for one of your metrics")
    if not os.path.exists(jar):
        missing = f"invalid `jar_path`: error hashing file: open {jar}: no such file or directory"
        context.pipeline_errors.append(
            "invalid otel config: " + "\n".join(f"receivers::jmx/{place}: {missing}" for place in range(len(items)))
        )


def _prometheus(context: Context, body: dict) -> None:
    """The scrape configuration has to be readable."""
    path = body.get("prometheus_config_path", "")
    if context.platform == "linux" and not os.access(path, os.R_OK):
        context.pipeline_error(f"unable to read prometheus config from path: open {path}: no such file or directory")


def exporter(context: Context, section: dict, agent: dict, result: Metrics) -> dict:
    """Return the settings of the CloudWatch exporter."""
    role = section.get("credentials", {}).get("role_arn") or agent.get("credentials", {}).get("role_arn", "")
    return {
        "namespace": section.get("namespace", "CWAgent"),
        "region": context.region,
        "force_flush_interval": "{}s".format(int(section.get("force_flush_interval", MINUTE))),
        "rollup_dimensions": section.get("aggregation_dimensions", []),
        "drop_original_metrics": result.dropped,
        "metric_decoration": result.decorations,
        "endpoint_override": section.get("endpoint_override", ""),
        "role_arn": role,
        "mode": "EC2" if context.mode == "ec2" else "OP",
        **{"profile" if key == "profile" else "shared_credential_file": value for key, value in context.profile.items()},
    }


def tagger(section: dict) -> dict | None:
    """Return the settings of the EC2 tagger, None without append_dimensions; only the exact pairs count."""
    if "append_dimensions" not in section:
        return None
    wanted = [name for name in TAGS if section["append_dimensions"].get(name) == f"${{aws:{name}}}"]
    return {
        "ec2_metadata_tags": [name for name in wanted if name != "AutoScalingGroupName"],
        "ec2_instance_tag_keys": [name for name in wanted if name == "AutoScalingGroupName"],
    }
