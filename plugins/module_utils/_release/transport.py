# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host can have only where Ansible itself reaches it: Run Command installs and configures the agent, and does nothing else."""

from __future__ import annotations

from typing import Any, Collection, Mapping

from .._config.errors import ConfigError
from .._config.words import listed
from .settings import ABSENT, BESIDE, SETTINGS, SSM

CREDENTIALS = ("cw_agent_credentials_access_key_id", "cw_agent_credentials_profile", "cw_agent_credentials_file")
"""Variables that give the agent a credential profile."""
_OF_SSM_AGENT = {"cw_agent_credentials_profile": "default"}
"""Outside EC2 Run Command can have the agent use the keys of the SSM agent."""
_POSSIBLE: Mapping[str, Collection[Any]] = {
    **{name: (SETTINGS[name],) for name in (*BESIDE, "cw_agent_package_repository", "cw_agent_create_user")},
    "cw_agent_credential_sources": ([],),
    "cw_agent_log_access": ("check", "none"),
    "cw_agent_identity_check": ("changed", "never"),
}
"""The values of settings that need nothing but what Run Command does."""


def credentials_of(variables: Mapping[str, Any], mode: str) -> tuple[str, ...]:
    """Which of CREDENTIALS a host's *variables* set, but for the profile that Run Command can give the agent as well."""
    own = _OF_SSM_AGENT if mode == "onPremise" else {}
    return tuple(name for name in CREDENTIALS if variables.get(name) and variables[name] != own.get(name))


def check_transport(settings: Mapping[str, Any], credentials: Collection[str]) -> None:
    """Refuse what Run Command would leave out without a word.

    Args:
        settings: of the host, as SETTINGS.
        credentials: what ``credentials_of`` says of the host.

    Raises:
        ConfigError: the variables, and what to do instead.
    """
    if settings["cw_agent_transport"] != SSM:
        return
    if settings["cw_agent_state"] == ABSENT:
        raise ConfigError(
            "cw_agent_state is absent and cw_agent_transport is ssm: nothing removes an agent by Run Command. Hint: uninstall it with"
            " cloudwatch.agent.ssm_command (document AWS-ConfigureAWSPackage, action Uninstall), and take the host out of the run."
        )
    given = [*(name for name, possible in _POSSIBLE.items() if settings[name] not in possible), *credentials]
    if given:
        raise ConfigError(
            f"{listed(given)} {'is' if len(given) == 1 else 'are'} set, and cw_agent_transport is ssm:"
            " Run Command does nothing about that. Hint: take it out for this host, or reach the host by ssh."
        )


def ssm_hosts(hosts: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The hosts of a plan that are reached by Run Command."""
    return [name for name, entry in hosts.items() if entry.get("transport") == SSM]
