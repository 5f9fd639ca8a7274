# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import configurations, unmanaged
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.unmanaged import Unmanaged

from .conftest import FakeHost


def _found(fake: FakeHost, known: set[str] | None) -> list[str]:
    found = configurations.active(fake.layout)
    return [one.file for one in unmanaged.find(found, configurations.entries(fake.layout), known)]


def test_what_is_not_known(fake: FakeHost) -> None:
    fake.install()
    for name in ("ssm_own", "hand.json", "more.yaml", "sub/deep/x", "notes.tmp", "ssm_web_4.tmp", "file_x.json.tmp"):
        fake.write(f"{fake.layout.directory}/{name}", name)
    os.makedirs(f"{fake.layout.directory}/empty/inner")
    fake.write(fake.layout.legacy, "legacy")
    known = {configurations.digest("ssm_own")}
    assert _found(fake, known) == [fake.layout.legacy, "empty/inner/", "hand.json", "more.yaml", "notes.tmp", "sub/deep/x"]
    assert _found(fake, None) == []


def test_copies_never_replace_one_another(fake: FakeHost) -> None:
    fake.install()
    copies = []
    for text in ("one", "two"):
        fake.write(f"{fake.layout.directory}/hand.json", text)
        copies.append(unmanaged.retain(fake.host, [Unmanaged("hand.json", "d")])["hand.json"])
    assert [Path(copy).read_text(encoding="utf-8") for copy in copies] == ["one", "two"]


def test_without_copies(fake: FakeHost) -> None:
    """What goes is named all the same."""
    fake.install()
    fake.write(f"{fake.layout.directory}/hand.json", "one")
    copies = unmanaged.retain(fake.host, [Unmanaged("hand.json", "d"), Unmanaged("empty/")], copy=False)
    assert copies == {"hand.json": "", "empty/": ""}
    assert "hand.json (no copy), empty/ (empty)" in unmanaged.warning(copies)
    assert not os.path.exists(fake.layout.unmanaged_copies)


def test_no_copy_no_change(fake: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.install()
    fake.write(f"{fake.layout.directory}/hand.json", "one")

    def full(path: str, target: str) -> None:
        raise OSError(28, "No space left on device", target)

    monkeypatch.setattr(unmanaged.safe_files, "copy", full)
    with pytest.raises(HostError, match=r"cannot keep a copy of hand\.json below .*: No space left on device; nothing was changed\. Hint"):
        unmanaged.retain(fake.host, [Unmanaged("hand.json", "d")])


def test_remove_directories(fake: FakeHost) -> None:
    fake.install()
    fake.write(f"{fake.layout.directory}/sub/deep/x", "x")
    fake.write(f"{fake.layout.directory}/y", "y")
    unmanaged.remove_directories(fake.host)
    assert os.listdir(fake.layout.directory) == ["y"]


def test_warning_names_file_and_copy() -> None:
    told = unmanaged.warning({"hand.json": "/var/x/hand.json", "empty/": ""})
    assert "hand.json (copy: /var/x/hand.json), empty/ (empty)" in told and "Hint" in told


def test_what_somebody_fetches_again_and_again_would_come_back() -> None:
    told = unmanaged.warning({"ssm_AmazonCloudWatch-linux": "/var/x/ssm_AmazonCloudWatch-linux", "hand.json": ""})
    assert "; ssm_AmazonCloudWatch-linux came from Parameter Store: where an association of State Manager" in told
    assert "State Manager" not in unmanaged.warning({"hand.json": "", "sub/ssm_x": ""})
