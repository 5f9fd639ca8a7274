# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import textwrap

OPTIONS = r"""
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
"""


HEAD = r"""
options:
  settings:
    description: The desired settings beside the configuration. What is not given is not compared.
    type: dict
    suboptions:
"""


class ModuleDocFragment:
    DOCUMENTATION = f"options:\n{textwrap.indent(OPTIONS, '  ')}"
    NESTED = HEAD + textwrap.indent(OPTIONS, "      ")
