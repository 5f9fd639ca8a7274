#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cw_agent_permissions_info
short_description: Find out from IAM whether hosts may do what the agent's configuration needs
version_added: "0.1.0"
description:
  - Derives from each configuration of a plan the requests that the agent will make, and asks IAM (C(SimulatePrincipalPolicy)) whether the
    role or user of its hosts may make them. Once for every principal and configuration, for all accounts of the plan in one task.
  - A host's principal is what O(principals) or C(cw_agent_principal) names, the user of C(cw_agent_credentials_access_key_id), or else the
    role of the instance profile, which EC2 is asked for.
  - Of instances it says what EC2 and IAM know that a host cannot know of itself (no instance profile, one without a role, a role that EC2
    may not assume, a metadata service that is turned off). All instances of an account and region are read together.
  - With O(scope=changing) it is the preflight of a run. A host's principal is then the one that STS has named on the host itself, where it
    was asked.
  - IAM's simulation sees no resource policies, no policies of sessions, VPC endpoints and KMS keys. What it does not let the controller ask
    is C(unknown), with a warning, and so is what depends on conditions with keys that only a real call has, such as C(aws:SourceVpce).
options:
  principals:
    description: ARNs of users and roles by host, which count before everything else.
    type: dict
    default: {}
  scope:
    description:
      - Which hosts of the plan are asked about.
      - V(changing) - those that a run is about to change, as their observation says (C(cw_agent_observed), the result of
        M(cloudwatch.agent.cw_agent_info)). Without any, nobody is asked anything.
    type: str
    choices: [all, changing]
    default: all
  create_groups:
    description: Whether the agent creates its log groups.
    type: bool
    default: true
  table:
    description: Whether to show the table on the terminal.
    type: bool
    default: false
  result_file:
    description: Where to write the result as JSON, on the controller.
    type: path
  policy_directory:
    description: A directory of the controller for the policy of each configuration, named after its key with C(_) for C(/).
    type: path
  fail_on_missing:
    description: Whether the task fails where a permission is missing.
    type: bool
    default: true
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudwatch.agent.attributes
  - cloudwatch.agent.attributes.action
  - cloudwatch.agent.attributes.aws
  - cloudwatch.agent.attributes.info
  - cloudwatch.agent.plan
notes:
  - O(region) and O(profile) come from the plan, host by host; the options of the same names count where the plan names none.
  - Needs C(iam:SimulatePrincipalPolicy); C(ec2:DescribeInstances) and C(iam:GetInstanceProfile) for instances; C(iam:GetAccessKeyLastUsed)
    and C(iam:GetUser) for access keys; C(iam:GetRole) for roles with a path, with O(scope=changing).
seealso:
  - module: cloudwatch.agent.cw_agent_plan
  - plugin: cloudwatch.agent.config_policy
    plugin_type: filter
author:
  - cloudwatch.agent contributors (@cloudwatch-agent)
"""

EXAMPLES = r"""
- name: Stop before hosts get a configuration for which they lack permissions
  cloudwatch.agent.cw_agent_permissions_info:
    plan: "{{ cw_agent_plan }}"
    table: true
  run_once: true
"""

RETURN = r"""
permissions:
  description: Every principal with each of its configurations.
  returned: always
  type: list
  elements: dict
  contains:
    principal:
      description: The ARN of the user or role; empty where there is none, or it is not known.
      type: str
    configuration:
      description: The key of the configuration in the plan.
      type: str
    region:
      description: The region of the hosts.
      type: str
    hosts:
      description: The hosts that have both.
      type: list
      elements: str
    state:
      description: C(allowed), C(missing) or C(unknown).
      type: str
    reason:
      description: Why there is no principal, or nothing is known.
      type: str
    missing:
      description: What is missing, each with C(action), C(resource), C(because), C(keys) (JSON pointers into the configuration) and
        C(statement), which allows it.
      type: list
      elements: dict
    policy:
      description: The policy document that the configuration needs, and no more.
      type: dict
hosts:
  description: The state of each host; C(missing) as well where its agent cannot use the role of its instance.
  returned: always
  type: dict
refusals:
  description:
    - By host all that keeps its agent from sending, with hints, in one text.
    - Hosts that lack nothing, or of which nothing is known, are left out.
  returned: always
  type: dict
  sample:
    web-1: >-
      permissions are missing (arn:aws:iam::123456789012:role/web): logs:PutLogEvents on
      arn:aws:logs:us-east-1:123456789012:log-group:/web:log-stream:*: no statement allows it; needed by
      /logs/logs_collected/files/collect_list/0. Hint: add the statement SendLogs of the policy.
      Set cw_agent_permissions_check: never for the host where what IAM simulates is not what holds there.
instances:
  description:
    - By host what EC2 and IAM say of its instance, each with C(instance_id), C(instance_profile) and C(role) (ARNs), C(http_endpoint),
      C(http_tokens), C(http_put_response_hop_limit), C(problems) and C(remarks) (texts with hints).
    - C(role) is empty where the agent has keys of its own. Hosts whose instance nobody could read are left out.
  returned: always
  type: dict
table:
  description: The same as lines for people.
  returned: always
  type: list
  elements: str
blind:
  description: What the simulation cannot see.
  returned: always
  type: str
msg:
  description: All that is missing, and what keeps agents from the role of their instance, in one text; empty when nothing is.
  returned: always
  type: str
"""
