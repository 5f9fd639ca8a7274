# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # modules that work on the hosts of a run
    DOCUMENTATION = r"""
options:
  plan:
    description:
      - The result of M(cloudwatch.agent.cw_agent_plan).
      - The role P(cloudwatch.agent.config#role) registers it as C(cw_agent_plan).
    type: dict
    required: true
"""

    # modules that work on what is named as well
    OPTIONAL = r"""
options:
  plan:
    description:
      - The result of M(cloudwatch.agent.cw_agent_plan). Without it, only what the other options name counts.
      - The role P(cloudwatch.agent.config#role) registers it as C(cw_agent_plan).
    type: dict
    default: {}
"""
