# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What nodes say has the form of what hosts say: the stages that read it know one form."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.agent_fleet import Target
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.observation import observation, unreachable_result
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.probe import agent_of
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.permissions import is_changing
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.usage import UNREACHABLE, seen
from ansible_collections.cloudwatch.agent.plugins.module_utils._report.differences import Host, Release, differences
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.account import failure_of

TARGET = Target("web-1", "i-1", "", "us-east-1", "ec2", "1.2b3", ("AmazonCloudWatch-web:4",), ("new",))
KEY = "us-east-1/AmazonCloudWatch-web"


def agent(build: str = "1.2b3", digest: str = "new", state: str = "active", enabled: str = "enabled") -> dict[str, Any]:
    """As the script's answer gives it."""
    lines = ["clock\t1000", f"package\t{'ii' if build else ''}", f"build\t{build}", f"unit\tActiveState={state}"]
    lines += [f"unit\tUnitFileState={enabled}"] if enabled else []
    lines += [f"configuration\t{digest}  amazon-cloudwatch-agent.d/ssm_AmazonCloudWatch-web_3"] if digest else []
    return agent_of("\n".join([*lines, "end\t."]), "ec2", "i-1")


@pytest.mark.parametrize(
    ("found", "parts", "texts"),
    [
        (agent(), [], []),
        (agent("1.1b1"), ["package"], ["package: 1.1b1 → 1.2b3"]),
        (agent(digest="old"), ["configuration"], ["configuration: ssm_AmazonCloudWatch-web_3 → AmazonCloudWatch-web:4"]),
        (agent(state="failed"), ["service"], ["service: failed → active"]),
        (
            agent("", "", "inactive", ""),
            ["package", "configuration"],
            ["package: not installed → 1.2b3", "configuration: none → AmazonCloudWatch-web:4"],
        ),
    ],
)
def test_what_differs_is_said_as_of_other_hosts(found: dict[str, Any], parts: list[str], texts: list[str]) -> None:
    said = observation(found, TARGET)
    assert (said["differing"], said["differences"], said["converged"]) == (parts, texts, not parts)
    assert is_changing(said) is bool(parts)


def test_the_keys_of_the_ssm_agent_are_compared() -> None:
    target = TARGET._replace(mode="onPremise", hybrid_keys=True)
    said = observation({**agent(), "common_config": {"profile": "mine"}}, target)
    assert (said["differing"], said["differences"]) == (["credentials"], ["credentials: profile mine → default"])
    assert observation({**agent(), "common_config": {"profile": "default"}}, target)["converged"]


def test_without_a_publication_nothing_is_said_of_the_configuration() -> None:
    said = observation(agent(digest="old"), TARGET._replace(locations=(), digests=()))
    assert (said["converged"], said["differences"]) == (True, [])
    said = observation(agent(state="inactive"), TARGET._replace(locations=(), digests=()))
    assert said["differing"] == ["service"]


def reported(found: dict[str, Any], live: int = 3) -> list[str]:
    target = TARGET._replace(locations=(), digests=())
    use = {"state": "runs", "key": KEY, "version": 3}
    release = Release(KEY, live, live)
    return differences(Host({"mode": "ec2"}, observation(found, target), use, release, {}))[1]


def test_the_report_reads_it() -> None:
    assert reported(agent()) == []
    assert reported(agent(enabled="disabled")) == ["service: disabled → enabled"]
    assert reported(agent(), live=4) == ["configuration: version 3, live is version 4"]


def test_a_node_that_does_not_answer_is_unreachable() -> None:
    said = unreachable_result("i-1 is not online")
    assert failure_of(None, said) == {"state": "unreachable", "reason": "i-1 is not online"}
    assert (seen(said).state, seen(said).reason) == (UNREACHABLE, "i-1 is not online")
    assert not is_changing(said)
