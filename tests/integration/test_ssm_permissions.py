# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documented policy of a publisher is enough, and each of its actions is needed: on the stand-in that enforces policies."""

from __future__ import annotations

import json
import re
import textwrap
import uuid
from pathlib import Path
from typing import Any, Callable

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.rate_limiter import RateLimiter
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.release import Releases
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.ssm_parameter import Store, ensure_absent
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.labels import PROMOTE, ROLLBACK
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.publications import Target, publications
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.selection import Selection
from ansible_collections.cloudwatch.agent.tests.support.enforced import client

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "docsite" / "rst" / "guide_publish.rst"
TAGS = ["ssm:ListTagsForResource", "ssm:AddTagsToResource", "ssm:RemoveTagsFromResource"]
HISTORY = ["ssm:GetParameterHistory"]
PRUNE = ["ssm:DeleteParameters"]


def documented() -> dict[str, Any]:
    """The policy as the guide prints it."""
    block = re.search(r"code-block:: json\n\n((?:   .*\n|\n)+)", GUIDE.read_text(encoding="utf-8"))
    assert block
    policy: dict[str, Any] = json.loads(textwrap.dedent(block[1]))
    return policy


def actions(policy: dict[str, Any]) -> list[str]:
    """All actions of a policy."""
    return [action for statement in policy["Statement"] for action in _listed(statement["Action"])]


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def without(policy: dict[str, Any], action: str) -> dict[str, Any]:
    """The policy less one action."""
    less = [{**entry, "Action": [one for one in _listed(entry["Action"]) if one != action]} for entry in policy["Statement"]]
    return {**policy, "Statement": [entry for entry in less if entry["Action"]]}


def with_more(policy: dict[str, Any], more: list[str]) -> dict[str, Any]:
    """The policy with more actions on the same parameters."""
    first, *others = policy["Statement"]
    return {**policy, "Statement": [{**first, "Action": [*first["Action"], *more]}, *others]}


@pytest.fixture
def publisher(root: dict[str, str]) -> Callable[[dict[str, Any]], Store]:
    def make(policy: dict[str, Any]) -> Store:
        iam, name = client(root, "iam"), f"publisher-{uuid.uuid4().hex[:8]}"
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="publish", PolicyDocument=json.dumps(policy))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        ssm = client(root, "ssm", key["AccessKeyId"], key["SecretAccessKey"])
        return Store(ssm, lambda: ssm, RateLimiter(1000), lambda _text: None)

    return make


def configuration(name: str, files: int) -> dict[str, Any]:
    """A plan of one configuration that collects so many files."""
    collected = [{"file_path": f"/var/log/{number}/{'x' * 90}"} for number in range(files)]
    text = json.dumps({"logs": {"logs_collected": {"files": {"collect_list": collected}}}})
    return {
        "hosts": {},
        "configurations": [{"key": name, "name": name, "region": "us-east-1", "profile": "", "text": text, "hosts": ["h"]}],
    }


def publish(store: Store, name: str, files: int, tags: dict[str, str] | None = None) -> None:
    Releases(lambda _target: store, False).publish(publications(configuration(name, files)), tags or {}, {name: "here"}, "keep")


def release(store: Store, name: str, action: str = PROMOTE) -> None:
    Releases(lambda _target: store, False).move({Target("", "us-east-1"): [name]}, action, "keep", lambda _line: None)


def life(store: Store, tags: bool = False, more: bool = False) -> None:
    """All that a publisher does: create in parts, release, change and shrink, release, roll back; *more*: to a version, and prune."""
    name = f"AmazonCloudWatch-{uuid.uuid4().hex[:8]}"
    publish(store, name, 100, {"team": "web", "old": "x"} if tags else None)
    release(store, name)
    publish(store, name, 1, {"team": "net"} if tags else None)
    release(store, name)
    if more:
        Releases(lambda _target: store, False).move_to(Selection(Target("", "us-east-1"), name, 1), lambda _line: None)
    release(store, name, ROLLBACK)
    if more:
        ensure_absent(store, [f"{name}.part2"], False)


def test_the_documented_policy_is_enough(publisher: Callable[[dict[str, Any]], Store]) -> None:
    life(publisher(documented()))


@pytest.mark.parametrize("action", actions(documented()))
def test_each_of_its_actions_is_needed(publisher: Callable[[dict[str, Any]], Store], action: str) -> None:
    with pytest.raises(AwsError, match="AccessDenied") as raised:
        life(publisher(without(documented(), action)))
    assert action.removeprefix("ssm:") in str(raised.value)


def test_tags_history_and_prune_need_what_is_said_of_them(publisher: Callable[[dict[str, Any]], Store]) -> None:
    full = with_more(documented(), TAGS + HISTORY + PRUNE)
    life(publisher(full), tags=True, more=True)
    for action in TAGS + HISTORY + PRUNE:
        with pytest.raises(AwsError, match="AccessDenied"):
            life(publisher(without(full, action)), tags=True, more=True)
        assert action in GUIDE.read_text(encoding="utf-8")


def test_names_outside_the_policy_are_denied_not_absent(publisher: Callable[[dict[str, Any]], Store]) -> None:
    store = publisher(documented())
    with pytest.raises(AwsError, match="AccessDenied"):
        publish(store, "/elsewhere", 1)
