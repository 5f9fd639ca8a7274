#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cw_agent_run_command
short_description: Install and configure the agent on hosts that SSH does not reach
version_added: "0.1.0"
description:
  - Asks the nodes of all hosts of a plan by Run Command for the state of their agents, and leaves those alone on which nothing differs.
  - Installs and configures the others in waves. Success is what the nodes report afterwards and what arrives in CloudWatch, not the state
    of the command.
  - Takes hosts that fail back to the release that is live, or to what they had. A wave with too many of them goes back as a whole, and
    later ones are not started.
  - The role P(cloudwatch.agent.run_command#role) calls it.
options:
  plan:
    description: The result of M(cloudwatch.agent.cw_agent_plan).
    type: dict
    required: true
  published:
    description: The result of M(cloudwatch.agent.cw_agent_release) with C(state=published).
    type: dict
    required: true
  nodes:
    description:
      - By host, its id in Systems Manager.
      - Without it, C(cw_agent_node_id) of each host, or else C(instance_id).
    type: dict
  waves:
    description: The sizes of the waves, as numbers of hosts or percentages of those that differ. The last one repeats.
    type: list
    elements: str
    default: ["100%"]
  max_fail_percentage:
    description: The percentage of a wave that may fail.
    type: float
    default: 0
  delivery_timeout:
    description: Seconds in which a node has to take a command.
    type: int
    default: 300
  timeout:
    description: Seconds for which log lines are awaited. Metrics are awaited until they are due.
    type: int
    default: 90
  window:
    description: Seconds before now in which the telemetry of a host that was not changed counts.
    type: int
    default: 900
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
      - Asks the nodes, by a script that only reads, and says what each needs.
  diff_mode:
    support: none
notes:
  - Needs what M(cloudwatch.agent.ssm_command) and M(cloudwatch.agent.cw_agent_telemetry_info) need.
  - The build of a host has to be a version that Distributor has of the package C(AmazonCloudWatchAgent).
seealso:
  - module: cloudwatch.agent.ssm_command
author:
  - cloudwatch.agent contributors (@cloudwatch-agent)
"""

EXAMPLES = r"""
- name: Converge the hosts of a plan, one of them first
  cloudwatch.agent.cw_agent_run_command:
    plan: "{{ cw_agent_plan }}"
    published: "{{ cw_agent_published }}"
    waves: ["1", "10%", "50%"]
    max_fail_percentage: 10
  run_once: true
"""

RETURN = r"""
states:
  description:
    - By host, V(unchanged), V(changed), V(would_change), V(failed), V(taken_back), V(unreachable) or V(not_reached).
  returned: success
  type: dict
needs:
  description: By host that differs, what it needed, C(install) and C(configure).
  returned: success
  type: dict
waves:
  description: The hosts of each wave.
  returned: success
  type: list
  elements: list
hosts:
  description: The summary of every host, as M(cloudwatch.agent.cw_agent_telemetry_info) returns it; empty in check mode.
  returned: success
  type: list
  elements: dict
totals:
  description: The number of hosts in each state.
  returned: success
  type: dict
verified:
  description: The hosts that count as verified for a release, as M(cloudwatch.agent.cw_agent_telemetry_info) returns them.
  returned: success
  type: list
  elements: str
table:
  description: The lines of the table of all hosts.
  returned: success
  type: list
  elements: str
observed:
  description: By host, the latest state of its agent, as C(agent) of M(cloudwatch.agent.cw_agent_info) as far as a script can know it.
  returned: success
  type: dict
command_ids:
  description: The commands that were sent.
  returned: success
  type: list
  elements: str
msg:
  description: Why hosts have failed; empty where none has.
  returned: success
  type: str
"""
