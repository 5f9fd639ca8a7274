#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: cw_agent_config
short_description: Make configurations the active ones of the Amazon CloudWatch agent on a host
version_added: "0.1.0"
author: cloudwatch.agent contributors (@cloudwatch-agent)
description:
  - The host's active configuration becomes exactly the desired sources, and the service runs with them and starts at boot.
  - Active files are compared by content. When they hold the desired texts, neither the agent's control program nor systemd is called upon.
  - >-
    Else the change is all or nothing. The host fetches the sources into a scratch directory, the installed agent's own translator and
    schema test validate them there, a snapshot of the present state is taken, the control program applies them, and the daemon is
    restarted once. Then the module waits for the daemon's readiness line and watches the daemon for O(health_seconds) more. When it dies
    meanwhile, or is not ready in time, the state before is restored, the daemon restarted with it, and the module fails with the agent's
    own log lines.
  - What the host fetches must have the desired digest.
  - Without O(sources) the active configurations stay, and the daemon is restarted only when it has not read them, or C(common-config.toml),
    since their last change.
  - A run that was killed half-way is finished or undone by the next one, which says so. Two runs at the same time wait for each other.
  - The snapshot of the last change that worked stays on the host, for root alone, until the next change; O(state=restored) brings it back.
  - Below the agent's directories, which belong to C(agent.run_as_user), nothing but regular files is read, restored or removed, and no
    symbolic link is followed. Anything else there is refused with its path.
options:
  mode:
    description: What the host is.
    type: str
    choices: [ec2, onPremise]
    default: ec2
  state:
    description:
      - V(started) - the service runs and is enabled.
      - V(present) - a service that runs is restarted when it must be; one that is stopped or disabled stays so.
      - >-
        V(restored) - the configuration that the last change has replaced is active again and the daemon runs with it, where it worked
        before that change. O(unmanaged) does not count then, and O(sources) are what has to be active, where they are given; so a caller
        takes back its own change and nobody else's. Nothing happens where others are, where there is none, or where it was restored
        already; refused where somebody has changed the active files since.
    type: str
    choices: [started, present, restored]
    default: started
  ready_timeout:
    description:
      - Seconds to wait for the readiness of the daemon after a restart.
    type: int
    default: 60
  health_seconds:
    description:
      - Seconds that a daemon which is ready has to live on as the same process; a restart by systemd counts as its death.
    type: int
    default: 10
  max_memory:
    description: MiB of resident memory beyond which a daemon is not well when O(health_seconds) are over. V(0) sets no limit.
    type: int
    default: 0
  max_cpu:
    description: Percent of one processor, over O(health_seconds), beyond which a daemon is not well. V(0) sets no limit.
    type: int
    default: 0
  rollback_on:
    description:
      - What takes back a configuration, in favour of the one before.
      - V(death) - the daemon dies within O(ready_timeout) and O(health_seconds).
      - V(not_ready) - the daemon lives but is not ready within O(ready_timeout), and the one before was ready. A daemon that is configured
        to be silent (C(agent.quiet)) is left alone.
      - V(limits) - the daemon takes more than O(max_memory) or O(max_cpu).
      - Without V(death) or V(limits) the module fails and the new configuration stays; without V(not_ready) it warns.
    type: list
    elements: str
    choices: [death, not_ready, limits]
    default: [death, not_ready, limits]
  unmanaged:
    description:
      - What happens to directories among the active configurations, and to files that this module has not written, or not as they are.
      - >-
        V(adopt) - they make way for O(sources), with a warning that names them and a copy below
        C(/var/lib/cloudwatch-agent-ansible/unmanaged).
      - V(refuse) - the module fails before anything is changed.
      - V(remove) - as V(adopt), without a copy.
    type: str
    choices: [adopt, refuse, remove]
    default: adopt
extends_documentation_fragment:
  - cloudwatch.agent.attributes
  - cloudwatch.agent.attributes.host
  - cloudwatch.agent.sources
attributes:
  check_mode:
    support: full
    details:
      - Predicts the result, and lets an installed agent validate the texts that are given in O(sources[].content).
  diff_mode:
    support: full
    details:
      - Shows the configurations as JSON, a file each, and the state of the service.
notes:
  - Needs Python 3.8 or later on the host.
seealso:
  - module: cloudwatch.agent.cw_agent_info
"""

EXAMPLES = r"""
- name: The web configuration, version 3, is what the agent runs with
  cloudwatch.agent.cw_agent_config:
    sources:
      - location: ssm:AmazonCloudWatch-web:3
        digest: 5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef

- name: Restart the agent if it has not read its files since their last change
  cloudwatch.agent.cw_agent_config:
    state: present

- name: Bring back the configuration that the last change has replaced
  cloudwatch.agent.cw_agent_config:
    state: restored
"""

RETURN = r"""
differences:
  description: What was done, or in check mode would be done, in words.
  returned: success
  type: list
  elements: str
unmanaged:
  description: What this module had not written and has removed, or in check mode would remove.
  returned: success
  type: list
  elements: dict
  contains:
    file:
      description: Path below the directory of the configurations; a directory ends with a slash.
      type: str
      returned: success
    backup:
      description: Path of its copy; empty in check mode and for an empty directory.
      type: str
      returned: success
revertible:
  description:
    - Whether this call has replaced, or in check mode would replace, a configuration that worked, which O(state=restored) brings back.
  returned: success
  type: bool
rolled_back:
  description: Whether the configuration before is active again.
  returned: success, and when a change was taken back
  type: bool
agent:
  description: The host after the change, with the same fields as RV(cloudwatch.agent.cw_agent_info#module:agent).
  returned: success
  type: dict
log:
  description: The agent's own lines that explain the failure, oldest first.
  returned: failure
  type: list
  elements: str
"""

import json
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import observation, transaction
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.arguments import SOURCES, failure, sources
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.change import CAUSES
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.system import Host
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.unmanaged import CHOICES
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.usage import Limits

ARGUMENTS: dict[str, Any] = {
    "sources": SOURCES,
    "mode": {"type": "str", "choices": ["ec2", "onPremise"], "default": "ec2"},
    "state": {"type": "str", "choices": ["started", "present", "restored"], "default": "started"},
    "ready_timeout": {"type": "int", "default": 60},
    "health_seconds": {"type": "int", "default": 10},
    "max_memory": {"type": "int", "default": 0},
    "max_cpu": {"type": "int", "default": 0},
    "rollback_on": {"type": "list", "elements": "str", "choices": list(CAUSES), "default": list(CAUSES)},
    "unmanaged": {"type": "str", "choices": list(CHOICES), "default": "adopt"},
}


def request(params: dict[str, Any]) -> transaction.Request:
    """The module's options as the transaction takes them."""
    return transaction.Request(
        sources(params["sources"]),
        params["mode"],
        start=params["state"] == "started",
        cap=float(params["ready_timeout"]),
        health=float(params["health_seconds"]),
        limits=Limits(params["max_memory"], params["max_cpu"]),
        rollback_on=tuple(params["rollback_on"]),
        unmanaged=params["unmanaged"],
    )


def shown(document: dict[str, Any]) -> str:
    """One side of the diff."""
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> None:
    """Entry point."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    host, desired = Host(), observation.Desired(mode=module.params["mode"])
    try:
        change = transaction.restore_previous if module.params["state"] == "restored" else transaction.ensure_configuration
        outcome = change(host, request(module.params), module.check_mode)
        agent = observation.result(observation.observe(host, desired), desired)
    except (HostError, OSError) as error:
        module.fail_json(**failure(error))
    for text in outcome.warnings:
        module.warn(text)
    diff = {
        "before": shown(outcome.before),
        "after": shown(outcome.after),
        "before_header": "active configuration",
        "after_header": "active configuration",
    }
    module.exit_json(
        changed=outcome.changed,
        differences=outcome.differences,
        unmanaged=[{"file": file, "backup": backup} for file, backup in outcome.unmanaged.items()],
        revertible=outcome.revertible,
        rolled_back=outcome.rolled_back,
        agent=agent,
        # Ansible shows a diff that is there, whatever the task's own diff says.
        **({"diff": diff} if module._diff else {}),
    )


if __name__ == "__main__":
    main()
