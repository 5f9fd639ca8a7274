#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: cw_agent_caller_info
short_description: Ask AWS, on the host, as whom the Amazon CloudWatch agent calls it
version_added: "0.1.0"
author: cloudwatch.agent contributors (@cloudwatch-agent)
description:
  - Asks AWS Security Token Service (C(GetCallerIdentity)), which needs no permission, with exactly the credentials that the agent uses
    or will use, as the agent's user, over its proxies and with its certificate authorities.
  - Fails where AWS refuses them, with the reason and what to do about it. An unknown key, a wrong secret, expired credentials, a clock
    that is off, an authority that the host does not trust and another account than O(account) are told apart.
  - Without keys and without a profile, of the options or of C(common-config.toml), the agent uses the role of the instance.
options:
  profile:
    description: Name of the profile. Empty means what the host has.
    type: str
    default: ""
  file:
    description: The credentials file. Empty means what the host has.
    type: str
    default: ""
  access_key_id:
    description: Access key id that the agent is to get. Empty means what is on the host.
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
    description: The region whose endpoint is asked. Empty means that of the instance, or else of the profile.
    type: str
    default: ""
  account:
    description: The account that it has to be. Empty means any.
    type: str
    default: ""
  user:
    description: The user as whom the agent runs, C(agent.run_as_user) in its configuration. Root asks for one that is not there.
    type: str
    default: root
  settings:
    description: The proxies and authorities that the agent is to get, by the options of M(cloudwatch.agent.cw_agent_settings).
    type: dict
  required:
    description: Whether it is a failure that STS cannot be reached. Else it is a warning.
    type: bool
    default: true
extends_documentation_fragment:
  - cloudwatch.agent.attributes
  - cloudwatch.agent.attributes.host
  - cloudwatch.agent.attributes.info
notes:
  - Needs Python 3.8 or later on the host, and root to ask as another user.
seealso:
  - module: cloudwatch.agent.cw_agent_info
  - module: amazon.aws.aws_caller_info
"""

EXAMPLES = r"""
- name: As whom does the agent of this host call AWS?
  cloudwatch.agent.cw_agent_caller_info:
    user: cwagent
  register: caller

- name: Are these keys good, before the agent gets them?
  cloudwatch.agent.cw_agent_caller_info:
    access_key_id: "{{ vault_agent_key_id }}"
    secret_access_key: "{{ vault_agent_secret_key }}"
    region: eu-central-1
    account: "123456789012"
"""

RETURN = r"""
source:
  description: Where the credentials come from, in words.
  returned: success
  type: str
  sample: the role of the instance
account:
  description: The account; empty where STS cannot be reached.
  returned: success
  type: str
  sample: "123456789012"
arn:
  description: The user, or the session of a role.
  returned: success
  type: str
  sample: arn:aws:sts::123456789012:assumed-role/web/i-0123456789abcdef0
clock_skew:
  description: Seconds by which the host's clock is ahead of AWS's; null where AWS has not said what time it is.
  returned: success
  type: float
  sample: 0.4
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import caller
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.arguments import failure, settings
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.credentials import Keys
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.observation import Desired, DesiredCredentials
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.system import Host

ARGUMENTS: dict[str, Any] = {
    "profile": {"type": "str", "default": ""},
    "file": {"type": "str", "default": ""},
    "access_key_id": {"type": "str", "default": "", "no_log": True},
    "secret_access_key": {"type": "str", "default": "", "no_log": True},
    "session_token": {"type": "str", "default": "", "no_log": True},
    "region": {"type": "str", "default": ""},
    "account": {"type": "str", "default": ""},
    "user": {"type": "str", "default": "root"},
    # Not to be logged, which happens before anybody can say what in them is secret; results show the rest of them.
    "settings": {"type": "dict", "no_log": True},
    "required": {"type": "bool", "default": True},
}


def desired(params: dict[str, Any]) -> Desired:
    """The module's options as the observation takes them."""
    return Desired(
        region=params["region"],
        account=params["account"],
        credentials=DesiredCredentials(params["profile"], params["file"]),
        run_as_user=params["user"],
        settings=settings(params["settings"] or {}),
        identity_check="always" if params["required"] else "changed",
    )


def main() -> None:
    """Entry point."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    host, asked = Host(), desired(module.params)
    given = [module.params[name] for name in ("access_key_id", "secret_access_key", "session_token")]
    module.no_log_values = {*asked.settings.secrets, *filter(None, given)}
    try:
        answer = caller.prove(host, caller.request_alone(host, asked, Keys(*given) if any(given) else None))
    except (HostError, OSError) as error:
        module.fail_json(**failure(error))
    if answer.problem:
        module.fail_json(msg=f"{answer.problem['what']} ({answer.problem['value']}). Hint: {answer.problem['hint']}")
    if answer.warning:
        module.warn(answer.warning)
    module.exit_json(changed=False, source=answer.source, account=answer.account, arn=answer.arn, clock_skew=answer.clock_skew)


if __name__ == "__main__":
    main()
