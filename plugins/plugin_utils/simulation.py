# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM's simulation of what a principal may do. Private to this collection."""

from __future__ import annotations

from typing import Any, Iterable

from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import principals
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.policy import Need
from ansible_collections.cloudwatch.agent.plugins.module_utils._release import permissions
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.aws import Clients


def decisions(clients: Clients, principal: str, needs: Iterable[Need], profile: str, region: str) -> dict[Any, str]:
    """IAM's decisions on what a principal needs.

    Raises:
        AwsError: IAM could not be asked.
    """
    iam = clients("iam", profile, region)
    found: dict[Any, str] = {}
    for batch in permissions.batches(needs):
        found.update(principals.simulate(iam, principal, batch, region))
    return found
