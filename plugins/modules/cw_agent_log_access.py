#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: cw_agent_log_access
short_description: Let the user of the Amazon CloudWatch agent read the configured log files
version_added: "0.1.0"
author: cloudwatch.agent contributors (@cloudwatch-agent)
description:
  - Gives the user as whom the agent runs what it lacks to read the configured log files, now and after their next rotation, by membership
    in groups or by POSIX access control lists.
  - The kernel is asked what the user can read; what it can read already is left alone.
  - What was given is recorded on the host, and taken back when it is no longer wanted, with O(access=check) too.
  - Waits for another change of the agent on the same host.
options:
  access:
    description:
      - V(group) puts the user into the groups of the files and directories. Groups that can do more than read logs, such as C(root),
        C(shadow), C(docker) and C(wheel), are refused. An agent that runs is started anew, because a process keeps its groups.
      - V(acl) gives the user an entry in the access control lists of the files, search of the directories above, and a default list to the
        directories of the files, so that new files are readable. In a directory with a default list, the umask of whoever makes a file
        no longer counts. Needs C(setfacl) on the host.
      - V(check) gives nothing. V(none) gives nothing and takes nothing back.
    type: str
    choices: [check, group, acl, none]
    default: check
  user:
    description: The user as whom the agent runs, C(agent.run_as_user) in its configuration. C(root) needs nothing.
    type: str
    default: root
  files:
    description: Paths and globs of the configured log files.
    type: list
    elements: str
    default: []
  journald:
    description: Whether the agent reads the journal, which takes the group C(systemd-journal).
    type: bool
    default: false
  health_seconds:
    description: Seconds that an agent which is ready has to live on with the new groups.
    type: int
    default: 10
extends_documentation_fragment:
  - cloudwatch.agent.attributes
  - cloudwatch.agent.attributes.host
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
notes:
  - Needs Python 3.8 or later on the host.
  - C(create) and C(su) in logrotate's configuration are heeded. A file that the user could not read after its next rotation is refused,
    with the line that has to be changed.
  - Symbolic links are followed only in directories that nobody but root can write to.
seealso:
  - module: cloudwatch.agent.cw_agent_info
  - module: cloudwatch.agent.cw_agent_config
"""

EXAMPLES = r"""
- name: Let cwagent read the logs of the web server through its group
  cloudwatch.agent.cw_agent_log_access:
    access: group
    user: cwagent
    files:
      - /var/log/nginx/*.log

- name: Take back whatever was given
  cloudwatch.agent.cw_agent_log_access:
    access: check
"""

RETURN = r"""
differences:
  description: What was, or in check mode would be, done.
  returned: success
  type: list
  elements: str
  sample: ["log access: group adm of cwagent → given"]
agent:
  description: C(files) as RV(cloudwatch.agent.cw_agent_info#module:agent.files) has them, after something was changed; else empty.
  returned: success
  type: dict
log:
  description: The agent's lines that explain the failure.
  returned: failure
  type: list
  elements: str
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.arguments import failure
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.log_access import CHOICES, Request, ensure_log_access
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.system import Host

ARGUMENTS: dict[str, Any] = {
    "access": {"type": "str", "choices": list(CHOICES), "default": "check"},
    "user": {"type": "str", "default": "root"},
    "files": {"type": "list", "elements": "str", "default": []},
    "journald": {"type": "bool", "default": False},
    "health_seconds": {"type": "int", "default": 10},
}


def main() -> None:
    """Entry point."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    params = module.params
    asked = Request(params["access"], params["user"], tuple(params["files"]), params["journald"])
    try:
        outcome = ensure_log_access(Host(), asked, float(params["health_seconds"]), module.check_mode)
    except (HostError, OSError) as error:
        module.fail_json(**failure(error))
    for text in outcome.warnings:
        module.warn(text)
    # In the form of cw_agent_info, for those who evaluate what it has seen before.
    agent = {"files": [one._asdict() for one in outcome.files]} if outcome.files else {}
    module.exit_json(changed=bool(outcome.differences), differences=outcome.differences, agent=agent)


if __name__ == "__main__":
    main()
