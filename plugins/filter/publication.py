# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filters between the plan of a run and Parameter Store."""

from __future__ import annotations

from typing import Any, Callable

from ansible.errors import AnsibleFilterError
from ansible.utils.display import Display
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._release import publication

display = Display()


def _refusing(function: Callable[..., Any]) -> Callable[..., Any]:
    def filtered(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except ConfigError as error:
            raise AnsibleFilterError(str(error)) from error

    return filtered


def config_publications(plan: dict[str, Any], tags: dict[str, str] | None = None) -> list[dict[str, Any]]:
    for name in publication.unreadable_names(plan):
        display.warning(
            f"{name}: the managed policy CloudWatchAgentServerPolicy lets hosts read AmazonCloudWatch-* only; "
            "give the hosts' role ssm:GetParameter on this name, or take a name with that prefix."
        )
    return publication.publications(plan, tags)


def config_sources(
    plan: dict[str, Any], published: dict[str, Any], hold: str = "keep", live: dict[str, Any] | None = None
) -> dict[str, dict[str, Any]]:
    for entry in publication.held(published, hold):
        display.warning(
            f"{entry['region']}/{entry['name']}: on hold since its rollback: hosts stay at version {entry['live']}, the inventory asks for "
            f"version {entry['wanted']}; set cw_agent_release_hold to lift to release it."
        )
    return publication.sources(plan, published, hold, live)


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {
            "config_publications": _refusing(config_publications),
            "config_sources": _refusing(config_sources),
            "config_held_in_parts": _refusing(publication.held_in_parts),
            "config_to_release": _refusing(publication.to_release),
            "config_places": _refusing(publication.places),
            "config_unused_parts": _refusing(publication.unused_parts),
            "config_label_moves": _refusing(publication.moves),
        }
