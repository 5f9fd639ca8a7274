#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ssm_command_info
short_description: Read the results of commands of AWS Systems Manager, node by node
version_added: "0.1.0"
description:
  - Reads commands by their ids, with a verdict on every node as M(cloudwatch.agent.ssm_command) gives it.
  - Does not wait. V(running) is the verdict on nodes whose end is still open.
options:
  command_ids:
    description: Ids of the commands.
    type: list
    elements: str
    required: true
  full_output:
    description: Whether output that a listing cuts is read up to what AWS keeps of it, by one more call a step.
    type: bool
    default: true
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudwatch.agent.attributes
  - cloudwatch.agent.attributes.controller
  - cloudwatch.agent.attributes.aws
  - cloudwatch.agent.attributes.info
notes:
  - Needs C(ssm:ListCommands), C(ssm:ListCommandInvocations) and C(ssm:GetCommandInvocation).
  - Systems Manager keeps commands for 30 days.
seealso:
  - module: cloudwatch.agent.ssm_command
author:
  - cloudwatch.agent contributors (@cloudwatch-agent)
"""

EXAMPLES = r"""
- name: Wait for a command that an earlier task has sent
  cloudwatch.agent.ssm_command_info:
    command_ids: "{{ sent.command_ids }}"
    region: us-east-1
  register: read
  until: read.ended
  retries: 60
  delay: 10
"""

RETURN = r"""
commands:
  description: The commands that exist.
  returned: success
  type: list
  elements: dict
  contains:
    command_id:
      description: Its id.
      type: str
    document:
      description: The document that it runs.
      type: str
    comment:
      description: Its comment.
      type: str
    status:
      description: AWS's own state of it, which says little of its nodes.
      type: str
    requested:
      description: When it was sent.
      type: str
missing:
  description: Those of O(command_ids) that AWS does not know, or does not show yet.
  returned: success
  type: list
  elements: str
ended:
  description: Whether all commands have ended on all of their nodes, and every node shows how.
  returned: success
  type: bool
counts:
  description: The number of nodes for each verdict.
  returned: success
  type: dict
  sample: {ok: 3, running: 1}
nodes:
  description: The nodes, as M(cloudwatch.agent.ssm_command) returns them.
  returned: success
  type: list
  elements: dict
"""

from typing import Any, NoReturn

from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.commands import read
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.module import AwsModule
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.results import command_shown, shown
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.verdicts import ENDED, RUNNING, counts

ARGUMENTS: dict[str, dict[str, Any]] = {
    "command_ids": {"type": "list", "elements": "str", "required": True},
    "full_output": {"type": "bool", "default": True},
}


def main() -> NoReturn:
    module = AwsModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    asked = list(dict.fromkeys(module.params["command_ids"]))
    try:
        commands, nodes = read(module.retrying_client("ssm"), asked, module.params["full_output"])
    except AwsError as error:
        module.fail_json(msg=str(error), **error.details)
    there = {item["CommandId"] for item in commands}
    missing = [one for one in asked if one not in there]
    # The invocations of a command show a while after it.
    shown_all = len(nodes) >= sum(item.get("TargetCount") or 0 for item in commands)
    closed = all(item["Status"] in ENDED for item in commands) and all(node.verdict != RUNNING for node in nodes)
    module.exit_json(
        changed=False,
        commands=[command_shown(item) for item in commands],
        missing=missing,
        ended=not missing and shown_all and closed,
        counts=counts(nodes),
        nodes=[shown(node) for node in nodes],
    )


if __name__ == "__main__":
    main()
