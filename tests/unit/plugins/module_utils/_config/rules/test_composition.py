# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What shows only while fragments are composed."""

from __future__ import annotations

from ansible_collections.cloudwatch.agent.plugins.module_utils._config.compose import compose
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.rules import load_rules
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.rules.composition import composed_findings

SWAP = {"metrics": {"metrics_collected": {"swap": {"measurement": ["used"]}}}}


def test_null_that_removes_nothing_is_found_with_the_near_miss() -> None:
    load_rules()
    parts = [("a", SWAP), ("b", {"metrics": {"metrics_collected": {"swapp": None, "disk": None}}})]
    found = [(finding.path, finding.message, by) for _rule, finding, by in composed_findings(compose(parts))]
    path = ("metrics", "metrics_collected")
    assert found == [
        ((*path, "swapp"), "null removes nothing: no earlier variable sets swapp there. Did you mean swap?", "b"),
        ((*path, "disk"), "null removes nothing: no earlier variable sets disk there.", "b"),
    ]


def test_null_that_removes_something_is_right() -> None:
    composed = compose([("a", SWAP), ("b", {"metrics": {"metrics_collected": {"swap": None}}})])
    assert list(composed_findings(composed)) == []
    assert composed.configuration == {"metrics": {"metrics_collected": {}}}
