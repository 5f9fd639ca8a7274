# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Output: two streams, and nothing that is cut without a word."""

from __future__ import annotations

from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.outputs import completed, step_of, warning
from ansible_collections.cloudwatch.agent.tests.support.fake_commands import plugin


def test_a_listing_has_both_streams_in_one_text() -> None:
    step = step_of(plugin("a", "Failed", 3, "one\ntwo\n\n----------ERROR-------\noops\n"))
    assert (step.name, step.status, step.exit_code, step.stdout, step.stderr) == ("a", "Failed", 3, "one\ntwo", "oops\n")
    assert not step.truncated
    assert step_of(plugin(output="one\n")).stdout == "one\n"


def test_a_step_that_did_not_start_has_no_exit_code() -> None:
    assert step_of(plugin(code=-1)).exit_code is None
    assert step_of({"Name": "a"}).exit_code is None


def test_what_is_cut_says_so_until_all_of_it_is_there() -> None:
    short = step_of(plugin(output="x" * 2480 + "\n---Output truncated---"))
    assert short.truncated
    assert step_of(plugin(output="x" * 2500)).truncated
    whole = completed(short, {"StandardOutputContent": "x" * 5000, "StandardErrorContent": "e", "StandardOutputUrl": "https://b/o"})
    assert (len(whole.stdout), whole.stderr, whole.truncated, whole.stdout_url) == (5000, "e", False, "https://b/o")
    assert completed(short, {"StandardOutputContent": "x" * 23979 + "--output truncated--"}).truncated
    assert completed(short, {"StandardErrorContent": "e" * 8000}).truncated


def test_the_warning_says_where_all_of_it_is_or_how_to_get_it() -> None:
    assert "Hint: cloudwatch_log_group" in warning(2, "", "")
    assert "the log group /aws/ssm/Doc has all of it" in warning(1, "/aws/ssm/Doc", "")
    assert "the bucket b has all of it" in warning(1, "", "b")
