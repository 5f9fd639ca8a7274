# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The histories of configurations and their parts: in few calls, all pages, with who and when."""

from __future__ import annotations

import re
from typing import Any, Callable

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.rate_limiter import RateLimiter
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.release_history import existing_parts, histories, read_histories
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.publications import Target

from .conftest import client_error


def put(ssm: Any, name: str, *values: str, kind: str = "String", labels: tuple[str, ...] = ()) -> None:
    for value in values:
        ssm.put_parameter(Name=name, Value=value, Type=kind, Overwrite=True, Description=f"of {value}")
    if labels:
        ssm.label_parameter_version(Name=name, Labels=list(labels))
    ssm.calls.clear()


def test_versions_as_parameter_store_keeps_them(ssm: Any) -> None:
    put(ssm, "a", "one", "two", labels=("live", "candidate"))
    first, second = histories(ssm, ["a"])["a"]["a"]
    assert (first.number, first.text, first.labels, first.description) == (1, "one", (), "of one")
    assert (second.number, second.labels, second.published_by, second.encrypted) == (2, ("candidate", "live"), "tester", False)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", second.published_at)
    assert ssm.writes == []


def test_all_pages_of_a_long_history(ssm: Any) -> None:
    put(ssm, "a", *map(str, range(99)))
    assert [one.number for one in histories(ssm, ["a"])["a"]["a"]] == list(range(1, 100))
    assert ssm.count("get_parameter_history") == 2


def test_parts_in_few_calls(ssm: Any) -> None:
    names = [f"n{number:02}" for number in range(12)]
    for name in names:
        put(ssm, name, "x")
    put(ssm, "n03.part2", "y", "z")
    put(ssm, "n03.part4", "behind a gap")
    assert existing_parts(ssm, [*names, "gone"])["n03"] == ["n03", "n03.part2"]
    assert ssm.count("get_parameters") == 2 + 2 + 1
    found = histories(ssm, [*names, "gone"])
    assert {name: len(versions) for name, versions in found["n03"].items()} == {"n03": 1, "n03.part2": 2}
    assert found["gone"] == {}
    assert ssm.count("get_parameter_history") == 13


def test_a_secret_is_read_for_its_digest(ssm: Any) -> None:
    put(ssm, "a", "swordfish", kind="SecureString")
    (version,) = histories(ssm, ["a"])["a"]["a"]
    assert (version.text, version.encrypted, version.secret) == ("swordfish", True, True)


def test_calls_keep_to_the_rate(ssm: Any) -> None:
    waits: list[float] = []
    put(ssm, "a", "x")
    put(ssm, "b", "x")
    histories(ssm, ["a", "b"], RateLimiter(1, clock=lambda: 0.0, sleep=waits.append))
    assert waits == [1.0]


def test_accounts_and_regions(make_ssm: Callable[[], Any]) -> None:
    clients = {Target("", "us-east-1"): make_ssm(), Target("p", "eu-west-1"): make_ssm()}
    for ssm in clients.values():
        put(ssm, "a", "x")
    found, errors = read_histories(clients.__getitem__, {target: ["a"] for target in clients})
    assert ([list(found[target]["a"]) for target in clients], errors) == ([["a"], ["a"]], {})


def test_an_account_that_cannot_be_read_is_named_beside_the_others(make_ssm: Callable[[], Any]) -> None:
    here, there = Target("", "us-east-1"), Target("p", "eu-west-1")
    clients = {here: make_ssm(), there: make_ssm()}
    clients[there].fail["get_parameters"] = [client_error("AccessDeniedException", operation="GetParameters")]
    found, errors = read_histories(clients.__getitem__, {target: ["a"] for target in clients})
    assert (list(found), list(errors)) == ([here], [there])
    assert "AccessDeniedException" in str(errors[there])


@pytest.mark.parametrize("operation", ["get_parameters", "get_parameter_history"])
def test_a_refused_read_is_no_empty_history(ssm: Any, operation: str) -> None:
    put(ssm, "a", "x")
    ssm.fail[operation] = [client_error("AccessDeniedException", operation="GetParameterHistory")]
    with pytest.raises(AwsError, match="AccessDeniedException"):
        histories(ssm, ["a"])
