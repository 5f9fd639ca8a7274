# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inputs that a check is likely to answer badly, recorded elsewhere: each gets the right answer, and no other."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.inventory import NotPlainError, plain
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.plan import HostInput, Planner, failure, warnings
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.report import config_report
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.settings import FRAGMENT
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.variables import unknown_variables

SHARED = Path(os.environ.get("CW_AGENT_SHARED") or Path(__file__).parents[6] / "shared")
CASES = SHARED / "cases" / "check"
NEEDS_ANSIBLE = {"F3_fragment_from_file.yml", "K1_vault_in_clear.yml"}
"""Answered where Ansible fills in templates: the tests of the action plugin have the like."""


class Answer(NamedTuple):
    """``failing``: whether the run stops; ``said``: the rules, or words, each in a line of its own; ``words``: in the whole of it."""

    failing: bool
    said: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


RIGHT = {
    "A1_windows_events_on_linux.json": Answer(False, ("other-platform",), ("windows_events is for Windows; on Linux",), ("/demo/win",)),
    "A2_linux_plugins_on_windows.json": Answer(False, ("other-platform",) * 2, ("Memory", "LogicalDisk", "0 for each host")),
    "A3_windows_path_on_linux.json": Answer(False, ("file-of-other-platform",), ("cw_agent_platform",)),
    "B1_brace_glob.json": Answer(False, ("file-never-read",), ("matches no file: {a,b}",)),
    "B2_star_reads_newest_only.json": Answer(False, ("glob-single-file",), ("publish_multi_logs",)),
    "B3_directory.json": Answer(False, ("file-never-read",), ("is a directory",)),
    "B4_control_characters.yml": Answer(False, ("control-characters",), ("file_path", r"\L and \a", "single quotes")),
    "C1_datetime_format_pattern.json": Answer(False, ("multi-line-pattern",), ("only {timestamp_format}, alone, is replaced",)),
    "C2_pattern_with_empty_branch.json": Answer(False, ("multi-line-pattern",), ("replaced only where it stands alone", "every line")),
    "C3_time_without_date.json": Answer(False, ("timestamp-without-date",), ("1 January|no month and no day",)),
    "D1_build_is_a_yaml_float.yml": Answer(True, ("cw_agent_build is the number 1.30006",), ("in quotes",)),
    "E1_label_matcher.json": Answer(False, ("emf-label-matcher", "prometheus-file"), ("drops the declaration",), ("crash",)),
    "E2_allowed_list_ignores_version.json": Answer(
        True, ("schema-unknown-key",), ("belongs under logs.logs_collected.files",), ("journald", "windows_events")
    ),
    "E3_unknown_plugin_key_place.json": Answer(False, ("unknown-plugin-key",), ("pid_finder in entry 1 of procstat",), ("mean pid_file",)),
    "E4_timestamp_token_cut.json": Answer(False, ("timestamp-token",), ("does not know %:z.",)),
    "F1_unquoted_placeholder.yml": Answer(True, ("schema-type",), ('in quotes: "{instance_id}"',)),
    "F2_country_no.yml": Answer(True, ("schema-type",) * 2, ("country is false", "version is 1.1", "in quotes")),
    "F4_null_fragment.yml": Answer(True, ("cw_agent_fragment_demo has no value",), ("write {}",)),
    "F5_plugin_under_metrics.json": Answer(True, ("schema-unknown-key",), ("cpu", "belongs under metrics.metrics_collected"), ("allowed",)),
    "F6_date.yml": Answer(True, ("/metrics/metrics_collected/mem/append_dimensions/released is the date 2024-01-01",), ("in quotes",)),
    "F7_conflict_names_one_variable.yml": Answer(True, ("retention-conflict",), ("from cw_agent_fragment_db, cw_agent_fragment_web",)),
    "G1_procstat_mapping.json": Answer(True, ("section-type",), ("procstat is", "must be a list")),
    "G2_retention_text.json": Answer(True, ("schema-type",), ("without quotes: 30",)),
    "G3_camel_case.json": Answer(True, ("schema-unknown-key",), ("metricsCollected", "Did you mean metrics_collected?")),
    "H1_hundreds_of_same_errors.json": Answer(True, ("schema-unknown-key",), ("And 499 more",)),
    "H2_timezone_everywhere.json": Answer(False),
    "H3_high_resolution_each_plugin.json": Answer(False, ("high-resolution",), ("agent, mem, swap",)),
    "I1_variable_typo.yml": Answer(
        False, ("cw_agent_fragmet_logs", "cw_agent_presett"), ("mean cw_agent_fragment_logs?", "mean cw_agent_preset?")
    ),
    "I2_fragment_without_name.yml": Answer(True, ("nothing to compose",), ("mean cw_agent_fragment_<name>?",)),
    "J1_recursive_anchor.yml": Answer(True, ("web-1: cw_agent_fragment_demo contains itself",), ("anchor",)),
    "L1_null_removes_nothing.yml": Answer(False, ("null-removes-nothing",), ("from cw_agent_fragment_b", "Did you mean swap?")),
    "L2_volume_id_without_dollar.json": Answer(False, ("placeholder-unexpanded",), ("${aws:VolumeId}",)),
    "L3_diskio_dev.json": Answer(False, ("resource-kind",), ("diskio will not find", "not paths or directories")),
}


def index() -> dict[str, str]:
    """File → platform."""
    if not CASES.is_dir():
        return {}
    with (CASES / "INDEX.tsv").open(encoding="utf-8") as rows:
        return {row["file"]: row["platform"] for row in csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE)}


def variables(name: str, platform: str) -> dict[str, Any]:
    text = (CASES / name).read_text(encoding="utf-8")
    if name.endswith(".yml"):
        return {"cw_agent_platform": platform, **yaml.safe_load(text)}
    build = "1.300060.0b1248" if name.startswith("E2") else ""
    return {
        "cw_agent_region": "eu-west-1",
        "cw_agent_platform": platform,
        "cw_agent_build": build,
        "cw_agent_fragment_demo": json.loads(text),
    }


def answered(given: dict[str, Any]) -> tuple[str, list[str], str]:
    """The failure, the warnings, and the report."""
    planner = Planner()
    try:
        fragments = {name: plain(value, name) for name, value in given.items() if name.startswith(FRAGMENT)}
        settings = {name: value for name, value in given.items() if name not in fragments}
        planner.add(HostInput("web-1", fragments, settings, unknown=tuple(unknown_variables(given))))
    except NotPlainError as error:
        planner.plan.errors.append(f"web-1: {error}")
    plan = planner.plan
    data = {"configurations": list(plan.configurations.values()), "errors": plan.errors, "notes": plan.notes}
    return failure(plan), warnings(plan), "\n".join(config_report(data, {}, {})["lines"])


def test_every_case_of_the_index_has_an_answer_here() -> None:
    if not index():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no cases at {CASES}: set CW_AGENT_SHARED")
    assert set(index()) == {*RIGHT, *NEEDS_ANSIBLE}


@pytest.mark.parametrize("name", sorted(index().keys() - NEEDS_ANSIBLE))
def test_a_case_is_answered_right(name: str) -> None:
    right = RIGHT[name]
    message, warned, report = answered(variables(name, index()[name]))
    assert bool(message) == right.failing, message or warned
    said = [line for line in message.split("\n") if line.startswith("* ")] if right.failing else warned
    rules = [line for line in report.split("\n") if line.startswith("  * ")]
    everything = "\n".join([message, *warned, report])
    for expected, line in zip(right.said, sorted(said, key=lambda line: _order(line, right.said)) if right.failing else said):
        assert expected in line
    assert len(rules) == len(right.said), rules
    for words in right.words:
        assert any(each in everything for each in words.split("|")), (words, everything)
    for words in right.never:
        assert words not in everything
    assert len(message.encode()) <= 4096
    assert len(everything.encode()) <= 12_000


def _order(line: str, said: tuple[str, ...]) -> int:
    return next((number for number, expected in enumerate(said) if expected in line), len(said))
