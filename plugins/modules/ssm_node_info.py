#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ssm_node_info
short_description: Read the nodes that AWS Systems Manager manages, and why others are missing
version_added: "0.1.0"
description:
  - Reads the managed nodes of an account and region, EC2 instances and others, with the state of their SSM agents.
  - For ids that Systems Manager does not know, says why, as far as EC2 can tell.
options:
  instance_ids:
    description: Ids of the nodes to read, C(i-) and C(mi-). Those that are not managed are in RV(missing).
    type: list
    elements: str
  tags:
    description: Tags that the nodes have, each by one of its values; a text or a list of texts.
    type: dict
  ping_status:
    description: The state of the nodes' SSM agents.
    type: list
    elements: str
    choices: [Online, ConnectionLost, Inactive]
  platform_types:
    description: The platforms of the nodes.
    type: list
    elements: str
    choices: [Linux, Windows, MacOS]
  explain:
    description: Whether EC2 is asked about those that are missing.
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
  - Needs C(ssm:DescribeInstanceInformation), and C(ec2:DescribeInstances) for the reasons of those that are missing.
  - One call for fifty nodes, and one for each tag.
  - Systems Manager does not show instances that are stopped or terminated.
seealso:
  - module: cloudwatch.agent.ssm_command
author:
  - cloudwatch.agent contributors (@cloudwatch-agent)
"""

EXAMPLES = r"""
- name: Find the hosts of the inventory that are no managed nodes, and why
  cloudwatch.agent.ssm_node_info:
    instance_ids: "{{ groups.web | map('extract', hostvars, 'instance_id') | list }}"
    region: us-east-1
  register: managed
  failed_when: managed.missing | length > 0

- name: List the Linux nodes of a role that are online
  cloudwatch.agent.ssm_node_info:
    tags:
      Role: [web, api]
    ping_status: [Online]
    platform_types: [Linux]
"""

RETURN = r"""
nodes:
  description: The managed nodes, sorted by their ids.
  returned: success
  type: list
  elements: dict
  contains:
    instance_id:
      description: Its id.
      type: str
    name:
      description: The name that it was registered with, of nodes outside EC2.
      type: str
    computer_name:
      description: Its host name.
      type: str
    ip_address:
      description: Its address.
      type: str
    ping_status:
      description: The state of its SSM agent, V(Online), V(ConnectionLost) or V(Inactive).
      type: str
    last_ping:
      description: When the agent was heard last.
      type: str
    platform_type:
      description: V(Linux), V(Windows) or V(MacOS).
      type: str
    platform_name:
      description: Its distribution.
      type: str
    platform_version:
      description: The version of that.
      type: str
    agent_version:
      description: The version of the SSM agent.
      type: str
    is_latest_version:
      description: Whether that is the newest one.
      type: bool
    resource_type:
      description: V(EC2Instance) or V(ManagedInstance).
      type: str
    iam_role:
      description: The role of a node outside EC2.
      type: str
    activation_id:
      description: The activation of a node outside EC2.
      type: str
    association_status:
      description: The state of its associations.
      type: str
missing:
  description: Those of O(instance_ids) that are not managed, with C(instance_id) and C(reason).
  returned: success
  type: list
  elements: dict
"""

from typing import Any, NoReturn

from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.managed_nodes import Nodes, by_filters, by_ids, by_tags, instances
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.module import AwsModule
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.nodes import Instance, missing

ARGUMENTS: dict[str, dict[str, Any]] = {
    "instance_ids": {"type": "list", "elements": "str"},
    "tags": {"type": "dict"},
    "ping_status": {"type": "list", "elements": "str", "choices": ["Online", "ConnectionLost", "Inactive"]},
    "platform_types": {"type": "list", "elements": "str", "choices": ["Linux", "Windows", "MacOS"]},
    "explain": {"type": "bool", "default": True},
}


def found(module: AwsModule) -> tuple[Nodes, list[dict[str, str]]]:
    """The nodes that were asked for, and the ids that are not managed.

    Raises:
        AwsError: a read was refused.
    """
    ssm, params = module.retrying_client("ssm"), module.params
    ids, tags = params["instance_ids"], params["tags"]
    nodes = by_filters(ssm, []) if ids is None and not tags else {} if ids is None else by_ids(ssm, ids)
    lacking: list[dict[str, str]] = []
    if ids is not None:
        unknown = [one for one in ids if one not in nodes and one.startswith("i-")]
        lacking = missing(ids, nodes, known(module, unknown) if params["explain"] else None)
    if tags:
        tagged = by_tags(ssm, {key: value if isinstance(value, list) else [str(value)] for key, value in tags.items()})
        nodes = tagged if ids is None else {one: node for one, node in nodes.items() if one in tagged}
    for key, field in (("ping_status", "ping_status"), ("platform_types", "platform_type")):
        nodes = {one: node for one, node in nodes.items() if params[key] is None or node[field] in params[key]}
    return nodes, lacking


def known(module: AwsModule, ids: list[str]) -> dict[str, Instance]:
    """What EC2 says of *ids*."""
    return instances(module.retrying_client("ec2"), ids) if ids else {}


def main() -> NoReturn:
    module = AwsModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    try:
        nodes, lacking = found(module)
    except AwsError as error:
        module.fail_json(msg=str(error), **error.details)
    module.exit_json(changed=False, nodes=[nodes[one] for one in sorted(nodes)], missing=lacking)


if __name__ == "__main__":
    main()
