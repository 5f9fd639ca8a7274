# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host after the role install."""

from __future__ import annotations

import os
from typing import Any

BASE = "/opt/aws/amazon-cloudwatch-agent"


def test_package(host: Any) -> None:
    found = host.file(f"{BASE}/bin/CWAGENT_VERSION")
    assert found.content_string.strip() == os.environ["LAB_BUILD_LATEST"]
    if host.file("/usr/bin/dnf").exists:
        assert host.run("rpm --query amazon-cloudwatch-agent").rc == 0
    else:
        assert host.package("amazon-cloudwatch-agent").is_installed


def test_service_is_left_alone(host: Any) -> None:
    service = host.service("amazon-cloudwatch-agent")
    assert not service.is_running
    assert not service.is_enabled
    assert host.file(f"{BASE}/etc/amazon-cloudwatch-agent.d").listdir() == []


def test_a_handler_of_the_play_has_followed_once(host: Any) -> None:
    """After the first of two runs."""
    assert host.file("/root/followed").content_string == "followed\n"


def test_nothing_stays_of_the_download(host: Any) -> None:
    assert host.run("ls -d /tmp/cw-agent-* /var/tmp/cw-agent-*").stdout == ""
