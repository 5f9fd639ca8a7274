# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Agreement with the real agent on some 1,400 configurations, whose verdicts are recorded."""

from __future__ import annotations

import csv
import os
from collections import Counter
from pathlib import Path
from typing import Any, Iterator, NamedTuple

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.check import config_problems

SHARED = Path(os.environ.get("CW_AGENT_SHARED") or Path(__file__).parents[6] / "shared")
FOLDERS = ("agent", "agent-test", "realworld", "mutations")
SEEN_TO_FAIL = {"collects-nothing", "section-type", "pattern-invalid", "key-too-new", "user-not-text", "region-name", "address-in-use"}
"""Errors on configurations that the translator accepts: the daemon was seen to die, or to lose the section, or its source says so; no
endpoint has the name."""

TRANSLATOR_EXCEPTIONS: dict[str, str] = {}
SCHEMA_EXCEPTIONS: dict[str, str] = {}
"""File name → why the verdicts differ. Empty: they agree everywhere."""


class Case(NamedTuple):
    name: str
    text: str
    platform: str
    schema: str
    translator: str
    message: str


def cases() -> Iterator[Case]:
    for folder in FOLDERS:
        with (SHARED / "corpus" / folder / "verdicts.tsv").open(encoding="utf-8") as rows:
            for row in csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE):
                text = (SHARED / "corpus" / folder / row["file"]).read_text(encoding="utf-8", errors="surrogateescape")
                verdict = (row["platform"], row["schema"], row["translator"], row["message"] or "")
                yield Case(f"{folder}/{row['file']}", text, *verdict)


@pytest.fixture(scope="module")
def corpus() -> list[Case]:
    if not (SHARED / "corpus").is_dir():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no corpus at {SHARED}: set CW_AGENT_SHARED")
    return list(cases())


def of(problems: list[dict[str, Any]], severity: str) -> set[str]:
    return {item["rule"] for item in problems if item["severity"] == severity}


def agrees_with_translator(case: Case) -> bool:
    problems = config_problems(case.text, agent_version="1.300060", mode="ec2", platform=case.platform)
    if case.translator in ("schema", "rule", "default"):
        return bool(of(problems, "error"))
    if case.translator == "environment":
        return bool(of(problems, "requirement"))
    return not of(problems, "error") - SEEN_TO_FAIL


def agrees_with_schema(case: Case) -> bool:
    problems = config_problems(case.text, mode="ec2", platform=case.platform)
    refused = {name for name in of(problems, "error") if name.startswith("schema-")} | of(problems, "error") & {
        "section-type",
        "not-a-configuration",
    }
    return bool(refused or "duplicate-entry" in of(problems, "warning")) == (case.schema != "valid")


def report(title: str, total: Counter[str], wrong: dict[str, str]) -> None:
    print(f"\n{title:<24}{'files':>7}{'agree':>7}")
    disagree = Counter(wrong.values())
    for verdict, count in sorted(total.items()):
        print(f"{verdict:<24}{count:>7}{count - disagree[verdict]:>7}")
    print(f"{'all':<24}{sum(total.values()):>7}{sum(total.values()) - len(wrong):>7}")


def test_the_translator_of_1_300060_agrees(corpus: list[Case], capsys: pytest.CaptureFixture[str]) -> None:
    wrong = {case.name: case.translator for case in corpus if not agrees_with_translator(case)}
    with capsys.disabled():
        report("translator 1.300060", Counter(case.translator for case in corpus), wrong)
    assert set(wrong) == set(TRANSLATOR_EXCEPTIONS)


def test_the_newest_schema_agrees(corpus: list[Case], capsys: pytest.CaptureFixture[str]) -> None:
    wrong = {case.name: case.schema for case in corpus if not agrees_with_schema(case)}
    with capsys.disabled():
        report("schema 1.300071", Counter(case.schema for case in corpus), wrong)
    assert set(wrong) == set(SCHEMA_EXCEPTIONS)


def test_what_is_missing_on_the_host_is_named(corpus: list[Case]) -> None:
    words = {"jar_path": "jmx", "prometheus config": "prometheus", "cluster name": "cluster name"}
    for case in corpus:
        if case.translator == "environment":
            problems = config_problems(case.text, agent_version="1.300060", platform=case.platform)
            named = " ".join(item["message"] for item in problems if item["severity"] == "requirement")
            wanted = next(word for said, word in words.items() if said in case.message)
            assert wanted in named, case.name
