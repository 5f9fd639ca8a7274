#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cw_agent_instance_profile
short_description: Give instances that are there an instance profile
version_added: "0.1.0"
description:
  - Associates instance profiles with running and stopped instances, for all accounts and regions in one task, and ends associations.
  - Reads everything first, and changes nothing where one of the instances is gone, or has another instance profile that is not to be
    replaced.
  - A running instance keeps its old profile until it has the new one; a stopped one is without for a moment, as EC2 wants it.
  - Waits up to two minutes until EC2 knows an instance profile that IAM has just made.
options:
  instances:
    description: The instances.
    type: list
    elements: dict
    required: true
    suboptions:
      instance_id:
        description: The id of the instance.
        type: str
        required: true
      instance_profile:
        description: The name of the instance profile.
        type: str
        required: true
      replace:
        description: Whether it takes over from another instance profile.
        type: bool
        default: false
      host:
        description: The name of the host, for messages.
        type: str
        default: ""
      region:
        description: The region of the instance; empty for the one of the task.
        type: str
        default: ""
      profile:
        description: The controller's profile for the instance's account; empty for the one of the task.
        type: str
        default: ""
  state:
    description:
      - V(present) gives each instance its profile.
      - V(absent) takes it away from instances that have the named one, and leaves others alone.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudwatch.agent.attributes
  - cloudwatch.agent.attributes.action
  - cloudwatch.agent.attributes.aws
attributes:
  check_mode:
    support: full
    details:
      - Says what would be changed, without changing it.
  diff_mode:
    support: full
    details:
      - Shows the instance profiles before and after.
seealso:
  - module: cloudwatch.agent.cw_agent_iam_info
  - module: amazon.aws.iam_instance_profile
author:
  - cloudwatch.agent contributors (@cloudwatch-agent)
"""

EXAMPLES = r"""
- name: The web servers have the role of the agent
  cloudwatch.agent.cw_agent_instance_profile:
    instances:
      - instance_id: i-0123456789abcdef0
        instance_profile: AmazonCloudWatch-web
        region: eu-west-1
  run_once: true
"""

RETURN = r"""
before:
  description: The instance profile of each instance that differs; empty for none.
  returned: success
  type: dict
after:
  description: The instance profile that it has, or would have, after the task.
  returned: success
  type: dict
"""
