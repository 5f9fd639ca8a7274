# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a configuration of the agent says, costs and needs, and what one of the old agent becomes.

Every filter is documented in the YAML file of its name.
"""

from __future__ import annotations

from typing import Any, Callable, Mapping, Sequence

from ansible.errors import AnsibleFilterError
from ansible_collections.cloudwatch.agent.plugins.module_utils._config import check, log_groups, metrics, policy
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.compose import compose
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.inventory import NotPlainError, plain
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.presets import preset as preset_configuration
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.subject import Subject
from ansible_collections.cloudwatch.agent.plugins.module_utils._migration import awslogs


def _refusing(function: Callable[..., Any]) -> Callable[..., Any]:
    def filtered(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except (ConfigError, NotPlainError) as error:
            raise AnsibleFilterError(str(error)) from error

    return filtered


def _subject(config: Any, agent_version: str, platform: str, mode: str) -> Subject:
    configuration, reason = check.parse(config)
    if reason:
        raise ConfigError(reason)
    return Subject(configuration, agent_version, platform, mode)


def config_problems(
    config: Any, agent_version: str = "", platform: str = "linux", mode: str = "ec2", silenced: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    return check.config_problems(config, agent_version, platform, mode, silenced)


def config_metrics(
    config: Any,
    facts: Mapping[str, Any] | None = None,
    hosts: int = 1,
    prices: Mapping[str, Any] | None = None,
    agent_version: str = "",
    platform: str = "linux",
    mode: str = "ec2",
) -> dict[str, Any]:
    return metrics.config_metrics(_subject(config, agent_version, platform, mode), facts or {}, int(hosts), prices or {})


def config_policy(
    config: Any,
    parameters: Sequence[str] = (),
    region: str = "",
    account: str = "",
    create_groups: bool = True,
    agent_version: str = "",
    platform: str = "linux",
    mode: str = "ec2",
) -> dict[str, Any]:
    return policy.config_policy(_subject(config, agent_version, platform, mode), list(parameters), region, account, create_groups)


def config_log_groups(config: Any, agent_version: str = "", platform: str = "linux", mode: str = "ec2") -> list[dict[str, Any]]:
    return log_groups.config_log_groups(_subject(config, agent_version, platform, mode))


def config_compose(fragments: Mapping[str, Any], preset: str = "none", platform: str = "linux", mode: str = "ec2") -> dict[str, Any]:
    parts = [("cw_agent_preset", preset_configuration(preset, platform, mode))]
    composition = compose(parts + [(name, plain(fragments[name], name)) for name in sorted(fragments)])
    return {
        "configuration": composition.configuration,
        "provenance": composition.provenance,
        "overrides": [item._asdict() for item in composition.overrides],
    }


def from_awslogs(
    text: Any,
    additional: Mapping[str, Any] | None = None,
    awscli: str = "",
    path: str = "awslogs.conf",
    skip: Sequence[str] = (),
    agent_version: str = "",
    mode: str = "ec2",
) -> dict[str, Any]:
    texts = {path: text, "awscli.conf": awscli, **(additional or {})}
    for name, content in texts.items():
        if not isinstance(content, str):
            raise ConfigError(
                f"{name} is no text, but of type {type(content).__name__}. Hint: read it with lookup('ansible.builtin.file', …)"
            )
    options = awslogs.Options(mode, agent_version, tuple(skip))
    migration = awslogs.from_texts(path, text, dict(additional or {}), awscli, options)
    if migration.refusals:
        raise ConfigError(awslogs.refusal_text(migration.refusals))
    return {key: value for key, value in migration.data.items() if key != "refusals"}


class FilterModule:
    """The filters about configurations."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The functions by the names that playbooks use."""
        return {
            "config_problems": _refusing(config_problems),
            "config_metrics": _refusing(config_metrics),
            "config_policy": _refusing(config_policy),
            "config_policy_gaps": _refusing(policy.managed_policy_gaps),
            "config_log_groups": _refusing(config_log_groups),
            "config_compose": _refusing(config_compose),
            "from_awslogs": _refusing(from_awslogs),
        }
