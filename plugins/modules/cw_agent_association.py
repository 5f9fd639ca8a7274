#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cw_agent_association
short_description: Give hosts that are launched later the agent and the release that is live
version_added: "0.1.0"
description:
  - Makes an association of State Manager for each configuration that O(targets) names. It installs the package, and applies the versions
    that are live in Parameter Store.
  - Makes the document C(CloudWatchAgent-Converge) for that, and updates it where a later version of this collection has another one.
  - Where C(cw_agent_build) of the hosts is empty, each run installs the latest build that Distributor has, which replaces an older one.
  - Hosts that are launched later converge by themselves. Hosts on which nothing differs are left alone, without a restart.
  - The association names exact versions. A release reaches the hosts when this module runs again, as the roles do that move C(live). A
    new version of a parameter alone does not.
  - Where an association is there already, what this module does not set stays as it is. One of that name that runs another document is
    refused.
  - The role P(cloudwatch.agent.association#role) calls it.
options:
  published:
    description:
      - The result of M(cloudwatch.agent.cw_agent_release) with C(state=published). With O(released), what this run has
        published need not be read. Without it, what is live is read anew in any case.
    type: dict
  released:
    description:
      - The result of M(cloudwatch.agent.cw_agent_release) that has moved the label C(live), or would in check mode.
      - With it, only associations that exist are updated, of those configurations in O(targets) that the release was about.
        None is made, and targets of configurations outside of the run are left aside.
    type: dict
  targets:
    description:
      - By the name of a configuration, the nodes that get it, as the option O(cloudwatch.agent.ssm_association#module:targets) has them.
      - Configurations that are not named get no associations.
    type: dict
    required: true
  state:
    description: Whether the associations exist. V(absent) deletes them; the agents stay.
    type: str
    choices: [present, absent]
    default: present
  schedule:
    description: How often State Manager applies the association again.
    type: str
    default: rate(30 minutes)
  max_concurrency:
    description: The nodes that run it at a time, as a number or a percentage.
    type: str
    default: 10%
  max_errors:
    description: The number or percentage of errors after which a run stops.
    type: str
    default: 10%
  compliance_severity:
    description: How severe it is that a node is not compliant.
    type: str
    choices: [CRITICAL, HIGH, MEDIUM, LOW, UNSPECIFIED]
    default: UNSPECIFIED
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
  diff_mode:
    support: full
notes:
  - Needs what M(cloudwatch.agent.ssm_association) needs, C(ssm:GetParameters), C(ssm:CreateDocument), C(ssm:UpdateDocument) and
    C(ssm:UpdateDocumentDefaultVersion).
  - It configures by a shell script, and is for Linux.
seealso:
  - module: cloudwatch.agent.ssm_association
author:
  - cloudwatch.agent contributors (@cloudwatch-agent)
"""

EXAMPLES = r"""
- name: Web servers that are launched tonight have the agent, too
  cloudwatch.agent.cw_agent_association:
    plan: "{{ cw_agent_plan }}"
    targets:
      AmazonCloudWatch-web:
        - key: tag:Role
          values: [web]
  run_once: true
"""

RETURN = r"""
documents:
  description: The targets (profile and region) in which the document was made or changed.
  returned: success
  type: list
  elements: str
associations:
  description: The associations.
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
    profile:
      description: The controller's profile of the account.
      type: str
    region:
      description: Its region.
      type: str
    association_id:
      description: Its id; empty before it exists.
      type: str
    association_version:
      description: Its version.
      type: str
    status:
      description: AWS's state of its last run.
      type: str
    nodes:
      description: The number of nodes in each state of that run.
      type: dict
    changed:
      description: Whether it was changed.
      type: bool
"""
