# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Large configurations in parts: the agent's own append rules put them together again, whatever is in them."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.canonical import canonical_text
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import layout
from ansible_collections.cloudwatch.agent.plugins.module_utils._release import parts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NAME = "AmazonCloudWatch-web"
UNITED = {
    "",
    "/agent",
    "/metrics",
    "/metrics/metrics_collected",
    "/logs",
    "/logs/logs_collected",
    "/logs/logs_collected/files",
    "/logs/logs_collected/windows_events",
    "/logs/metrics_collected",
    "/logs/metrics_collected/ecs",
    "/logs/metrics_collected/kubernetes",
    "/logs/metrics_collected/prometheus",
    "/traces",
    "/traces/traces_collected",
    "/opentelemetry",
    "/opentelemetry/collect",
}
JOINED = {
    "/agent/usage_metadata",
    "/metrics/metrics_collected/procstat",
    "/logs/logs_collected/files/collect_list",
    "/logs/logs_collected/windows_events/collect_list",
}


def append(first: Any, second: Any, path: str = "") -> Any:
    """The agent's append, written from its documentation anew: keys unite, some lists join, everything else has to be equal."""
    if path in UNITED and isinstance(first, dict) and isinstance(second, dict):
        merged = dict(first)
        for key, value in second.items():
            merged[key] = append(merged[key], value, f"{path}/{key}") if key in merged else value
        return merged
    if path in JOINED and isinstance(first, list) and isinstance(second, list):
        return first + [item for item in second if item not in first]
    assert first == second, f"Under path : {path} | Error : Different values are specified"
    return first


def appended(pieces: list[dict[str, Any]]) -> dict[str, Any]:
    """What the agent makes of the parts, read in the order of their file names."""
    files = {f"ssm_{parts.part_name(NAME, number)}_7": piece for number, piece in enumerate(pieces, 1)}
    merged: dict[str, Any] = {}
    for name in sorted(files):
        merged = append(merged, copy.deepcopy(files[name]))
    return merged


def without_duplicates(configuration: dict[str, Any]) -> dict[str, Any]:
    """The configuration as the agent reads it from one file: it drops equal entries of joined lists."""
    return appended([configuration, configuration]) if configuration else {}


text = st.text(max_size=30)
leaf = st.one_of(text, st.integers(), st.booleans(), st.none(), st.lists(text, max_size=3))
plugin = st.dictionaries(st.sampled_from(["measurement", "resources", "append_dimensions", "x"]), leaf, max_size=4)
item = st.fixed_dictionaries(
    {"file_path": st.text(min_size=1, max_size=80)}, optional={"log_group_name": text, "retention_in_days": st.integers()}
)
items = st.lists(item, min_size=1, max_size=40, unique_by=canonical_text)
configurations = st.fixed_dictionaries(
    {},
    optional={
        "agent": st.dictionaries(st.sampled_from(["run_as_user", "region", "debug"]), leaf)
        | st.fixed_dictionaries({"usage_metadata": st.lists(text, unique=True)}),
        "metrics": st.fixed_dictionaries(
            {"metrics_collected": st.dictionaries(text, plugin, max_size=12)},
            optional={"namespace": text, "append_dimensions": st.dictionaries(text, text, max_size=3), "procstat": plugin},
        )
        | st.fixed_dictionaries({"metrics_collected": st.fixed_dictionaries({"procstat": items, "jmx": st.lists(plugin, max_size=2)})}),
        "logs": st.fixed_dictionaries(
            {
                "logs_collected": st.fixed_dictionaries(
                    {"files": st.fixed_dictionaries({"collect_list": items})}, optional={"journald": plugin}
                )
            },
            optional={"log_stream_name": text, "metrics_collected": st.dictionaries(st.sampled_from(["ecs", "emf", "kubernetes"]), plugin)},
        ),
        "traces": st.fixed_dictionaries({"traces_collected": st.dictionaries(text, plugin)}, optional={"concurrency": st.integers()}),
        "opentelemetry": st.dictionaries(text, leaf) | st.none(),
        "unknown": leaf,
    },
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(configurations, st.integers(300, 1500))
def test_appended_parts_are_the_original(configuration: dict[str, Any], limit: int) -> None:
    try:
        pieces = parts.split(NAME, configuration, limit)
    except ConfigError as error:
        assert "alone is" in str(error)
        return
    assert all(parts.size_of(piece) <= limit for piece in pieces)
    assert appended(pieces) == without_duplicates(configuration)
    assert parts.joined("n", pieces) == (pieces[0] if len(pieces) == 1 else appended(pieces))


def files(count: int) -> dict[str, Any]:
    """A configuration with *count* files, about 150 bytes each."""
    entries = [{"file_path": f"/var/log/{number:03}/{'x' * 80}", "log_group_name": f"group-{number}"} for number in range(count)]
    return {
        "agent": {"run_as_user": "cwagent"},
        "logs": {"log_stream_name": "{hostname}", "logs_collected": {"files": {"collect_list": entries}}},
    }


def test_twelve_parts_keep_the_order_of_the_files() -> None:
    pieces = parts.split(NAME, files(600))
    assert len(pieces) >= 11
    assert appended(pieces) == files(600)
    assert parts.file_order(NAME, 11)[:3] == [10, 11, 2]
    assert parts.file_order(NAME, 11)[-1] == 1


def test_every_part_collects_something_and_settings_go_with_it() -> None:
    pieces = parts.split(NAME, {**files(100), "metrics": {"namespace": "n", "metrics_collected": {"mem": {"measurement": ["used"]}}}})
    assert len(pieces) > 1
    for piece in pieces:
        assert "metrics" not in piece or piece["metrics"]["metrics_collected"]
        assert "logs" not in piece or piece["logs"]["logs_collected"]["files"]["collect_list"]
        assert set(piece) - {"agent"}


def test_small_configurations_stay_as_they_are() -> None:
    assert parts.split(NAME, files(3)) == [files(3)]


def test_sizes_count_bytes() -> None:
    configuration = {"agent": {"x": "é" * 4090}}
    assert parts.size_of(configuration) == 8198
    with pytest.raises(ConfigError, match=r"/agent/x alone is 8182 bytes"):
        parts.split(NAME, configuration, 8000)


def test_what_cannot_be_divided_is_refused_with_sizes_and_mend() -> None:
    configuration = {**files(10), "metrics": {"metrics_collected": {"statsd": {"service_address": "x" * 9000}}}}
    with pytest.raises(ConfigError) as raised:
        parts.split(NAME, configuration)
    message = str(raised.value)
    assert "/metrics/metrics_collected/statsd alone is 9022 bytes; a parameter holds 8192" in message
    assert "/logs/logs_collected/files/collect_list " in message
    assert "Shorten it" in message


@pytest.mark.parametrize("name", ["AmazonCloudWatch-web.part2", "x.part10"])
def test_names_of_parts_are_refused(name: str) -> None:
    with pytest.raises(ConfigError, match=r"cw_agent_config_name .* rename it"):
        parts.split(name, {})


@pytest.mark.parametrize("name", ["AmazonCloudWatch-web.party", "x.part", "part2"])
def test_other_names_are_not(name: str) -> None:
    assert parts.split(name, {}) == [{}]


@pytest.mark.parametrize("name", ["AmazonCloudWatch-web", "/a/b/AmazonCloudWatch-web.part2"])
def test_files_are_named_as_hosts_name_them(name: str) -> None:
    assert parts.file_name(name, 3) == layout.file_name(f"ssm:{name}:3")
