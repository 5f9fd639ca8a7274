# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host variables beside the fragments: their defaults, which values are refused, and what follows from them."""

from __future__ import annotations

import re
from typing import Any, Mapping
from urllib.parse import urlsplit

from .._config.errors import ConfigError
from .._config.subject import MODES, PLATFORMS
from .._config.versions import parse_version

BESIDE = {
    "cw_agent_proxy": "proxy",
    "cw_agent_ca_bundle": "ca_bundle",
    "cw_agent_imds_retries": "imds_retries",
    "cw_agent_service_overrides": "overrides",
}
"""Settings beside the configuration, and what ``cw_agent_settings`` calls them; None: what is on the host stays."""
PURGES = frozenset(("configuration", "state", "logs", "credentials", "overrides"))
"""What may be removed with the agent."""
PRESENT, ABSENT = "present", "absent"
STATES = (PRESENT, ABSENT)
LOG_ACCESS = ("check", "group", "acl", "none")
"""How the agent's user gets access to the log files."""
IDENTITY_CHECKS = ("changed", "always", "never")
"""When STS is asked, on the host, as whom the agent calls AWS."""
CREDENTIAL_SOURCES = ("common_config", "container", "environment", "shared_file", "web_identity")
"""Credentials that win over the role of the instance."""
FRAGMENT = "cw_agent_fragment_"
SETTINGS: dict[str, Any] = {
    "cw_agent_state": "present",
    "cw_agent_preset": "none",
    "cw_agent_config_name": "",
    "cw_agent_environment": "",
    "cw_agent_region": "",
    "cw_agent_mode": "ec2",
    "cw_agent_platform": "linux",
    "cw_agent_build": "",
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

_FRAGMENT_NAME = re.compile(r"[a-z0-9_]+")
_PARAMETER = re.compile(r"[A-Za-z0-9_./-]+")
_PART = re.compile(r"\.part\d+$")
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d")
_BUILD = re.compile(r"\d+\.\d+\.\d+b\d+\S*")
_ENVIRONMENT = re.compile(r"[A-Za-z0-9_.]+")
_KEY = re.compile(r"[A-Za-z]+")
_TEXTS = (
    "cw_agent_state",
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
    build = settings["cw_agent_build"]
    if not isinstance(build, str):
        raise ConfigError(
            f"cw_agent_build is the number {build}, in which zeros at the end are lost. "
            'Hint: write it in quotes, with the whole build: "1.300064.1b1344".'
        )
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
    for name in _TEXTS:
        if not isinstance(settings[name], str):
            raise ConfigError(f"{name} is {settings[name]!r}, which is no text. Hint: write it in quotes.")
    for name, allowed in _CHOICES.items():
        if settings[name] not in allowed:
            raise ConfigError(f"{name} is {settings[name]!r}: expected one of {', '.join(allowed)}.")
    if not isinstance(settings["cw_agent_create_user"], bool):
        raise ConfigError(f"cw_agent_create_user is {settings['cw_agent_create_user']!r}. Hint: write true or false.")
    for name, known in _LISTS.items():
        value = settings[name]
        if not isinstance(value, list) or not set(map(str, value)) <= set(known):
            raise ConfigError(f"{name} is {value!r}. Hint: write a list of {', '.join(sorted(known))}.")
    if not isinstance(settings["cw_agent_silenced_rules"] or {}, Mapping):
        raise ConfigError("cw_agent_silenced_rules must be a mapping: rule id → reason.")


def settings_beside(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings beside the configuration that the inventory gives, as ``cw_agent_settings`` takes them.

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
    return found


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


def region_of(settings: Mapping[str, Any], placement: str) -> str:
    """The host's region: ``cw_agent_region``, else that of the inventory (*placement*), which it must agree with.

    Raises:
        ConfigError: there is none, it is no region's name, or the two disagree.
    """
    region = str(settings["cw_agent_region"] or placement or "")
    if not region:
        raise ConfigError("no region is known. Hint: set cw_agent_region (EC2 inventories give placement.region).")
    if not _REGION.fullmatch(region):
        raise ConfigError(f"the region is {region!r}, which is not an AWS region's name such as us-east-1. Hint: correct cw_agent_region.")
    if placement and region != placement:
        raise ConfigError(
            f"cw_agent_region is {region!r}, and the inventory's placement says {placement!r}: the configuration would be published where "
            f"the host does not look for it. Hint: remove cw_agent_region for this host, or set it to {placement}."
        )
    return region


def config_name(settings: Mapping[str, Any], fragments: Mapping[str, Any]) -> str:
    """The name of a host's configuration in Parameter Store: ``cw_agent_config_name``, else made of environment, preset and fragments."""
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
