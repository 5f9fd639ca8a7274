#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cw_agent_association_info
short_description: Find out what associations give to hosts, and what came of it
version_added: "0.1.0"
description:
  - Reads the associations of State Manager that M(cloudwatch.agent.cw_agent_association) makes of the configurations of a plan, the
    versions that they give, and the state of each host's node. Once for each account and region of the plan, in one task; nothing is
    written.
  - All nodes of an association are read together, fifty a call, from its newest runs.
  - What the controller may not read is said of the hosts, and does not fail the task.
options:
  nodes:
    description:
      - By host, its id in Systems Manager.
      - Without it, C(cw_agent_node_id) of each host, or else C(instance_id). Hosts without one are left out.
    type: dict
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
  - Needs C(ssm:ListAssociations), C(ssm:DescribeAssociation), C(ssm:DescribeAssociationExecutions) and
    C(ssm:DescribeAssociationExecutionTargets).
seealso:
  - module: cloudwatch.agent.cw_agent_association
  - module: cloudwatch.agent.cw_agent_report
author:
  - cloudwatch.agent contributors (@cloudwatch-agent)
"""

EXAMPLES = r"""
- name: Read how the associations went
  cloudwatch.agent.cw_agent_association_info:
    plan: "{{ cw_agent_plan }}"
  run_once: true
  register: associations
"""

RETURN = r"""
associations:
  description: The associations that there are.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
    configuration:
      description: The configuration that it is for.
      type: str
    association_id:
      description: Its id.
      type: str
    gives:
      description: The parameters that it gives, as V(NAME:VERSION), or V(NAME) for the newest version.
      type: list
      elements: str
    profile:
      description: The controller's profile of the account.
      type: str
    region:
      description: Its region.
      type: str
hosts:
  description:
    - By host whose node is among those of the association of its configuration, its C(name), C(status) (AWS's state of the newest run
      there) and what it C(gives).
  returned: success
  type: dict
refusals:
  description: By host of an account and region that could not be read, why.
  returned: success
  type: dict
"""
