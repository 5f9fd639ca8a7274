# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of an agent."""

from __future__ import annotations

from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.evidence import Evidence


def test_it_is_read_out_of_an_observation() -> None:
    agent = {
        "service": {"active_state": "failed"},
        "identity": {"region": "eu-west-1", "role": "agent"},
        "errors": ["E! x"],
        "run_as_user": "cwagent",
    }
    assert Evidence.of(agent, "us-east-1") == Evidence(False, ("E! x",), "cwagent", "eu-west-1", "us-east-1", "agent")


def test_what_is_not_known_speaks_against_nothing() -> None:
    assert Evidence.of({}, "us-east-1") == Evidence(sends_to="us-east-1")
