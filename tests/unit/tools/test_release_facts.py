# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps a release from being one."""

from __future__ import annotations

import importlib.util
import io
import tarfile
from pathlib import Path
from types import ModuleType

import pytest

TOOL = Path(__file__).resolve().parents[3] / "tests" / "tools" / "release_facts.py"


@pytest.fixture(scope="module")
def facts() -> ModuleType:
    spec = importlib.util.spec_from_file_location("release_facts", TOOL)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def checkout(place: Path, version: str, **fragments: str) -> Path:
    """A checkout of this version after the release of 0.1.0, which had the fragment `old`."""
    (place / "changelogs" / "fragments").mkdir(parents=True)
    (place / "galaxy.yml").write_text(f"version: {version}\n")
    (place / "changelogs" / "changelog.yaml").write_text("releases: {0.1.0: {fragments: [old.yml]}}\n")
    for name, text in fragments.items():
        (place / "changelogs" / "fragments" / f"{name}.yml").write_text(text)
    return place


@pytest.mark.parametrize(
    ("version", "fragments", "finding"),
    [
        ("0.2.0", {"new": "minor_changes: [x]"}, ""),
        ("0.1.0", {"old": "minor_changes: [x]"}, ""),
        ("0.1.0", {"new": "minor_changes: [x]"}, "new.yml: not yet in a release, and galaxy.yml has the version of the last one"),
        ("0.2.0", {"old": "minor_changes: [x]"}, "no fragment says what is new"),
        ("0.0.9", {}, "a version before 0.1.0, which is released"),
        ("0.2.0", {"new": "minor_changes: [x]", "empty": "minor_changes: []"}, "empty.yml: no entry"),
    ],
)
def test_version_and_fragments_belong_together(
    facts: ModuleType, tmp_path: Path, version: str, fragments: dict[str, str], finding: str
) -> None:
    found = list(facts.of_checkout(checkout(tmp_path, version, **fragments)))
    assert len(found) == bool(finding)
    assert finding in "".join(found)


def tarball(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def test_a_tarball_has_what_it_needs_and_nothing_else(facts: ModuleType, tmp_path: Path) -> None:
    files = dict.fromkeys(facts.NEEDED, b"x")
    assert list(facts.of_tarball(tarball(tmp_path / "a.tar.gz", files))) == []
    key = b"AKIA" + b"Q" * 16
    wrong = {**files, "tests/x.py": b"", "docs/y.rst": key, "docs/z.rst": b"AKIAIOSFODNN7EXAMPLE"}
    wrong.pop("LICENSE")
    assert list(facts.of_tarball(tarball(tmp_path / "b.tar.gz", wrong))) == [
        "LICENSE is not in the tarball",
        "tests/x.py does not belong into the tarball",
        "docs/y.rst has what looks like a key",
    ]
