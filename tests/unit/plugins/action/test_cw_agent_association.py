# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action's own part: which configurations, what is live, quartets. The calls: _aws/test_associations.py."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.action import cw_agent_association
from ansible_collections.cloudwatch.agent.plugins.plugin_utils import aws
from ansible_collections.cloudwatch.agent.tests.support.fake_associations import FakeStateManager, association
from ansible_collections.cloudwatch.agent.tests.support.fake_commands import client_error

from .test_cw_agent_release import CONNECTION

NAME = "AmazonCloudWatch-web"
ITEM = {"name": NAME, "profile": "", "region": "us-east-1", "hosts": ["a"]}
PLAN: dict[str, Any] = {"hosts": {"a": {"mode": "ec2", "build": ""}}, "configurations": [ITEM]}
WEB = {NAME: [{"key": "tag:Role", "values": ["web"]}]}


@pytest.fixture
def ssm(monkeypatch: pytest.MonkeyPatch) -> FakeStateManager:
    """State Manager, and a configuration whose version ``live`` is live."""
    client = FakeStateManager()
    client.live = 1  # type: ignore[attr-defined]
    client.documents = []  # type: ignore[attr-defined]

    def ensure(_client: Any, check: bool) -> bool:
        missing = not client.documents  # type: ignore[attr-defined]
        client.documents += [] if check else ["made"]  # type: ignore[attr-defined]
        return missing

    monkeypatch.setattr(cw_agent_association.own_document, "ensure", ensure)
    monkeypatch.setattr(aws.AwsConnection, "_client", lambda *_arguments: client)

    def labels(_reader: Any, names: list[str], _labels: list[str]) -> dict[str, dict[str, int]]:
        return {names[0]: {"live": client.live}, f"{names[0]}.2": {"live": 0}}  # type: ignore[attr-defined]

    def values(_reader: Any, names: list[str], _label: str) -> list[dict[str, Any]]:
        return [{"name": name, "version": client.live, "value": f"text {client.live}"} for name in names]  # type: ignore[attr-defined]

    monkeypatch.setattr(cw_agent_association, "labels_of_parts", labels)
    monkeypatch.setattr(cw_agent_association, "by_selector", values)
    return client


def run(check: bool = False, **arguments: Any) -> dict[str, Any]:
    options = {"environment": None, "check_mode": check, "diff": True, "async_val": 0}
    given = {"region": "us-east-1", "plan": PLAN, "targets": WEB, **arguments}
    task = SimpleNamespace(args=given, action="cloudwatch.agent.cw_agent_association", **options)
    return cw_agent_association.ActionModule(task, CONNECTION, None, None, None, None).run(task_vars={})


def quartet(**arguments: Any) -> dict[str, Any]:
    check, made, again, last = (run(check, **arguments) for check in (True, False, True, False))
    assert [one["changed"] for one in (check, made, again, last)] == [True, True, False, False]
    assert check["diff"] == made["diff"] and last["diff"] == []
    return made


def commands(ssm: FakeStateManager) -> str:
    (one,) = ssm.associations.values()
    return "\n".join(one["Parameters"]["commands"])


def test_made_updated_by_a_release_and_gone(ssm: FakeStateManager) -> None:
    made = quartet()
    assert [one["name"] for one in made["associations"]] == [f"cloudwatch-agent-{NAME}"] and made["documents"] == ["us-east-1"]
    assert f"{NAME}:1" in commands(ssm)
    ssm.associations["a-1"]["Duration"] = 3  # somebody else's
    ssm.live = 2  # type: ignore[attr-defined]
    released = quartet()
    assert released["documents"] == [] and f"{NAME}:2" in commands(ssm)
    quartet(compliance_severity="HIGH")
    assert ssm.associations["a-1"]["Duration"] == 3
    quartet(state="absent")
    assert ssm.associations == {}


def test_nothing_is_made_of_what_is_not_live(ssm: FakeStateManager) -> None:
    ssm.live = 0  # type: ignore[attr-defined]
    found = run()
    assert not found["changed"] and "nothing of it is live yet" in found["warnings"][0] and ssm.associations == {}


def test_what_cannot_be_right_is_refused(ssm: FakeStateManager) -> None:
    assert "no configuration of this run is called x. Hint: there are AmazonCloudWatch-web" in run(targets={"x": []})["msg"]
    assert "0 values" in run(targets={NAME: [{"key": "tag:Role", "values": []}]})["msg"]
    assert run(targets={})["associations"] == []


@pytest.mark.parametrize("state", ["present", "absent"])
def test_an_association_of_somebody_else_is_left_alone(ssm: FakeStateManager, state: str) -> None:
    other = association(AssociationName=f"cloudwatch-agent-{NAME}", Name="Two")
    ssm.associations["a-1"] = dict(other)
    refused = run(state=state)
    assert refused["failed"] and "runs Two, so that this collection has not made it" in refused["msg"]
    assert ssm.associations == {"a-1": other}


def test_a_lost_answer_of_which_nothing_shows_is_no_unchanged(ssm: FakeStateManager, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cw_agent_association.associations, "LOST_SECONDS", 0.0)
    ssm.documents.append("made")  # type: ignore[attr-defined]
    ssm.fail = {"create_association": [client_error("InternalServerError", "CreateAssociation", 500)]}
    found = run()
    assert found["failed"] and found["changed"] and "Nobody can say whether it was done" in found["msg"]


def test_a_refusal_says_what_was_made_before(ssm: FakeStateManager) -> None:
    second = {**ITEM, "name": "AmazonCloudWatch-db"}
    ssm.associations["a-7"] = association(AssociationId="a-7", AssociationName="cloudwatch-agent-AmazonCloudWatch-db")
    refused = run(plan={**PLAN, "configurations": [ITEM, second]}, targets={**WEB, second["name"]: WEB[NAME]})
    assert refused["failed"] and refused["changed"] and [one["name"] for one in refused["associations"]] == [f"cloudwatch-agent-{NAME}"]
    assert refused["documents"] == ["us-east-1"] and len(refused["diff"]) == 1


def live(version: int, name: str = NAME) -> dict[str, Any]:
    """The result of a release that makes this version live."""
    return {"live": [{"profile": "", "region": "us-east-1", "name": name, "parts": [{"name": name, "version": version}]}]}


def test_after_a_release_an_association_follows_what_check_mode_has_foreseen(ssm: FakeStateManager) -> None:
    run()
    foreseen = {"sources": {"a": [{"location": f"ssm:{NAME}:2", "digest": "d2"}], "gone": []}}
    assert quartet(released=live(2), published=foreseen)["documents"] == []
    assert f"{NAME}:2" in commands(ssm) and "'d2 '" in commands(ssm)
    assert not run(released=live(9, "AmazonCloudWatch-other"))["changed"] and not run(released={})["changed"]


def test_a_version_that_this_run_has_not_published_is_read(ssm: FakeStateManager, monkeypatch: pytest.MonkeyPatch) -> None:
    run()
    asked: list[list[str]] = []

    def values(_reader: Any, names: list[str], _label: str) -> list[dict[str, Any]]:
        asked.append(names)
        return [{"name": NAME, "version": 7, "value": "seven"}]

    monkeypatch.setattr(cw_agent_association, "by_selector", values)
    assert run(released=live(7))["changed"] and f"{NAME}:7" in commands(ssm) and asked == [[f"{NAME}:7"]]


def test_a_release_makes_no_association_and_minds_no_foreign_target(ssm: FakeStateManager) -> None:
    found = run(released=live(1), targets={**WEB, "elsewhere": []})
    assert (found["changed"], ssm.associations, found.get("failed")) == (False, {}, None)
    assert found["warnings"] == [
        f"us-east-1/{NAME}: it has no association yet. Hint: run ansible-playbook cloudwatch.agent.association to make it."
    ]


def test_an_association_that_cannot_follow_says_that_live_has_moved(ssm: FakeStateManager) -> None:
    run()
    ssm.fail = {"update_association": [client_error("AccessDeniedException", "UpdateAssociation")]}
    refused = run(released=live(2), published={"sources": {"a": [{"location": f"ssm:{NAME}:2", "digest": "d2"}]}})
    assert refused["failed"] and not refused["changed"]
    assert "live has moved already, and the association still gives its nodes what it gave them before. Hint:" in refused["msg"]
    assert "run ansible-playbook cloudwatch.agent.association; cw_agent_association_follow: false" in refused["msg"]
    ssm.associations["a-1"]["Name"] = "Two"
    assert "In check mode nothing was changed" in run(check=True, released=live(2))["msg"]
