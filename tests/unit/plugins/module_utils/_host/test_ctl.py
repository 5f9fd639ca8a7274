# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import ctl
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.configurations import Source, digest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.system import Host, Result

from .conftest import FakeHost, configuration

TEXT = configuration()


def _hangs(fake: FakeHost, program: str) -> Host:
    """The host, with one of its programs never answering."""

    def run(argv: list[str], timeout: float = 60, env: Any = None) -> Result:
        if argv[0].endswith(program):
            fake.calls.append(argv)
            fake.uptime += timeout
            return Result(124, "", f"{argv[0]} did not end within {timeout:g} s")
        return fake.run(argv, timeout, env)

    return Host(fake.layout, run, fake.now, fake.monotonic, fake.sleep)


def test_a_downloader_that_hangs_is_not_asked_again(fake: FakeHost) -> None:
    fake.install()
    begun = fake.uptime
    with pytest.raises(
        HostError, match=r"fetching ssm:web:3 .* did not end within 90 s and was killed\. Hint: .*nothing was changed"
    ) as caught:
        ctl.download(_hangs(fake, "config-downloader"), "ssm:web:3", "ec2")
    assert fake.uptime - begun <= 90 and len(fake.called("config-downloader")) == 1
    assert "GetParameter" not in str(caught.value)


def test_a_control_program_that_hangs_is_not_asked_again(fake: FakeHost) -> None:
    fake.install()
    begun = fake.uptime
    with pytest.raises(HostError, match=r"fetch-config of ssm:web:3 did not end within 120 s"):
        ctl.activate(_hangs(fake, "amazon-cloudwatch-agent-ctl"), [Source("ssm:web:3", digest(TEXT), TEXT)], "ec2")
    assert fake.uptime - begun <= 120


def test_a_translator_that_hangs(fake: FakeHost) -> None:
    fake.install()
    with pytest.raises(HostError, match=r"translator of the installed agent \(ssm:web:3\) did not end within 90 s.*nothing was changed"):
        ctl.validate(_hangs(fake, "config-translator"), [Source("ssm:web:3", "", TEXT)], "ec2")


def test_slow_failures_are_bounded_altogether(fake: FakeHost) -> None:
    fake.install()
    begun = fake.uptime

    def run(argv: list[str], timeout: float = 60, env: Any = None) -> Result:
        fake.calls.append(argv)
        fake.uptime += min(40, timeout)
        return Result(1, "", "E! ThrottlingException")

    with pytest.raises(HostError, match="cannot fetch"):
        ctl.download(Host(fake.layout, run, fake.now, fake.monotonic, fake.sleep), "ssm:web:3", "ec2")
    assert fake.uptime - begun <= 91 and len(fake.called("config-downloader")) > 1


def test_throttled_downloads_are_tried_again(fake: FakeHost) -> None:
    fake.install()
    fake.parameters["ssm:web:3"] = TEXT
    fake.throttled = 2
    assert ctl.download(fake.host, "ssm:web:3", "ec2") == TEXT
    assert len(fake.called("config-downloader")) == 3


def test_common_config_that_is_a_fifo_reaches_no_program(fake: FakeHost) -> None:
    fake.install()
    os.unlink(fake.layout.common_config)
    os.mkfifo(fake.layout.common_config)
    for use in (
        lambda: ctl.download(fake.host, "ssm:web:3", "ec2"),
        lambda: ctl.validate(fake.host, [Source("ssm:web:3", "", TEXT)], "ec2"),
    ):
        with pytest.raises(HostError, match=r"common-config\.toml is a FIFO"):
            use()
    assert fake.calls == []


@pytest.mark.parametrize(("program", "words"), [("config-downloader", "while it fetched ssm:web:4"), ("config-translator", "on ssm:web:4")])
def test_a_program_that_is_killed_is_said_to_be(fake: FakeHost, program: str, words: str) -> None:
    """No permission is blamed for it."""
    fake.running_with("ssm_web_3", configuration())
    fake.overrides[program] = Result(-9)
    with pytest.raises(
        HostError, match=rf"was killed by signal 9 \(SIGKILL\) {words}; nothing was changed\. Hint: look for who kills"
    ) as caught:
        if program == "config-downloader":
            ctl.download(fake.host, "ssm:web:4", "ec2")
        else:
            ctl.validate(fake.host, [Source("ssm:web:4", content=configuration())], "ec2")
    assert "ssm:GetParameter" not in str(caught.value)
