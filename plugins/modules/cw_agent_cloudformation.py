#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cw_agent_cloudformation
short_description: Write CloudFormation templates of what the hosts' configurations need in their accounts
version_added: "0.1.0"
description:
  - Writes the objects that the modules of this collection make by calls of the API as templates of CloudFormation; one template for each
    account and region, or several where one would be over a limit.
  - Neither hosts nor AWS are contacted, and no credentials are needed. The account is filled in by CloudFormation.
options:
  directory:
    description:
      - A directory of the controller for the templates, made where it is missing.
      - A file has the name of its region, after that of the profile where there is one. Further templates of a region end in V(-2), V(-3)
        and so on, and are deployed in this order.
    type: path
    required: true
  parts:
    description: What is written.
    type: list
    elements: str
    choices: [log_groups, flow_logs, trails, alarms, dashboards, iam, parameters, association]
    default: [log_groups, flow_logs, trails, alarms, dashboards, iam, parameters, association]
  region:
    description: The region of what names none and belongs to no host of O(plan).
    type: str
    default: ""
  limit:
    description:
      - How templates reach CloudFormation, which sets their size. V(inline) is 51,200 bytes, V(s3) is 1,000,000 bytes.
      - A template has 500 resources at most either way.
    type: str
    choices: [inline, s3]
    default: inline
  description:
    description: The description of the templates.
    type: str
    default: What hosts of the Amazon CloudWatch agent need
  log_groups:
    description: Options of M(cloudwatch.agent.cw_agent_log_groups).
    type: dict
    default: {}
  alarms:
    description: Options of M(cloudwatch.agent.cw_agent_alarms). The kinds of alarms are those of the hosts' variables, as there.
    type: dict
    default: {}
  dashboards:
    description: Options of M(cloudwatch.agent.cw_agent_dashboards).
    type: dict
    default: {}
  flow_logs:
    description: Options of M(cloudwatch.agent.ec2_flow_logs).
    type: dict
    default: {}
  trails:
    description:
      - Options of M(cloudwatch.agent.cloudtrail_trails).
      - With C(make_buckets=true), the templates also make the buckets of the trails, with their policies.
    type: dict
    default: {}
  iam:
    description: Options of M(cloudwatch.agent.cw_agent_iam_info). Instances are not given their instance profiles.
    type: dict
    default: {}
  parameters:
    description: The option C(parameter_tags) of M(cloudwatch.agent.cw_agent_release). Parameters that a stack makes have no labels.
    type: dict
    default: {}
  association:
    description:
      - Options of M(cloudwatch.agent.cw_agent_association) without C(plan), C(published) and C(state).
      - Hosts get the newest version of their parameters, which the same stack makes.
    type: dict
    default: {}
extends_documentation_fragment:
  - cloudwatch.agent.attributes
  - cloudwatch.agent.attributes.action
  - cloudwatch.agent.plan.optional
attributes:
  check_mode:
    support: full
    details:
      - Says which files would change, without writing them.
  diff_mode:
    support: full
    details:
      - Shows the files that change, before and after.
notes:
  - A configuration with values out of Ansible Vault is refused, since a template would show them.
  - Entries whose C(state) is V(absent) are left out with a warning.
  - Log groups outlive their stack.
seealso:
  - module: amazon.aws.cloudformation
author:
  - cloudwatch.agent contributors (@cloudwatch-agent)
"""

EXAMPLES = r"""
- name: Write the templates of all accounts and regions of the hosts
  cloudwatch.agent.cw_agent_cloudformation:
    plan: "{{ cw_agent_plan }}"
    directory: cloudformation
    alarms:
      topics: [ops]
    dashboards:
      dashboards:
        - name: fleet
  run_once: true
"""

RETURN = r"""
templates:
  description: The templates in the order in which they are deployed, whether their files differ or not.
  returned: when nothing was refused
  type: list
  elements: dict
  contains:
    path:
      description: The file.
      type: str
    profile:
      description: The controller's profile for the account; empty for the credentials of a task.
      type: str
    region:
      description: The region.
      type: str
    bytes:
      description: The size of the file.
      type: int
    resources:
      description: How many resources the template has.
      type: int
    capabilities:
      description: What CloudFormation wants acknowledged.
      type: list
      elements: str
      sample: [CAPABILITY_NAMED_IAM]
    template:
      description: The template as data.
      type: dict
    changed:
      description: Whether the file was changed, or would be in check mode.
      type: bool
"""
