# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who the controller is to IAM, and what is refused, let through or said as a warning."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import principals
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.agent_fleet import Target
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.errors import CommandError
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.permissions import CONDITIONS, Batch
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.controller_rights import require_controller

HERE = Target("a", "i-1", "", "us-east-1", "ec2", "", ("AmazonCloudWatch-web:3",), ("d",))
THERE = HERE._replace(host="b", profile="other", instance_id="i-2")


class Iam:
    """STS and IAM: who is asked about, and what is decided of SendCommand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.arn, self.decision, self.asked = "arn:aws:sts::1:assumed-role/ci/session", "", set()
        self.refused = "nobody"
        monkeypatch.setattr(principals, "caller", lambda _sts: self.arn)
        monkeypatch.setattr(principals, "role_named", lambda _iam, name: f"arn:aws:iam::1:role/teams/{name}")
        monkeypatch.setattr(principals, "simulate", self._simulate)

    def _simulate(self, iam: Any, principal: str, batch: Batch, _region: str) -> dict[Any, str]:
        if self.refused == iam[1]:
            raise AwsError("may not simulate")
        self.asked.add(principal)
        said = {action: self.decision if action == "ssm:SendCommand" else "" for action in batch.actions}
        return {(action, resource, batch.context): said[action] for action in batch.actions for resource in batch.resources}

    def run(self, *targets: Target) -> list[str]:
        warnings: list[str] = []
        lacking = {target.host: ["install"] for target in targets}
        require_controller(lambda *words: words, targets, lacking, (), warnings.append)
        return warnings


@pytest.fixture
def iam(monkeypatch: pytest.MonkeyPatch) -> Iam:
    return Iam(monkeypatch)


def test_a_session_is_asked_about_as_its_role(iam: Iam) -> None:
    assert iam.run(HERE) == [] and iam.asked == {"arn:aws:iam::1:role/teams/ci"}


def test_what_is_denied_is_refused_and_what_conditions_decide_is_not(iam: Iam) -> None:
    iam.decision = "explicitDeny"
    with pytest.raises(CommandError, match=r"arn:aws:iam::1:role/teams/ci: ssm:SendCommand on arn.*instance/i-1: a statement denies it"):
        iam.run(HERE)
    iam.decision = f"{CONDITIONS}ssm:resourceTag/Team"
    assert iam.run(HERE) == []


def test_root_is_not_asked_about_and_an_account_that_does_not_say_is_a_warning(iam: Iam) -> None:
    iam.decision = "implicitDeny"
    with pytest.raises(CommandError, match="SendCommand"):
        iam.run(HERE, THERE)
    iam.refused = "other"
    assert iam.run(THERE) == [
        "may not simulate. Whether the controller may do what this run needs is not known. cw_agent_permissions_check: never does not ask."
    ]
    iam.arn = "arn:aws:iam::1:root"
    assert iam.run(HERE) == []
