# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account of the stand-in, and an action of the controller on it: run, and run four times."""

from __future__ import annotations

import functools
import json
import os
import re
import uuid
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar

from ansible_collections.cloudwatch.agent.tests.support.enforced import SESSION

if TYPE_CHECKING:
    import pytest
    from ansible_collections.cloudwatch.agent.tests.integration.conftest import Lab
    from typing_extensions import Self

GUIDES = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst"
GUIDE_OF_DELIVERY = (GUIDES / "guide_flow_logs_and_trails.rst").read_text(encoding="utf-8")
CONNECTION = SimpleNamespace(_shell=SimpleNamespace(tmpdir="unused"))
REGION = "us-east-1"


class Account:
    """Clients, and one action. Its names begin with what no other test has.

    ``action``: the module of the action; ``guide``: the text that has the controller's policy; ``key``: of the result's list;
    ``unpredictable``: what check mode cannot know of an entry of it.
    """

    action: ClassVar[Any]
    guide: ClassVar[str]
    key: ClassVar[str]
    unpredictable: ClassVar[tuple[str, ...]] = ()

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.base = f"/{uuid.uuid4().hex[:8]}"
        self.warnings: list[str] = []
        self.client = functools.lru_cache(maxsize=None)(self._made)

    @classmethod
    def of(cls, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Self:
        """An account whose action takes the lab's environment."""
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            monkeypatch.delenv(name)
        for name in ("AWS_ENDPOINT_URL", "AWS_CA_BUNDLE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, lab.environment[name])
        return cls(lab)

    def _made(self, service: str, region: str = REGION) -> Any:
        known = self.lab.environment
        return SESSION.client(
            service,
            endpoint_url=known["AWS_ENDPOINT_URL"],
            verify=known["AWS_CA_BUNDLE"],
            region_name=region,
            aws_access_key_id=known["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=known["AWS_SECRET_ACCESS_KEY"],
        )

    def name(self, word: str) -> str:
        return f"{self.base}/{word}"

    def copy_of_role(self, name: str) -> str:
        """The ARN of another role with the same trust and policies."""
        iam, other = self.client("iam"), f"{name}-2"
        trust = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
        arn = iam.create_role(RoleName=other, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            iam.put_role_policy(RoleName=other, PolicyName=policy, PolicyDocument=json.dumps(document))
        return str(arn)

    def run(self, check: bool = False, **arguments: Any) -> dict[str, Any]:
        """The action in this process, with ``writes``, the operations that AWS has seen; the guide asks for each of them."""
        options = {"environment": None, "check_mode": check, "diff": True, "async_val": 0}
        name = self.action.__name__.rpartition(".")[2]
        task = SimpleNamespace(args={"region": REGION, **arguments}, action=f"cloudwatch.agent.{name}", **options)
        action = self.action.ActionModule(task, CONNECTION, None, None, None, None)
        action._display = SimpleNamespace(warning=self.warnings.append)
        since = self.lab.mark()
        found: dict[str, Any] = action.run(task_vars={})
        self.documented(since)
        return {**found, "writes": self.lab.writes(since)}

    def documented(self, since: int) -> None:
        """The guide asks for every action since a mark; S3 has no names of operations, and STS needs none allowed."""
        asked = {f"{call['service']}:{call['operation']}" for call in self.lab.calls(since) if call["service"] not in ("s3", "sts")}
        allowed = {*re.findall(r'"(\w+:\w+)"', self.guide)}
        assert asked <= allowed, asked - allowed

    def quartet(self, **arguments: Any) -> list[str]:
        """CHECK, run, CHECK, run: check mode predicts every change and makes none, and the second run has nothing to write."""
        check, made = self.run(check=True, **arguments), self.run(**arguments)
        again, last = self.run(check=True, **arguments), self.run(**arguments)
        assert "msg" not in made, made["msg"]
        assert (check["changed"], check["writes"]) == (True, [])
        assert self._predictable({**check, "writes": made["writes"]}) == self._predictable(made)
        assert [(one["changed"], one["writes"]) for one in (again, last)] == [(False, [])] * 2
        assert [one["before"] for one in last[self.key]] == [one["after"] for one in made[self.key]]
        return list(made["writes"])

    def _predictable(self, result: dict[str, Any]) -> dict[str, Any]:
        return {**result, self.key: [{**one, **dict.fromkeys(self.unpredictable)} for one in result[self.key]]}
