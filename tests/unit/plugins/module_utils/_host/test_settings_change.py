# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the agent reads beside its configuration, written so that it lives with it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import access, common_config, state
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.settings import Settings
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.settings_change import ensure_settings

from .conftest import FakeHost, configuration

PROXY = {"http": "", "https": "http://user:word@proxy:3128", "no_proxy": [".example.com"]}
SERVICE = {"ExecStartPre": ["", "/bin/true"], "LimitNOFILE": 65536, "PrivateTmp": True}
OVERRIDES = {"Unit": {"After": "cloud-init.target"}, "Service": SERVICE}


def parsed(fake: FakeHost) -> dict[str, dict[str, str]]:
    return common_config.parse(Path(fake.layout.common_config).read_text(encoding="utf-8"))


@pytest.fixture
def running(fake: FakeHost) -> FakeHost:
    fake.running_with("ssm_web_3", configuration())
    fake.write(fake.layout.common_config, '# ours\n[credentials]\n   shared_credential_profile = "x"\n')
    os.utime(fake.layout.common_config, (1, 1))
    fake.write(fake.layout.at("/etc/ssl/bundle.pem"), "x")
    return fake


def test_everything_at_once(running: FakeHost) -> None:
    """The metadata service is excluded, numbers are numbers, comments and the credential profile stay, the agent is started anew."""
    asked = Settings(PROXY, "/etc/ssl/bundle.pem", 3, OVERRIDES)
    predicted = ensure_settings(running.host, asked, check_mode=True)
    before = Path(running.layout.common_config).read_text(encoding="utf-8")
    outcome = ensure_settings(running.host, asked)
    assert outcome.changed and outcome == predicted
    text = Path(running.layout.common_config).read_text(encoding="utf-8")
    assert text.startswith(before) and "imds_retries = 3\n" in text
    assert parsed(running) == {
        "credentials": {"shared_credential_profile": "x"},
        "proxy": {"https_proxy": PROXY["https"], "no_proxy": "169.254.169.254,fd00:ec2::254,.example.com"},
        "ssl": {"ca_bundle_path": "/etc/ssl/bundle.pem"},
        "imds": {"imds_retries": "3"},
    }
    drop_in = Path(running.layout.drop_in).read_text(encoding="utf-8")
    assert drop_in.splitlines()[1:] == [
        "[Service]",
        "ExecStartPre=",
        "ExecStartPre=/bin/true",
        "LimitNOFILE=65536",
        "PrivateTmp=yes",
        "[Unit]",
        "After=cloud-init.target",
    ]
    assert running.invocation == 2
    assert not ensure_settings(running.host, asked).changed
    assert running.invocation == 2


def test_nothing_shows_a_password(running: FakeHost) -> None:
    outcome = ensure_settings(running.host, Settings(PROXY))
    assert "settings: [proxy] https_proxy none → http://proxy:3128" in outcome.differences
    assert "word" not in str(outcome)
    assert Settings(PROXY).secrets == {"word"}


def test_a_password_without_a_scheme_is_not_shown_either(running: FakeHost) -> None:
    Path(running.layout.common_config).write_text('[proxy]\n   https_proxy = "user:oldword@proxy:3128"\n', encoding="utf-8")
    outcome = ensure_settings(running.host, Settings({"http": "", "https": ""}))
    assert "settings: [proxy] https_proxy proxy:3128 → none" in outcome.differences
    assert "oldword" not in str(outcome)


def test_a_run_that_was_killed_before_the_start_is_finished_by_the_next(running: FakeHost) -> None:
    """The drop-in is there and the daemon has not read it: converging starts it anew."""
    assert state.differences(state.read(running.host), None) == []
    running.write(running.layout.drop_in, "[Service]\n")
    os.utime(running.layout.drop_in, (running.now() - 1, running.now() - 1))
    assert state.differences(state.read(running.host), None) == [f"service: {running.layout.drop_in} changed since its start → restarted"]


def test_what_is_not_given_stays_and_what_is_empty_goes(running: FakeHost) -> None:
    ensure_settings(running.host, Settings(PROXY, "/etc/ssl/bundle.pem", 3, OVERRIDES))
    assert not ensure_settings(running.host, Settings()).changed
    ensure_settings(running.host, Settings({"http": "", "https": ""}, "", None, {}))
    assert parsed(running) == {"credentials": {"shared_credential_profile": "x"}, "imds": {"imds_retries": "3"}}
    assert not os.path.exists(running.layout.drop_in)


def test_a_daemon_that_dies_of_them_gets_those_before(running: FakeHost) -> None:
    before = Path(running.layout.common_config).read_text(encoding="utf-8")
    drop_in = running.layout.drop_in
    running.fate = lambda texts: (2.0, "dies") if os.path.exists(drop_in) else (1.0, "ready")
    with pytest.raises(HostError, match=r"died with these settings \(.*\); the settings before are back and the agent runs") as caught:
        ensure_settings(running.host, Settings(PROXY, overrides=OVERRIDES))
    assert any("no role" in line for line in caught.value.log)
    assert Path(running.layout.common_config).read_text(encoding="utf-8") == before
    assert not os.path.exists(drop_in) and not running.dead()


def test_an_agent_that_is_stopped_stays_so(fake: FakeHost) -> None:
    fake.install()
    assert ensure_settings(fake.host, Settings(overrides=OVERRIDES)).changed
    assert fake.invocation == 0 and fake.called("daemon-reload")


@pytest.mark.parametrize(("there", "words"), [(False, "there is no such file"), (True, "can't read it")])
def test_a_bundle_that_cannot_be_used(running: FakeHost, monkeypatch: pytest.MonkeyPatch, there: bool, words: str) -> None:
    """Refused before anything is written: the agent would trust nobody."""
    monkeypatch.setattr(access, "readable", lambda _who, paths: [False] * len(paths))
    path = "/etc/ssl/bundle.pem" if there else "/etc/ssl/none.pem"
    with pytest.raises(HostError, match=rf"cw_agent_ca_bundle {path}: .*{words}; nothing was changed\. Hint: copy it there"):
        ensure_settings(running.host, Settings(PROXY, path))
    assert "proxy" not in parsed(running) and running.invocation == 1


def test_without_the_agent(fake: FakeHost) -> None:
    assert ensure_settings(fake.host, Settings(PROXY), check_mode=True).changed
    with pytest.raises(HostError, match="not installed on this host"):
        ensure_settings(fake.host, Settings(PROXY))
