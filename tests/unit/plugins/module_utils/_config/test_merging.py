# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the agent merges: one table, and all who use it do what it says."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.agent_view import agent_view
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.compose import compose
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.merging import JOINED, LIST, ONE_OR_MANY, SECTIONS, TREE, UNITED
from ansible_collections.cloudwatch.agent.plugins.module_utils._release import parts

SHARED = Path(os.environ.get("CW_AGENT_SHARED") or Path(__file__).parents[6] / "shared")


def nested(path: tuple[str, ...], value: Any) -> dict[str, Any]:
    for key in reversed(path):
        value = {key: value}
    return value


def at(value: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


@pytest.mark.parametrize("path", sorted(JOINED))
def test_joined_lists_are_joined_by_all(path: tuple[str, ...]) -> None:
    composed = compose([("x", nested(path, [{"a": 1}, {"a": 2}])), ("y", nested(path, [{"a": 2}, {"a": 3}]))])
    assert at(composed.configuration, path) == [{"a": 1}, {"a": 2}, {"a": 3}]
    view = agent_view(nested(path, [{"a": 1}, {"a": 1.0}]))
    assert at(view.configuration, path) == [{"a": 1}]
    assert view.duplicates == [(*path, 1)]
    assert agent_view(nested(path, {})).dropped == [path]
    assert agent_view(nested(path, [])).empty == [path]
    large = nested(path, [{"a": number, "text": "x" * 100} for number in range(20)])
    pieces = parts.split("n", large, 600)
    assert len(pieces) > 1
    assert sorted(item["a"] for piece in pieces for item in at(piece, path)) == list(range(20))


@pytest.mark.parametrize("path", sorted(UNITED))
def test_united_mappings_are_united_by_all(path: tuple[str, ...]) -> None:
    assert at(TREE, path) != LIST
    assert agent_view(nested(path, [])).dropped == [path]
    composed = compose([("x", nested(path, {"one": 1})), ("y", nested(path, {"two": 2}))])
    assert at(composed.configuration, path) == {"one": 1, "two": 2}
    pieces = parts.split("n", nested(path, {f"key{number}": "x" * 300 for number in range(4)}), 800)
    assert len(pieces) > 1


@pytest.mark.parametrize("path", sorted(ONE_OR_MANY))
def test_one_mapping_counts_as_a_list_of_one(path: tuple[str, ...]) -> None:
    composed = compose([("x", nested(path, {"a": 1})), ("y", nested(path, [{"a": 1}, {"a": 2}]))])
    assert at(composed.configuration, path) == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize("path", [("opentelemetry", "collect", "otlp"), ("metrics", "aggregation_dimensions"), ("logs", "journald")])
def test_other_lists_are_replaced(path: tuple[str, ...]) -> None:
    composed = compose([("x", nested(path, ["a"])), ("y", nested(path, ["b"]))])
    assert at(composed.configuration, path) == ["b"]


def test_the_sections_are_those_of_the_tree() -> None:
    assert tuple(TREE) == SECTIONS
    assert {path[0] for path in UNITED | JOINED | ONE_OR_MANY} == set(SECTIONS)


def test_the_agent_accepts_exact_duplicates_in_the_lists_of_the_table_alone() -> None:
    """The recorded schema verdicts of the corpus: lists that must be unique, with an entry twice, after the agent's merge."""
    if not (SHARED / "corpus").is_dir():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no corpus at {SHARED}: set CW_AGENT_SHARED")
    seen = 0
    for folder in ("agent", "agent-test", "realworld", "mutations"):
        with (SHARED / "corpus" / folder / "verdicts.tsv").open(encoding="utf-8") as rows:
            for row in csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE):
                text = (SHARED / "corpus" / folder / row["file"]).read_text(encoding="utf-8", errors="surrogateescape")
                try:
                    configuration = json.loads(text)
                except ValueError:
                    continue
                if not isinstance(configuration, dict) or row["translator"] != "accepted":
                    continue
                for path in agent_view(configuration).duplicates:
                    assert path[:-1] in JOINED
                    seen += 1
    assert seen >= 1
