#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cw_agent_iam_info
short_description: Find out what IAM has to hold for the hosts of a plan, and what it holds
version_added: "0.1.0"
description:
  - Derives from a plan of M(cloudwatch.agent.cw_agent_plan) the roles and users of its hosts, with policies that allow what their
    configurations need and no more, and compares names, paths and instance profiles with what IAM and EC2 have. Changes nothing.
  - A host in EC2 gets a role with an instance profile of the same name; a host on-premises gets a user, or, where its variable
    C(cw_agent_iam_onprem) is V(activation), a role for hybrid activations of Systems Manager.
  - Hosts of an account whose C(cw_agent_iam_name) is the same share a role or user; the default is the name of their configuration.
  - A policy that is larger than IAM takes inline becomes several managed ones.
  - Fails with one message that names everything that belongs to somebody else.
options:
  state:
    description: Whether roles and users are to be made or to be removed.
    type: str
    choices: [present, absent]
    default: present
  path:
    description: The path of roles, users, policies and instance profiles.
    type: str
    default: /
  identity_tags:
    description: Tags of roles and users.
    type: dict
    default: {}
  managed_policies:
    description: Managed policies to attach, by name where AWS owns them (with their path, such as C(service-role/NAME)), and else by ARN.
    type: list
    elements: str
    default: []
  generated:
    description: Whether a policy is made of the configurations.
    type: bool
    default: true
  create_groups:
    description: Whether the agent creates its log groups.
    type: bool
    default: true
  associate:
    description: Whether instances are to get the instance profile.
    type: bool
    default: true
  boundary:
    description: The ARN of the permissions boundary that roles and users are to have, for RV(differences). Empty means the one they have.
    type: str
    default: ""
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudwatch.agent.attributes
  - cloudwatch.agent.attributes.action
  - cloudwatch.agent.attributes.aws
  - cloudwatch.agent.plan
attributes:
  check_mode:
    support: full
    details:
      - This module does not change anything.
  diff_mode:
    support: full
    details:
      - Shows and returns RV(differences), of what other modules are about to change.
notes:
  - O(region) and O(profile) come from the plan, host by host; the options of the same names count where the plan names none.
seealso:
  - module: cloudwatch.agent.cw_agent_plan
  - module: cloudwatch.agent.cw_agent_instance_profile
  - module: cloudwatch.agent.cw_agent_permissions_info
author:
  - cloudwatch.agent contributors (@cloudwatch-agent)
"""

EXAMPLES = r"""
- name: Find out which roles and users the hosts need
  cloudwatch.agent.cw_agent_iam_info:
    plan: "{{ cw_agent_plan }}"
    path: /cloudwatch/
  run_once: true
  register: wanted
"""

RETURN = r"""
identities:
  description: The roles and users.
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description: C(role) or C(user).
      type: str
    name:
      description: The name in IAM.
      type: str
    arn:
      description: The ARN that it has or will have.
      type: str
    owned:
      description: Whether this collection makes it; false for the role of an instance profile that is extended.
      type: bool
    exists:
      description: Whether it is there.
      type: bool
    account:
      description: Its account.
      type: str
    profile:
      description: The controller's profile for that account.
      type: str
    region:
      description: A region of its hosts.
      type: str
    hosts:
      description: The hosts that share it.
      type: list
      elements: str
    trust:
      description: The trust policy of a role.
      type: dict
    inline:
      description: The inline policy; empty where there is none.
      type: dict
    managed:
      description: The managed policies to make instead, each with C(name) and C(document).
      type: list
      elements: dict
    attach:
      description: The ARNs of the managed policies to attach.
      type: list
      elements: str
    tags:
      description: The tags; one marks what this collection made.
      type: dict
    instance_profile:
      description: The name of the instance profile; empty where none is needed.
      type: str
    instances:
      description: The instances that shall have it, as M(cloudwatch.agent.cw_agent_instance_profile) takes them.
      type: list
      elements: dict
    stale_inline:
      description: Whether there is an inline policy that is needed no more.
      type: bool
    stale_managed:
      description: The names of managed policies that are needed no more.
      type: list
      elements: str
    made_policies:
      description: The names of managed policies that are there.
      type: list
      elements: str
differences:
  description:
    - What is about to change of roles and users, in diff mode; empty otherwise.
    - Each has C(kind), C(name), C(account), and C(before) and C(after) with the parts that differ of C(trust), C(tags), C(boundary),
      C(attached) (ARNs), C(inline) and C(managed) (policies by name). C(before) is empty for one that is to be made, C(after) for one that
      is to be removed.
  returned: success
  type: list
  elements: dict
users:
  description: The users, as M(cloudwatch.agent.cw_agent_access_key) takes them.
  returned: success
  type: list
  elements: dict
instances:
  description: The instances of all roles, as M(cloudwatch.agent.cw_agent_instance_profile) takes them.
  returned: success
  type: list
  elements: dict
"""
