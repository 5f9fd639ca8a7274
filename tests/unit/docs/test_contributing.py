# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every role is run by a test, and CONTRIBUTING.md says by which."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SECTION = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Where each role is tested\n")[2].partition("\n## ")[0]
TESTED = {role: re.findall(r"`(\S+?)`", places) for role, places in re.findall(r"^\| `(\w+)` \| (.*) \|$", SECTION, re.M)}
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir() if path.is_dir())


def playbooks_of(role: str) -> list[str]:
    """The collection's playbooks that have a role."""
    named = re.compile(rf"cloudwatch\.agent\.{role}\b")
    return [path.stem for path in (ROOT / "playbooks").glob("*.yml") if named.search(path.read_text(encoding="utf-8"))]


def test_every_role_has_a_row() -> None:
    assert list(TESTED) == ROLES


@pytest.mark.parametrize("role", ROLES)
def test_each_place_runs_the_role(role: str) -> None:
    named = re.compile(rf"cloudwatch\.agent\.({'|'.join([role, *playbooks_of(role)])})\b")
    assert TESTED[role]
    for place in TESTED[role]:
        path = ROOT / place
        files = [path] if path.is_file() else sorted(path.glob("*.yml"))
        assert any(named.search(file.read_text(encoding="utf-8")) for file in files), place
