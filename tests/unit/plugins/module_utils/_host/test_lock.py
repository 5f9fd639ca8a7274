# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import multiprocessing
import multiprocessing.synchronize
import os
import stat
from pathlib import Path

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import lock
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.layout import Layout
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.system import Host

from .conftest import FakeHost

Event = multiprocessing.synchronize.Event


def _hold(root: str, begun: Event, end: Event) -> None:
    with lock.held(Host(Layout(root)), 1):
        begun.set()
        end.wait(20)


def test_one_at_a_time(fake: FakeHost) -> None:
    fake.install()
    context = multiprocessing.get_context("fork")
    begun, end = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(fake.layout.root, begun, end))
    other.start()
    try:
        assert begun.wait(20)
        with pytest.raises(HostError, match=f"process {other.pid} has been changing the agent.*more than 3 s.*Hint: wait"), lock.held(
            fake.host, 3
        ):
            pytest.fail("both hold it")
    finally:
        end.set()
        other.join()
    with lock.held(fake.host, 3):
        assert Path(fake.layout.lock).read_text(encoding="utf-8") == str(os.getpid())


def test_nobody_but_root_can_open_it(fake: FakeHost) -> None:
    fake.install()
    with lock.held(fake.host, 1):
        assert stat.S_IMODE(os.stat(fake.layout.lock).st_mode) == 0o600
        assert stat.S_IMODE(os.stat(os.path.dirname(fake.layout.lock)).st_mode) == 0o700


def test_a_directory_of_others_is_refused(fake: FakeHost) -> None:
    fake.install()
    os.mkdir(os.path.dirname(fake.layout.lock), 0o755)
    with pytest.raises(HostError, match=r"is not root's alone.*mode 0755.*Hint"), lock.held(fake.host, 1):
        pytest.fail("held")


def test_a_link_is_not_followed(fake: FakeHost, tmp_path: Path) -> None:
    fake.install()
    os.mkdir(os.path.dirname(fake.layout.lock), 0o700)
    os.symlink(tmp_path / "victim", fake.layout.lock)
    with pytest.raises(OSError, match="symbolic links"), lock.held(fake.host, 1):
        pytest.fail("held")
    assert not (tmp_path / "victim").exists()
