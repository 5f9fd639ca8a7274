# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts after the role parameter_store: not contacted, and nothing on them."""

from __future__ import annotations

from typing import Any


def test_the_modules_ran_on_the_controller_alone(host: Any) -> None:
    # the brackets keep sudo's own note of this command from matching
    assert host.run("journalctl --no-pager -o cat | grep -c '[s]sm_parameter'").stdout == "0\n"


def test_no_configuration_reached_the_host(host: Any) -> None:
    assert not host.file("/opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.d").exists
