# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import configurations
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.configurations import AgentSection, Configuration, Source
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError

from .conftest import FakeHost


def test_every_file_of_every_depth_counts(fake: FakeHost) -> None:
    fake.install()
    for name in ("b.yaml", ".hidden", "sub/x.json", "a.tmp"):
        fake.write(f"{fake.layout.directory}/{name}", name)
    fake.write(fake.layout.legacy, "legacy")
    assert [one.file for one in configurations.active(fake.layout)] == [".hidden", "b.yaml", "sub/x.json", fake.layout.legacy]
    assert configurations.stale(fake.layout) == ["a.tmp"]
    found = configurations.active(fake.layout)[1]
    assert (found.digest, found.size, found.text, found.modified) == (configurations.digest("b.yaml"), 6, "b.yaml", fake.now())


def test_a_stale_fifo_is_refused_too(fake: FakeHost) -> None:
    fake.install()
    os.mkfifo(f"{fake.layout.directory}/x.tmp")
    for use in (configurations.active, configurations.stale, configurations.entries):
        with pytest.raises(HostError, match=r"x\.tmp is a FIFO"):
            use(fake.layout)


@pytest.mark.parametrize(
    ("texts", "section"),
    [
        ([], AgentSection()),
        (["{", "[]", '{"agent": 1}'], AgentSection()),
        (['{"agent": {"run_as_user": "cwagent", "logfile": ""}}', '{"agent": {"quiet": true}}'], AgentSection("cwagent", "", True)),
        (['{"agent": {"run_as_user": "", "logfile": 3, "quiet": 1}}'], AgentSection()),
    ],
)
def test_agent_section(texts: list[str], section: AgentSection) -> None:
    assert configurations.agent_section(texts) == section


def test_matches_by_content() -> None:
    found = [Configuration("any", "a", 1, 0.0), Configuration("name", "b", 1, 0.0)]
    assert configurations.matches(found, [Source("ssm:x", "b"), Source("ssm:y", "a")])
    assert not configurations.matches(found, [Source("ssm:x", "b")])
    assert not configurations.matches(found[:1], [Source("ssm:x", "b"), Source("ssm:y", "a")])
