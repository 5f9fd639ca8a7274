# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Run Command would leave out without a word is refused."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.settings import SETTINGS
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.transport import check_transport, credentials_of, ssm_hosts

BY_SSH_ALONE = {
    "cw_agent_proxy": {},
    "cw_agent_ca_bundle": "",
    "cw_agent_imds_retries": 0,
    "cw_agent_service_overrides": {},
    "cw_agent_log_level": "",
    "cw_agent_environment_variables": {},
    "cw_agent_package_repository": True,
    "cw_agent_create_user": True,
    "cw_agent_credential_sources": ["environment"],
    "cw_agent_log_access": "acl",
    "cw_agent_identity_check": "always",
}


@pytest.mark.parametrize(("name", "value"), BY_SSH_ALONE.items())
def test_a_setting_that_needs_ssh_is_refused_where_there_is_none(name: str, value: Any) -> None:
    check_transport({**SETTINGS, name: value}, ())
    with pytest.raises(ConfigError, match=f"^{name} is set, and cw_agent_transport is ssm: .* Hint: take it out for this host"):
        check_transport({**SETTINGS, "cw_agent_transport": "ssm", name: value}, ())


def test_credentials_and_settings_are_refused_together() -> None:
    settings = {**SETTINGS, "cw_agent_transport": "ssm", "cw_agent_proxy": {}}
    with pytest.raises(ConfigError, match=r"^cw_agent_proxy, cw_agent_credentials_profile are set"):
        check_transport(settings, ("cw_agent_credentials_profile",))


def test_the_keys_of_the_ssm_agent_are_the_one_profile_that_it_can_give() -> None:
    assert credentials_of({"cw_agent_credentials_profile": "default"}, "onPremise") == ()
    assert credentials_of({"cw_agent_credentials_profile": "default"}, "ec2") == ("cw_agent_credentials_profile",)
    given = {"cw_agent_credentials_profile": "mine", "cw_agent_credentials_file": "/f", "cw_agent_credentials_access_key_id": ""}
    assert credentials_of(given, "onPremise") == ("cw_agent_credentials_profile", "cw_agent_credentials_file")


def test_an_agent_is_not_removed_by_run_command() -> None:
    check_transport({**SETTINGS, "cw_agent_state": "absent"}, ())
    with pytest.raises(ConfigError, match=r"cw_agent_state is absent and cw_agent_transport is ssm.*Hint: uninstall it with"):
        check_transport({**SETTINGS, "cw_agent_state": "absent", "cw_agent_transport": "ssm"}, ())


def test_what_run_command_can_do_passes() -> None:
    check_transport({**SETTINGS, "cw_agent_transport": "ssm", "cw_agent_build": "1.300064.1b1344", "cw_agent_mode": "onPremise"}, ())


def test_hosts_by_their_transport() -> None:
    assert ssm_hosts({"a": {"transport": "ssh"}, "b": {"transport": "ssm"}, "c": {}}) == ["b"]
