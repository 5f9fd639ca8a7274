# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host variables beside the fragments; how their refusals read in a run stands in test_plan.py."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.settings import SETTINGS, check_settings, config_name, region_of


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


@pytest.mark.parametrize(("settings", "placement"), [({}, ""), ({"cw_agent_region": "eu-west-1"}, "us-east-1"), ({}, "us-east")])
def test_a_region_that_cannot_be_is_refused(settings: dict[str, Any], placement: str) -> None:
    with pytest.raises(ConfigError, match="cw_agent_region"):
        region_of({**SETTINGS, **settings}, placement)


def test_a_name_is_made_of_what_there_is() -> None:
    settings = {**SETTINGS, "cw_agent_preset": "basic", "cw_agent_environment": "staging"}
    assert config_name(settings, {"cw_agent_fragment_web": {}, "cw_agent_fragment_base": {}}) == "AmazonCloudWatch-staging-basic-base-web"
