# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection has made active on this host: root's own record, by which everything else is known to be somebody else's."""

from __future__ import annotations

import json
import os

from . import safe_files, snapshot
from .system import Host, write_file


def _file(host: Host) -> str:
    return os.path.join(host.layout.records, "applied.json")


def applied(host: Host) -> dict[str, str]:
    """File name → sha256 of the text, of the last change; {} where the collection has not changed this host yet."""
    try:
        files = json.loads(safe_files.read_text(_file(host)) or "{}").get("files", {})
    except (ValueError, AttributeError):
        return {}
    return dict(files) if isinstance(files, dict) else {}


def known(host: Host) -> set[str] | None:
    """The digests of everything the collection has written, an interrupted change included; None: only root can tell."""
    try:
        begun = snapshot.pending(host)
        return set(applied(host).values()) | set(begun.applying.values() if begun else ())
    except PermissionError:
        return None


def record(host: Host, files: dict[str, str]) -> None:
    """Note what is active now, by file name → sha256."""
    if applied(host) == files:
        return
    safe_files.make_directory(host.layout.records, 0o700)
    write_file(_file(host), json.dumps({"files": files}, indent=2, sort_keys=True) + "\n", 0o600, (0, 0))
