# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables and log level of the agent's process, and that they last."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import environment, settings, state
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.layout import ENVIRONMENT_FILE
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.settings import Settings
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.settings_change import ensure_settings
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.system import Result

from .conftest import FakeHost, configuration

AWKWARD = {"PLAIN": "x", "QUOTES": 'a "b" \\ $HOME `c` %h #d', "EMPTY": "", "SPACES": "  a  "}


@pytest.fixture
def running(fake: FakeHost) -> FakeHost:
    fake.running_with("ssm_web_3", configuration())
    return fake


def differences(fake: FakeHost, asked: Settings) -> list[str]:
    """What the observation says of them."""
    return settings.differences(fake.host, asked, state.read(fake.host))


def text(path: str) -> str:
    return Path(path).read_text(encoding="utf-8")


def test_a_level_is_hot_and_lasts(running: FakeHost) -> None:
    """No start for it; the drop-in brings it back after one, when the agent has reset its own file."""
    asked = Settings(log_level="DEBUG")
    predicted = ensure_settings(running.host, asked, check_mode=True)
    assert not os.path.exists(running.layout.environment_drop_in)
    outcome = ensure_settings(running.host, asked)
    assert outcome == predicted and outcome.differences == ["settings: log level none → DEBUG"]
    assert running.invocation == 1 and running.env_config()["CWAGENT_LOG_LEVEL"] == "DEBUG"
    assert "Environment=CWAGENT_LOG_LEVEL=DEBUG\n" in outcome.after and running.called("daemon-reload")
    assert differences(running, asked) == []
    running.start()
    assert "CWAGENT_LOG_LEVEL" not in running.env_config() and "LEVEL=DEBUG" in text(running.layout.at("/proc/42/environ"))
    assert differences(running, asked) == [] and not ensure_settings(running.host, asked).changed
    assert state.differences(state.read(running.host), None) == []


def test_a_level_that_somebody_sets_is_set_back(running: FakeHost) -> None:
    ensure_settings(running.host, Settings(log_level="WARN"))
    environment.set_level(running.host, "DEBUG")
    assert differences(running, Settings(log_level="WARN")) == ["settings: log level of the running agent DEBUG → WARN"]
    ensure_settings(running.host, Settings(log_level="WARN"))
    assert running.env_config()["CWAGENT_LOG_LEVEL"] == "WARN" and running.invocation == 1


@pytest.mark.parametrize(("debug", "level"), [(False, "INFO"), (True, "DEBUG")])
def test_a_level_that_is_taken_out_is_the_configurations(fake: FakeHost, debug: bool, level: str) -> None:
    fake.running_with("ssm_web_3", configuration(debug=debug))
    ensure_settings(fake.host, Settings(log_level="ERROR"))
    assert ensure_settings(fake.host, Settings(log_level="")).changed
    assert fake.env_config()["CWAGENT_LOG_LEVEL"] == level
    assert not os.path.exists(fake.layout.environment_drop_in)
    assert not ensure_settings(fake.host, Settings(log_level="")).changed


def test_a_level_that_the_program_does_not_set(running: FakeHost) -> None:
    running.overrides["set-log-level"] = Result(1, "", "E! Invalid action: set-log-level")
    with pytest.raises(
        HostError, match=r"set-log-level DEBUG of .* failed with exit status 1; the level counts from the next start"
    ) as caught:
        ensure_settings(running.host, Settings(log_level="DEBUG"))
    assert caught.value.log == ["E! Invalid action: set-log-level"]


def test_variables_count_from_a_start_that_they_cause(running: FakeHost) -> None:
    """What is written is read again as it was; the file is root's alone."""
    asked = Settings(environment=AWKWARD)
    predicted = ensure_settings(running.host, asked, check_mode=True)
    outcome = ensure_settings(running.host, asked)
    assert outcome == predicted and "settings: environment PLAIN none → x" in outcome.differences
    assert "settings: environment EMPTY none → ''" in outcome.differences
    assert running.invocation == 2 and not ensure_settings(running.host, asked).changed
    assert stat.S_IMODE(os.stat(running.layout.environment_file).st_mode) == 0o600
    assert f"EnvironmentFile=-{ENVIRONMENT_FILE}\n" in text(running.layout.environment_drop_in)
    assert 'QUOTES="a \\"b\\" \\\\ \\$HOME \\`c\\` %h #d"\n' in text(running.layout.environment_file)


def test_they_replace_those_before_and_are_taken_back(running: FakeHost) -> None:
    """A level beside them stays; with nothing left, nothing is left of the files."""
    ensure_settings(running.host, Settings(log_level="DEBUG", environment={"A": "1", "B": "2"}))
    outcome = ensure_settings(running.host, Settings(environment={"B": "3"}))
    assert outcome.differences == ["settings: environment A 1 → none", "settings: environment B 2 → 3"]
    assert ensure_settings(running.host, Settings(environment={})).changed
    assert not os.path.exists(running.layout.environment_file)
    assert "EnvironmentFile" not in text(running.layout.environment_drop_in)
    assert "CWAGENT_LOG_LEVEL=DEBUG" in text(running.layout.environment_drop_in)
    assert ensure_settings(running.host, Settings(log_level="")).changed
    assert not os.path.exists(running.layout.environment_drop_in)


def test_secrets_are_shown_nowhere(running: FakeHost) -> None:
    """Neither new ones nor those before, also when they are no secret any more."""
    first = ensure_settings(running.host, Settings(environment={"A": "1"}, secret_environment={"TOKEN": "firstword"}))
    second = ensure_settings(running.host, Settings(environment={"A": "1"}, secret_environment={"TOKEN": "secondword"}))
    third = ensure_settings(running.host, Settings(environment={"A": "1", "TOKEN": "secondword"}))
    assert "settings: environment TOKEN none → (hidden)" in first.differences
    assert second.differences == third.differences == ["settings: environment TOKEN (hidden) → (hidden)"]
    assert "TOKEN" in second.after and "word" not in str([first, second, third])
    assert 'TOKEN="secondword"' in text(running.layout.environment_file)
    assert Settings(secret_environment={"TOKEN": "firstword", "NONE": ""}).secrets == {"firstword"}


def test_the_agents_own_file_has_no_other_value(running: FakeHost) -> None:
    """What set-env has put there would count more; what it put there of other names stays."""
    running.write(running.layout.env_config, json.dumps({"A": "hand", "C": "hand"}))
    asked = Settings(environment={"A": "1"})
    assert "settings: environment A has another value in env-config.json → taken out there" in differences(running, asked)
    ensure_settings(running.host, asked)
    assert running.env_config() == {"C": "hand"} and differences(running, asked) == []


def test_a_daemon_that_dies_of_a_variable_gets_those_before(running: FakeHost) -> None:
    ensure_settings(running.host, Settings(environment={"A": "1"}))
    before = text(running.layout.environment_file)
    running.fate = lambda texts: (2.0, "dies") if "BAD" in text(running.layout.environment_file) else (1.0, "ready")
    with pytest.raises(HostError, match=r"died with these settings .* the settings before are back and the agent runs"):
        ensure_settings(running.host, Settings(environment={"BAD": "1"}))
    assert text(running.layout.environment_file) == before and not running.dead()


def test_a_drop_in_that_was_edited_is_rewritten(running: FakeHost) -> None:
    asked = Settings(environment={"A": "1"})
    ensure_settings(running.host, asked)
    Path(running.layout.environment_drop_in).write_text("[Service]\n", encoding="utf-8")
    assert differences(running, asked) == ["settings: the drop-in with the agent's environment → rewritten"]


def test_a_run_that_was_killed_before_the_start_is_finished_by_the_next(running: FakeHost) -> None:
    ensure_settings(running.host, Settings(environment={"A": "1"}))
    running.uptime += 300
    running.write(running.layout.environment_file, text(running.layout.environment_file))
    running.uptime += 1
    expected = f"service: {running.layout.environment_file} changed since its start → restarted"
    assert state.differences(state.read(running.host), None) == [expected]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (Settings(log_level="debug"), "log_level is 'debug'. Hint: write one of INFO, DEBUG, WARN, ERROR, OFF"),
        (
            Settings(environment={"CWAGENT_LOG_LEVEL": "DEBUG"}),
            "CWAGENT_LOG_LEVEL, which the agent sets itself at each start. Hint: set log_level",
        ),
        (Settings(environment={"https_proxy": "http://u:wordx@p"}), "https_proxy, which the agent sets itself"),
        (Settings(secret_environment={"A-B": "wordx"}), "environment has A-B, whose name or value"),
        (Settings(secret_environment={"A": "wordx\nB=2"}), "environment has A, whose name or value"),
        (Settings(environment={"A": "1"}, secret_environment={"A": "wordx"}), "A stands in environment and in secret_environment"),
    ],
)
def test_what_no_environment_can_have(running: FakeHost, asked: Settings, words: str) -> None:
    with pytest.raises(HostError) as caught:
        ensure_settings(running.host, asked)
    assert words in str(caught.value) and "wordx" not in str(caught.value)
    assert running.invocation == 1
