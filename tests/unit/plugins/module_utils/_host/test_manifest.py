# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os

from ansible_collections.cloudwatch.agent.plugins.module_utils._host import manifest, service, snapshot

from .conftest import FakeHost, configuration


def test_nothing_yet(fake: FakeHost) -> None:
    assert manifest.applied(fake.host) == {} and manifest.known(fake.host) == set()


def test_recorded_for_root_alone(fake: FakeHost) -> None:
    fake.install()
    manifest.record(fake.host, {"ssm_web_3": "a"})
    assert manifest.applied(fake.host) == {"ssm_web_3": "a"}
    assert os.stat(fake.layout.records).st_mode & 0o077 == 0
    assert os.stat(f"{fake.layout.records}/applied.json").st_mode & 0o077 == 0
    manifest.record(fake.host, {"ssm_web_4": "b"})
    assert manifest.known(fake.host) == {"b"}


def test_an_interrupted_change_is_known(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", configuration())
    snapshot.take(fake.host, service.read(fake.host), applying={"ssm_web_3": "b"})
    assert "b" in (manifest.known(fake.host) or ())


def test_a_broken_record_knows_nothing(fake: FakeHost) -> None:
    fake.install()
    for text in ("{", "[]", '{"files": []}'):
        fake.write(f"{fake.layout.records}/applied.json", text)
        assert manifest.applied(fake.host) == {}


def test_who_is_not_root_cannot_tell(fake: FakeHost, monkeypatch: object) -> None:
    def closed(path: str) -> str:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(manifest.safe_files, "read_text", closed)  # type: ignore[attr-defined]
    assert manifest.known(fake.host) is None
