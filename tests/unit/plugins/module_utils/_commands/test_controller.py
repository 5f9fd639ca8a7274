# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the controller is asked about, beside what hosts lack. IAM itself: tests/integration/test_controller_rights.py."""

from __future__ import annotations

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands import controller
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.agent_fleet import Target
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.controller import Denied
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.errors import CommandError

ONE = Target("a", "i-1", "", "us-east-1", "ec2", "", ("AmazonCloudWatch-web:3",), ("d",))
PARTS = Target("b", "mi-2", "", "us-east-1", "onPremise", "", ("/base:1", "/base.part2:1"), ("d", "e"))


def asked(*targets: Target, associated: tuple[str, ...] = (), **lacking: list[str]) -> dict[str, list[str]]:
    """By action, the resources."""
    found: dict[str, list[str]] = {}
    for need in controller.needs(targets, lacking, "123456789012", associated):
        found.setdefault(need.action, []).append(need.resource)
    return found


def test_documents_and_nodes_of_what_hosts_lack_and_no_others() -> None:
    found = asked(ONE, PARTS, a=["install", "configure"], b=["configure"])
    documents = [
        f"arn:aws:ssm:us-east-1::document/{name}"
        for name in ("AWS-ConfigureAWSPackage", "AWS-RunShellScript", "AmazonCloudWatch-ManageAgent")
    ]
    nodes = ["arn:aws:ec2:us-east-1:123456789012:instance/i-1", "arn:aws:ssm:us-east-1:123456789012:managed-instance/mi-2"]
    assert found["ssm:SendCommand"] == [*documents, *nodes] and found["ssm:GetDocument"] == documents
    names = ["base", "base.part2", "AmazonCloudWatch-web"]
    assert found["ssm:LabelParameterVersion"] == [f"arn:aws:ssm:us-east-1:123456789012:parameter/{name}" for name in names]
    assert found["ssm:ListCommandInvocations"] == ["*"] and not any("Association" in action for action in found)
    assert asked(ONE, a=["install"])["ssm:GetDocument"] == documents[:1]


def test_associations_only_of_configurations_of_the_run() -> None:
    assert "ssm:UpdateAssociation" not in asked(ONE, a=["configure"], associated=("AmazonCloudWatch-db",))
    found = asked(ONE, a=["configure"], associated=("AmazonCloudWatch-web",))
    assert found["ssm:ListAssociations"] == ["*"]
    assert found["ssm:GetDocument"][-1] == "arn:aws:ssm:us-east-1:123456789012:document/CloudWatchAgent-Converge"
    assert found["ssm:UpdateAssociation"] == ["arn:aws:ssm:us-east-1:123456789012:association/*"]


def test_a_policy_may_name_all_of_a_region() -> None:
    (need,) = [one for one in controller.needs([ONE], {"a": ["install"]}, "1", ()) if one.action == "ssm:ListCommands"]
    assert (need.resource, need.or_as) == ("*", ("arn:aws:ssm:us-east-1:1:*",))


def test_one_message_names_every_action_with_its_resources() -> None:
    controller.require_none({})
    why = "no statement allows it"
    denied = {
        "arn:user/ci": [
            Denied("ssm:SendCommand", "d1", why),
            Denied("ssm:SendCommand", "d2", why),
            Denied("ssm:X", "*", "a statement denies it"),
        ]
    }
    with pytest.raises(CommandError) as refused:
        controller.require_none(denied)
    assert (
        "no host was changed: arn:user/ci: ssm:SendCommand on d1, d2: no statement allows it; arn:user/ci: ssm:X on *: a statement"
        in str(refused.value)
    )
