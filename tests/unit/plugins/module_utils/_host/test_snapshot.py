# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import service, snapshot
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError

from .conftest import FakeHost, configuration

OLD, NEW = configuration(60), configuration(30)


def _take(fake: FakeHost) -> snapshot.Snapshot:
    return snapshot.take(fake.host, service.read(fake.host), True, {"ssm_web_2": "a"}, {"ssm_web_3": "b"})


def test_take_restore_discard(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    fake.write(f"{fake.layout.directory}/sub/x.json", "{}")
    before = fake.active()
    assert (
        _take(fake)
        == snapshot.Snapshot(True, True, True, fake.now(), {"ssm_web_2": "a"}, {"ssm_web_3": "b"})
        == snapshot.pending(fake.host)
    )
    assert os.stat(fake.layout.transaction).st_mode & 0o077 == 0
    fake.write(f"{fake.layout.directory}/ssm_web_3", NEW)
    fake.write(f"{fake.layout.directory}/ssm_web_4.tmp", NEW)
    os.unlink(f"{fake.layout.directory}/ssm_web_2")
    snapshot.restore(fake.host)
    assert fake.active() == before
    snapshot.discard(fake.host)
    assert snapshot.pending(fake.host) is None and not os.path.exists(fake.layout.transaction)


def test_the_first_state_of_an_interrupted_change_stays(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    first = _take(fake)
    fake.activate("ssm_web_3", NEW)
    second = snapshot.take(fake.host, service.read(fake.host), False, {}, {"ssm_web_4": "c"})
    assert second.begun == first.begun and second.worked and second.applying == {"ssm_web_3": "b", "ssm_web_4": "c"}
    assert snapshot.files(fake.host) == ["ssm_web_2"]


def test_manifest_of_an_earlier_version(fake: FakeHost) -> None:
    fake.install()
    fake.write(f"{fake.layout.transaction}/complete.json", '{"running": true, "enabled": false}')
    found = snapshot.pending(fake.host)
    assert found == snapshot.Snapshot(True, False) and found.moment == "at an unknown time"


def test_retain_and_recall(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    for _time in range(2):
        taken = _take(fake)
        snapshot.retain(fake.host)
        assert snapshot.pending(fake.host) is None and snapshot.retained(fake.host) == taken
        assert snapshot.files(fake.host) == ["ssm_web_2"]
    snapshot.recall(fake.host)
    assert snapshot.retained(fake.host) is None and snapshot.pending(fake.host) == taken


def test_legacy_and_derived_files_belong_to_it(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    fake.write(fake.layout.legacy, "legacy")
    _take(fake)
    assert snapshot.files(fake.host) == ["ssm_web_2", fake.layout.legacy]
    os.unlink(fake.layout.legacy)
    fake.write(fake.layout.derived[0], "another")
    snapshot.restore(fake.host)
    assert Path(fake.layout.legacy).read_text(encoding="utf-8") == "legacy"
    assert Path(fake.layout.derived[0]).read_text(encoding="utf-8") == "made of ssm_web_2"


def test_what_was_swapped_meanwhile_is_replaced_not_followed(fake: FakeHost, tmp_path: Path) -> None:
    fake.running_with("ssm_web_2", OLD)
    victim = tmp_path / "victim"
    victim.write_text("secret", encoding="utf-8")
    _take(fake)
    for path in (f"{fake.layout.directory}/ssm_web_2", fake.layout.derived[0]):
        os.unlink(path)
        os.symlink(victim, path)
    snapshot.restore(fake.host)
    assert fake.active() == {"ssm_web_2": OLD} and victim.read_text(encoding="utf-8") == "secret"
    assert not os.path.islink(fake.layout.derived[0])


def test_a_swapped_directory_is_refused(fake: FakeHost, tmp_path: Path) -> None:
    fake.running_with("ssm_web_2", OLD)
    (tmp_path / "victim").mkdir()
    (tmp_path / "victim/x.tmp").touch()
    _take(fake)
    os.rename(fake.layout.directory, fake.layout.directory + ".away")
    os.symlink(tmp_path / "victim", fake.layout.directory)
    for use in (snapshot.restore, snapshot.remove_stale):
        with pytest.raises(HostError, match="is a symbolic link"):
            use(fake.host)
    assert os.listdir(tmp_path / "victim") == ["x.tmp"]


def test_no_space(fake: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.running_with("ssm_web_2", OLD)
    monkeypatch.setattr(snapshot.os, "statvfs", lambda path: os.statvfs_result((4096, 4096, 9, 9, 9, 9, 9, 9, 0, 255)))
    with pytest.raises(HostError, match=r"36 KiB free, a change needs 1024 KiB; nothing was changed\. Hint: free space there"):
        _take(fake)
    assert not os.path.exists(fake.layout.transaction)


def test_half_a_snapshot_goes(fake: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.running_with("ssm_web_2", OLD)

    def full(path: str, target: str) -> None:
        raise OSError(28, "No space left on device", target)

    monkeypatch.setattr(snapshot.safe_files, "copy", full)
    with pytest.raises(HostError, match="No space left on device; nothing was changed"):
        _take(fake)
    assert not os.path.exists(fake.layout.transaction)


def test_manifest_is_plain_json(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", OLD)
    _take(fake)
    with open(f"{fake.layout.transaction}/complete.json", encoding="utf-8") as stream:
        assert json.load(stream)["worked"] is True
