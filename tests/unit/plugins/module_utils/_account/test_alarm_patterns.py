# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Well-known patterns are ones that a metric filter takes."""

from __future__ import annotations

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._account import metric_filters
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.alarm_patterns import PATTERNS
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.alarms import counting


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_is_taken(name: str) -> None:
    one = PATTERNS[name]
    assert list(metric_filters.wrong([counting(f"cw-agent-{name}", one.pattern, f"/trail {name}")], "HERE")) == []
    assert one.pattern[0] + one.pattern[-1] == ("[]" if name == "rejected_traffic" else "{}") and one.threshold >= 1 and one.text
    assert one.pattern.count("(") == one.pattern.count(")") and one.pattern.count('"') % 2 == 0


def test_events_by_their_names() -> None:
    assert PATTERNS["key_deletion"].pattern == (
        '{ $.eventSource = "kms.amazonaws.com" && (($.eventName = DisableKey) || ($.eventName = ScheduleKeyDeletion)) }'
    )
    assert PATTERNS["trail_changes"].pattern.startswith("{ ($.eventName = CreateTrail) || ($.eventName = UpdateTrail)")
