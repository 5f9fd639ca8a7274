# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import credentials, lock, profile, state
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.credentials import Keys
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.profile import Request, ensure_profile

from .conftest import FakeHost, configuration

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


def test_keys_do_not_go_where_others_point_the_path(fake: FakeHost) -> None:
    fake.install()
    os.makedirs(fake.layout.at("/srv/theirs"))
    os.makedirs(fake.layout.at("/victim"))
    os.chmod(fake.layout.at("/srv/theirs"), 0o777)  # noqa: S103 # that is the case
    os.symlink(fake.layout.at("/victim"), fake.layout.at("/srv/theirs/deep"))
    with pytest.raises(HostError, match="/srv/theirs/deep is a symbolic link and not a directory"):
        ensure_profile(fake.host, Request("p", "/srv/theirs/deep/credentials", keys=KEYS))
    assert os.listdir(fake.layout.at("/victim")) == []


def test_new_keys_make_the_settings_newer_than_the_daemon(fake: FakeHost) -> None:
    fake.running_with("ssm_web_3", configuration())
    ensure_profile(fake.host, WITH_KEYS)
    os.utime(fake.layout.common_config, (fake.now() - 500, fake.now() - 500))
    os.utime(fake.layout.at("/etc/amazon-cloudwatch-agent-credentials/config"), (fake.now() - 500, fake.now() - 500))
    assert state.read(fake.host).newer == []
    text = Path(fake.layout.common_config).read_text(encoding="utf-8")
    outcome = ensure_profile(fake.host, replace(WITH_KEYS, keys=Keys("AKIAOTHER", "other/secret")))
    assert outcome.changed and outcome.changed_at == fake.now() and outcome.invocation_id
    assert Path(fake.layout.common_config).read_text(encoding="utf-8") == text
    os.utime(fake.layout.common_config, (fake.now(), fake.now()))
    assert state.read(fake.host).newer == [fake.layout.common_config]


def test_killed_between_the_files_the_daemon_is_started_again_all_the_same(fake: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.install()
    ensure_profile(fake.host, WITH_KEYS)
    written: list[str] = []

    def dying(path: str, *_arguments: object) -> None:
        written.append(path)
        if path.endswith("credentials"):
            raise KeyboardInterrupt

    monkeypatch.setattr(profile, "write_file", dying)
    with pytest.raises(KeyboardInterrupt):
        ensure_profile(fake.host, replace(WITH_KEYS, keys=Keys("AKIAOTHER", "other/secret")))
    assert written[0] == fake.layout.common_config


def test_it_waits_for_another_change(fake: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.install()
    with lock.held(fake.host, 1.0), pytest.raises(HostError, match="for more than 120 s"):
        ensure_profile(fake.host, WITH_KEYS)
    assert not os.path.exists(fake.layout.at(FILE))


def test_unchanged_it_says_no_time(fake: FakeHost) -> None:
    fake.install()
    assert ensure_profile(fake.host, WITH_KEYS).changed_at == fake.now()
    assert ensure_profile(fake.host, WITH_KEYS).changed_at is None


def test_the_keys_of_a_hybrid_activation_get_a_region(fake: FakeHost) -> None:
    """The SSM agent writes none, and other settings beside its keys stay; the keys are its own."""
    fake.install()
    file = fake.layout.at(credentials.roots_file())
    fake.write(file, "[default]\naws_access_key_id = ASIA\naws_secret_access_key = B\naws_session_token = C\n")
    fake.write(os.path.join(os.path.dirname(file), "config"), "[profile other]\nregion = us-east-1\n")
    before = os.stat(file).st_mtime_ns
    asked = Request("default", credentials.roots_file(), "root", "eu-west-1")
    assert ensure_profile(fake.host, asked, check_mode=True).changed
    assert ensure_profile(fake.host, asked).changed
    found = credentials.used(fake.host)
    assert (found.name, found.region, found.of_ssm_agent, os.stat(file).st_mtime_ns) == ("default", "eu-west-1", True, before)
    assert Path(found.beside).read_text(encoding="utf-8") == "[profile other]\nregion = us-east-1\n\n[default]\nregion = eu-west-1\n"
    assert not ensure_profile(fake.host, asked).changed
    fake.write(file, "[default]\naws_access_key_id = ASIA2\naws_secret_access_key = B2\naws_session_token = C2\n")
    assert not ensure_profile(fake.host, asked).changed


def test_another_profile_gets_no_region(fake: FakeHost) -> None:
    """Whoever wrote it knows its region."""
    fake.install()
    fake.write(fake.layout.at("/etc/aws/credentials"), "[default]\naws_access_key_id = A\naws_secret_access_key = B\n")
    ensure_profile(fake.host, Request("default", "/etc/aws/credentials", region="eu-west-1"))
    assert os.listdir(fake.layout.at("/etc/aws")) == ["credentials"]
