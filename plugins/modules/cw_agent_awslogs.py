#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: cw_agent_awslogs
short_description: Cut a host over from awslogs, the old CloudWatch Logs agent, to the CloudWatch agent, or back
version_added: "0.1.0"
author: cloudwatch.agent contributors (@cloudwatch-agent)
description:
  - V(replaced) stops and disables awslogs first, so that the two agents never read one file at the same time. Then it hands over how far
    awslogs has sent each file, as the state files of the CloudWatch agent, so that this goes on where awslogs has ended.
  - The files by which cron and logrotate would start awslogs again (C(/etc/cron.d/awslogs), C(/etc/cron.d/awslogs_log_rotate) and
    C(/etc/logrotate.d/awslogs)) are put aside below C(/var/lib/cloudwatch-agent-ansible/unmanaged), and come back with V(restored).
  - It does not start the CloudWatch agent. That is the next step, for M(cloudwatch.agent.cw_agent_config). The role
    P(cloudwatch.agent.migrate_awslogs#role) does both, and goes back where the second fails.
  - Run again while the CloudWatch agent runs, it finds files that were rotated before this agent had opened them, and returns a
    configuration that reads the rest of them (RV(rest)).
  - V(restored) enables and starts awslogs again as it was. The CloudWatch agent is stopped and disabled where it did not run before the
    cut-over. Where it did, it must not read the files of awslogs any more.
  - A file of which nobody knows how far it was sent is named in a warning, and read from its beginning.
  - Where something fails, awslogs runs on as before.
options:
  state:
    description: Which agent reads the files.
    type: str
    choices: [replaced, restored]
    required: true
  directory:
    description: The directory of the main file of awslogs. Empty means wherever it is.
    type: path
    default: ""
  files:
    description:
      - What the configuration of the CloudWatch agent reads, as its C(file_path) has it. A file of awslogs that is not among them is
        refused, because nobody would read it.
    type: list
    elements: str
    default: []
  skip:
    description: Names of sections of awslogs whose files nobody has to read any more.
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - cloudwatch.agent.attributes
  - cloudwatch.agent.attributes.host
attributes:
  check_mode:
    support: full
    details:
      - awslogs runs on, so the offsets of the run itself may be larger.
  diff_mode:
    support: full
    details:
      - Shows the services and the offsets.
notes:
  - Needs Python 3.8 or later on the host.
seealso:
  - module: cloudwatch.agent.cw_agent_awslogs_info
  - module: cloudwatch.agent.cw_agent_config
"""

EXAMPLES = r"""
- name: The agent reads the files from now on
  cloudwatch.agent.cw_agent_awslogs:
    state: replaced
    files: [/var/log/messages, /var/log/app/*.log]

- name: The old agent reads them again
  cloudwatch.agent.cw_agent_awslogs:
    state: restored
"""

RETURN = r"""
carried:
  description: The files of awslogs at the cut-over, as RV(cloudwatch.agent.cw_agent_awslogs_info#module:offsets).
  returned: success
  type: list
  elements: dict
rest:
  description:
    - A source for M(cloudwatch.agent.cw_agent_config), beside the desired ones, until the rest of rotated files is sent; empty where there
      is nothing to send.
  returned: success
  type: dict
  contains:
    location:
      description: The file on the host.
      type: str
      sample: file:/var/lib/cloudwatch-agent-ansible/awslogs-rest.json
    digest:
      description: The sha256 of its text.
      type: str
settled:
  description: Whether nothing is left to do. Otherwise run the module again when the CloudWatch agent runs.
  returned: success
  type: bool
"""

import json
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import cut_over
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.arguments import failure
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.system import Host

ARGUMENTS: dict[str, Any] = {
    "state": {"type": "str", "choices": ["replaced", "restored"], "required": True},
    "directory": {"type": "path", "default": ""},
    "files": {"type": "list", "elements": "str", "default": []},
    "skip": {"type": "list", "elements": "str", "default": []},
}


def main() -> None:
    """Entry point."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    params = module.params
    try:
        if params["state"] == "restored":
            outcome = cut_over.restore(Host(), module.check_mode)
        else:
            outcome = cut_over.replace(Host(), params["directory"], params["files"], params["skip"], module.check_mode)
    except (HostError, OSError) as error:
        module.fail_json(**failure(error))
    for one in outcome.carried:
        if one.hint:
            module.warn(f"{one.path} is read from its beginning, because nobody knows how far awslogs has sent it: {one.hint}")
    sides = {
        side: json.dumps(value, indent=2, sort_keys=True) + "\n" for side, value in (("before", outcome.before), ("after", outcome.after))
    }
    carried = [one._asdict() for one in outcome.carried]
    module.exit_json(changed=outcome.changed, carried=carried, rest=outcome.rest or {}, settled=outcome.settled, diff=sides)


if __name__ == "__main__":
    main()
