# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits that hold for all commands together."""

from __future__ import annotations

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.errors import CommandError
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.limits import check, shares
from hypothesis import given
from hypothesis import strategies as st


def test_up_to_fifty_nodes_are_one_command_with_the_limits_as_they_are() -> None:
    found = shares(["a", "b"], "10%", "1")
    assert found.chunks == ((("a", "b"), "10%", "1"),)
    assert shares([], None, None).chunks == ()
    assert shares(["a"], None, None).chunks == ((("a",), None, None),)


def test_the_error_budget_is_one_for_all_commands() -> None:
    nodes = [str(number) for number in range(120)]
    assert shares(nodes, None, "10%").budget == 12
    assert [chunk.max_errors for chunk in shares(nodes, None, "7").chunks] == ["7", "7", "7"]
    assert shares(nodes, None, None).budget == 0
    assert shares(["x"] * 50, None, "10%").budget == 5  # AWS stops at the sixth


@given(st.integers(1, 400), st.integers(1, 400))
def test_concurrency_of_all_commands_together_is_never_more_than_asked_for(count: int, limit: int) -> None:
    found = shares([str(number) for number in range(count)], str(limit), None)
    assert [node for chunk in found.chunks for node in chunk.nodes] == [str(number) for number in range(count)]
    assert all(len(chunk.nodes) <= 50 for chunk in found.chunks)
    most = sorted((int(chunk.max_concurrency or 0) for chunk in found.chunks), reverse=True)
    assert sum(most[: found.at_once]) <= max(limit, 1)


def test_aws_s_default_holds_for_all_commands_together() -> None:
    found = shares([str(number) for number in range(500)], None, None)
    assert sum(int(chunk.max_concurrency or 0) for chunk in found.chunks) == 50


def test_per_cent_of_every_command_are_per_cent_of_all() -> None:
    found = shares([str(number) for number in range(101)], "20%", "0")
    assert [chunk.max_concurrency for chunk in found.chunks] == ["20%"] * 3
    assert found.at_once == 3


@pytest.mark.parametrize(
    ("name", "value"),
    [("max_concurrency", "0"), ("max_concurrency", "0%"), ("max_concurrency", "101%"), ("max_errors", "-1"), ("max_errors", "all")],
)
def test_limits_that_aws_does_not_take_are_refused(name: str, value: str) -> None:
    with pytest.raises(CommandError, match=f"{name} is '{value}'"):
        check(value if name == "max_concurrency" else None, value if name == "max_errors" else None)
