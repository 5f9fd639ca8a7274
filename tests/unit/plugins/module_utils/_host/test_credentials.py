# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import credentials
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.credentials import Keys
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError

from .conftest import FakeHost


@pytest.mark.parametrize(
    ("config", "text", "region"),
    [
        ("[profile p]\nregion = eu-west-1\n", "[p]\naws_access_key_id = A\nregion = us-east-1\n", "eu-west-1"),
        ("", "[p]\naws_access_key_id = A\nregion = us-east-1\n", "us-east-1"),
        ("broken", "[p]\naws_access_key_id = A\n", ""),
    ],
)
def test_region_of_a_profile(fake: FakeHost, config: str, text: str, region: str) -> None:
    fake.write(fake.layout.at("/srv/credentials"), text)
    fake.write(fake.layout.at("/srv/config"), config)
    found = credentials.read("p", fake.layout.at("/srv/credentials"))
    assert found.exists and found.region == region


@pytest.mark.parametrize(
    ("line", "expires"),
    [
        ("x_security_token_expires = 2026-03-04T07:06:07+02:00", 1772600767.0),
        ("x_security_token_expires = 2026-03-04T05:06:07+0000", 1772600767.0),
        ("aws_expiration = 2026-03-04T05:06:07.250Z", 1772600767.25),
        ("expiration = 2026-03-04 05:06:07", 1772600767.0),
        ("expiration = tomorrow", None),
        ("", None),
    ],
)
def test_until_when_the_keys_of_a_profile_are_valid(fake: FakeHost, line: str, expires: float | None) -> None:
    """As far as whoever has written them says it."""
    fake.write(fake.layout.at("/srv/credentials"), f"[p]\naws_access_key_id = A\n{line}\n[q]\nexpiration = 2020-01-01T00:00:00Z\n")
    assert credentials.read("p", fake.layout.at("/srv/credentials")).expires_at == expires


def test_default_profile_has_its_own_section(fake: FakeHost) -> None:
    fake.write(fake.layout.at("/srv/credentials"), credentials.keys_text("default", Keys("A", "B")))
    fake.write(fake.layout.at("/srv/config"), credentials.region_text("default", "eu-west-1"))
    assert credentials.read("default", fake.layout.at("/srv/credentials")).region == "eu-west-1"
    assert credentials.other_profiles("default", fake.layout.at("/srv/credentials")) == []


def test_a_pipe_in_the_place_of_the_credentials_does_not_hang(fake: FakeHost) -> None:
    fake.write(fake.layout.at("/srv/config"), "")
    os.mkfifo(fake.layout.at("/srv/credentials"))
    with pytest.raises(HostError, match="/srv/credentials is a FIFO and not a regular file"):
        credentials.read("p", fake.layout.at("/srv/credentials"))


@pytest.mark.parametrize(
    ("before", "name", "after"),
    [
        ("", "default", "# Managed by Ansible\n[default]\nregion = r\n"),
        ("[profile p]\noutput = json", "p", "[profile p]\nregion = r\noutput = json"),
        ("[default]", "default", "[default]\nregion = r\n"),
        ("[profile default-2]\nregion = x\n", "default", "[profile default-2]\nregion = x\n\n[default]\nregion = r\n"),
    ],
)
def test_a_region_is_added(before: str, name: str, after: str) -> None:
    """Beside what is there, which stays to the letter."""
    assert credentials.with_region(before, name, "r") == after


@pytest.mark.parametrize(
    ("name", "file", "with_keys", "named"),
    [
        ("p", "/a", True, "/a"),
        ("p", "", True, credentials.DEFAULT_FILE),
        ("p", "", False, ""),
        ("default", "", False, credentials.roots_file()),
        ("default", "/a", False, "/a"),
    ],
)
def test_the_file_of_a_profile(name: str, file: str, with_keys: bool, named: str) -> None:
    assert credentials.file_of(name, file, with_keys) == named
