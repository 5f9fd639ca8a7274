# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs of a host, and what does not."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._report.differences import PARTS, Host, Release, differences, releases
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._report.examples import (
    DENIED,
    KEY,
    NOT_KNOWN,
    NOW,
    UNREAD,
    association,
    configuration,
    evaluation,
    observed,
    planned,
    use,
)

DOWN = {"active_state": "failed", "enabled": False, "restarts": 7, "started_at": 0.0}
NO_KEYS = {"role": "web-role", "no_keys": "they have expired at 2026-01-01T00:00:00Z", "keys_expire_at": NOW}


def host(of_release: dict[str, Any] | None = None, **more: Any) -> Host:
    """A host that differs in nothing but what is given."""
    known = releases([configuration(**(of_release or {}))])
    usual = {"planned": planned(), "observed": observed(), "use": use(), "release": known[KEY], "telemetry": evaluation("web-1")}
    return Host(**{**usual, **more})


def test_a_host_that_is_well_differs_in_nothing() -> None:
    assert differences(host()) == ([], [])


@pytest.mark.parametrize(
    ("more", "parts", "texts"),
    [
        ({"use": use(2)}, ["configuration"], ["configuration: version 2, live is version 3"]),
        (
            {"use": use(1, key="us-east-1/other")},
            ["configuration"],
            ["configuration: version 1 of us-east-1/other, live is version 3"],
        ),
        (
            {"use": {"state": "other", "reason": "file_mine.json", "key": "", "version": 0}},
            ["configuration"],
            ["configuration: other files (file_mine.json), live is version 3"],
        ),
        (
            {"use": {"state": "none", "reason": "", "key": "", "version": 0}},
            ["configuration"],
            ["configuration: none, live is version 3"],
        ),
        ({"observed": observed(service=DOWN)}, ["service"], ["service: failed → active", "service: disabled → enabled"]),
        (
            {"observed": observed(unmanaged=["file_mine.json"])},
            ["unmanaged"],
            ["configuration: file_mine.json not written by this collection"],
        ),
        (
            {"observed": observed(stale_files=["ssm_x_1.tmp"])},
            ["configuration"],
            ["configuration: ssm_x_1.tmp is left from an attempt that failed"],
        ),
        (
            {"observed": observed(identity=NO_KEYS)},
            ["credentials"],
            ["credentials: the role web-role of the instance gives no keys: they have expired at 2026-01-01T00:00:00Z"],
        ),
        ({"observed": observed(identity=NO_KEYS, common_config={"profile": "mine", "file": "", "keys_expire_at": None})}, [], []),
        ({"observed": observed(common_config={"profile": "mine", "file": "", "keys_expire_at": NOW + 1})}, [], []),
        (
            {"observed": observed(common_config={"profile": "mine", "file": "", "keys_expire_at": NOW})},
            ["credentials"],
            ["credentials: the keys of the profile mine have expired"],
        ),
        (
            {"of_release": UNREAD, **NOT_KNOWN},
            ["configuration"],
            [f"configuration: Parameter Store could not be read: {DENIED}"],
        ),
        (
            {"observed": observed(package={"installed": False, "build": ""}, configurations=[], service=DOWN)},
            ["package"],
            ["package: not installed"],
        ),
        (
            {"telemetry": evaluation("web-1", "missing", cause="denied", hint="allow it")},
            ["telemetry"],
            ["telemetry: denied. Hint: allow it"],
        ),
        (
            {"telemetry": evaluation("web-1", "unverified", refused=["no such profile"])},
            ["telemetry"],
            ["telemetry: CloudWatch could not be asked: no such profile"],
        ),
        ({"telemetry": evaluation("web-1", "no_data")}, [], []),
        ({"telemetry": {}}, [], []),
    ],
)
def test_each_part(more: dict[str, Any], parts: list[str], texts: list[str]) -> None:
    assert differences(host(**more)) == (parts, texts)


@pytest.mark.parametrize(
    ("of_release", "runs", "texts"),
    [
        ({"live": 0, "planned": 3}, 3, ["configuration: nothing is live"]),
        ({"live": 3, "planned": 4}, 3, ["configuration: live is version 3, the inventory asks for version 4"]),
        ({"live": 3, "planned": 0}, 3, ["configuration: live is version 3, the inventory asks for another one, which is not published"]),
        (
            {"live": 3, "planned": 4},
            4,
            [
                "configuration: version 4, live is version 3",
                "configuration: live is version 3, the inventory asks for version 4",
            ],
        ),
        ({"live": 3, "planned": 4, "on_hold": True}, 3, []),
    ],
)
def test_live_beside_the_inventory(of_release: dict[str, Any], runs: int, texts: list[str]) -> None:
    assert differences(host(of_release, use=use(runs)))[1] == texts


def test_hosts_converge_by_digest() -> None:
    """The file may have the name of an older version with the same text."""
    same = configuration(versions=[{"version": 3, "digest": "same"}, {"version": 2, "digest": "same"}])
    assert differences(host(same, use=use(2))) == ([], [])
    assert not Release("", 3, 3, False, {}).same(0, 0)


def test_missing_telemetry_of_another_configuration_is_no_difference() -> None:
    """It was evaluated by what the inventory says, and the host was not brought to that."""
    missing = evaluation("web-1", "missing", cause="denied")
    assert differences(host({"live": 3, "planned": 4}, telemetry=missing))[0] == ["configuration"]


def test_what_the_observation_has_compared_is_said_once() -> None:
    seen = {
        **observed(service=DOWN),
        "differing": ["package", "configuration"],
        "differences": ["package: 1 → 2", "configuration: a → b", "service: failed → active"],
        "refusal": "the region differs (x). Hint: y",
    }
    parts, texts = differences(host(observed=seen, use=use(2)))
    assert parts == ["package", "configuration", "service", "problems"]
    assert texts == [*seen["differences"], "service: disabled → enabled", "the region differs (x). Hint: y"]


def test_a_host_that_is_to_have_no_agent() -> None:
    gone = observed(package={"installed": False, "build": ""}, configurations=[], service=DOWN)
    assert differences(host(planned=planned(state="absent", key=""), observed=gone, use={})) == ([], [])
    there = {**observed(service=DOWN), "differing": ["removal"], "differences": ["package → absent"]}
    assert differences(host(planned=planned(state="absent"), observed=there)) == (["removal"], ["package → absent"])


def test_every_part_is_known() -> None:
    """Those of cw_agent_info first of all, or they would be lost."""
    assert {"package", "credentials", "settings", "user", "log_access", "configuration", "removal"} <= set(PARTS)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (association(), ""),
        (association(status="Pending"), ""),
        (association(status="Failed"), "cloudwatch-agent-AmazonCloudWatch-web is Failed on this node"),
        (association(2), "cloudwatch-agent-AmazonCloudWatch-web gives AmazonCloudWatch-web:2, live is AmazonCloudWatch-web:3"),
        ({**association(), "gives": ["AmazonCloudWatch-web"]}, "gives AmazonCloudWatch-web, live is"),
        ({**association(), "gives": []}, "gives nothing that is known, live is"),
    ],
)
def test_what_an_association_has_to_give(given: dict[str, Any], text: str) -> None:
    parts, texts = differences(host(association=given))
    assert (parts, len(texts)) == ((["association"], 1) if text else ([], 0))
    assert text in "".join(texts)


def test_every_part_of_what_an_association_gives_counts_and_the_same_text_is_live() -> None:
    two = [{"name": "web", "version": 3, "digest": "a"}, {"name": "web.part2", "version": 2, "digest": "b"}]
    item = configuration(versions=[{"version": 3, "digest": "x", "labels": ["live"], "parts": two}])
    (release,) = releases([item]).values()
    for gives, is_live in ((["web:3", "web.part2:2"], True), (["web:3", "web.part2:1"], False), (["web:3"], False)):
        assert host(release=release, association={**association(), "gives": gives}).is_given_live is is_live
    same = configuration(4)
    same["versions"][1]["digest"] = same["versions"][0]["digest"]
    assert host(release=releases([same])[KEY], association=association(3)).is_given_live
    assert differences(host(release=releases([UNREAD])[KEY], association=association(1)))[0] == ["configuration"]
