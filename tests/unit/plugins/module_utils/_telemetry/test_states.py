# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The states."""

from __future__ import annotations

from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry import states


def test_every_state_of_a_host_has_its_place_in_the_order() -> None:
    bad = {"missing", "failed", "unreachable", "not_reached", "unverified"}
    assert set(states.WORST_FIRST) == bad | {"pending", "no_data", "verified", "absent"}
    assert states.WORST_FIRST[-2:] == ("verified", "absent")


def test_people_read_words() -> None:
    assert [states.words(state) for state in ("no_data", "not_reached", "missing")] == ["no data", "not reached", "missing"]
