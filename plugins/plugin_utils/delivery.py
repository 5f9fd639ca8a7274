# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles by which services deliver logs, as actions need them: one for each account. Private to this collection."""

from __future__ import annotations

import functools
from typing import Any, Iterator

from ansible_collections.cloudwatch.agent.plugins.module_utils._account import delivery_roles as rules
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.steps import Step
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import delivery_roles
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.aws import Clients


class DeliveryRoles:
    """Delivery roles of accounts, by the controller's profile for each: read first, made later."""

    def __init__(self, client: Clients, region: str) -> None:
        """*region*: whose endpoints of STS and IAM are asked."""
        self._client = client
        self._region = region
        self._roles: dict[str, tuple[rules.Role, rules.Found | None]] = {}
        self._done: list[Step] = []
        self.account = functools.lru_cache(maxsize=None)(self._asked)

    def _asked(self, profile: str) -> rules.Account:
        return delivery_roles.account(self._client("sts", profile, self._region))

    def read(self, profile: str, role: rules.Role) -> str:
        """See what IAM has of a role that is needed; its ARN, which has another path than ours where others have made it.

        Raises:
            AwsError: IAM cannot be asked.
        """
        found = delivery_roles.read(self._client("iam", profile, self._region), role)
        self._roles[profile] = (role, found)
        return found.arn if found else role.arn

    def problems(self) -> Iterator[str]:
        """Why roles cannot become what they shall be."""
        for role, found in self._roles.values():
            yield from rules.problems(role, found)

    def sides(self) -> dict[str, dict[str, Any]]:
        """The roles that differ, before and after, by name."""
        sides: dict[str, dict[str, Any]] = {"before": {}, "after": {}}
        for profile, (role, found) in self._roles.items():
            if rules.steps(role, found):
                name = "/".join(filter(None, (profile, "role", role.name)))
                sides["before"][name], sides["after"][name] = rules.shown(role, found)
        return sides

    def ensure(self) -> None:
        """Make the roles what they shall be.

        Raises:
            AwsError: a call was refused.
        """
        for profile, (role, found) in self._roles.items():
            delivery_roles.ensure(self._client("iam", profile, self._region), role, found, self._done)

    @property
    def changed(self) -> bool:
        """Whether something of a role was written."""
        return bool(self._done)
