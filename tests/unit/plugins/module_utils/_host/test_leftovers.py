# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of an agent is there; the removal itself: test_removal.py."""

from __future__ import annotations

import os

from ansible_collections.cloudwatch.agent.plugins.module_utils._host import leftovers

from .conftest import BUILD, FakeHost


def test_the_package_and_what_is_named_of_its_files(fake: FakeHost) -> None:
    fake.write(fake.layout.at("/etc/os-release"), "ID=debian\n")
    fake.running_with("ssm_web_3", "{}")
    package = f"package amazon-cloudwatch-agent {BUILD}"
    assert leftovers.found(fake.host, []) == [package]
    assert leftovers.found(fake.host, ["overrides", "configuration"]) == [package, fake.layout.etc]
    drop_in = fake.layout.at("/etc/systemd/system/amazon-cloudwatch-agent.service.d")
    os.makedirs(drop_in)
    assert leftovers.found(fake.host, leftovers.PURGES)[-1] == drop_in


def test_every_part_has_its_paths(fake: FakeHost) -> None:
    assert all(leftovers.paths(fake.host, part) for part in leftovers.PURGES)
