#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cw_agent_alarm_info
short_description: Read the states of CloudWatch alarms, now and since an earlier look
version_added: "0.1.0"
description:
  - Says in which state each alarm is, and whether it has been in C(ALARM) since an earlier look, even where it is C(OK) again.
  - Works for all accounts and regions of a plan in one task on the controller, and writes nothing to AWS.
  - The playbook C(cloudwatch.agent.rollout) opens its gates by it where C(cw_agent_gate_alarms) names alarms.
options:
  names:
    description: Names of metric alarms and composite alarms.
    type: list
    elements: str
    required: true
  plan:
    description:
      - The result of M(cloudwatch.agent.cw_agent_plan). The alarms are looked for in the accounts and regions of its hosts.
      - Without it, in the account and region of the task.
    type: dict
  before:
    description: RV(alarms) of an earlier look. What the alarms have gone through since then counts as well.
    type: list
    elements: dict
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudwatch.agent.attributes
  - cloudwatch.agent.attributes.action
  - cloudwatch.agent.attributes.aws
  - cloudwatch.agent.attributes.info
notes:
  - Needs C(cloudwatch:DescribeAlarms), and with O(before) C(cloudwatch:DescribeAlarmHistory).
  - One call for a hundred names in each account and region; with O(before) one more for each alarm.
seealso:
  - module: cloudwatch.agent.cw_agent_rollout_info
author:
  - cloudwatch.agent contributors (@cloudwatch-agent)
"""

EXAMPLES = r"""
- name: Look at the alarm of the web servers
  cloudwatch.agent.cw_agent_alarm_info:
    names: [web-errors]
    region: us-east-1
  register: alarms
"""

RETURN = r"""
alarms:
  description: The alarms that exist.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
    profile:
      description: The controller's AWS profile; empty for its own credentials.
      type: str
    region:
      description: Region; empty for that of the task.
      type: str
    state:
      description: C(OK), C(ALARM) or C(INSUFFICIENT_DATA).
      type: str
    reason:
      description: AWS's explanation of that state; of an alarm that is C(OK) again, of its first C(ALARM) since O(before).
      type: str
    updated:
      description: When its state was last updated, in seconds since the epoch by AWS's clock.
      type: float
    alarmed:
      description: Whether it is in C(ALARM), or was since O(before).
      type: bool
missing:
  description: Those of O(names) that exist in none of the accounts and regions.
  returned: success
  type: list
  elements: str
"""
