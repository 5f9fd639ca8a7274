# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts after the role config: untouched."""

from __future__ import annotations

from typing import Any

BASE = "/opt/aws/amazon-cloudwatch-agent"


def test_no_configuration_reached_the_host(host: Any) -> None:
    assert host.file(f"{BASE}/etc/amazon-cloudwatch-agent.d").listdir() == []
    assert not host.service("amazon-cloudwatch-agent").is_running


def test_the_check_ran_on_the_controller_alone(host: Any) -> None:
    # the brackets keep sudo's own note of this command from matching
    assert host.run("journalctl --no-pager -o cat | grep -c '[c]w_agent_config_check'").stdout == "0\n"
