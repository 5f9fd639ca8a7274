# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Causes from a newer observation."""

from __future__ import annotations

from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.explanation import explained
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._telemetry.examples import evaluation, stream

DENIED = "E! [outputs.cloudwatchlogs] Aws error received when sending logs to /a/i-1: ExpiredTokenException: x"
UNKNOWN = stream("/a", "missing", cause="unknown", hint="?")


def test_a_newer_observation_explains_what_is_missing() -> None:
    before = evaluation("web-1", [UNKNOWN, stream("/b")], [])
    (after,) = explained([before], {"web-1": {"agent": {"errors": [DENIED], "service": {"active_state": "active"}}}})
    assert "expired" in after["cause"]
    assert after["streams"][0]["line"] == DENIED
    assert after["streams"][1] == before["streams"][1]


def test_one_that_says_nothing_leaves_what_was_known() -> None:
    before = evaluation("web-1", [UNKNOWN], [])
    for observed in ({"web-1": {"agent": {"errors": []}}}, {"web-1": {"unreachable": True}}, {}):
        assert explained([before], observed)[0]["streams"] == before["streams"]
