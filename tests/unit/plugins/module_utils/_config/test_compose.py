# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Composition, rule by rule."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.canonical import canonical_text
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.check import config_problems
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.compose import Composition, compose
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.pointer import pointer, walk
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.presets import PRESETS, preset
from hypothesis import given, settings
from hypothesis import strategies as st

keys = st.sampled_from(["a", "b", "c", "measurement"])
scalars = st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "x", "a/b~c"])
leaves = scalars | st.lists(scalars, max_size=3)
mappings = st.recursive(
    st.dictionaries(keys, leaves, max_size=3), lambda inner: st.dictionaries(keys, leaves | inner, max_size=3), max_leaves=8
)
parts = st.lists(mappings, min_size=1, max_size=3).map(lambda found: [(f"part{number}", part) for number, part in enumerate(found)])
often = settings(max_examples=300)


def collect(*entries: Any) -> dict[str, Any]:
    return {"logs": {"logs_collected": {"files": {"collect_list": list(entries)}}}}


@often
@given(parts)
def test_the_parts_stay_as_they_are(found: list[tuple[str, Any]]) -> None:
    before = copy.deepcopy(found)
    compose(found)
    assert found == before


@often
@given(mappings)
def test_one_part_is_the_result(part: Any) -> None:
    deduplicated = compose([("one", part)]).configuration
    assert compose([("one", deduplicated)]).configuration == deduplicated
    if not any(path and path[-1] == "measurement" for path, _value in walk(part)):
        assert deduplicated == part


@often
@given(parts)
def test_composing_again_changes_nothing(found: list[tuple[str, Any]]) -> None:
    once = compose(found).configuration
    assert compose([("all", once), ("all again", once)]).configuration == once


@often
@given(parts)
def test_every_leaf_has_a_source_that_has_it(found: list[tuple[str, Any]]) -> None:
    result = compose(found)
    named = dict(found)
    for path, value in walk(result.configuration):
        if isinstance(value, (dict, list)) and value:
            continue
        sources = result.sources(pointer(path))
        if path:
            assert sources, path
        for source in sources:
            assert any(canonical_text(item) == canonical_text(value) for _path, item in walk(named[source]))


@often
@given(parts)
def test_the_last_scalar_wins(found: list[tuple[str, Any]]) -> None:
    result = compose(found).configuration
    for key in ("a", "b", "c"):
        setters = [part[key] for _name, part in found if key in part]
        if setters and not isinstance(setters[-1], dict):
            assert canonical_text(result[key]) == canonical_text(setters[-1])


@often
@given(st.lists(scalars, max_size=4), st.lists(scalars, max_size=4))
def test_measurements_join_in_order_without_duplicates(first: list[Any], second: list[Any]) -> None:
    joined = compose([("a", {"measurement": first}), ("b", {"measurement": second})]).configuration["measurement"]
    texts = [canonical_text(item) for item in joined]
    assert len(set(texts)) == len(texts)
    assert texts == list(dict.fromkeys(canonical_text(item) for item in first + second))


@often
@given(parts, keys)
def test_null_removes_the_key(found: list[tuple[str, Any]], key: str) -> None:
    result = compose([*found, ("last", {key: None})])
    assert key not in result.configuration
    assert not any(path == f"/{key}" or path.startswith(f"/{key}/") for path in result.provenance)


def test_lists_that_the_agent_unions_join() -> None:
    one, two = {"file_path": "/a"}, {"file_path": "/b"}
    result = compose([("x", collect(one, two)), ("y", collect(two, {"file_path": "/c"}))])
    entries = result.configuration["logs"]["logs_collected"]["files"]["collect_list"]
    assert entries == [one, two, {"file_path": "/c"}]
    place = "/logs/logs_collected/files/collect_list"
    assert [result.sources(f"{place}/{index}") for index in range(3)] == [["x"], ["x"], ["y"]]
    assert result.sources(f"{place}/2/file_path") == ["y"]
    assert result.sources(place) == ["x", "y"]


@pytest.mark.parametrize("key", ["aggregation_dimensions", "resources"])
def test_other_lists_are_replaced(key: str) -> None:
    result = compose([("x", {"metrics": {key: [["a"]]}}), ("y", {"metrics": {key: [["b"]]}})])
    assert result.configuration == {"metrics": {key: [["b"]]}}
    assert [override.path for override in result.overrides] == [f"/metrics/{key}"]


def test_journald_is_no_list_that_the_agent_unions() -> None:
    result = compose([(name, {"logs": {"logs_collected": {"journald": {"collect_list": [name]}}}}) for name in ("x", "y")])
    assert result.configuration["logs"]["logs_collected"]["journald"]["collect_list"] == ["y"]


@pytest.mark.parametrize("key", ["jmx", "otlp"])
def test_a_mapping_and_a_list_of_mappings_join(key: str) -> None:
    one, two = {"endpoint": "a:1"}, {"endpoint": "b:2"}
    for first, second in ((one, [two]), ([one], two), ([one], [one, two])):
        parts = [(name, {"metrics": {"metrics_collected": {key: value}}}) for name, value in (("x", first), ("y", second))]
        assert compose(parts).configuration["metrics"]["metrics_collected"][key] == [one, two]


def test_overrides_name_both_parts_and_both_values() -> None:
    result = compose([("x", {"agent": {"debug": True, "same": 1}}), ("y", {"agent": {"debug": False, "same": 1}})])
    assert [tuple(item) for item in result.overrides] == [("/agent/debug", True, "x", False, "y")]
    assert result.sources("/agent/debug") == ["y"]
    assert result.sources("/agent/same") == ["x"]


def test_a_type_that_changes_is_an_override() -> None:
    result: Composition = compose([("x", {"agent": {"a": 1}}), ("y", {"agent": "text"}), ("z", {"agent": {"b": 2}})])
    assert result.configuration == {"agent": {"b": 2}}
    assert len(result.overrides) == 2
    assert result.sources("/agent/b") == ["z"]


@pytest.mark.parametrize("platform", ["linux", "windows", "darwin"])
@pytest.mark.parametrize("mode", ["ec2", "onPremise"])
@pytest.mark.parametrize("name", PRESETS[1:])
def test_presets_have_no_problem_and_grow(name: str, mode: str, platform: str) -> None:
    configuration = preset(name, platform, mode)
    assert config_problems(configuration, platform=platform, mode=mode) == []
    smaller = preset(PRESETS[PRESETS.index(name) - 1], platform, mode)
    assert set(smaller.get("metrics", {}).get("metrics_collected", {})) <= set(configuration["metrics"]["metrics_collected"])


def test_an_unknown_preset_is_refused() -> None:
    with pytest.raises(ConfigError, match="cw_agent_preset is 'huge'"):
        preset("huge", "linux", "ec2")
