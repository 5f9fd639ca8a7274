# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import credentials, profile
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.credentials import Keys
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.profile import Request, ensure_profile

from .conftest import FakeHost

KEYS = Keys("AKIAEXAMPLE", "very/secret", "a-token")
FILE = credentials.DEFAULT_FILE
WITH_KEYS = Request("AmazonCloudWatchAgent", FILE, "root", "eu-west-1", KEYS)


def test_keys_are_written_privately(fake: FakeHost) -> None:
    fake.install()
    outcome = ensure_profile(fake.host, WITH_KEYS)
    path = Path(fake.layout.at(FILE))
    assert outcome.changed and path.stat().st_mode & 0o7777 == 0o600
    found = credentials.read("AmazonCloudWatchAgent", str(path))
    assert found == credentials.Profile("AmazonCloudWatchAgent", str(path), True, KEYS.digest, "eu-west-1")
    assert credentials.named(fake.host) == credentials.Profile("AmazonCloudWatchAgent", FILE)
    assert not ensure_profile(fake.host, WITH_KEYS).changed


def test_nothing_shows_a_key(fake: FakeHost) -> None:
    fake.install()
    ensure_profile(fake.host, WITH_KEYS)
    other = Request("AmazonCloudWatchAgent", FILE, "root", "eu-west-1", Keys("AKIAOTHER", "other/secret"))
    outcome = ensure_profile(fake.host, other)
    shown = json.dumps([outcome.before, outcome.after]) + repr(outcome) + repr(other) + repr(KEYS)
    assert outcome.changed and '"another"' in shown
    for secret in ("AKIAEXAMPLE", "very/secret", "a-token", "AKIAOTHER", "other/secret"):
        assert secret not in shown


def test_check_mode_predicts_without_the_agent(fake: FakeHost) -> None:
    predicted = ensure_profile(fake.host, WITH_KEYS, check_mode=True)
    assert predicted.changed and not os.listdir(fake.layout.root)
    fake.install()
    assert ensure_profile(fake.host, WITH_KEYS).after == predicted.after


def test_existing_profile_only_names_it(fake: FakeHost) -> None:
    fake.install()
    fake.write(fake.layout.at("/etc/aws/credentials"), "[monitoring]\naws_access_key_id = A\naws_secret_access_key = B\n")
    before = os.stat(fake.layout.common_config)
    outcome = ensure_profile(fake.host, Request("monitoring", "/etc/aws/credentials"))
    after = os.stat(fake.layout.common_config)
    assert outcome.changed and (after.st_mode, after.st_uid) == (before.st_mode, before.st_uid)
    assert credentials.used(fake.host).digest == Keys("A", "B").digest
    assert not ensure_profile(fake.host, Request("monitoring", "/etc/aws/credentials")).changed


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        (Request("p", FILE, keys=Keys("A", "")), "both parts"),
        (Request("p", "/root/.aws/credentials", keys=KEYS), "only root can go there"),
        (Request("p", "/opt/aws/amazon-cloudwatch-agent/etc/c", keys=KEYS), "changes the owner"),
        (Request("p", FILE, "nobody-of-this-name", keys=KEYS), "does not exist"),
    ],
)
def test_refused(fake: FakeHost, request_: Request, told: str) -> None:
    fake.install()
    with pytest.raises(HostError, match=told):
        ensure_profile(fake.host, request_)
    assert not os.path.exists(fake.layout.at(FILE))


def test_file_of_others_is_left_alone(fake: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.install()
    path = str(Path(fake.layout.root) / "srv/credentials")
    fake.write(path, "[theirs]\naws_access_key_id = A\n")
    monkeypatch.setattr(fake.layout.__class__, "at", lambda self, path: path)
    with pytest.raises(HostError, match=r"other profiles \(theirs\)"):
        profile._refuse(Request("p", path, keys=KEYS), True)


def test_not_installed(fake: FakeHost) -> None:
    with pytest.raises(HostError, match="not installed"):
        ensure_profile(fake.host, WITH_KEYS)


def test_profile_without_readability(fake: FakeHost) -> None:
    fake.install()
    with pytest.raises(HostError, match=r"can't read the credentials file /none/credentials"):
        ensure_profile(fake.host, Request("monitoring", "/none/credentials"))
