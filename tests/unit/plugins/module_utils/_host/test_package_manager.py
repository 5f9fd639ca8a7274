# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""dpkg and rpm are called after others have ended, and what ended them is said."""

from __future__ import annotations

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import package_manager
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.system import Result

from .conftest import FakeHost


def test_dpkg_waits_for_other_package_managers(fake: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*arguments: object) -> None:
        raise BlockingIOError

    fake.write(fake.layout.at("/var/lib/dpkg/lock-frontend"), "")
    monkeypatch.setattr(package_manager.fcntl, "lockf", busy)
    began = fake.monotonic()
    with pytest.raises(HostError, match=r"another package manager has held .* for more than 300 s. Hint: wait"):
        package_manager.change(fake.host, ["dpkg", "--remove", "x"])
    assert fake.monotonic() - began >= 300
    assert fake.called("dpkg") == []
    fake.overrides["rpm"] = Result(0)
    assert package_manager.change(fake.host, ["rpm", "--erase", "x"]).rc == 0


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (2, "dpkg failed with exit status 2"),
        (-9, "dpkg was killed by signal 9 (SIGKILL)"),
        (124, "dpkg did not end within 600 s and was killed"),
    ],
)
def test_how_it_ended(code: int, said: str) -> None:
    assert package_manager.ended("dpkg", Result(code)) == said
