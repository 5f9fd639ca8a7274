#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: cw_agent_credentials
short_description: Name the credential profile of the Amazon CloudWatch agent, and write it where it is given
version_added: "0.1.0"
author: cloudwatch.agent contributors (@cloudwatch-agent)
description:
  - Sets the profile and the credentials file in the agent's C(common-config.toml); proxies, authorities and comments in it stay.
  - With keys, writes the profile as well, readable for the agent's user and nobody else, and its region into the file C(config) beside it.
  - >-
    The daemon is not restarted here. M(cloudwatch.agent.cw_agent_config) does that, after every change of this module: the daemon itself
    would read new keys within ten minutes only, and send with the old ones until then.
  - Waits for another change of the agent on the same host.
options:
  profile:
    description: Name of the profile.
    type: str
    default: AmazonCloudWatchAgent
  file:
    description:
      - The credentials file. Empty means C(/etc/amazon-cloudwatch-agent-credentials/credentials) with keys, and else what the host has.
        For the profile V(default) it means C(/root/.aws/credentials), where the SSM agent keeps the keys of a hybrid activation.
      - With keys the file belongs to this module alone. A file that holds other profiles is refused.
    type: str
    default: ""
  access_key_id:
    description: Access key id. Empty means that the profile exists already.
    type: str
    default: ""
  secret_access_key:
    description: Secret access key.
    type: str
    default: ""
  session_token:
    description: Session token of temporary keys.
    type: str
    default: ""
  region:
    description: Region of the profile. Written with keys, and for those of the SSM agent where no region stands beside them.
    type: str
    default: ""
  user:
    description: The user as whom the agent runs, C(agent.run_as_user) in its configuration.
    type: str
    default: root
extends_documentation_fragment:
  - cloudwatch.agent.attributes
  - cloudwatch.agent.attributes.host
attributes:
  check_mode:
    support: full
    details:
      - Predicts the result, also before the agent is installed.
  diff_mode:
    support: full
    details:
      - Shows names, modes and owners; of keys only whether they differ.
notes:
  - Needs Python 3.8 or later on the host.
seealso:
  - module: cloudwatch.agent.cw_agent_config
"""

EXAMPLES = r"""
- name: The agent uses a profile that is there already
  cloudwatch.agent.cw_agent_credentials:
    profile: monitoring
    file: /etc/aws/credentials

- name: The agent gets keys of its own
  cloudwatch.agent.cw_agent_credentials:
    access_key_id: "{{ vault_agent_key_id }}"
    secret_access_key: "{{ vault_agent_secret_key }}"
    region: eu-central-1
    user: cwagent
"""

RETURN = r"""
profile:
  description: The profile that the agent uses.
  returned: success
  type: str
file:
  description: The credentials file that the agent uses; empty when the host's default is left as it is.
  returned: success
  type: str
changed_at:
  description: When the profile was changed, in seconds since the epoch by the host's clock; null without a change.
  returned: success
  type: float
invocation_id:
  description: C(InvocationID) of the service afterwards, another one after every start.
  returned: success
  type: str
"""

import json
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import profile
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.arguments import failure
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.credentials import Keys, file_of
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.system import Host

ARGUMENTS: dict[str, Any] = {
    "profile": {"type": "str", "default": "AmazonCloudWatchAgent"},
    "file": {"type": "str", "default": ""},
    "access_key_id": {"type": "str", "default": "", "no_log": True},
    "secret_access_key": {"type": "str", "default": "", "no_log": True},
    "session_token": {"type": "str", "default": "", "no_log": True},
    "region": {"type": "str", "default": ""},
    "user": {"type": "str", "default": "root"},
}


def request(params: dict[str, Any]) -> profile.Request:
    """The module's options as a request for the profile."""
    given = [params[name] for name in ("access_key_id", "secret_access_key", "session_token")]
    keys = Keys(*given) if any(given) else None
    file = file_of(params["profile"], params["file"], bool(keys))
    return profile.Request(params["profile"], file, params["user"], params["region"], keys)


def main() -> None:
    """Entry point."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    asked = request(module.params)
    try:
        outcome = profile.ensure_profile(Host(), asked, module.check_mode)
    except (HostError, OSError) as error:
        module.fail_json(**failure(error))
    if asked.keys and not asked.region:
        module.warn(f"{asked.file} gets no region: off EC2 the agent does not start without one; set cw_agent_region")
    sides = [json.dumps(side, indent=2, sort_keys=True) + "\n" for side in (outcome.before, outcome.after)]
    module.exit_json(
        changed=outcome.changed,
        profile=asked.profile,
        file=asked.file,
        changed_at=outcome.changed_at,
        invocation_id=outcome.invocation_id,
        diff={"before": sides[0], "after": sides[1]},
    )


if __name__ == "__main__":
    main()
