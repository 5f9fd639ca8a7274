# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action's own part: options, states, warnings. What it does in AWS is tested in _aws/test_release.py and by playbooks."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.cloudwatch.agent.plugins.action import cw_agent_release
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.release import Outcome
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.labels import Own
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.publications import Target
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._release.examples import (
    NAME,
    observed_of,
    plan_of,
    published_of,
    version,
)

PLAN = plan_of()
CONNECTION = SimpleNamespace(_shell=SimpleNamespace(tmpdir="unused"))


class Display:
    """Collects what users would see."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.warnings: list[str] = []

    def display(self, text: str) -> None:
        self.lines.append(text)

    v = display

    def warning(self, text: str) -> None:
        self.warnings.append(text)


class FakeReleases:
    """In place of Releases: ``refuse`` is raised, the calls are remembered."""

    refuse = ""

    def __init__(self, _store: Any, check_mode: bool) -> None:
        self.check_mode = check_mode
        self.moved: list[Any] = []

    def _answer(self) -> Outcome:
        if self.refuse:
            raise AwsError(self.refuse, details={"written": ["x:1"]})
        return Outcome(True, skipped=[{"profile": "", "region": "r", "name": "n", "reason": "no previous release"}])

    def publish(self, *_args: Any) -> Any:
        return self._answer(), published_of(PLAN, labels={NAME: {"live": 4, "hold": 5}})

    def move(self, names: Any, action: str, _hold: str, announce: Any, own: Any = None) -> Outcome:
        announce(f"moves {action}")
        FakeReleases.names, FakeReleases.own = names, own
        return Outcome(True, skipped=self.other) if own else self._answer()

    def overtaken(self, own: Any) -> list[dict[str, str]]:
        FakeReleases.own = own
        return self.other

    def move_to(self, selection: Any, announce: Any) -> Outcome:
        announce(f"moves to {selection.version}")
        return self._answer()

    def prune(self, _names: Any, users: Any) -> Outcome:
        FakeReleases.users = users
        return Outcome(retained=[{"profile": "", "region": "r", "name": "n.part2", "reason": "in use by h"}])

    names: Any = None
    users: Any = None
    own: Any = None
    other: list[dict[str, str]] = []


@pytest.fixture
def display(monkeypatch: pytest.MonkeyPatch) -> Display:
    monkeypatch.setattr(cw_agent_release, "Releases", FakeReleases)
    monkeypatch.setattr(FakeReleases, "refuse", "")
    monkeypatch.setattr(FakeReleases, "other", [])
    return Display()


def run(display: Display, check_mode: bool = False, **arguments: Any) -> dict[str, Any]:
    options = {"environment": None, "check_mode": check_mode, "diff": False, "async_val": 0}
    task = SimpleNamespace(args={"plan": PLAN, **arguments}, action="cloudwatch.agent.cw_agent_release", **options)
    action = cw_agent_release.ActionModule(task, CONNECTION, SimpleNamespace(), None, SimpleNamespace(template=lambda value: value), None)
    action._display = display
    hostvars = SimpleNamespace(raw_get=lambda _host: {})
    return action.run(task_vars={"hostvars": hostvars, "groups": {"all": list(PLAN["hosts"])}})


def test_published_warns_of_a_hold_and_returns_every_hosts_sources(display: Display) -> None:
    result = run(display, state="published")
    assert sorted(result["sources"]) == sorted(PLAN["hosts"])
    assert result["configurations"][0]["on_hold"]
    assert len(display.warnings) == 1 and "on hold since its rollback" in display.warnings[0]


PUBLISHED = {"configurations": [published_of(PLAN)[0].result("keep")]}


@pytest.mark.parametrize(
    ("verified", "policy", "reason"),
    [
        (list(PLAN["hosts"]), "auto", ""),
        (["us-east-1-1"], "auto", "us-east-1-2 is not verified"),
        (list(PLAN["hosts"]), "never", "cw_agent_release is never"),
    ],
)
def test_released_or_withheld_with_the_reason(display: Display, verified: list[str], policy: str, reason: str) -> None:
    result = run(display, state="released", published=PUBLISHED, verified=verified, policy=policy)
    assert [item["name"] for item in result["released"]] == ([] if reason else [NAME])
    assert [item["reason"][: len(reason)] for item in result["withheld"]] == ([reason] if reason else [])
    assert bool(display.warnings) == bool(reason)


def test_what_is_live_afterwards_is_what_the_hosts_fetch(display: Display) -> None:
    host = next(iter(PLAN["hosts"]))
    sources = {host: [{"location": f"ssm:{NAME}:5", "digest": "a"}, {"location": f"ssm:{NAME}.part2:2", "digest": "b"}]}
    item = {**PUBLISHED["configurations"][0], "hosts": [host]}
    parts = [{"name": NAME, "version": 5}, {"name": f"{NAME}.part2", "version": 2}]
    for check_mode, released in ((True, False), (False, False), (False, True)):
        published = {"configurations": [{**item, "released": released}], "sources": sources}
        result = run(display, check_mode, state="released", published=published, verified=[host])
        assert result["live"] == [{"profile": "", "region": "us-east-1", "name": NAME, "parts": parts}]
    withheld = run(display, state="released", published={"configurations": [item], "sources": sources}, verified=[])
    assert withheld["live"] == []


def test_check_mode_predicts_a_release_without_a_call(display: Display, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeReleases, "refuse", "nobody is asked in check mode")
    assert run(display, check_mode=True, state="released", published=PUBLISHED, verified=list(PLAN["hosts"]))["changed"]


def test_moves_are_listed_before_they_are_made_and_skips_are_said(display: Display) -> None:
    assert run(display, state="rolled_back")["skipped"]
    assert display.lines == ["moves rollback"]
    assert display.warnings == ["r/n: skipped: no previous release."]


def test_candidates_are_put_on_hold(display: Display) -> None:
    assert run(display, state="rejected", names=[NAME])["skipped"]
    assert (display.lines, list(FakeReleases.names.values())) == (["moves reject"], [[NAME]])


OTHER = [{"profile": "", "region": "us-east-1", "name": NAME, "reason": "candidate is version 6 by now"}]


def test_a_release_that_was_overtaken_fails(display: Display, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeReleases, "other", OTHER)
    result = run(display, state="released", published=PUBLISHED, verified=list(PLAN["hosts"]))
    assert (result["failed"], result["released"], result["withheld"]) == (True, [], OTHER)
    assert result["msg"].startswith(
        f"Not released: us-east-1/{NAME}: candidate is version 6 by now. Hint: see with cloudwatch.agent.releases"
    )
    assert FakeReleases.own == {(Target("", "us-east-1"), NAME): Own({NAME: 5})}


def test_what_was_overtaken_is_confirmed(display: Display, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(display, state="confirmed", published=PUBLISHED, released=[{"profile": "", "region": "us-east-1", "name": NAME}])
    assert (result["overtaken"], result["msg"], [one.released for one in FakeReleases.own.values()]) == ([], "", [True])
    monkeypatch.setattr(FakeReleases, "other", OTHER)
    assert run(display, state="confirmed", published=PUBLISHED)["msg"] == f"us-east-1/{NAME}: candidate is version 6 by now"
    # What check mode has not written is nobody's.
    assert run(display, check_mode=True, state="confirmed", published=PUBLISHED)["overtaken"] == []


def test_a_run_rejects_its_own(display: Display) -> None:
    run(display, state="rejected", names=[NAME], published=PUBLISHED)
    assert list(FakeReleases.own) == [(Target("", "us-east-1"), NAME)]


def test_back_to_a_version(display: Display) -> None:
    run(display, state="rolled_back", version=f"{NAME}:3")
    assert display.lines == ["moves to 3"]
    assert "of another configuration than those of this run" in run(display, state="rolled_back", version="other:3")["msg"]


def test_pruned_knows_what_hosts_run_and_says_what_it_retains(display: Display) -> None:
    first, second = list(PLAN["hosts"])
    result = run(display, state="pruned", observed={first: observed_of((f"{NAME}.part2", version(1)))})
    (users,) = FakeReleases.users.values()
    assert (list(users.observed[first].files), users.unknown) == ([f"ssm_{NAME}.part2_1"], {NAME: [second]})
    assert display.lines == ["r/n.part2: retained: in use by h"]
    assert (result["deleted"], len(result["retained"])) == ([], 1)


def test_a_refusal_is_one_message_with_its_details(display: Display, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeReleases, "refuse", "denied")
    result = run(display, state="published")
    assert (result["failed"], result["changed"], result["msg"], result["written"]) == (True, True, "denied", ["x:1"])
    assert "sources" not in result


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"state": "published", "write_rate": 0}, "give a number above 0"),
        ({"state": "released"}, "published"),
        ({"state": "held"}, "value of state must be one of"),
        ({"state": "promoted", "names": ["other"]}, "other belongs to no host of this run"),
    ],
)
def test_wrong_options_are_refused(display: Display, arguments: dict[str, Any], words: str) -> None:
    try:
        said = run(display, **arguments)["msg"]
    except AnsibleActionFail as error:
        said = str(error)
    assert words in said
