# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host variables beside the fragments: their defaults, which values are refused, and what follows from them."""

from __future__ import annotations

import re
from typing import Any, Mapping
from urllib.parse import urlsplit

from .._config.errors import ConfigError
from .._config.findings import did_you_mean
from .._config.regions import is_region, meant_region
from .._config.subject import MODES, PLATFORMS
from .._config.vaulted import Mask, Vaulted
from .._config.versions import parse_version

BESIDE = {
    "cw_agent_proxy": "proxy",
    "cw_agent_ca_bundle": "ca_bundle",
    "cw_agent_imds_retries": "imds_retries",
    "cw_agent_service_overrides": "overrides",
    "cw_agent_log_level": "log_level",
    "cw_agent_environment_variables": "environment",
}
"""Settings beside the configuration, and what ``cw_agent_settings`` calls them; None: what is on the host stays."""
PURGES = frozenset(("configuration", "state", "logs", "credentials", "overrides"))
"""What may be removed with the agent."""
PRESENT, ABSENT = "present", "absent"
STATES = (PRESENT, ABSENT)
SSH, SSM = "ssh", "ssm"
TRANSPORTS = (SSH, SSM)
"""How a host is reached: by Ansible's connection, or by Run Command of Systems Manager."""
LOG_ACCESS = ("check", "group", "acl", "none")
"""How the agent's user gets access to the log files."""
IDENTITY_CHECKS = ("changed", "always", "never")
"""When STS is asked, on the host, as whom the agent calls AWS."""
CREDENTIAL_SOURCES = ("common_config", "container", "environment", "shared_file", "web_identity")
"""Credentials that win over the role of the instance."""
LOG_LEVELS = ("INFO", "DEBUG", "WARN", "ERROR", "OFF")
"""What the agent's control program knows."""
_KEYS = "cw_agent_credentials_access_key_id and cw_agent_credentials_secret_access_key"
OWNED = {
    "AWS_ACCESS_KEY_ID": _KEYS,
    "AWS_CA_BUNDLE": "cw_agent_ca_bundle",
    "AWS_DEFAULT_REGION": "cw_agent_region",
    "AWS_PROFILE": "cw_agent_credentials_profile",
    "AWS_REGION": "cw_agent_region",
    "AWS_SDK_LOG_LEVEL": "agent.aws_sdk_log_level in a fragment",
    "AWS_SECRET_ACCESS_KEY": _KEYS,
    "AWS_SESSION_TOKEN": _KEYS,
    "AWS_SHARED_CREDENTIALS_FILE": "cw_agent_credentials_file",
    "AWS_USE_DUALSTACK_ENDPOINT": "agent.use_dualstack_endpoint in a fragment",
    "CWAGENT_LOGS_BACKPRESSURE_MODE": "backpressure_mode of log files in a fragment",
    "CWAGENT_LOG_LEVEL": "cw_agent_log_level",
    "CWAGENT_USAGE_DATA": "agent.usage_data in a fragment",
    "CWAGENT_USER_AGENT": "agent.user_agent in a fragment",
    "HTTPS_PROXY": "cw_agent_proxy",
    "HTTP_PROXY": "cw_agent_proxy",
    "IMDS_NUMBER_RETRY": "cw_agent_imds_retries",
    "NO_PROXY": "cw_agent_proxy",
}
"""Environment variables of the agent that something else sets, and what; the agent writes ten of them anew at each start."""
FRAGMENT = "cw_agent_fragment_"
SETTINGS: dict[str, Any] = {
    "cw_agent_state": "present",
    "cw_agent_transport": SSH,
    "cw_agent_preset": "none",
    "cw_agent_config_name": "",
    "cw_agent_environment": "",
    "cw_agent_region": "",
    "cw_agent_mode": "ec2",
    "cw_agent_platform": "linux",
    "cw_agent_build": "",
    "cw_agent_package_repository": False,
    "cw_agent_silenced_rules": {},
    "cw_agent_profile": "",
    "cw_agent_allow_vaulted": [],
    "cw_agent_log_access": "check",
    "cw_agent_create_user": False,
    "cw_agent_identity_check": "changed",
    "cw_agent_credential_sources": [],
    "cw_agent_uninstall_purge": ["configuration", "state", "credentials", "overrides"],
    **dict.fromkeys(BESIDE),
}
"""The host variables beside the fragments, with the defaults of the role ``config``."""

_NOTHING = Vaulted()
_FRAGMENT_NAME = re.compile(r"[a-z0-9_]+")
_PARAMETER = re.compile(r"[A-Za-z0-9_./-]+")
_PART = re.compile(r"\.part\d+$")
_BUILD = re.compile(r"\d+\.\d+\.\d+b\d+\S*")
_PACKAGE = re.compile(r"\d+\.\d+(\.\d+)?(b\d+)?(-[\w.+~]+)?")
_ZONE = re.compile(r"([a-z]{2,4}(?:-[a-z]+)+-\d{1,2})-.*")
_ENVIRONMENT = re.compile(r"[A-Za-z0-9_.]+")
_KEY = re.compile(r"[A-Za-z]+")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ASSIGNMENT = re.compile(r"""(?:^|[\s"'])([A-Za-z_][A-Za-z0-9_]*)=""")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_TEXTS = (
    "cw_agent_state",
    "cw_agent_transport",
    "cw_agent_preset",
    "cw_agent_config_name",
    "cw_agent_environment",
    "cw_agent_region",
    "cw_agent_mode",
    "cw_agent_platform",
    "cw_agent_profile",
    "cw_agent_log_access",
    "cw_agent_identity_check",
)
_CHOICES = {
    "cw_agent_state": STATES,
    "cw_agent_transport": TRANSPORTS,
    "cw_agent_mode": MODES,
    "cw_agent_platform": PLATFORMS,
    "cw_agent_log_access": LOG_ACCESS,
    "cw_agent_identity_check": IDENTITY_CHECKS,
}
_LISTS = {"cw_agent_uninstall_purge": PURGES, "cw_agent_credential_sources": CREDENTIAL_SOURCES}


def check_settings(settings: Mapping[str, Any]) -> None:
    """Refuse values that no host can have.

    Raises:
        ConfigError: the variable, its value, and what to write instead.
    """
    _check_build(settings)
    for name in _TEXTS:
        if not isinstance(settings[name], str):
            raise ConfigError(f"{name} is {settings[name]!r}, which is no text. Hint: write it in quotes.")
    for name, allowed in _CHOICES.items():
        if settings[name] not in allowed:
            raise ConfigError(f"{name} is {settings[name]!r}: expected one of {', '.join(allowed)}.")
    _check_switch("cw_agent_create_user", settings)
    for name, known in _LISTS.items():
        value = settings[name]
        if not isinstance(value, list) or not set(map(str, value)) <= set(known):
            raise ConfigError(f"{name} is {value!r}. Hint: write a list of {', '.join(sorted(known))}.")
    if not isinstance(settings["cw_agent_silenced_rules"] or {}, Mapping):
        raise ConfigError("cw_agent_silenced_rules must be a mapping: rule id → reason.")


def _check_switch(name: str, settings: Mapping[str, Any]) -> None:
    if not isinstance(settings[name], bool):
        raise ConfigError(f"{name} is {settings[name]!r}. Hint: write true or false.")


def _check_package(build: str) -> None:
    if build not in ("", "latest") and not _PACKAGE.fullmatch(build):
        raise ConfigError(
            f"cw_agent_build is {build!r}, and the package is that of the distribution's repository (cw_agent_package_repository). "
            "Hint: write its version, with or without the release, such as 1.300044.0-1.amzn2023, or latest."
        )


def language_version(settings: Mapping[str, Any]) -> str:
    """The agent's version whose language the configuration of a host with these settings is in; '' for the newest that is known."""
    build = str(settings["cw_agent_build"])
    if not settings["cw_agent_package_repository"]:
        return build
    return "" if build == "latest" else build.partition("-")[0]


def _check_build(settings: Mapping[str, Any]) -> None:
    build = settings["cw_agent_build"]
    if not isinstance(build, str):
        if isinstance(build, bool) or not isinstance(build, (int, float)):
            raise ConfigError(f'cw_agent_build is {build!r}, which is no text. Hint: write the whole build in quotes: "1.300064.1b1344".')
        raise ConfigError(
            f"cw_agent_build is the number {build}, in which zeros at the end are lost. "
            'Hint: write it in quotes, with the whole build: "1.300064.1b1344".'
        )
    _check_switch("cw_agent_package_repository", settings)
    if settings["cw_agent_package_repository"]:
        _check_package(build)
        return
    try:
        parse_version(build)
    except ConfigError as error:
        hint = "write a build such as 1.300064.1b1344, latest, or '' to keep what is installed; a host without the agent gets the latest"
        raise ConfigError(f"cw_agent_build is {build!r}. Hint: {hint}.") from error
    if build and not _BUILD.fullmatch(build):
        raise ConfigError(
            f"cw_agent_build is {build!r}, a release without its build, which no mirror has. "
            "Hint: write the whole build, such as 1.300064.1b1344 (CWAGENT_VERSION of a host that has it, or the release notes)."
        )


def settings_beside(settings: Mapping[str, Any], vaulted: Vaulted = _NOTHING) -> dict[str, Any]:
    """The settings beside the configuration that the inventory gives, as ``cw_agent_settings`` takes them.

    ``vaulted``: what of the environment variables comes out of Ansible Vault.

    Raises:
        ConfigError: the variable, its value, and what to write instead.
    """
    found = {BESIDE[name]: settings[name] for name in BESIDE if settings[name] is not None}
    if "proxy" in found:
        _check_proxy(found["proxy"])
    bundle, retries = found.get("ca_bundle", ""), found.get("imds_retries", 0)
    if not isinstance(bundle, str) or (bundle and not bundle.startswith("/")):
        raise ConfigError(f"cw_agent_ca_bundle is {bundle!r}. Hint: write the absolute path of a file on the host, or '' for none.")
    if isinstance(retries, bool) or not isinstance(retries, int) or retries < 0:
        raise ConfigError(f"cw_agent_imds_retries is {retries!r}. Hint: write a number from 0.")
    _check_overrides(found.get("overrides", {}))
    _check_log_level(found.get("log_level", ""))
    _check_variables(found.get("environment", {}))
    _check_twice(found)
    return {**found, **_variables(found["environment"], Mask(vaulted.texts))} if "environment" in found else found


def _variables(given: Mapping[str, str], mask: Mask) -> dict[str, dict[str, str]]:
    secret = {name: value for name, value in given.items() if mask(value) != value}
    plain = {name: value for name, value in given.items() if name not in secret}
    return {"environment": plain, **({"secret_environment": secret} if secret else {})}


def _check_log_level(level: Any) -> None:
    if level != "" and level not in LOG_LEVELS:
        hint = "write 'OFF' in quotes" if level is False else f"write one of {', '.join(LOG_LEVELS)}, or '' for what the configuration says"
        raise ConfigError(f"cw_agent_log_level is {level!r}. Hint: {hint}.")


def _check_variables(variables: Any) -> None:
    if not isinstance(variables, Mapping):
        raise ConfigError("cw_agent_environment_variables must be a mapping: name → text.")
    for name, value in variables.items():
        if not _VARIABLE.fullmatch(str(name)):
            raise ConfigError(f"cw_agent_environment_variables has {name!r}. Hint: a name has letters, digits and _ only.")
        if str(name).upper() in OWNED:
            owner = OWNED[str(name).upper()]
            raise ConfigError(f"cw_agent_environment_variables has {name}, which is not set there. Hint: set {owner} instead.")
        # The value may be a secret.
        if not isinstance(value, str) or _CONTROL.search(value):
            raise ConfigError(f"cw_agent_environment_variables.{name} is no text on one line. Hint: write it in quotes.")


def _check_twice(found: Mapping[str, Any]) -> None:
    given = (found.get("overrides", {}).get("Service") or {}).get("Environment") or []
    assigned = {name for one in (given if isinstance(given, list) else [given]) for name in _ASSIGNMENT.findall(str(one))}
    own = {**found.get("environment", {}), **({"CWAGENT_LOG_LEVEL": ""} if found.get("log_level") else {})}
    twice = sorted(assigned & set(own))
    if twice:
        variable = "cw_agent_log_level" if "CWAGENT_LOG_LEVEL" in twice else "cw_agent_environment_variables"
        what = f"cw_agent_service_overrides.Service.Environment sets {', '.join(twice)}, and so does {variable}"
        raise ConfigError(f"{what}. Hint: take it out of one of them.")


def check_debug(settings: Mapping[str, Any], configuration: Mapping[str, Any]) -> None:
    """Refuse a level of the log that the configuration would overrule at each start of the agent.

    Raises:
        ConfigError: the level, and what to take out.
    """
    level, agent = settings["cw_agent_log_level"], configuration.get("agent")
    if level in (None, "", "DEBUG") or not isinstance(agent, Mapping) or agent.get("debug") is not True:
        return
    raise ConfigError(
        f"cw_agent_log_level is {level}, and agent.debug of its configuration is true, which the agent goes by at each start. "
        "Hint: take one of them out."
    )


def _check_proxy(proxy: Any) -> None:
    if not isinstance(proxy, Mapping) or set(proxy) - {"http", "https", "no_proxy"}:
        raise ConfigError("cw_agent_proxy must be a mapping with http, https and no_proxy.")
    for name in ("http", "https"):
        parts = urlsplit(str(proxy.get(name) or ""))
        if proxy.get(name) and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ConfigError(f"cw_agent_proxy.{name} is no URL. Hint: write http://proxy.example.com:3128, or '' for none.")
    excluded = proxy.get("no_proxy") or []
    if not isinstance(excluded, list) or not all(isinstance(one, str) and one and "," not in one for one in excluded):
        raise ConfigError(f"cw_agent_proxy.no_proxy is {excluded!r}. Hint: write a list of names, domains and addresses.")


def _check_overrides(overrides: Any) -> None:
    if not isinstance(overrides, Mapping) or not all(isinstance(keys, Mapping) for keys in overrides.values()):
        raise ConfigError("cw_agent_service_overrides must be a mapping: section → key → value or list of values.")
    for section, keys in overrides.items():
        if section not in ("Unit", "Service"):
            raise ConfigError(f"cw_agent_service_overrides has the section {section!r}: a drop-in of the agent's has Unit and Service.")
        for key, value in keys.items():
            values = value if isinstance(value, list) else [value]
            if not _KEY.fullmatch(str(key)) or not all(isinstance(one, (str, int, float)) and "\n" not in str(one) for one in values):
                raise ConfigError(
                    f"cw_agent_service_overrides.{section}.{key} is {value!r}. Hint: write a setting of systemd and its value on one line."
                )


def region_of_placement(placement: str) -> str:
    """The region of the inventory's ``placement.region``, which amazon.aws makes by cutting one character off the zone.

    That is right of us-west-2a alone: of us-west-2-lax-1a (a Local Zone) and us-east-1-wl1-bos-wlz-1 (a Wavelength Zone) more is left.
    """
    zone = _ZONE.fullmatch(placement)
    return zone[1] if zone else placement


def region_of(settings: Mapping[str, Any], placement: str) -> str:
    """The host's region: ``cw_agent_region``, else that of the inventory (*placement*), which it must agree with.

    Raises:
        ConfigError: there is none, it is no region's name, or the two disagree.
    """
    placement = region_of_placement(placement)
    region = str(settings["cw_agent_region"] or placement or "")
    if not region:
        raise ConfigError("no region is known. Hint: set cw_agent_region (EC2 inventories give placement.region).")
    if not is_region(region):
        question = did_you_mean(meant_region(region))
        raise ConfigError(f"the region is {region!r}, which is not the name of an AWS region.{question} Hint: correct cw_agent_region.")
    if placement and region != placement:
        raise ConfigError(
            f"cw_agent_region is {region!r}, and the inventory's placement says {placement!r}: the configuration would be published where "
            f"the host does not look for it. Hint: remove cw_agent_region for this host, or set it to {placement}."
        )
    return region


def config_name(settings: Mapping[str, Any], fragments: Mapping[str, Any]) -> str:
    """The name of a host's configuration in Parameter Store: ``cw_agent_config_name``, else made of environment, preset and fragments.

    Raises:
        ConfigError: a name is not possible, or there is nothing to compose.
    """
    names = sorted(name[len(FRAGMENT) :] for name in fragments)
    for name in names:
        if not _FRAGMENT_NAME.fullmatch(name):
            raise ConfigError(f"the variable {FRAGMENT}{name} has a name that no fragment may have: use a-z, 0-9 and _ after {FRAGMENT}.")
    chosen = str(settings["cw_agent_preset"])
    if chosen == "none" and not names:
        raise ConfigError(f"there is nothing to compose: set cw_agent_preset, or a variable {FRAGMENT}<name> in the inventory.")
    given = str(settings["cw_agent_config_name"] or "")
    if _PART.search(given):
        raise ConfigError(
            f"cw_agent_config_name is {given!r}: names ending in .part and a number are for multi-part configurations. Hint: rename it."
        )
    if given and not _PARAMETER.fullmatch(given):
        raise ConfigError(f"cw_agent_config_name is {given!r}: a parameter's name has letters, digits, and _ . - / only.")
    if given:
        return given
    environment = str(settings["cw_agent_environment"] or "")
    if environment and not _ENVIRONMENT.fullmatch(environment):
        raise ConfigError(
            f"cw_agent_environment is {environment!r}: it becomes part of a parameter's name. Hint: use letters, digits, _ and ."
        )
    first = [] if chosen == "none" else [chosen if settings["cw_agent_mode"] == "ec2" else f"{chosen}-onprem"]
    return "AmazonCloudWatch-" + "-".join([environment] * bool(environment) + first + names)
