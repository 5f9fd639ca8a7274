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
  - Servers outside EC2 whose C(cw_agent_credentials_profile) is V(default) use the keys of their SSM agent.
  - Takes hosts that fail back to the release that is live, or to what they had. A wave with too many of them goes back as a whole, and
    later ones are not started.
  - The role P(cloudwatch.agent.run_command#role) calls it.
options:
  state:
    description:
      - V(converged) installs and configures.
      - V(observed) asks the nodes, and changes nothing.
    type: str
    choices: [converged, observed]
    default: converged
  published:
    description:
      - The result of M(cloudwatch.agent.cw_agent_release) with C(state=published).
      - Required with O(state=converged). With O(state=observed) configurations are not compared without it.
    type: dict
  hosts:
    description: The hosts of the plan that are meant; without it all of them.
    type: list
    elements: str
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
  refused:
    description: By host, why it must not be changed, such as C(refusals) of M(cloudwatch.agent.cw_agent_permissions_info).
    type: dict
    default: {}
  stopped:
    description:
      - Why no host is to be changed any more.
      - Without it, what the fact C(cw_agent_stopped) of a host of the plan says, which an earlier play of the run has set.
    type: str
    default: ""
  defer:
    description:
      - Returns what became of the hosts, and neither evaluates the telemetry of unchanged ones nor fails for a host that is not well.
      - For a run in which M(cloudwatch.agent.cw_agent_telemetry_info) accounts for all hosts later.
    type: bool
    default: false
  check_permissions:
    description:
      - Whether IAM is asked, before the first wave and with O(state=observed), if the controller may do what the run needs. The run is
        refused where it may not.
      - Needs C(iam:SimulatePrincipalPolicy), and C(iam:GetRole) where the controller's role has a path. Where IAM does not say it, that is
        a warning.
    type: bool
    default: true
  associated:
    description: Names of the configurations whose associations are brought to the release afterwards, which needs permissions as well.
    type: list
    elements: str
    default: []
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

- name: Ask what differs
  cloudwatch.agent.cw_agent_run_command:
    state: observed
    plan: "{{ cw_agent_plan }}"
    published: "{{ cw_agent_published }}"
  run_once: true
"""

RETURN = r"""
states:
  description:
    - By host, V(unchanged), V(changed), V(would_change), V(failed), V(taken_back), V(unreachable) or V(not_reached).
  returned: O(state=converged)
  type: dict
needs:
  description: By host that differs, what it needed, C(install) and C(configure).
  returned: O(state=converged)
  type: dict
waves:
  description: The hosts of each wave.
  returned: O(state=converged)
  type: list
  elements: list
hosts:
  description: The summary of every host, as M(cloudwatch.agent.cw_agent_telemetry_info) returns it; empty in check mode.
  returned: O(state=converged) without O(defer)
  type: list
  elements: dict
totals:
  description: The number of hosts in each state.
  returned: O(state=converged) without O(defer)
  type: dict
verified:
  description: The hosts that count as verified for a release, as M(cloudwatch.agent.cw_agent_telemetry_info) returns them.
  returned: O(state=converged) without O(defer)
  type: list
  elements: str
table:
  description: The lines of the table of all hosts.
  returned: O(state=converged) without O(defer)
  type: list
  elements: str
converged:
  description:
    - By host that was changed, or would be, C(changed) and, after a change, C(agent), as M(cloudwatch.agent.cw_agent_config) returns them.
  returned: O(state=converged)
  type: dict
failures:
  description: By host that is not well, its C(state) and C(reason), as M(cloudwatch.agent.cw_agent_telemetry_info) takes them.
  returned: O(state=converged)
  type: dict
observed:
  description:
    - By host, the latest state of its agent, as C(agent) of M(cloudwatch.agent.cw_agent_info) as far as a script can know it.
    - With O(state=observed), all that M(cloudwatch.agent.cw_agent_info) returns of a host; of one that did not answer C(unreachable) and
      C(msg).
  returned: success
  type: dict
to_converge:
  description: The hosts on which something differs.
  returned: O(state=observed)
  type: list
  elements: str
command_ids:
  description: The commands that were sent.
  returned: success
  type: list
  elements: str
msg:
  description: Why hosts have failed; empty where none has.
  returned: O(state=converged) without O(defer)
  type: str
"""
