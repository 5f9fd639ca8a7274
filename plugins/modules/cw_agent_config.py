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
  - The host's active configuration becomes exactly the wanted sources, and the service runs with them and starts at boot.
  - Active files are compared by content. When they hold the wanted texts, neither the agent's control program nor systemd is called upon.
  - >-
    Else the change is all or nothing. The host fetches the sources into a scratch directory, the installed agent's own translator and
    schema test judge them there, the present state is kept, the control program applies them, and the daemon is restarted once. Then the
    module waits for the daemon's readiness line. When the daemon dies instead, the state before is restored, the daemon restarted with it,
    and the module fails with the agent's own log lines.
  - What the host fetches must have the wanted digest.
  - Without O(sources) the active configurations stay, and the daemon is restarted only when it has not read them, or C(common-config.toml),
    since their last change.
  - A run that was killed half-way is finished or undone by the next one. Two runs at the same time wait for each other.
options:
  mode:
    description: What the host is.
    type: str
    choices: [ec2, onPremise]
    default: ec2
  state:
    description:
      - V(started) - the service runs and is enabled.
      - V(kept) - a service that runs is restarted when it must be; one that is stopped or disabled stays so.
    type: str
    choices: [started, kept]
    default: started
  ready_timeout:
    description:
      - Seconds to wait for the readiness of the daemon after a restart.
      - When they are over and the daemon lives, there is a warning. Only its death takes a change back.
    type: int
    default: 60
extends_documentation_fragment:
  - cloudwatch.agent.attributes
  - cloudwatch.agent.attributes.host
  - cloudwatch.agent.sources
attributes:
  check_mode:
    support: full
    details:
      - Predicts the result, and lets an installed agent judge the texts that are given in O(sources[].content).
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
    state: kept
"""

RETURN = r"""
differences:
  description: What was done, or in check mode would be done, in words.
  returned: success
  type: list
  elements: str
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
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.system import Host

ARGUMENTS: dict[str, Any] = {
    "sources": SOURCES,
    "mode": {"type": "str", "choices": ["ec2", "onPremise"], "default": "ec2"},
    "state": {"type": "str", "choices": ["started", "kept"], "default": "started"},
    "ready_timeout": {"type": "int", "default": 60},
}


def request(params: dict[str, Any]) -> transaction.Request:
    """The module's options as the transaction takes them."""
    return transaction.Request(sources(params["sources"]), params["mode"], params["state"] == "started", float(params["ready_timeout"]))


def shown(document: dict[str, Any]) -> str:
    """One side of the diff."""
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> None:
    """Entry point."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    host, desired = Host(), observation.Desired(mode=module.params["mode"])
    try:
        outcome = transaction.ensure_configuration(host, request(module.params), module.check_mode)
        agent = observation.result(observation.observe(host, desired), desired)
    except (HostError, OSError) as error:
        module.fail_json(**failure(error))
    for text in outcome.warnings:
        module.warn(text)
    module.exit_json(
        changed=outcome.changed,
        differences=outcome.differences,
        agent=agent,
        diff={
            "before": shown(outcome.before),
            "after": shown(outcome.after),
            "before_header": "active configuration",
            "after_header": "active configuration",
        },
    )


if __name__ == "__main__":
    main()
