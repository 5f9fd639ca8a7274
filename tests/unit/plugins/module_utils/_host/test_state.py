# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import state
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.configurations import Source, digest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError

from .conftest import FakeHost, configuration

TEXT = configuration()


def test_converged(fake: FakeHost) -> None:
    fake.running_with("ssm_web_3", TEXT)
    found = state.read(fake.host)
    assert found.ready and found.unmanaged == [] and found.stale == []
    assert state.differences(found, [Source("ssm:web:9", digest(TEXT))]) == []


def test_differences_in_words(fake: FakeHost) -> None:
    fake.running_with("ssm_web_3", TEXT)
    fake.write(f"{fake.layout.directory}/hand.json", "{}")
    fake.write(f"{fake.layout.directory}/ssm_web_4.tmp", "{}")
    os.utime(f"{fake.layout.directory}/hand.json", (0, 0))
    os.makedirs(f"{fake.layout.directory}/empty")
    os.makedirs(fake.layout.transaction)
    fake.enabled = False
    assert state.differences(state.read(fake.host), [Source("ssm:web:4", "other")]) == [
        "configuration: hand.json, ssm_web_3 → ssm:web:4",
        "configuration: empty/, hand.json not written by this collection → removed, with a copy",
        "configuration: ssm_web_4.tmp is left from an attempt that failed → removed",
        "configuration: an earlier change was interrupted → finished",
        "service: disabled → enabled",
    ]


def test_somebody_else_s_file_with_a_desired_text_is_none_to_remove(fake: FakeHost) -> None:
    fake.running_with("ssm_web_3", TEXT)
    fake.write(f"{fake.layout.directory}/hand.json", "{}")
    os.utime(f"{fake.layout.directory}/hand.json", (0, 0))
    assert state.differences(state.read(fake.host), [Source("ssm:web:3", digest(TEXT)), Source("ssm:x", digest("{}"))]) == []


def test_without_sources_nobody_s_files_matter(fake: FakeHost) -> None:
    fake.running_with("ssm_web_3", TEXT)
    fake.write(f"{fake.layout.directory}/hand.json", "{}")
    fake.calls.clear()
    assert state.to_remove(state.read(fake.host), None) == []


def test_common_config_that_is_a_fifo(fake: FakeHost) -> None:
    fake.running_with("ssm_web_3", TEXT)
    os.unlink(fake.layout.common_config)
    os.mkfifo(fake.layout.common_config)
    with pytest.raises(HostError, match=r"common-config\.toml is a FIFO"):
        state.read(fake.host)
