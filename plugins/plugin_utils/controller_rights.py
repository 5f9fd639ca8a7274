# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the controller may do what a run needs, as IAM simulates it. Private to this collection."""

from __future__ import annotations

from typing import Any, Callable, Collection, Mapping, NamedTuple, Sequence

from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import principals
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands import controller
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.agent_fleet import Target
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.policy import account_of
from ansible_collections.cloudwatch.agent.plugins.module_utils._release import permissions
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.aws import Clients
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.fleet_commands import by_place
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.identities import of_caller
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.simulation import decisions

ROOT = ":root"
"""IAM simulates nothing for it, and denies it nothing."""
WITHOUT = "Whether the controller may do what this run needs is not known. cw_agent_permissions_check: never does not ask."


def require_controller(
    clients: Clients,
    targets: Sequence[Target],
    lacking: Mapping[str, Collection[str]],
    associated: Collection[str],
    warn: Callable[[str], None],
) -> None:
    """See to it that the controller may change these hosts; what IAM does not say is a warning.

    Args:
        targets: the hosts that differ.
        lacking: by host, what it lacks.
        associated: configurations whose associations follow the release.

    Raises:
        CommandError: it may not.
    """
    denied: dict[str, list[controller.Denied]] = {}
    for (profile, region), some in by_place(targets).items():
        found = _asked(Place(clients, profile, region), some, lacking, associated, warn)
        for principal, one in found:
            denied.setdefault(principal, []).append(one)
    controller.require_none(denied)


class Place(NamedTuple):
    """An account and region, and how they are asked."""

    clients: Clients
    profile: str
    region: str

    def client(self, service: str) -> Any:
        """A client of a service."""
        return self.clients(service, self.profile, self.region)


def _asked(
    place: Place,
    targets: Sequence[Target],
    lacking: Mapping[str, Collection[str]],
    associated: Collection[str],
    warn: Callable[[str], None],
) -> list[tuple[str, controller.Denied]]:
    """What IAM does not allow, with the principal. A condition that a simulation cannot know denies nothing."""
    try:
        arn = principals.caller(place.client("sts"))
        if arn.endswith(ROOT):
            return []
        principal = of_caller(arn, lambda name: principals.role_named(place.client("iam"), name)).arn
        needs = controller.needs(targets, lacking, account_of(principal), associated)
        judged = permissions.judged(needs, decisions(place.clients, principal, needs, place.profile, place.region))
    except AwsError as error:
        warn(f"{str(error).rstrip('.')}. {WITHOUT}")
        return []
    known = [(need, why) for need, why in judged if not why.startswith(permissions.CONDITIONS)]
    return [(principal, controller.Denied(need.action, need.resource, permissions.WHY[why])) for need, why in known]
