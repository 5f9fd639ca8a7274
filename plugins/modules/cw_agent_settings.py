#!/usr/bin/python
# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: cw_agent_settings
short_description: Set what the Amazon CloudWatch agent reads beside its configuration
version_added: "0.1.0"
author: cloudwatch.agent contributors (@cloudwatch-agent)
description:
  - Sets proxies, certificate authorities and metadata retries in C(common-config.toml), environment variables and the level of its log, and
    a drop-in of the service's unit.
  - What is not given stays as it is on the host, comments and the credential profile included.
  - An agent that runs is started anew with the settings and watched. When it dies of them, those before are back, the agent is
    started with them, and the module fails with the agent's own log lines.
  - Waits for another change of the agent on the same host.
options:
  proxy:
    description:
      - The proxies of the agent, of its control program and of its downloads, in section C([proxy]) of C(common-config.toml).
      - The instance metadata service is always excluded. Passwords in URLs are shown nowhere.
    type: dict
    suboptions:
      http:
        description: For plain HTTP, such as V(http://USER:PASSWORD@proxy.example.com:3128). Empty means none.
        type: str
        default: ""
      https:
        description: For HTTPS, which AWS is reached by. Empty means none.
        type: str
        default: ""
      no_proxy:
        description: Names, domains and addresses that are reached without one.
        type: list
        elements: str
        default: []
  ca_bundle:
    description: A file on the host with the certificate authorities that are trusted, in section C([ssl]). Empty takes the setting out.
    type: str
  imds_retries:
    description: How often the instance metadata service is asked again, in section C([imds]).
    type: int
  overrides:
    description:
      - A drop-in of the service's unit, by section and key; a list gives a key several times, the first empty to begin anew.
      - An empty dictionary removes it. Drop-ins of other names are left alone.
    type: dict
  log_level:
    description:
      - The level at which the agent logs, whatever starts it. An agent that runs takes it within 30 seconds, without a start.
      - At each start the agent logs at the level of its configuration first, and takes this one 30 seconds later. C(agent.debug) of the
        configuration counts more than this option at each start.
      - Empty takes the level out, and the agent logs at that of its configuration.
    type: str
    choices: ["", INFO, DEBUG, WARN, ERROR, "OFF"]
  environment:
    description:
      - Environment variables of the agent, text by name. Together with O(secret_environment) they are all that this collection gives it;
        an empty dictionary takes them back.
      - They count from a start of the agent on, which changing them causes.
      - They are set by a drop-in of the unit with a file that root alone reads, which works with every build. C(set-env) of the agent's
        control program is there from 1.300071 on only. Where it has put another value of one of these names into C(env-config.json),
        which would count more, that is taken out there.
      - The variables that the agent sets itself at each start, such as C(HTTPS_PROXY), are refused.
    type: dict
  secret_environment:
    description: More of them, whose values no output shows.
    type: dict
  health_seconds:
    description: Seconds that an agent which is ready has to live on with the new settings.
    type: int
    default: 10
extends_documentation_fragment:
  - cloudwatch.agent.attributes
  - cloudwatch.agent.attributes.host
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - Shows the drop-ins and the keys of C(common-config.toml) that change, and the environment without secrets.
notes:
  - Needs Python 3.8 or later on the host.
seealso:
  - module: cloudwatch.agent.cw_agent_credentials
  - module: cloudwatch.agent.cw_agent_config
"""

EXAMPLES = r"""
- name: The agent reaches AWS through a proxy that has a certificate authority of its own
  cloudwatch.agent.cw_agent_settings:
    proxy:
      https: http://proxy.example.com:3128
      no_proxy: [.example.com]
    ca_bundle: /etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem

- name: The agent comes after a mount, and may take a quarter of a processor
  cloudwatch.agent.cw_agent_settings:
    overrides:
      Unit:
        RequiresMountsFor: /srv/logs
      Service:
        CPUQuota: 25%

- name: The agent says more for the time being, and finds its own host name and a token in its environment
  cloudwatch.agent.cw_agent_settings:
    log_level: DEBUG
    environment:
      HOST_NAME: "{{ inventory_hostname }}"
    secret_environment:
      COLLECTOR_TOKEN: "{{ collector_token }}"
"""

RETURN = r"""
differences:
  description: What was, or in check mode would be, done.
  returned: success
  type: list
  elements: str
  sample: ["settings: [proxy] https_proxy none → http://proxy.example.com:3128"]
log:
  description: The agent's lines that explain the failure.
  returned: failure
  type: list
  elements: str
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.arguments import failure, settings
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.settings_change import ensure_settings
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.system import Host

ARGUMENTS: dict[str, Any] = {
    "proxy": {
        "type": "dict",
        "options": {
            "http": {"type": "str", "default": ""},
            "https": {"type": "str", "default": ""},
            "no_proxy": {"type": "list", "elements": "str", "default": []},
        },
    },
    "ca_bundle": {"type": "str"},
    "imds_retries": {"type": "int"},
    "overrides": {"type": "dict"},
    "log_level": {"type": "str", "choices": ["", "INFO", "DEBUG", "WARN", "ERROR", "OFF"]},
    "environment": {"type": "dict"},
    "secret_environment": {"type": "dict", "no_log": True},
    "health_seconds": {"type": "int", "default": 10},
}


def main() -> None:
    """Entry point."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    asked = settings(module.params)
    module.no_log_values.update(asked.secrets)
    try:
        outcome = ensure_settings(Host(), asked, float(module.params["health_seconds"]), module.check_mode)
    except (HostError, OSError) as error:
        module.fail_json(**failure(error))
    for text in outcome.warnings:
        module.warn(text)
    keys = "".join(f"{one}\n" for one in outcome.differences if "[" in one)
    module.exit_json(
        changed=outcome.changed,
        differences=outcome.differences,
        diff={"before": outcome.before, "after": keys + outcome.after},
    )


if __name__ == "__main__":
    main()
