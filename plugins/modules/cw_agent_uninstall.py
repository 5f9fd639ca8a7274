#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: cw_agent_uninstall
short_description: Remove the Amazon CloudWatch agent from a host
version_added: "0.1.0"
author: cloudwatch.agent contributors (@cloudwatch-agent)
description:
  - Stops the agent, removes its package by C(dpkg) or C(rpm), and removes of its files what O(purge) names.
  - What CloudWatch has stays there, and so do the log files that the agent has read, and the user C(cwagent).
  - Works where only half of it is there, such as files without a package or an installation that was interrupted.
  - Access to log files that M(cloudwatch.agent.cw_agent_log_access) has given is taken back.
  - Files among the active configurations that this collection has not written are copied to
    C(/var/lib/cloudwatch-agent-ansible/unmanaged) before they are removed; a warning names the copies.
  - Waits for another change of the agent on the same host, and for another package manager.
  - An agent whose package cannot be removed runs on.
options:
  purge:
    description:
      - V(configuration) is the agent's directory C(etc) with the active configurations and C(common-config.toml).
      - V(state) is how far the agent has read the log files, and what this collection remembers of the host. Installed again, the agent
        sends files from their beginning.
      - V(logs) are the agent's own logs; how far it has read the log files lies among them.
      - V(credentials) is the directory C(/etc/amazon-cloudwatch-agent-credentials). A profile in any other file is left alone.
      - V(overrides) are the drop-ins of the service below C(/etc/systemd/system).
    type: list
    elements: str
    choices: [configuration, state, logs, credentials, overrides]
    default: [configuration, state, credentials, overrides]
extends_documentation_fragment:
  - cloudwatch.agent.attributes
  - cloudwatch.agent.attributes.host
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - Lists what is removed.
seealso:
  - module: cloudwatch.agent.cw_agent_package
"""

EXAMPLES = r"""
- name: The agent leaves the host with all that came with it
  cloudwatch.agent.cw_agent_uninstall:

- name: The package goes, and a later installation goes on where this one has ended
  cloudwatch.agent.cw_agent_uninstall:
    purge: []
"""

RETURN = r"""
removed:
  description: The package with its build, and the paths, that were there.
  returned: success
  type: list
  elements: str
  sample: [package amazon-cloudwatch-agent 1.300064.1b1344, /opt/aws/amazon-cloudwatch-agent/etc]
absent:
  description: Whether the agent is gone by now; false in check mode where something would be removed.
  returned: success
  type: bool
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import leftovers, removal
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.arguments import failure
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.system import Host

ARGUMENTS: dict[str, Any] = {
    "purge": {
        "type": "list",
        "elements": "str",
        "choices": list(leftovers.PURGES),
        "default": ["configuration", "state", "credentials", "overrides"],
    },
}


def main() -> None:
    """Entry point."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    try:
        outcome = removal.remove(Host(), module.params["purge"], module.check_mode)
    except (HostError, OSError) as error:
        module.fail_json(**failure(error))
    for text in outcome.warnings:
        module.warn(text)
    listed = "".join(f"{item}\n" for item in outcome.removed)
    absent = not (module.check_mode and outcome.removed)
    module.exit_json(changed=bool(outcome.removed), removed=outcome.removed, absent=absent, diff={"before": listed, "after": ""})


if __name__ == "__main__":
    main()
