#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cw_agent_detailed_monitoring
short_description: Turn detailed monitoring of EC2 instances on and off
version_added: "0.1.0"
description:
  - Makes EC2 send its own metrics of instances every minute, or every five minutes again, as the variable C(cw_agent_detailed_monitoring)
    of each host says, for all accounts and regions in one task.
  - Instances of hosts without this variable stay as they are.
options:
  prices:
    description: Prices as for P(cloudwatch.agent.config_metrics#filter).
    type: dict
    default: {}
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
      - Says what would be changed, without changing it.
  diff_mode:
    support: full
    details:
      - Shows the instances that change, before and after.
notes:
  - The variable C(instance_id) of a host says which instance it is.
seealso:
  - module: cloudwatch.agent.cw_agent_plan
author:
  - cloudwatch.agent contributors (@cloudwatch-agent)
"""

EXAMPLES = r"""
- name: Detailed monitoring as the hosts' variables say
  cloudwatch.agent.cw_agent_detailed_monitoring:
    plan: "{{ cw_agent_plan }}"
    prices:
      metric: 0.30
  run_once: true
"""

RETURN = r"""
instances:
  description: The instances of the hosts that have the variable, whether they differ or not.
  returned: when nothing was refused
  type: list
  elements: dict
  contains:
    host:
      description: The host.
      type: str
    instance_id:
      description: The id of its instance.
      type: str
    profile:
      description: The controller's profile for the account; empty for the credentials of the task.
      type: str
    region:
      description: The region.
      type: str
    changed:
      description: Whether it was switched, or would be in check mode.
      type: bool
    before:
      description: C(enabled) or C(disabled).
      type: str
    after:
      description: The same after the task; C(unknown) where the answer of the call was lost.
      type: str
    msg:
      description: Why a call failed.
      returned: when a call failed
      type: str
forecast:
  description: What detailed monitoring of these instances costs.
  returned: when nothing was refused
  type: dict
  contains:
    instances:
      description: The number of instances that have it.
      type: int
    metrics:
      description: The number of metrics that CloudWatch charges for.
      type: int
    cost:
      description: For a month; none without a price.
      type: float
    currency:
      description: The currency.
      type: str
"""
