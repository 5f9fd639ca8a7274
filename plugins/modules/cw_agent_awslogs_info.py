#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: cw_agent_awslogs_info
short_description: Find awslogs, the old CloudWatch Logs agent, on a host, and what its configuration becomes
version_added: "0.1.0"
author: cloudwatch.agent contributors (@cloudwatch-agent)
description:
  - Finds awslogs on a host by its main file, C(/etc/awslogs/awslogs.conf) of the package or C(/var/awslogs/etc/awslogs.conf) of the
    installation script, and returns its service, how far it has sent each log file, and a fragment of the new agent's configuration that
    does what awslogs does, with a report of every key.
  - The files are read as awslogs on Python 3 reads them, those of its directory C(config) included. C(awscli.conf) or C(aws.conf) gives the
    region. Secrets in these files never leave the host; the report says that they are there.
  - What cannot be migrated as it stands is returned in RV(refusals), and is no part of RV(fragment).
  - How far a file was sent is read of the database of awslogs, which is opened for reading alone.
  - It changes nothing. The guide on the way from awslogs shows what to do with the answer.
options:
  directory:
    description: The directory of the main file. Empty means wherever it is.
    type: path
    default: ""
  skip:
    description: Names of sections to leave out.
    type: list
    elements: str
    default: []
  agent_version:
    description: The new agent's release or build whose language counts, such as V(1.300064.1b1344); empty means the newest known.
    type: str
    default: ""
  mode:
    description: Where the host is. Off EC2 C({instance_id}) of awslogs is the host's name.
    type: str
    default: ec2
    choices: [ec2, onPremise]
extends_documentation_fragment:
  - cloudwatch.agent.attributes
  - cloudwatch.agent.attributes.host
  - cloudwatch.agent.attributes.info
notes:
  - Needs Python 3.8 or later on the host. Where the host has none, give its files to P(cloudwatch.agent.from_awslogs#filter).
seealso:
  - plugin: cloudwatch.agent.from_awslogs
    plugin_type: filter
  - module: cloudwatch.agent.cw_agent_config
"""

EXAMPLES = r"""
- name: What did awslogs do here?
  cloudwatch.agent.cw_agent_awslogs_info:
  register: old

- name: Refuse what cannot be migrated as it stands
  ansible.builtin.assert:
    that: old.refusal | default('') | length == 0
    fail_msg: "{{ old.refusal }}"

- name: The fragment of this host, for the inventory
  ansible.builtin.copy:
    dest: "{{ inventory_dir }}/host_vars/{{ inventory_hostname }}/awslogs.yml"
    content: "{{ {'cw_agent_fragment_awslogs': old.fragment} | to_nice_yaml }}"
    mode: "0644"
  delegate_to: localhost
  become: false
  when: old.present
"""

RETURN = r"""
present:
  description: Whether the host has a main file of awslogs. Without one nothing else is returned.
  returned: always
  type: bool
directory:
  description: The directory of the main file.
  returned: when awslogs is present
  type: str
  sample: /etc/awslogs
files:
  description: The files that were read.
  returned: when awslogs is present
  type: list
  elements: str
  sample: [/etc/awslogs/awslogs.conf, /etc/awslogs/awscli.conf]
services:
  description: The units of awslogs that systemd has.
  returned: when awslogs is present
  type: list
  elements: dict
  contains:
    name:
      description: The unit.
      type: str
      sample: awslogsd.service
    state:
      description: Its C(ActiveState).
      type: str
      sample: active
    enabled:
      description: Whether it starts with the host.
      type: bool
proxies:
  description: Names of the variables in C(proxy.conf), for the variable C(cw_agent_proxy). Their values may hold passwords.
  returned: when awslogs is present
  type: list
  elements: str
  sample: [HTTPS_PROXY]
state_file:
  description: The database of awslogs.
  returned: when awslogs is present
  type: str
  sample: /var/lib/awslogs/agent-state
offsets:
  description: How far each log file was sent.
  returned: when awslogs is present
  type: list
  elements: dict
  contains:
    section:
      description: The section.
      type: str
    pattern:
      description: The file as configured.
      type: str
    path:
      description: The file that awslogs reads now; empty for none.
      type: str
    size:
      description: Its size in bytes.
      type: int
    sent:
      description: How many bytes of it were sent; null where awslogs has no memory of the file.
      type: int
    hint:
      description: Why that cannot be said.
      type: str
    inode:
      description: Inode number of the file.
      type: int
    rotated:
      description: Whether it is the file before, which has got another name, and which awslogs has not finished.
      type: bool
fragment:
  description: For a variable C(cw_agent_fragment_NAME); of the sections that are not refused.
  returned: when awslogs is present
  type: dict
region:
  description: For C(cw_agent_region); empty where no file names it.
  returned: when awslogs is present
  type: str
variables:
  description: RV(fragment) and RV(region) as variables of the inventory.
  returned: when awslogs is present
  type: dict
  sample: {cw_agent_fragment_awslogs: {}, cw_agent_region: eu-west-1}
report:
  description: What became of every key, as P(cloudwatch.agent.from_awslogs#filter) describes it.
  returned: when awslogs is present
  type: list
  elements: dict
refusals:
  description: What cannot be migrated as it stands.
  returned: when awslogs is present
  type: list
  elements: dict
  contains:
    file:
      description: The file.
      type: str
    section:
      description: The section; empty for the whole file.
      type: str
    key:
      description: The key; empty for the whole section.
      type: str
    value:
      description: The value.
      type: str
    message:
      description: Why.
      type: str
    hint:
      description: What to do.
      type: str
refusal:
  description: All refusals in one text; empty for none.
  returned: when awslogs is present
  type: str
problems:
  description: Warnings of the check about the fragment, as P(cloudwatch.agent.config_problems#filter) returns them.
  returned: when awslogs is present
  type: list
  elements: dict
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import awslogs
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.arguments import failure
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.system import Host

ARGUMENTS: dict[str, Any] = {
    "directory": {"type": "path", "default": ""},
    "skip": {"type": "list", "elements": "str", "default": []},
    "agent_version": {"type": "str", "default": ""},
    "mode": {"type": "str", "default": "ec2", "choices": ["ec2", "onPremise"]},
}


def main() -> None:
    """Entry point. What the files become, the action adds on the controller."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    try:
        found = awslogs.observe(Host(), module.params["directory"])
    except (HostError, OSError) as error:
        module.fail_json(**failure(error))
    module.exit_json(changed=False, present=found is not None, observed=found.data if found else {})


if __name__ == "__main__":
    main()
