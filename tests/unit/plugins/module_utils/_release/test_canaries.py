# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Canaries: how many, of which configurations and zones, and who follows in which batch."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.canaries import (
    Concerned,
    Waves,
    batches,
    concerned,
    lines,
    size,
    waves,
)

WEB, DB = "us-east-1/web", "us-east-1/db"


def released(*keys: str, on_hold: bool = False, done: bool = False, same: bool = False) -> dict[str, Any]:
    """What was published: candidates that are not live, unless said otherwise."""
    return {"configurations": [{"key": key, "released": done, "on_hold": on_hold, "same_as_live": done or same} for key in keys]}


def fleet(count: int, key: str = WEB, zones: str = "a", differs: bool = True) -> list[Concerned]:
    name = key.rpartition("/")[2]
    return [Concerned(f"{name}{number}", key, zones[number % len(zones)], differs) for number in range(count)]


def chosen(hosts: list[Concerned], canary: str, published: dict[str, Any] | None = None, *named: str) -> Waves:
    return waves(hosts, published or released(WEB, DB), canary, lambda _pattern: named)


def seen(converged: bool, *problems: str) -> dict[str, Any]:
    return {"converged": converged, "problems": list(problems)}


def plan(**keys: str) -> dict[str, Any]:
    return {"hosts": {host: {"key": key} if key else {"state": "absent"} for host, key in keys.items()}}


def test_hosts_are_concerned_that_differ_or_run_a_candidate() -> None:
    hosts = plan(new=WEB, runs=WEB, broken=WEB, gone="", silent=WEB, live=DB)
    observed = {"new": seen(False), "runs": seen(True), "broken": seen(True, "masked"), "gone": seen(False), "live": seen(True)}
    observed["silent"] = {"unreachable": True}
    found = concerned(hosts, released(WEB), observed, {"new": "us-east-1a"})
    assert found == [
        Concerned("new", WEB, "us-east-1a", True),
        Concerned("runs", WEB, "", False),
        Concerned("broken", WEB, "", True, True),
        Concerned("gone", "", "", True),
    ]


def test_a_host_without_permissions_cannot_be_changed() -> None:
    """It is no canary and follows; one that has the candidate already is none either."""
    found = concerned(
        plan(new=WEB, poor=WEB, runs=WEB), released(WEB), {"new": seen(False), "poor": seen(False), "runs": seen(True)}, {}, ["poor"]
    )
    assert [(host.name, host.differs, host.refused) for host in found] == [
        ("new", True, False),
        ("poor", True, True),
        ("runs", False, False),
    ]
    order = chosen([host for host in found if host.differs], "2")
    assert (order.canaries, order.rest) == (["new"], ["poor"])


@pytest.mark.parametrize("published", [released(WEB, done=True), released(WEB, on_hold=True), released(WEB, same=True)])
def test_what_runs_a_live_version_is_not_concerned(published: dict[str, Any]) -> None:
    assert concerned(plan(runs=WEB), published, {"runs": seen(True)}, {}) == []


def test_nothing_differs() -> None:
    assert chosen([], "1") == Waves()
    assert lines(Waves(), [], 3) == ["Roll-out: nothing differs on 3 hosts"]


def test_each_configuration_gets_a_canary_and_the_larger_one_more() -> None:
    found = chosen([*fleet(8), *fleet(2, DB)], "4")
    assert found.canaries == ["web0", "web1", "web2", "db0"]
    assert (found.changing, found.tried, found.candidates) == (found.canaries, [WEB, DB], [WEB, DB])
    assert found.rest == ["web3", "web4", "web5", "web6", "web7", "db1"]
    assert chosen([*fleet(8), *fleet(2, DB)], "1").canaries == ["web0", "db0"]


def test_there_are_no_more_canaries_than_hosts() -> None:
    found = chosen([*fleet(2), *fleet(1, DB)], "9")
    assert (len(found.canaries), found.rest) == (3, [])


def test_canaries_are_spread_over_zones() -> None:
    hosts = [Concerned(name, WEB, zone, True) for name, zone in (("1", "a"), ("2", "a"), ("3", "a"), ("4", "b"), ("5", "c"))]
    assert chosen(hosts, "3").canaries == ["1", "4", "5"]
    assert chosen(hosts, "4").canaries == ["1", "2", "4", "5"]
    # Two configurations do not take the same zone where there is another one.
    assert chosen([*fleet(2, zones="ab"), *fleet(2, DB, "ab")], "2").canaries == ["web0", "db1"]


def test_percentages_are_rounded_up() -> None:
    assert [size("10%", count) for count in (1, 10, 11, 500)] == [1, 1, 2, 50]
    assert (size("100%", 7), size("3", 100)) == (7, 3)


@pytest.mark.parametrize("canary", ["0", "-1", "0%", "101%"])
def test_a_number_that_means_none_is_refused(canary: str) -> None:
    with pytest.raises(ConfigError, match=rf"cw_agent_canary is {canary}\. Hint: give a number"):
        chosen(fleet(5), canary)


def test_hosts_that_run_a_candidate_are_its_canaries() -> None:
    runs = Concerned("runs", WEB, "a", False)
    found = chosen([*fleet(3), runs], "1")
    assert (found.canaries, found.changing, found.rest) == (["runs"], [], ["web0", "web1", "web2"])
    found = chosen([*fleet(3, zones="ab"), runs], "2")
    assert (found.canaries, found.changing) == (["web1", "runs"], ["web1"])


def test_hosts_that_cannot_be_changed_are_no_canaries() -> None:
    broken, gone = Concerned("broken", WEB, "", True, True), Concerned("gone", "", "", True)
    found = chosen([broken, gone, *fleet(1)], "1")
    assert (found.canaries, found.rest) == (["web0"], ["broken", "gone"])
    found = chosen([broken, gone], "1")
    assert (found.canaries, found.candidates, found.rest) == ([], [], ["broken", "gone"])


def test_a_pattern_names_a_host_of_every_configuration_that_changes() -> None:
    hosts = [*fleet(3), *fleet(3, DB)]
    assert chosen(hosts, "canary", None, "web1", "db2", "other").canaries == ["web1", "db2"]
    with pytest.raises(ConfigError, match=r"'canary', and of 1 configuration none .* \(us-east-1/db: db0, db1, db2\)"):
        chosen(hosts, "canary", None, "web1")


def test_a_pattern_need_not_name_a_host_of_what_is_live() -> None:
    found = chosen([*fleet(3), *fleet(1, DB)], "canary", released(WEB), "web1")
    assert (found.canaries, found.rest, found.candidates) == (["web1"], ["web0", "web2", "db0"], [WEB])


def test_what_has_the_texts_of_live_needs_no_canary_to_be_released() -> None:
    assert chosen([], "1", released(WEB, same=True)).tried == [WEB]
    assert chosen([], "1", released(WEB, same=True, on_hold=True)).tried == []


def test_batches_are_those_of_a_play() -> None:
    assert batches(list("abcdefg"), [1, 2]) == [["a"], ["b", "c"], ["d", "e"], ["f", "g"]]
    assert batches([], [1]) == []


def test_the_waves_are_shown() -> None:
    order = Waves(["a", "b"], ["b"], ["c", "d"], [WEB], [WEB])
    assert lines(order, [["c"], ["d"]], 9) == [
        "Roll-out: 3 hosts of 9 to be changed, 1 configuration to be released",
        "  canaries: 2 hosts: a, b (the candidate runs on a already)",
        "  batch 1: 1 host: c",
        "  batch 2: 1 host: d",
    ]


def test_hosts_that_ssh_does_not_reach_follow_at_last() -> None:
    hosts = [*fleet(3), Concerned("far", WEB, "", True), Concerned("fine", WEB, "", False)]
    order = waves(hosts, released(WEB), "1", lambda _pattern: (), {"far", "fine"})
    assert (order.canaries, order.rest, order.by_run_command, order.tried) == (["web0"], ["web1", "web2"], ["far"], [WEB])
    assert lines(order, [["web1", "web2"]], 5)[-1] == "  finally, by Run Command: 1 host: far"
    assert lines(order, [["web1", "web2"]], 5)[0] == "Roll-out: 4 hosts of 5 to be changed, 1 configuration to be released"


def test_a_candidate_that_only_run_command_could_try_is_refused() -> None:
    far = [Concerned("far", DB, "", True), Concerned("web9", WEB, "", True, refused=True)]
    with pytest.raises(ConfigError, match=r"us-east-1/db: far.*No host was changed\. Hint: .*cloudwatch\.agent\.run_command"):
        waves([*far, *fleet(1)], released(WEB, DB), "1", lambda _pattern: (), {"far"})
    refused = [Concerned("far", WEB, "", True), Concerned("web9", WEB, "", True, refused=True)]
    with pytest.raises(ConfigError, match="us-east-1/web: far"):
        waves(refused, released(WEB), "1", lambda _pattern: (), {"far"})
    # What is live was tried already.
    assert waves(far[:1], released(DB, done=True), "1", lambda _pattern: (), {"far"}).by_run_command == ["far"]
