# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""config-translator: JSON files in, TOML, YAML, env-config.json and log-config.json out."""

from __future__ import annotations

import json
import os

from . import commonconfig, defaults, goflags, identity, jsonfiles, logs, merge, metrics, paths, schemacheck, toml
from .context import Context
from .golog import FatalError, plain, say

FLAGS: dict[str, object] = {"os": "", "input": "", "input-dir": "", "output": "", "mode": "ec2", "config": "", "multi-config": "remove"}
FAILED = (
    "configuration validation first phase failed. Agent version: 1.0. "
    "Verify the JSON input is only using features supported by this version"
)
SUCCEEDED = "Configuration validation first phase succeeded"
SKIPPED = "Configuration validation first phase skipped. No JSON files found"
NOTHING = 99
MANAGED = (
    "AWS_CA_BUNDLE",
    "AWS_SDK_LOG_LEVEL",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "CWAGENT_LOG_LEVEL",
    "CWAGENT_LOGS_BACKPRESSURE_MODE",
    "CWAGENT_USAGE_DATA",
    "CWAGENT_USER_AGENT",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
)


class RejectedError(FatalError):
    """The configuration is refused; every line has been told."""


def main(arguments: list[str]) -> int:
    """Run; return the exit status."""
    flags = {name: str(value) for name, value in goflags.parse(arguments, FLAGS).items()}
    try:
        return run(flags)
    except FatalError as error:
        if not isinstance(error, RejectedError):
            say(f"E! {error}")
        say(f"E! {FAILED}")
        return 1


def run(flags: dict[str, str]) -> int:
    """Do what the flags say; FatalError says why not."""
    common = commonconfig.load(flags["config"])
    commonconfig.export(common)
    mode = identity.detect_mode(flags["mode"])
    platform = flags["os"] or "linux"
    found, yaml = jsonfiles.collect(flags["input"], flags["input-dir"], flags["multi-config"])
    skipped = yaml and not found
    if not found and not skipped:
        if flags["multi-config"] == "remove":
            return NOTHING
        say("No json config files found, use the default one")
        found = {"": defaults.configuration(mode, platform)}
    merged = {} if skipped else checked(list(found.values()))
    agent = merged.get("agent", {})
    region = str(agent.get("region") or "") or _region(mode, common)
    names = identity.placeholders(mode, region)
    context = Context(mode, platform, region, commonconfig.profile(common, mode), names, paths.BASE)
    document, pipelines = translate(context, merged)
    _write(flags["output"], document, pipelines, merged, context)
    say(SKIPPED if skipped else SUCCEEDED)
    return 0


def _region(mode: str, common: dict) -> str:
    """Return the host's region; there has to be one."""
    plain("I! Trying to detect region from ec2" if mode == "ec2" else "I! Trying to detect region from profile")
    region = identity.detect_region(mode, common)
    if not region:
        raise FatalError(f"failed to generate TOML configuration validation content: [Region info is missing for mode: {mode}]")
    return region


def checked(configurations: list[dict]) -> dict:
    """Return the merged configuration once it holds against the schema."""
    merged, problems = merge.merge(configurations)
    if problems:
        for problem in problems:
            say(problem)
        say("Failed to merge multiple json config files.")
        raise RejectedError
    with open(paths.SCHEMA, encoding="utf-8") as handle:
        errors = schemacheck.Checker(json.load(handle)).errors(merged)
    for error in errors:
        say(error)
    if errors:
        say("E! Invalid Json input schema.")
        raise RejectedError
    say("I! Valid Json input schema.")
    return merged


def translate(context: Context, merged: dict) -> tuple[dict, dict | None]:
    """Return the TOML document and the pipelines (None: nothing is collected)."""
    agent = merged.get("agent", {})
    found = metrics.translate(context, merged.get("metrics", {}), agent)
    files, log_receivers = logs.translate(context, merged.get("logs", {}))
    context.raise_errors()
    traces = sorted(merged.get("traces", {}).get("traces_collected", {}))
    document: dict = {"agent": _agent(agent), "inputs": dict(found.inputs), "outputs": {}}
    if files:
        document["inputs"]["logfile"] = [{"destination": "cloudwatchlogs", "file_state_folder": paths.STATE, "file_config": files}]
        document["outputs"]["cloudwatchlogs"] = [_log_output(context, merged.get("logs", {}), agent)]
    if not (found.receivers or log_receivers or traces):
        return document, None
    return document, _pipelines(context, merged, found, [*log_receivers, *traces])


def _agent(agent: dict) -> dict:
    """Return the agent's table."""
    level = str(agent.get("aws_sdk_log_level", ""))
    return {
        "interval": "{}s".format(int(agent.get("metrics_collection_interval", metrics.MINUTE))),
        "logfile": agent.get("logfile", paths.LOGFILE),
        "debug": bool(agent.get("debug", False)),
        "quiet": bool(agent.get("quiet", False)),
        "omit_hostname": bool(agent.get("omit_hostname", False)),
        "hostname": str(agent.get("hostname", "")),
        **({"run_as_user": str(agent["run_as_user"])} if agent.get("run_as_user") else {}),
        **({"aws_sdk_log_level": level} if level else {}),
    }


def _log_output(context: Context, section: dict, agent: dict) -> dict:
    """Return the table of the log output."""
    role = section.get("credentials", {}).get("role_arn") or agent.get("credentials", {}).get("role_arn", "")
    return {
        "region": context.region,
        "mode": "EC2" if context.mode == "ec2" else "OP",
        "force_flush_interval": "{}s".format(int(section.get("force_flush_interval", 5))),
        "log_stream_name": logs.default_stream(context, section),
        "endpoint_override": section.get("endpoint_override", ""),
        "role_arn": role,
        **{"profile" if key == "profile" else "shared_credential_file": value for key, value in context.profile.items()},
    }


def _pipelines(context: Context, merged: dict, found: metrics.Metrics, others: list[str]) -> dict:
    """Return the YAML document (as data)."""
    section, agent = merged.get("metrics", {}), merged.get("agent", {})
    document: dict = {
        "exporters": {},
        "processors": {},
        "receivers": {name: {} for name in [*found.receivers, *others]},
        "service": {"pipelines": {}},
    }
    lines = document["service"]["pipelines"]
    if found.receivers:
        document["exporters"]["awscloudwatch"] = metrics.exporter(context, section, agent, found)
        processors = ["awsentity/resource"]
        tagger = metrics.tagger(section)
        if tagger is not None:
            document["processors"]["ec2tagger"] = tagger
            processors.append("ec2tagger")
        lines["metrics/host"] = {"exporters": ["awscloudwatch"], "processors": processors, "receivers": found.receivers}
    for name in others:
        lines[f"{name}/default"] = {"exporters": ["nop"], "processors": [], "receivers": [name]}
    return document


def _write(output: str, document: dict, pipelines: dict | None, merged: dict, context: Context) -> None:
    """Write everything beside the TOML file; YAML goes away where nothing is collected."""
    folder = os.path.dirname(os.path.abspath(output))
    groups = [
        entry["log_group_name"]
        for table in document["inputs"].get("logfile", [])
        for entry in table["file_config"]
        if "log_group_name" in entry
    ]
    if "logs" in merged:
        listed = {"version": "1", "log_configs": [{"log_group_name": name} for name in groups], "region": context.region}
        put(os.path.join(folder, "log-config.json"), json.dumps(listed))
    put(output, toml.dumps(document))
    yaml = os.path.join(folder, paths.YAML_NAME)
    if pipelines is not None:
        put(yaml, json.dumps(pipelines, indent=2, sort_keys=True) + "\n")
    elif os.path.exists(yaml):
        os.unlink(yaml)
    environment = os.path.join(folder, "env-config.json")
    put(environment, json.dumps({**_retained(environment), **_environment(merged.get("agent", {}))}, indent="\t"))


def _retained(path: str) -> dict:
    """Return what env-config.json has beside the translator's own keys; builds before set-env forget it."""
    if not paths.at_least(300071) or not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as handle:
        found = json.loads(handle.read() or "{}")
    return {key: value for key, value in found.items() if key not in MANAGED}


def _environment(agent: dict) -> dict[str, str]:
    """Return what the daemon finds in its environment; at every translation anew."""
    inherited = ("AWS_CA_BUNDLE", "CWAGENT_LOGS_BACKPRESSURE_MODE", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
    values = {key: os.environ[key] for key in inherited if os.environ.get(key)}
    for key in ("HTTP_PROXY", "HTTPS_PROXY"):
        if os.environ.get(key.lower()):
            values.setdefault(key, os.environ[key.lower()])
    if agent.get("debug"):
        values["CWAGENT_LOG_LEVEL"] = "DEBUG"
    if agent.get("aws_sdk_log_level"):
        values["AWS_SDK_LOG_LEVEL"] = str(agent["aws_sdk_log_level"])
    if agent.get("user_agent"):
        values["CWAGENT_USER_AGENT"] = str(agent["user_agent"])
    if agent.get("usage_data") is False:
        values["CWAGENT_USAGE_DATA"] = "FALSE"
    return values


def put(path: str, text: str) -> None:
    """Write a file readable by all."""
    try:
        with open(path, "w", encoding="utf-8") as handle:
            handle.write(text)
        os.chmod(path, 0o644)
    except OSError as error:
        raise FatalError("failed to create the configuration file: open {}: {}".format(path, (error.strerror or "").lower())) from error
