# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs of what the agent reads beside its configuration; how it is written: test_settings_change.py."""

from __future__ import annotations

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import access, settings, state
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.settings import Settings

from .conftest import FakeHost

PROXY = {"http": "", "https": "http://user:word@proxy:3128"}


def differences(fake: FakeHost, asked: Settings) -> list[str]:
    return settings.differences(fake.host, asked, state.read(fake.host))


def test_what_is_not_asked_for_is_not_compared(fake: FakeHost) -> None:
    fake.write(fake.layout.common_config, '[proxy]\n  https_proxy = "http://other:3128"\n')
    fake.write(fake.layout.drop_in, "[Service]\nLimitNOFILE=1\n")
    assert differences(fake, Settings()) == []


def test_in_words_without_passwords(fake: FakeHost) -> None:
    fake.write(fake.layout.common_config, '[proxy]\n  https_proxy = "user:word@old:3128"\n')
    found = differences(fake, Settings(PROXY, imds_retries=2, overrides={"Service": {"LimitNOFILE": 1, "PrivateTmp": True}}))
    assert found == [
        "settings: [proxy] https_proxy old:3128 → http://proxy:3128",
        "settings: [proxy] no_proxy none → 169.254.169.254,fd00:ec2::254",
        "settings: [imds] imds_retries none → 2",
        f"settings: {fake.layout.drop_in} → written",
    ]


def test_a_drop_in_that_is_no_longer_wanted(fake: FakeHost) -> None:
    fake.write(fake.layout.drop_in, settings.drop_in({"Service": {"LimitNOFILE": 1}}))
    assert differences(fake, Settings(overrides={"Service": {"LimitNOFILE": 1}})) == []
    assert differences(fake, Settings(overrides={"Service": {"LimitNOFILE": 2}})) == [f"settings: {fake.layout.drop_in} → rewritten"]
    assert differences(fake, Settings(overrides={})) == [f"settings: {fake.layout.drop_in} → removed"]


@pytest.mark.parametrize(("path", "wrong"), [(None, ""), ("", ""), ("/etc/none.pem", "there is no such file"), ("/etc/bundle.pem", "")])
def test_a_bundle(fake: FakeHost, path: str | None, wrong: str) -> None:
    fake.write(fake.layout.at("/etc/bundle.pem"), "x")
    assert settings.problem(fake.host, Settings(ca_bundle=path), access.user("root")) == wrong
