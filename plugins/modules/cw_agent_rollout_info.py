#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cw_agent_rollout_info
short_description: Choose the canaries of a roll-out, evaluate them, and say how it ended
version_added: "0.1.0"
description:
  - Says which hosts run a new configuration first, and in which batches the others follow; whether these canaries pass the gates that
    open the way to the others; and in one message how the roll-out ended.
  - Works on the controller alone, in one task for all hosts, and contacts neither hosts nor AWS.
  - The playbook C(cloudwatch.agent.rollout) is built on it.
options:
  state:
    description:
      - V(planned) - the canaries and the batches are chosen among the hosts that differ, and shown on the terminal.
        Every configuration of hosts that can be changed gets a canary. Hosts that run a candidate which is not live, as an interrupted
        roll-out leaves them, are canaries whatever O(canary) says.
      - V(evaluated) - every canary is held against the gates. C(health), it was changed, can be reached, and its agent is still the process
        that was started then. C(telemetry), no stream or metric is missing since the change. C(log), the agent's log has no error
        that it had not before. C(alarm), none of O(alarms) is or was in C(ALARM). C(release), nobody has published or released something
        else meanwhile.
      - V(accounted) - what is said at the end, where not all is well.
    type: str
    required: true
    choices: [planned, evaluated, accounted]
  published:
    description: The result of M(cloudwatch.agent.cw_agent_release) with C(state=published), for O(state=planned) and O(state=accounted).
    type: dict
  refused:
    description: Hosts that differ and cannot be changed, beside those whose observation says so. None of them becomes a canary.
    type: list
    elements: str
    default: []
  canary:
    description:
      - How many canaries O(state=planned) chooses, as a number, a percentage of the hosts that differ, or a pattern of hosts.
      - A number and a percentage are spread over configurations, and within them over the availability zones that the inventory knows
        (C(placement)). A pattern has to name a host of every configuration that changes.
    type: str
    default: "1"
  serial:
    description: The sizes of the batches of the other hosts, as for a play's C(serial).
    type: list
    elements: str
    default: ["100%"]
  waves:
    description: The result of O(state=planned), for O(state=evaluated).
    type: dict
  verified:
    description:
      - The result of M(cloudwatch.agent.cw_agent_telemetry_info), of the canaries for O(state=evaluated), of all hosts for
        O(state=accounted).
    type: dict
  observed:
    description: By canary, the result of M(cloudwatch.agent.cw_agent_info) after the bake time, for O(state=evaluated).
    type: dict
    default: {}
  alarm_names:
    description:
      - Names of CloudWatch alarms. Where O(alarms) lacks one, O(state=planned) is refused, and O(state=evaluated) lets no canary pass.
    type: list
    elements: str
    default: []
  alarms:
    description:
      - RV(cloudwatch.agent.cw_agent_alarm_info#module:alarms). O(state=planned) is refused where one is in C(ALARM).
      - For O(state=evaluated) those since then. An alarm stops the canaries of its account and region, or all of them where there are none.
    type: list
    elements: dict
    default: []
  alarms_unread:
    description: Why the alarms could not be read, for O(state=evaluated). No canary passes then.
    type: str
    default: ""
  overtaken:
    description:
      - RV(cloudwatch.agent.cw_agent_release#module:overtaken), for O(state=evaluated). The canaries of such a configuration do not pass.
    type: list
    elements: dict
    default: []
  bake_seconds:
    description: Seconds for which the canaries were to run, for O(state=evaluated).
    type: int
    default: 0
  baked:
    description: Seconds for which they have run. That it is less, as where a person has ended the wait, is warned of.
    type: float
  gate:
    description: The result of O(state=evaluated), for O(state=accounted).
    type: dict
  taken_back:
    description: By canary, the result of M(cloudwatch.agent.cw_agent_config) that took it back, for O(state=accounted).
    type: dict
    default: {}
  rejected:
    description: The result of M(cloudwatch.agent.cw_agent_release) with C(state=rejected), for O(state=accounted).
    type: dict
    default: {}
  released:
    description: The result of M(cloudwatch.agent.cw_agent_release) with C(state=released), for O(state=accounted).
    type: dict
    default: {}
extends_documentation_fragment:
  - cloudwatch.agent.attributes
  - cloudwatch.agent.attributes.action
  - cloudwatch.agent.attributes.info
  - cloudwatch.agent.plan
notes:
  - The observation of each host before its change comes from its variable C(cw_agent_observed), its change from C(cw_agent_converged), and
    why it could not be changed from C(cw_agent_failure).
seealso:
  - module: cloudwatch.agent.cw_agent_release
  - module: cloudwatch.agent.cw_agent_telemetry_info
  - module: cloudwatch.agent.cw_agent_alarm_info
author:
  - cloudwatch.agent contributors (@cloudwatch-agent)
"""

EXAMPLES = r"""
- name: Choose a tenth of the hosts that differ
  cloudwatch.agent.cw_agent_rollout_info:
    state: planned
    plan: "{{ cw_agent_plan }}"
    published: "{{ cw_agent_published }}"
    canary: 10%
    serial: [1, 50%]
  run_once: true
  register: cw_agent_waves
"""

RETURN = r"""
canaries:
  description: The hosts that go first.
  returned: success and O(state=planned)
  type: list
  elements: str
changing:
  description: Those of RV(canaries) that have yet to be changed.
  returned: success and O(state=planned)
  type: list
  elements: str
rest:
  description: The hosts that follow.
  returned: success and O(state=planned)
  type: list
  elements: str
by_run_command:
  description: The hosts that SSH does not reach. They follow when the batches have ended.
  returned: success and O(state=planned)
  type: list
  elements: str
serial:
  description: The sizes of the batches.
  returned: success and O(state=planned)
  type: list
  elements: str
batches:
  description: RV(rest) in batches.
  returned: success and O(state=planned)
  type: list
  elements: list
tried:
  description: The keys of the configurations that have a canary.
  returned: success and O(state=planned)
  type: list
  elements: str
candidates:
  description: Those of RV(tried) that are not live.
  returned: success and O(state=planned)
  type: list
  elements: str
lines:
  description: The same as lines for people.
  returned: success and O(state=planned)
  type: list
  elements: str
passed:
  description: Whether every canary has passed every gate.
  returned: success and O(state=evaluated)
  type: bool
failures:
  description:
    - The canaries that have not, each with C(host), C(gate) (C(health), C(telemetry), C(log), C(alarm) or C(release)),
      C(reason), and C(state) for the account.
  returned: success and O(state=evaluated)
  type: list
  elements: dict
recorded:
  description: Where one has not, what the summary of the run says of each canary, by host, with C(state) and C(reason).
  returned: success and O(state=evaluated)
  type: dict
verified:
  description: The hosts of the configurations that the canaries have shown to be well; none where a gate was not passed.
  returned: success and O(state=evaluated)
  type: list
  elements: str
names:
  description: The names of the configurations in RV(candidates).
  returned: success and O(state=evaluated)
  type: list
  elements: str
failing:
  description: By host, why it fails. Where the roll-out has stopped, the first one has the message about it.
  returned: success and O(state=accounted)
  type: dict
completed:
  description: Whether the roll-out has reached every host, and did not stop at its canaries.
  returned: success and O(state=accounted)
  type: bool
msg:
  description: All of RV(failing) in one text; empty where all is well.
  returned: success and O(state=accounted)
  type: str
"""
