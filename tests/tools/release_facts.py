# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a release says of itself: ``release_facts.py`` looks at the checkout, ``release_facts.py TARBALL`` at what would be published.

Every finding is printed; the exit status is 1 where there is one.
"""

from __future__ import annotations

import re
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
NEEDED = ("MANIFEST.json", "FILES.json", "README.md", "LICENSE", "CHANGELOG.rst", "meta/runtime.yml", "requirements.txt")
FORBIDDEN = ("tests/", "molecule/", "demo/", ".git", "Makefile")
SECRET = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----|\b(?:AKIA|ASIA)(?!IOSFODNN7EXAMPLE|I44QH8DHBEXAMPLE)[A-Z2-7]{16}\b")


def version(root: Path) -> tuple[int, ...]:
    """The version that would be released."""
    return _numbers(str(yaml.safe_load((root / "galaxy.yml").read_text(encoding="utf-8"))["version"]))


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("-", maxsplit=1)[0].split("."))


def of_checkout(root: Path) -> Iterator[str]:
    """Findings about version and fragments."""
    changes = yaml.safe_load((root / "changelogs" / "changelog.yaml").read_text(encoding="utf-8"))
    released = max((_numbers(name) for name in changes["releases"]), default=(0,))
    fragments = sorted((root / "changelogs" / "fragments").glob("*.yml"))
    known = {name for release in changes["releases"].values() for name in release.get("fragments", [])}
    waiting = [path for path in fragments if path.name not in known]
    if version(root) < released:
        yield f"galaxy.yml has a version before {'.'.join(map(str, released))}, which is released"
    if waiting and version(root) == released:
        names = ", ".join(path.name for path in waiting)
        yield f"{names}: not yet in a release, and galaxy.yml has the version of the last one: raise it, then antsibull-changelog release"
    if not waiting and version(root) > released:
        yield "galaxy.yml has a new version, and no fragment says what is new"
    yield from (
        f"{path.name}: no entry" for path in fragments if not any((yaml.safe_load(path.read_text(encoding="utf-8")) or {}).values())
    )


def of_tarball(path: Path) -> Iterator[str]:
    """Findings about the files of a tarball."""
    with tarfile.open(path) as archive:
        names = [member.name for member in archive.getmembers() if member.isfile()]
        yield from (f"{name} is not in the tarball" for name in NEEDED if name not in names)
        yield from (f"{name} does not belong into the tarball" for name in names if name.startswith(FORBIDDEN))
        for name in names:
            file = archive.extractfile(name)
            if file is not None and SECRET.search(file.read()):
                yield f"{name} has what looks like a key"


def main(arguments: list[str]) -> int:
    """Print the findings."""
    findings = list(of_tarball(Path(arguments[0])) if arguments else of_checkout(ROOT))
    print("\n".join(findings) or "nothing to complain about")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
