#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cw_agent_plan
short_description: Compose and check the CloudWatch agent's configurations of many hosts
version_added: "0.1.0"
description:
  - Reads the preset, the fragments and the settings of all given hosts from their inventory variables, composes the configuration of
    each, and checks each distinct one by the agent's schema and the agent's own rules.
  - Works on the controller alone, in one task for all hosts, and contacts neither hosts nor AWS.
  - Fails with one message that names every error with its path, the variable that it comes from, the hosts and a hint.
options:
  hosts:
    description: Names of the hosts, as in the inventory.
    type: list
    elements: str
    required: true
  fail:
    description: Whether errors make the task fail. With V(false) they are only returned.
    type: bool
    default: true
  report:
    description:
      - Whether to show, and return as RV(report), the problems, metrics with their cost, log groups and permissions of each configuration.
      - Then nothing is said as a warning, and a failure comes after the report.
    type: bool
    default: false
  report_file:
    description: Where to write the report as JSON, on the controller. Empty writes none.
    type: path
    default: ""
  prices:
    description: Prices of the report, as for P(cloudwatch.agent.config_metrics#filter).
    type: dict
    default: {}
  strict:
    description: With O(report), whether warnings make the task fail, too.
    type: bool
    default: false
extends_documentation_fragment:
  - cloudwatch.agent.attributes
  - cloudwatch.agent.attributes.action
  - cloudwatch.agent.attributes.info
requirements:
  - jsonschema, on the controller
notes:
  - Fragments come from the inventory or from extra variables. One that is set in the play, a role or C(vars_files) is refused, since it
    belongs to no host.
seealso:
  - module: cloudwatch.agent.cw_agent_config
author:
  - cloudwatch.agent contributors (@cloudwatch-agent)
"""

EXAMPLES = r"""
- name: Compose and check for all hosts of the play
  cloudwatch.agent.cw_agent_plan:
    hosts: "{{ ansible_play_hosts_all }}"
  run_once: true
  delegate_to: localhost
  become: false
  register: cw_agent_plan
"""

RETURN = r"""
hosts:
  description:
    - For each host, whether it is to have the agent (C(state)), its C(build), the C(settings) beside the configuration as
      M(cloudwatch.agent.cw_agent_settings) takes them, and which configuration it gets.
    - A host whose C(state) is C(absent) gets none, and has C(purge) instead, what is removed with the agent.
  type: dict
  returned: success
  sample:
    web-1: {state: present, transport: ssh, build: "", settings: {}, name: AmazonCloudWatch-base-web, region: us-east-1, profile: "",
            digest: 5ff5…, mode: ec2, platform: linux,
            key: us-east-1/AmazonCloudWatch-base-web, run_as_user: cwagent, files: [/var/log/nginx/access.log],
            journald: false, log_access: check, create_user: false, requirements: [], repository: false, vaulted: false}
ssm_hosts:
  description: The hosts that are reached by Run Command (C(cw_agent_transport) is C(ssm)).
  type: list
  elements: str
  returned: success
configurations:
  description: The distinct configurations.
  type: list
  elements: dict
  returned: success
  contains:
    key:
      description: What the hosts' RV(hosts) entries refer to.
      type: str
    name:
      description: Its name in Parameter Store.
      type: str
    region:
      description: The region of its hosts.
      type: str
    profile:
      description: The controller's AWS profile.
      type: str
    text:
      description: The configuration as canonical JSON.
      type: str
    digest:
      description: The sha256 of the text.
      type: str
    configuration:
      description: The configuration.
      type: dict
    hosts:
      description: The hosts that get it.
      type: list
      elements: str
    vaulted:
      description: JSON pointers of the values that come out of Ansible Vault (allowed by C(cw_agent_allow_vaulted)).
      type: list
      elements: str
    origins:
      description: The inventories that its hosts come from.
      type: list
      elements: str
    problems:
      description: What is wrong with it (rule, severity, path, value, message, hint), and the variables that each problem comes from.
      type: list
      elements: dict
    overrides:
      description: Values that a later fragment replaced.
      type: list
      elements: dict
    collects:
      description: Files, log streams and the namespace.
      type: dict
    mode:
      description: Where its hosts are.
      type: str
    platform:
      description: The system of its hosts.
      type: str
    build:
      description: The agent's build whose language it was validated by; empty means the newest known.
      type: str
errors:
  description: What is wrong with hosts, as sentences.
  type: list
  elements: str
  returned: success
report:
  description:
    - The report. C(lines) for people, C(configurations), C(errors), C(counts) by severity, C(metrics), and C(cost) in USD a month.
  type: dict
  returned: success and O(report=true)
notes:
  description: What is remarkable about hosts and no error, such as misspelt variables, as sentences.
  type: list
  elements: str
  returned: success
message:
  description: All errors in one text; empty when there is none. A task that fails returns it as C(msg), and nothing else.
  type: str
  returned: success
"""
