# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host variables beside the fragments; how their refusals read in a run stands in test_plan.py."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.vaulted import Vaulted
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import environment, leftovers
from ansible_collections.cloudwatch.agent.plugins.module_utils._release import settings
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.settings import (
    SETTINGS,
    check_debug,
    check_settings,
    config_name,
    language_version,
    region_of,
    settings_beside,
)


def test_the_defaults_are_accepted() -> None:
    check_settings(SETTINGS)


@pytest.mark.parametrize("name", sorted(name for name, default in SETTINGS.items() if isinstance(default, str)))
def test_what_is_no_text_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match=name):
        check_settings({**SETTINGS, name: 7})


def test_every_region_of_every_partition_is_one() -> None:
    session = boto3.Session()
    regions = {region for part in session.get_available_partitions() for region in session.get_available_regions("ssm", part)}
    assert {"us-east-1", "cn-north-1", "us-gov-west-1"} < regions
    for region in {*regions, "eusc-de-east-1"}:
        assert region_of(SETTINGS, region) == region


@pytest.mark.parametrize("zone", ["us-west-2a", "us-west-2-lax-1a", "us-west-2-wl1-den-wlz-1"])
def test_the_region_of_every_kind_of_zone(zone: str) -> None:
    """amazon.aws.aws_ec2 cuts one character off the zone, and calls the rest a region."""
    assert region_of(SETTINGS, zone[:-1]) == "us-west-2"
    assert region_of({**SETTINGS, "cw_agent_region": "us-west-2"}, zone[:-1]) == "us-west-2"
    with pytest.raises(ConfigError, match="placement says 'us-west-2'"):
        region_of({**SETTINGS, "cw_agent_region": "us-west-1"}, zone[:-1])


@pytest.mark.parametrize(("settings", "placement"), [({}, ""), ({"cw_agent_region": "eu-west-1"}, "us-east-1"), ({}, "us-east")])
def test_a_region_that_cannot_be_is_refused(settings: dict[str, Any], placement: str) -> None:
    with pytest.raises(ConfigError, match="cw_agent_region"):
        region_of({**SETTINGS, **settings}, placement)


def test_a_name_is_made_of_what_there_is() -> None:
    settings = {**SETTINGS, "cw_agent_preset": "basic", "cw_agent_environment": "staging"}
    assert config_name(settings, {"cw_agent_fragment_web": {}, "cw_agent_fragment_base": {}}) == "AmazonCloudWatch-staging-basic-base-web"


def test_settings_beside_the_configuration_are_those_that_are_given() -> None:
    assert settings_beside(SETTINGS) == {}
    given = {
        "cw_agent_proxy": {"https": "http://proxy:3128", "no_proxy": [".example.com"]},
        "cw_agent_ca_bundle": "",
        "cw_agent_imds_retries": 0,
        "cw_agent_service_overrides": {"Unit": {"After": ["a.mount", "b.mount"]}, "Service": {"Nice": 5, "Environment": "B=1"}},
        "cw_agent_log_level": "OFF",
        "cw_agent_environment_variables": {"A": "1", "HOST_NAME": ""},
    }
    names = ("proxy", "ca_bundle", "imds_retries", "overrides", "log_level", "environment")
    assert settings_beside({**SETTINGS, **given}) == dict(zip(names, given.values()))


def test_variables_out_of_ansible_vault_are_secret() -> None:
    given = {**SETTINGS, "cw_agent_environment_variables": {"A": "open-text", "TOKEN": "wordword", "URL": "https://x/?t=wordword"}}
    assert settings_beside(given, Vaulted(frozenset(["token"]), frozenset(["wordword"]))) == {
        "environment": {"A": "open-text"},
        "secret_environment": {"TOKEN": "wordword", "URL": "https://x/?t=wordword"},
    }


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (
            {"cw_agent_environment_variables": {"B": "1"}},
            r"Environment sets B, and so does cw_agent_environment_variables\. Hint: take it out",
        ),
        ({"cw_agent_log_level": "DEBUG"}, "Environment sets CWAGENT_LOG_LEVEL, and so does cw_agent_log_level"),
    ],
)
def test_one_variable_is_set_in_one_way(more: dict[str, Any], words: str) -> None:
    overrides = {"Service": {"Environment": ["A=0", '"B=1 2" CWAGENT_LOG_LEVEL=INFO']}}
    with pytest.raises(ConfigError, match=words):
        settings_beside({**SETTINGS, "cw_agent_service_overrides": overrides, **more})


@pytest.mark.parametrize("level", [None, "", "DEBUG", "WARN"])
@pytest.mark.parametrize("debug", [False, True])
def test_a_level_that_the_configuration_overrules(level: str | None, debug: bool) -> None:
    given, configuration = {**SETTINGS, "cw_agent_log_level": level}, {"agent": {"debug": debug}}
    if level != "WARN" or not debug:
        check_debug(given, configuration)
        return
    with pytest.raises(ConfigError, match=r"cw_agent_log_level is WARN, and agent\.debug of its configuration is true"):
        check_debug(given, configuration)


def test_the_host_refuses_what_the_agent_sets_itself_too() -> None:
    """Two packages that may not import each other agree."""
    assert set(settings.OWNED) > environment.RESET
    assert settings.LOG_LEVELS == environment.LEVELS


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("proxy", "http://proxy:3128", "must be a mapping with http, https and no_proxy"),
        ("proxy", {"ftp": "x"}, "must be a mapping with http, https and no_proxy"),
        ("proxy", {"https": "user:word@proxy:3128"}, r"cw_agent_proxy\.https is no URL\. Hint: write http://proxy"),
        ("proxy", {"no_proxy": "a,b"}, "write a list of names"),
        ("ca_bundle", "bundle.pem", "write the absolute path of a file"),
        ("imds_retries", "3", "write a number from 0"),
        ("imds_retries", True, "write a number from 0"),
        ("service_overrides", [], "must be a mapping: section → key"),
        ("service_overrides", {"Install": {}}, "a drop-in of the agent's has Unit and Service"),
        ("service_overrides", {"Service": {"Nice 5": ""}}, "write a setting of systemd"),
        ("service_overrides", {"Service": {"Nice": "5\n[Unit]"}}, "write a setting of systemd"),
        ("log_level", "debug", r"cw_agent_log_level is 'debug'\. Hint: write one of INFO, DEBUG, WARN, ERROR, OFF, or ''"),
        ("log_level", False, "write 'OFF' in quotes"),
        ("environment_variables", ["A=1"], "must be a mapping: name → text"),
        ("environment_variables", {"A-B": "word@"}, "has 'A-B'. Hint: a name has letters"),
        ("environment_variables", {"A": 1}, r"environment_variables\.A is no text on one line\. Hint: write it in quotes"),
        ("environment_variables", {"A": "word@\nB=1"}, r"environment_variables\.A is no text on one line"),
        ("environment_variables", {"https_proxy": "word@"}, "has https_proxy, which is not set there. Hint: set cw_agent_proxy instead"),
        ("environment_variables", {"AWS_SECRET_ACCESS_KEY": "word@"}, "Hint: set cw_agent_credentials_access_key_id and"),
        ("environment_variables", {"CWAGENT_USER_AGENT": "x"}, "Hint: set agent.user_agent in a fragment instead"),
    ],
)
def test_settings_that_nothing_can_be_made_of(name: str, value: Any, words: str) -> None:
    """Refused on the controller; of a proxy's URL, which may hold a password, nothing is shown."""
    with pytest.raises(ConfigError, match=words) as caught:
        settings_beside({**SETTINGS, f"cw_agent_{name}": value})
    assert "word@" not in str(caught.value)


def test_what_may_be_removed_is_what_a_host_knows_to_remove() -> None:
    """Two packages that may not import each other agree."""
    assert frozenset(leftovers.PURGES) == settings.PURGES
    with pytest.raises(ConfigError, match="cw_agent_uninstall_purge is"):
        check_settings({**SETTINGS, "cw_agent_uninstall_purge": ["everything"]})


@pytest.mark.parametrize(
    ("build", "language"),
    [("", ""), ("latest", ""), ("1.300044.0-1.amzn2023", "1.300044.0"), ("1.247358.0", "1.247358.0"), ("1.300044.0b793", "1.300044.0b793")],
)
def test_builds_of_the_distributions_repository(build: str, language: str) -> None:
    """They are named by version and release, and say less than a mirror's."""
    given = {**SETTINGS, "cw_agent_package_repository": True, "cw_agent_build": build}
    check_settings(given)
    assert language_version(given) == language
    assert language_version({**SETTINGS, "cw_agent_build": "1.300064.1b1344"}) == "1.300064.1b1344"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            {"cw_agent_build": "newest"},
            r"cw_agent_build is 'newest', and the package is that of the distribution's repository .* such as 1",
        ),
        ({"cw_agent_package_repository": "yes"}, r"cw_agent_package_repository is 'yes'\. Hint: write true or false"),
        ({"cw_agent_package_repository": False, "cw_agent_build": "1.300044.0"}, "a release without its build, which no mirror has"),
    ],
)
def test_builds_that_no_repository_has(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        check_settings({**SETTINGS, "cw_agent_package_repository": True, **given})
