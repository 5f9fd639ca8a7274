# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials that win over the role of the instance."""

from __future__ import annotations

import pwd
from pathlib import Path

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import credential_sources
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.layout import UNIT

from .conftest import FakeHost

HOME = pwd.getpwuid(0).pw_dir


def names(fake: FakeHost, *service: str) -> list[str]:
    return [one.name for one in credential_sources.found(fake.host, service)]


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in credential_sources._BY_VARIABLE:
        monkeypatch.delenv(name, raising=False)


def test_none(fake: FakeHost) -> None:
    assert names(fake, "PATH", "AWS_REGION", "AWS_EC2_METADATA_SERVICE_ENDPOINT") == []


@pytest.mark.parametrize(
    ("variable", "source"),
    [
        ("AWS_ACCESS_KEY_ID", "environment"),
        ("AWS_PROFILE", "environment"),
        ("AWS_SHARED_CREDENTIALS_FILE", "environment"),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity"),
        ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "container"),
    ],
)
def test_variables(fake: FakeHost, monkeypatch: pytest.MonkeyPatch, variable: str, source: str) -> None:
    found = credential_sources.found(fake.host, [variable])
    assert [(one.name, one.where) for one in found] == [(source, f"{variable} in the environment of the service")]
    assert f"cw_agent_credential_sources: [{source}]" in found[0].hint
    monkeypatch.setenv(variable, "a-secret-value")
    assert [one.where for one in credential_sources.found(fake.host, [])] == [f"{variable} in the environment of the task"]


def test_environment_file(fake: FakeHost) -> None:
    file = Path(fake.layout.etc) / "env-config.json"
    fake.write(str(file), '{"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "CWAGENT_LOG_LEVEL": "DEBUG"}')
    found = credential_sources.found(fake.host, [])
    assert [one.where for one in found] == ["AWS_ACCESS_KEY_ID in env-config.json"] and "AKIAEXAMPLE" not in str(found)
    for text in ("", "{", "[]"):
        fake.write(str(file), text)
        assert names(fake) == []


def test_roots_own_profile(fake: FakeHost) -> None:
    file = fake.layout.at(f"{HOME}/.aws/credentials")
    fake.write(file, "[other]\naws_access_key_id = A\naws_secret_access_key = B\n")
    assert names(fake) == []
    fake.write(file, "[default]\naws_access_key_id = A\naws_secret_access_key = B\n")
    assert names(fake) == ["shared_file"]


def test_drop_ins_of_a_unit_that_is_not_there_yet(fake: FakeHost) -> None:
    fake.write(
        fake.layout.at(f"/etc/systemd/system/{UNIT}.d/keys.conf"),
        "[Service]\nEnvironment=A=1 'AWS_PROFILE=of team'\n# Environment=AWS_ACCESS_KEY_ID=x\n",
    )
    assert [one.where for one in credential_sources.found(fake.host, [])] == ["AWS_PROFILE in the environment of the service"]
