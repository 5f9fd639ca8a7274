# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hosts run, by what was observed of them, and what is still needed for that."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._release import usage
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.history import releases_of
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.publications import Target
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._release.examples import NAME, observed_of, plan_of, version

PART, OTHER = f"{NAME}.part2", "AmazonCloudWatch-db"
KEY, OTHER_KEY = f"us-east-1/{NAME}", f"us-east-1/{OTHER}"
HERE = Target("", "us-east-1")


@pytest.mark.parametrize(
    ("result", "state", "reason"),
    [
        (None, usage.NOT_OBSERVED, ""),
        ({"skipped": True}, usage.NOT_OBSERVED, ""),
        ({"unreachable": True, "msg": "timed out\nmore"}, usage.UNREACHABLE, "timed out"),
        ({"failed": True, "msg": "no python"}, usage.FAILED, "no python"),
        ({"failed": True}, usage.FAILED, ""),
        (observed_of((NAME, version(1))), "", ""),
    ],
)
def test_what_was_seen(result: Any, state: str, reason: str) -> None:
    assert usage.seen(result)[:2] == (state, reason)


def run(key: str, *fetched: Any, **histories: Any) -> tuple[str, str, int]:
    """State, key and version of a host that has fetched these."""
    releases = {KEY: releases_of(NAME, histories["web"]), OTHER_KEY: releases_of(OTHER, histories.get("db", {}))}
    use = usage.use_of(usage.seen(observed_of(*fetched)), key, releases)
    return use.state, use.key, use.release.version if use.release else 0


def test_a_host_runs_the_version_that_its_file_names() -> None:
    web = {NAME: [version(1, "{}"), version(2), version(3, "{}", labels=("live",))]}
    assert run(KEY, (NAME, version(2)), web=web) == ("runs", KEY, 2)
    # The same text twice: the name of the file decides, and then what is live.
    assert run(KEY, (NAME, version(1, "{}")), web=web) == ("runs", KEY, 1)
    assert run(KEY, ("elsewhere", version(7, "{}")), web=web) == ("runs", KEY, 3)


def test_a_host_that_runs_another_configuration_or_none() -> None:
    web, db = {NAME: [version(1)]}, {OTHER: [version(5)]}
    assert run(KEY, (OTHER, version(5)), web=web, db=db) == ("runs", OTHER_KEY, 5)
    # The same text under another name is not that configuration.
    assert run(KEY, ("mine", version(5)), web=web, db=db) == ("other", "", 0)
    # The own configuration counts before what another one has in common with it.
    assert run(OTHER_KEY, ("mine", version(5)), web={NAME: [version(5)]}, db=db) == ("runs", OTHER_KEY, 5)
    assert run(KEY, (NAME, version(1, "changed by hand")), web=web) == ("other", "", 0)
    assert run(KEY, web=web) == ("none", "", 0)


def test_a_host_runs_the_release_with_the_most_parts_that_it_has() -> None:
    one, two = version(1, labels=("candidate", "live", "previous")), version(2, labels=("live",))
    web = {NAME: [one], PART: [version(1, "{}", labels=("candidate",)), two]}
    releases = releases_of(NAME, web)
    use = usage.use_of(usage.seen(observed_of((NAME, one), (PART, two))), KEY, {KEY: releases})
    assert use.release is not None
    assert use.release.labels == ("live",)
    assert run(KEY, (NAME, one), web=web) == ("runs", KEY, 1)


def users(**observed: Any) -> usage.Users:
    """The users of the plan's region; hosts as w1 and w2."""
    plan = plan_of()
    plan["hosts"] = {f"w{host[-1]}": entry for host, entry in plan["hosts"].items()}
    plan["hosts"]["far"] = {**plan["hosts"]["w1"], "region": "eu-west-1"}
    plan["hosts"]["gone"] = {"state": "absent", "name": "", "profile": "", "region": "", "key": ""}
    beside = {OTHER: ["x"]}
    return usage.users_of(plan, HERE, observed, beside)


SEEN = observed_of()


def test_users_are_the_hosts_of_the_target_and_those_that_lose_their_agent() -> None:
    found = users(w1=SEEN)
    assert set(found.observed) == {"w1", "w2", "gone"}
    assert found.unknown == {OTHER: ["x"], NAME: ["w2"]}


@pytest.mark.parametrize(
    ("observed", "reason"),
    [
        ({"w1": SEEN, "w2": SEEN}, ""),
        ({"w1": SEEN, "w2": observed_of((PART, version(1)))}, "in use by w2"),
        # Parameter Store no longer keeps the version, or the file has another name: both are use.
        ({"w1": observed_of((PART, version(9, "dropped"))), "w2": SEEN}, "in use by w1"),
        ({"w1": observed_of(("mine", version(1))), "w2": SEEN}, "in use by w1"),
        ({"w1": SEEN, "w2": SEEN, "gone": observed_of((PART, version(1)))}, "in use by gone"),
        ({"w1": SEEN, "w2": {"unreachable": True}}, "nobody knows what is in use by w2"),
        ({"w1": SEEN, "w2": observed_of((f"{NAME}.part22", version(9))), "far": observed_of((PART, version(1)))}, ""),
    ],
    ids=["nobody", "runs it", "dropped", "renamed", "loses its agent", "unreachable", "another's"],
)
def test_what_is_still_needed(observed: dict[str, Any], reason: str) -> None:
    assert usage.needed([PART], {PART: [version(1)]}, users(**observed)) == ({PART: reason} if reason else {})


def test_hosts_outside_the_run_may_need_it() -> None:
    assert usage.needed([f"{OTHER}.part2"], {}, users(w1=SEEN, w2=SEEN)) == {f"{OTHER}.part2": "nobody knows what is in use by x"}
