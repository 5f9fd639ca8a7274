# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The keys that the SSM agent of a server outside EC2 keeps for root: the agent uses them where its settings name them.

Without, its control program finds neither keys nor a region there, and cannot read a configuration out of Parameter Store.
"""

from __future__ import annotations

import shlex
from typing import Any, Mapping

PROFILE = "default"

SHARE = r"""
settings=/opt/aws/amazon-cloudwatch-agent/etc/common-config.toml
keys=/root/.aws/credentials
region=/root/.aws/config
if [ ! -e $keys ]; then
  echo "the SSM agent keeps no keys in $keys; turn ShareCreds on in its amazon-ssm-agent.json" >&2
  exit 1
fi
if ! grep -Eqs '^[[:space:]]*\[[[:space:]]*credentials[[:space:]]*\]' $settings; then
  printf '\n[credentials]\n  shared_credential_profile = "default"\n  shared_credential_file = "%s"\n' $keys >> $settings || exit 1
fi
if [ -z "$(sed -n '/^\[default\]/,/^\[/s/^[[:space:]]*region[[:space:]]*=.*/has/p' $region 2> /dev/null)" ]; then
  umask 077
  if grep -qs '^\[default\]' $region; then
    sed -i 's/^\[default\].*/&\nregion = '@REGION@/ $region
  else
    printf '[default]\nregion = %s\n' @REGION@ >> $region
  fi
fi
"""
"""Names the keys in the agent's settings, and writes a region beside them, where there is none yet. Other settings stay."""


def script(region: str) -> list[str]:
    """The lines of the script for servers of *region*."""
    return SHARE.strip().replace("@REGION@", shlex.quote(region)).splitlines()


def wanted(entry: Mapping[str, Any], profile: str) -> bool:
    """Whether a host of the plan is to use the SSM agent's keys. ``profile``: its credential profile, '' for none."""
    return entry.get("mode") == "onPremise" and profile == PROFILE


def differs(agent: Mapping[str, Any]) -> str:
    """What is wrong with the profile in the agent's settings, in words; '' where it is the one with the SSM agent's keys."""
    found = str((agent.get("common_config") or {}).get("profile") or "")
    if found == PROFILE:
        return ""
    what = f"name the credential profile {found}, not {PROFILE}" if found else f"do not name the credential profile {PROFILE}"
    return f"its settings {what}. Hint: remove the section credentials from the host's common-config.toml, and run again."
