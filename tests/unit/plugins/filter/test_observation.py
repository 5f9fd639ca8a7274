# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the next play gets: data of the run, and the hosts that the converging play visits."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.filter.observation import data_of_run

HOLDS: dict[str, Any] = {"converged": True, "problems": []}


@pytest.mark.parametrize(
    ("observed", "visited"),
    [
        (HOLDS, False),
        ({**HOLDS, "converged": False}, True),
        ({**HOLDS, "problems": [{"what": "no instance profile"}]}, True),
        ({"failed": True, "msg": "no Python"}, False),
        ({"unreachable": True}, False),
        (None, False),
    ],
)
def test_a_host_is_visited(observed: dict[str, Any] | None, visited: bool) -> None:
    hostvars: dict[str, dict[str, Any]] = {
        "calm": {"cw_agent_observed": HOLDS},
        "not-observed": {},
        "host": {"cw_agent_observed": observed},
    }
    assert data_of_run(hostvars, "cw_agent_observed", each=True) == {"to_converge": ["host"] if visited else []}


def test_another_name_and_the_order_of_the_inventory() -> None:
    hostvars = {name: {"seen": {"converged": False, "problems": []}} for name in ("b", "a", "c")}
    assert data_of_run(hostvars, "seen", each=True)["to_converge"] == ["b", "a", "c"]


def test_data_of_a_run_is_found_at_the_first_host_that_has_it() -> None:
    known = {"a": {}, "b": {"cw_agent_verified": {"failing": {"b": "x"}}}, "c": {"cw_agent_verified": {"failing": {}}}}
    assert data_of_run(known, "cw_agent_verified") == {"failing": {"b": "x"}}
    assert data_of_run({}, "cw_agent_verified") == data_of_run(known, "other") == {}
