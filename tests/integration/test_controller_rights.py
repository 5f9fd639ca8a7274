# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run by Run Command whose controller lacks a permission is refused before a host is changed: IAM's simulation over the wire."""

from __future__ import annotations

import json
import re
import textwrap
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable

import pytest

from .fleet import FAST, fragment

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from ansible_collections.cloudwatch.agent.tests.integration.conftest import Lab

GUIDES = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst"
# Without the agent.
ANSWER = "clock\t1000\nutc_offset\t+0000\nuptime\t9.5\nhostname\tweb-1\npackage\t\nbuild\t\nend\t."
FIRST = "AWS-ConfigureAWSPackage"


def documented(guide: str) -> list[dict[str, Any]]:
    """The statements of the policies that a guide prints, each with a list of actions."""
    blocks = re.findall(r"code-block:: json\n\n((?:   .*\n|\n)+)", (GUIDES / f"{guide}.rst").read_text(encoding="utf-8"))
    found = [statement for block in blocks for statement in json.loads(textwrap.dedent(block))["Statement"]]
    return [{**one, "Action": [one["Action"]] if isinstance(one["Action"], str) else one["Action"]} for one in found]


class Controller:
    """A user with a policy, and an inventory of one node of an instance that has no agent."""

    def __init__(self, lab: Lab, inventory: Callable[[dict[str, Any]], Path]) -> None:
        self.lab, self.name = lab, f"controller-{uuid.uuid4().hex[:8]}"
        iam = self.iam = lab.client(service="iam")
        self.arn = iam.create_user(UserName=self.name)["User"]["Arn"]
        key = iam.create_access_key(UserName=self.name)["AccessKey"]
        self.environment = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
        answers = [{"document": "AWS-RunShellScript", "stdout": ANSWER}]
        self.node = lab.control("nodes", count=1, region="us-east-1", answers=answers)["nodes"][0]
        targets = {f"AmazonCloudWatch-{self.name}": [{"key": "tag:Fleet", "values": [self.name]}]}
        common = {"cw_agent_region": "us-east-1", "cw_agent_config_name": f"AmazonCloudWatch-{self.name}"}
        common |= {"cw_agent_fragment_logs": fragment("/a"), "cw_agent_association_targets": targets, "ansible_host": "192.0.2.1"}
        self.inventory = inventory({"all": {"hosts": {"web-1": {"cw_agent_node_id": self.node}}, "vars": common}})

    def allow(self, statements: list[dict[str, Any]]) -> None:
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        self.iam.put_user_policy(UserName=self.name, PolicyName="all", PolicyDocument=policy)

    def run(self, *options: str) -> tuple[str, list[str]]:
        """The output in one line, and the documents that were sent; the fake node never gets an agent."""
        since = self.lab.mark()
        done: subprocess.CompletedProcess[str] = self.lab.playbook(
            "cloudwatch.agent.run_command", self.inventory, *FAST, *options, check=False, ANSIBLE_FORCE_COLOR="0", **self.environment
        )
        sent = [call["request"]["DocumentName"] for call in self.lab.calls(since, "SendCommand")]
        return " ".join((done.stdout + done.stderr).split()), sent


@pytest.fixture
def controller(lab: Lab, inventory: Callable[[dict[str, Any]], Path]) -> Iterator[Controller]:
    yield Controller(lab, inventory)
    lab.control("nodes", method="DELETE")


def test_a_run_that_would_end_half_way_is_refused_before_a_host_is_changed(controller: Controller) -> None:
    """What the guides print is enough; without one of its actions the run has asked the node, and done nothing else."""
    full = [*documented("guide_publish"), *documented("guide_run_command")]
    controller.allow(full)
    output, sent = controller.run()
    assert FIRST in sent and "may not do what this run needs" not in output and "is not known" not in output
    lacking = {
        "ssm:SendCommand": f"arn:aws:ssm:us-east-1::document/{FIRST}, arn:aws:ssm:us-east-1::document/AmazonCloudWatch-ManageAgent",
        "ssm:LabelParameterVersion": f"arn:aws:ssm:us-east-1:123456789012:parameter/AmazonCloudWatch-{controller.name}",
        "ssm:UpdateAssociation": "arn:aws:ssm:us-east-1:123456789012:association/*",
        "ssm:ListCommandInvocations": "*",
    }
    for action, resource in lacking.items():
        less = [{**one, "Action": [name for name in one["Action"] if name != action]} for one in full]
        controller.allow([one for one in less if one["Action"]])
        for options in (("--check",), ()) if action == "ssm:SendCommand" else ((),):
            output, sent = controller.run(*options)
            assert sent == ["AWS-RunShellScript"], output
            assert "no host was changed" in output and f"{controller.arn}: {action} on {resource}" in output, output
    output, sent = controller.run("-e", "cw_agent_permissions_check=never")
    assert FIRST in sent


def test_a_controller_of_which_iam_says_nothing_gets_a_warning(controller: Controller) -> None:
    controller.lab.fault("denied", operation="SimulatePrincipalPolicy")
    output, sent = controller.run()
    assert FIRST in sent and "Hint: allow iam:SimulatePrincipalPolicy to the controller's credentials" in output
    assert "cw_agent_permissions_check: never does not ask" in output
