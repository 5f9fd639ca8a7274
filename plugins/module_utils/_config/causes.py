# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One mistake, one problem: of what is found, the causes without their consequences."""

from __future__ import annotations

import re
from dataclasses import replace

from .findings import ERROR, Finding
from .pointer import Step
from .problems import Rule

Found = list[tuple[Rule, Finding]]
_EMPTYING = frozenset(
    [
        "section-type",
        "unknown-section",
        "unknown-plugin",
        "unknown-log-metrics",
        "nvidia-smi-ignored",
        "empty-measurement",
        "schema-unknown-key",
        "schema-type",
    ]
)
"""Rules whose findings are mistakes that can leave a configuration without anything to collect."""

_COLLECTING = (("metrics",), ("logs",), ("traces",), ("opentelemetry",))
LACKING = frozenset(["schema-missing-key", "schema-size"])
"""Rules of which that holds where they speak of a section of what is collected."""

_BELONGS = re.compile(r"It belongs under ([\w.]+)\.$")
_DIES = "The configuration collects nothing else, so the agent would die at its start."


def causes(found: Found) -> Found:
    """*found* without what follows from another finding in it. An error stays one: its cause takes over its severity and its rule."""
    return _without_values(_nothing_collected(_without_parents(found)))


def _without_parents(found: Found) -> Found:
    """Where the agent drops a section, the section around it may lack it, or be empty: that is no other mistake.

    Nor is it one that a section is lacking into which something beside its place is to be moved.
    """
    dropped = [finding.path for rule, finding in found if rule.id == "section-type"]
    moved = [path for rule, finding in found if rule.id == "schema-unknown-key" for path in _into(finding)]

    def follows(rule: Rule, finding: Finding) -> bool:
        if rule.id not in LACKING:
            return False
        return any(path[:-1] == finding.path and (rule.id == "schema-size" or str(path[-1]) in finding.message) for path in dropped + moved)

    return [(rule, finding) for rule, finding in found if not follows(rule, finding)]


def _into(finding: Finding) -> list[tuple[Step, ...]]:
    """The section beside an unknown key that it belongs into, or that has the section where it does."""
    around = finding.path[:-1]
    place = _BELONGS.search(finding.message)
    steps = tuple(place[1].split(".")) if place else ()
    return [steps[: len(around) + 1]] if steps[: len(around)] == around and len(steps) > len(around) else []


def _nothing_collected(found: Found) -> Found:
    """collects-nothing without a cause stays; with one, the cause says both."""
    dying = [rule for rule, _finding in found if rule.id == "collects-nothing"]
    reasons = [rule for rule, finding in found if rule.id in _EMPTYING or (rule.id in LACKING and finding.path[:1] in _COLLECTING)]
    if not dying or not reasons:
        return found
    result: Found = []
    for rule, finding in found:
        if rule.id == "collects-nothing":
            continue
        if rule.id in _EMPTYING and (finding.severity or rule.severity) != ERROR:
            result.append(
                (dying[0], replace(finding, message=f"{finding.message} {_DIES}", hint=finding.hint or rule.hint, severity=ERROR))
            )
        else:
            result.append((rule, finding))
    return result


def _without_values(found: Found) -> Found:
    """Of a value that the schema refuses for its type, other rules need not speak."""
    wrong: set[tuple[Step, ...]] = {finding.path for rule, finding in found if rule.id == "schema-type"}
    return [(rule, finding) for rule, finding in found if rule.id == "schema-type" or finding.path not in wrong]
