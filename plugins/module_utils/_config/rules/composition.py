# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about how fragments make a configuration, which shows while they are composed, not in the configuration."""

from __future__ import annotations

from typing import Iterator

from ..compose import Composition
from ..findings import WARNING, Finding, did_you_mean, near_miss
from ..pointer import spoken
from ..problems import RULES, Rule, rule
from ..subject import Subject

NULL = "null-removes-nothing"


@rule(
    NULL,
    WARNING,
    why="null in a fragment removes a key that an earlier one has set; fragments merge in the order of their names, after the preset.",
    hint="Correct the key, or remove it; a fragment can remove only what comes before it.",
    example="cw_agent_fragment_a: {metrics: {metrics_collected: {swap: {measurement: [used_percent]}}}}\n"
    "cw_agent_fragment_b: {metrics: {metrics_collected: {swapp: null}}}",
)
def _null_removes_nothing(_subject: Subject) -> list[Finding]:
    return []  # found by composed_findings, from what a Subject no longer shows


def composed_findings(composition: Composition) -> Iterator[tuple[Rule, Finding, str]]:
    """(rule, finding, variable) of what composing found."""
    for removal in composition.idle_removals:
        guess = near_miss(str(removal.path[-1]), removal.known)
        message = f"null removes nothing: no earlier variable sets {spoken(removal.path)} there.{did_you_mean(guess)}"
        yield RULES[NULL], Finding(removal.path, None, message), removal.by
