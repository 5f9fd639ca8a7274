# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The releases as data and as a table: what is listed, what is left out, what stays hidden."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.history import CONFIDENTIAL
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.listing import DIFFERENCES, listing, table
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.publications import Target
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._release.examples import (
    NAME,
    SMALL,
    observed_of,
    plan_of,
    version,
)

HERE = Target("", "us-east-1")
KEY = f"us-east-1/{NAME}"
ONE, TWO = "us-east-1-1", "us-east-1-2"
FOUR = [version(1), version(2, labels=("previous",)), version(3, labels=("live",)), version(4, labels=("candidate",))]


def plan(vaulted: list[str] | None = None, secret: str = "") -> dict[str, Any]:
    found = plan_of()
    found["configurations"][0] |= {"configuration": {"agent": {"x": secret}}, "vaulted": vaulted or []}
    return found


def listed(versions: Any, observed: dict[str, Any] | None = None, most: int = 10, **more: Any) -> dict[str, Any]:
    """The listing of one configuration."""
    history = versions if isinstance(versions, dict) else {NAME: versions}
    return listing(plan(**more), [], {HERE: {NAME: history}}, observed or {}, most)


def test_versions_labels_dates_people_digests_and_hosts() -> None:
    found = listed(FOUR, {ONE: observed_of((NAME, FOUR[2])), TWO: {"unreachable": True, "msg": "timed out"}})
    (item,) = found["configurations"]
    assert (item["key"], item["live"], item["left_out"], item["hosts"]) == (KEY, 3, 0, [ONE, TWO])
    assert [(one["version"], one["labels"], one["hosts"]) for one in item["versions"]] == [
        (4, ["candidate"], []),
        (3, ["live"], [ONE]),
        (2, ["previous"], []),
        (1, [], []),
    ]
    newest = item["versions"][0]
    assert (newest["published_at"], newest["published_by"]) == ("2026-11-04T10:00:00Z", "arn:aws:iam::123456789012:user/alice")
    assert newest["digest"] == FOUR[3].digest
    assert newest["parts"] == [{"name": NAME, "version": 4, "digest": FOUR[3].digest}]
    assert [line for line in newest["differences"][2:] if line[0] in "+-"] == [
        '-    "metrics_collection_interval": 3',
        '+    "metrics_collection_interval": 4',
    ]
    assert item["versions"][1]["differences"] == []
    assert found["hosts"] == {
        ONE: {"state": "runs", "key": KEY, "version": 3, "reason": ""},
        TWO: {"state": "unreachable", "key": "", "version": 0, "reason": "timed out"},
    }


@pytest.mark.parametrize(
    ("versions", "planned", "on_hold"),
    [
        ([version(1, labels=("live",)), version(2, SMALL, labels=("candidate",))], 2, False),
        ([version(1, labels=("live", "hold")), version(2, SMALL, labels=("candidate",))], 2, True),
        ([version(1, json.dumps(SMALL, indent=2), labels=("live", "hold")), version(2, SMALL)], 1, False),
        ([version(1, labels=("live",))], 0, False),
        ([version(1, "no configuration", labels=("hold",))], 0, False),
    ],
    ids=["candidate", "rolled back", "another spelling of it is live", "not published", "nothing is live"],
)
def test_which_version_is_the_plans(versions: Any, planned: int, on_hold: bool) -> None:
    (item,) = listed(versions)["configurations"]
    assert (item["planned"], item["on_hold"]) == (planned, on_hold)


def test_the_table() -> None:
    lines = table(listed(FOUR, {ONE: observed_of((NAME, FOUR[1])), TWO: {"unreachable": True}}))
    assert lines[0] == f"{KEY}: live is version 3; 2 hosts: 1 on version 2"
    assert lines[1].split() == ["version", "labels", "published", "by", "digest", "hosts"]
    assert lines[2].split() == ["4", "candidate", "2026-11-04T10:00:00Z", "user/alice", FOUR[3].digest[:12], "-"]
    assert lines[4].split()[-1] == ONE
    assert f"  1 host unreachable: {TWO}" in lines
    assert [line for line in lines if "beside live" in line] == [
        "  version 4 beside live (version 3):",
        "  version 2 beside live (version 3):",
    ]
    assert '    +    "metrics_collection_interval": 4' in lines


def test_hosts_that_are_left_out_and_those_that_run_something_else() -> None:
    lines = table(listed(FOUR))
    assert lines[2].endswith("not observed")
    assert f"  2 hosts not observed: {ONE}, {TWO}" in lines
    other = listed(FOUR, {ONE: observed_of(("mine", version(9))), TWO: observed_of()})
    assert [use["state"] for use in other["hosts"].values()] == ["other", "none"]
    assert f"  1 host with other files: {ONE}" in table(other)


def test_only_the_newest_are_listed_and_those_in_use() -> None:
    many = [version(number, labels=("live",) if number == 2 else ()) for number in range(1, 29)]
    (item,) = listed(many, {ONE: observed_of((NAME, many[4]))}, most=3)["configurations"]
    assert ([one["version"] for one in item["versions"]], item["left_out"]) == ([28, 27, 26, 5, 2], 23)
    assert "  24 older versions not listed, see cw_agent_releases_versions" in table(listed(many, most=3))


def test_a_long_difference_is_cut() -> None:
    long = version(2, {"agent": {f"k{number}": 1 for number in range(200)}}, labels=("candidate",))
    found = listed([version(1, labels=("live",)), long])
    newest = found["configurations"][0]["versions"][0]
    assert (len(newest["differences"]), newest["differences_left_out"] > 100) == (DIFFERENCES, True)
    assert table(found)[-1] == f"    … {newest['differences_left_out']} more lines"


@pytest.mark.parametrize(
    ("fields", "more"),
    [({"encrypted": True}, {}), ({}, {"vaulted": ["/agent/x"], "secret": "other"})],
    ids=["SecureString", "vaulted"],
)
def test_secrets_are_digests_alone(fields: dict[str, Any], more: dict[str, Any]) -> None:
    versions = [version(1, {"agent": {"x": "hunter22"}}, labels=("live",), **fields), version(2, {"agent": {"x": "swordfish"}}, **fields)]
    found = listed(versions, {ONE: observed_of((NAME, versions[1]))}, **more)
    newest = found["configurations"][0]["versions"][0]
    assert (newest["digest"], newest["differences"], newest["differences_hidden"]) == (versions[1].digest, [], CONFIDENTIAL)
    text = json.dumps(found) + "\n".join(table(found))
    assert "swordfish" not in text
    assert "hunter22" not in text
    assert f"  version 2 beside live: not shown, {CONFIDENTIAL}" in table(found)


def test_a_secret_of_another_configuration_is_masked() -> None:
    both = plan(["/agent/x"], "swordfish")
    both["configurations"] += [{**both["configurations"][0], "key": "k", "name": "other", "hosts": [], "vaulted": []}]
    versions = [version(1, labels=("live",)), version(2, {"agent": {"y": "swordfish"}}, labels=("candidate",))]
    found = listing(both, ["other"], {HERE: {"other": {"other": versions}}}, {}, 10)
    assert "swordfish" not in json.dumps(found)
    assert any("(hidden)" in line for line in found["configurations"][0]["versions"][0]["differences"])


def test_parts_and_what_is_known_of_them_no_longer() -> None:
    part = f"{NAME}.part2"
    history = {NAME: [version(1), version(2, labels=("live",))], part: [version(1), version(7, "{}", labels=("live",))]}
    found = listed(history)
    assert [(one["version"], one["complete"]) for one in found["configurations"][0]["versions"]] == [(2, True), (1, False)]
    lines = table(found)
    assert lines[2].split()[:2] == ["2", "part2:7"]
    assert lines[3].split()[:2] == ["1", "…"]


def test_nothing_published_and_nothing_live() -> None:
    assert table(listed({})) == [f"{KEY}: nothing is live; 2 hosts", "  nothing is published"]
    lines = table(listed([version(1, labels=("candidate",))]))
    assert lines[0] == f"{KEY}: nothing is live; 2 hosts"
    assert not any("beside" in line for line in lines)
    same = table(listed([version(1, "{}", labels=("live",)), version(2, "{}", labels=("candidate",))]))
    assert same[-1] == "  version 2 beside live: the same configuration"


def test_hosts_of_configurations_that_are_not_listed_are_left_out() -> None:
    more = plan()
    more["configurations"].append({**more["configurations"][0], "key": "us-east-1/db", "name": "db", "hosts": [TWO]})
    more["hosts"][TWO] = {**more["hosts"][TWO], "key": "us-east-1/db", "name": "db"}
    history = {HERE: {NAME: {NAME: FOUR}}}
    assert set(listing(more, [NAME], history, {ONE: observed_of((NAME, FOUR[0]))}, 10)["hosts"]) == {ONE}
    # But for one that runs what is listed.
    assert listing(more, [NAME], history, {TWO: observed_of((NAME, FOUR[0]))}, 10)["hosts"][TWO]["version"] == 1


def test_an_account_that_could_not_be_read() -> None:
    """Its configurations say why, and of a host with files nobody knows which version that is."""
    observed = {ONE: observed_of((NAME, FOUR[0])), TWO: {"unreachable": True, "msg": "timed out"}}
    found = listing(plan(), [], {}, observed, 10, {HERE: "not allowed"})
    (item,) = found["configurations"]
    assert (item["refused"], item["live"], item["planned"], item["versions"]) == ("not allowed", 0, 0, [])
    assert [(host["state"], host["reason"]) for host in found["hosts"].values()] == [
        ("unknown", "not allowed"),
        ("unreachable", "timed out"),
    ]
    assert "  could not be read: not allowed" in table(found)
