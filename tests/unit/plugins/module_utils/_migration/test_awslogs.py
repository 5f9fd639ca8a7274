# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole configurations of the old agent: each becomes a fragment without errors, or is refused with the reason. No secret is shown."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._awslogs.ini import CLI_KEYS, LOG_KEYS, parse
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.check import config_problems
from ansible_collections.cloudwatch.agent.plugins.module_utils._migration.awslogs import (
    Migration,
    Options,
    from_texts,
    migrate,
    refusal_text,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from .awslogs_files import FILES

SHARED = Path(os.environ.get("CW_AGENT_SHARED") or Path(__file__).parents[6] / "shared") / "cases" / "awslogs"
SECRET = "hunter2"

# Of the shared files: how many sections become entries, and what is refused.
SAMPLES: dict[str, tuple[int, tuple[str, ...]]] = {
    "01-package-default": (1, ()),
    "02-web-and-database": (3, ()),
    "03-container-host": (0, ("${log_prefix}", "${cluster}")),
    "04-globs-into-one-group": (4, ()),
    "05-java-multiline": (2, ()),
    "06-fingerprint-range": (2, ()),
    "07-encodings": (5, ()),
    "08-no-general-section": (2, ()),
    "09-indented-by-tabs": (2, ()),
    "10-inline-comments": (0, ("log_stream_name", "time_zone")),
    "11-section-twice": (0, ("[desk] stands twice",)),
    "12-unrendered-template": (1, ("{environment_name}", "${APP_LOG_FILE}", "{{ webServerLogGroup }}")),
    "13-values-the-agent-replaces": (1, ("retention_in_days",)),
    "14-colons-case-continuation": (1, ("multi_line_start_pattern",)),
    "15-large-server": (4, ("[no-stream], log_stream_name", "[app-for-audit], file")),
}


def run(text: str, cli: str = "", **options: object) -> Migration:
    return from_texts("awslogs.conf", text, {}, cli, Options(**options))  # type: ignore[arg-type]


def entries(migration: Migration) -> list[dict[str, object]]:
    found: list[dict[str, object]] = migration.fragment["logs"]["logs_collected"]["files"]["collect_list"] if migration.fragment else []
    return found


def assert_sound(migration: Migration) -> None:
    """The fragment passes the check, and every refusal says where, why and what to do."""
    if migration.fragment:
        assert [one for one in config_problems(migration.fragment) if one["severity"] == "error"] == []
    for one in migration.refusals:
        assert one.file and one.message and one.hint
        assert one.section or not one.key
    json.dumps(migration.data)


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_migrated_or_refused_with_the_reason(name: str) -> None:
    text, refused = FILES[name]
    migration = run(text)
    assert_sound(migration)
    said = refusal_text(migration.refusals)
    assert bool(said) == bool(refused)
    for part in refused:
        assert part in said
    assert "HUNTER2" not in repr(migration).upper()


def test_the_shared_files_are_migrated_or_refused_with_the_reason() -> None:
    if not SHARED.is_dir():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no files at {SHARED}: set CW_AGENT_SHARED")
    assert {path.stem for path in SHARED.glob("*.conf")} == set(SAMPLES)
    for name, (count, refused) in SAMPLES.items():
        migration = run((SHARED / f"{name}.conf").read_text(encoding="utf-8"))
        assert_sound(migration)
        said = refusal_text(migration.refusals)
        assert (name, len(entries(migration)), bool(said)) == (name, count, bool(refused))
        assert [part for part in refused if part not in said] == []


def test_a_section_can_be_left_out() -> None:
    text = "[a]\nfile = /a.log\nlog_group_name = g\nlog_stream_name = s\n[b]\nfile = /a.log\nlog_group_name = h\nlog_stream_name = s\n"
    assert "the section [a] reads this file, too" in refusal_text(run(text).refusals)
    migration = run(text, skip=("b",))
    assert (migration.refusals, len(entries(migration))) == ((), 1)
    assert [(one.section, one.message) for one in migration.report if one.section == "b"] == [("b", "left out, as skip says")]
    assert "there is no such section. Did you mean" in refusal_text(run(text, skip=("b", "aa")).refusals)


def test_the_least_buffer_counts_for_all() -> None:
    migration = run(FILES["buffers of many lengths"][0])
    assert migration.fragment["logs"]["force_flush_interval"] == 10
    assert [one.section for one in migration.report if "the least of them, 10 s" in one.message] == ["b"]


def test_nobody_sets_a_buffer_that_the_agent_has_anyway() -> None:
    assert "force_flush_interval" not in run("[a]\nfile = /a.log\nlog_group_name = g\nlog_stream_name = s\n").fragment["logs"]


def test_the_region_comes_from_awscli() -> None:
    text = f"[plugins]\ncwlogs = cwlogs\n[default]\nregion = eu-west-1\naws_secret_access_key = {SECRET}\n"
    migration = run("[general]\nstate_file = /s\n", text)
    assert migration.region == "eu-west-1"
    (note,) = [one for one in migration.report if one.file == "awscli.conf"]
    assert (note.key, note.value, note.outcome) == ("aws_secret_access_key", "", "dropped")
    assert SECRET not in repr(migration)


@pytest.mark.parametrize("text", ["[default]\nregion = Frankfurt\n", "region = eu-west-1\n"])
def test_what_is_no_region_is_refused(text: str) -> None:
    migration = run("[general]\nstate_file = /s\n", text)
    assert migration.region == ""
    assert refusal_text(migration.refusals).startswith("awscli.conf")


def test_additional_files_add_sections() -> None:
    main = "[general]\nstate_file = /s\n[a]\nfile = /a.log\nlog_group_name = g\nlog_stream_name = s\n"
    more = {
        "config/b.conf": "[b]\nfile = /b.log\nlog_group_name = g\nlog_stream_name = t\n[a]\nfile = /other.log\n",
        "config/c.conf": "[b]\nfile = /c.log\nlog_group_name = g\nlog_stream_name = u\n",
        "config/d.conf": "no section\n",
    }
    migration = from_texts("awslogs.conf", main, more, "", Options())
    assert [one["file_path"] for one in entries(migration)] == ["/a.log", "/b.log"]
    assert [(one.file, one.section) for one in migration.refusals] == [("config/d.conf", ""), ("config/c.conf", "b")]
    assert ("config/b.conf", "a") in [(one.file, one.section) for one in migration.report]


def test_no_general_section_is_reported() -> None:
    migration = migrate(parse("awslogs.conf", "[a]\nfile = /a.log\nlog_group_name = g\nlog_stream_name = s\n"))
    assert [one.message for one in migration.report if one.section == "general"] == [
        "awslogs does not start without [general]; the agent needs nothing of it"
    ]


def test_many_refusals_are_one_message() -> None:
    said = refusal_text(run("[a]\nfile = /a.log\n").refusals)
    assert said.startswith("2 values cannot be migrated as they stand:\n* awslogs.conf, section [a], log_group_name: ")
    assert refusal_text([]) == ""


KEYS = (*LOG_KEYS, "unknown", "a key")
VALUES = st.one_of(
    st.sampled_from(
        ["/var/log/a.log", "{instance_id}", "%Y-%m-%d", "{datetime_format}", "utf_16", "5000", "-1", "[", "(", "{", "a:b", "%", "1-2"]
    ),
    st.text(max_size=12),
)
LINES = st.one_of(
    st.tuples(st.sampled_from(["", " ", "\t"]), st.sampled_from(KEYS), st.sampled_from([" = ", ":", "="]), VALUES).map("".join),
    st.sampled_from(["[a]", "[b]", "[general]", "[DEFAULT]", "[default]", " [c]", "# x", "; y", "", "]", "[x", "region = eu-west-1"]),
    st.sampled_from([f"aws_secret_access_key = {SECRET}", f"\taws_secret_access_key={SECRET}", f"password: {SECRET}", SECRET]),
    st.text(max_size=8),
)


@settings(max_examples=250)
@given(lines=st.lists(LINES, max_size=14), cli=st.lists(LINES, max_size=5), mode=st.sampled_from(["ec2", "onPremise"]))
def test_no_text_ends_in_anything_but_a_fragment_or_a_refusal(lines: list[str], cli: list[str], mode: str) -> None:
    """And no secret is shown, wherever somebody has left it."""
    text = "\n".join(lines)
    migration = migrate(parse("awslogs.conf", text), [], [parse("awscli.conf", "\n".join(cli), CLI_KEYS)], Options(mode))
    assert_sound(migration)
    shown = repr(migration.data)
    assert SECRET not in shown
