# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configurations that are active on the host: the files the agent merges at every start."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from . import safe_files
from .layout import Layout, file_name
from .safe_files import Entry, Regular


@dataclass(frozen=True)
class Configuration:
    """An active file: its path below the directory (the legacy file: its whole path), sha256 of its bytes, size, time of its content."""

    file: str
    digest: str
    size: int
    modified: float
    text: str = field(default="", repr=False)


@dataclass(frozen=True)
class Source:
    """A desired configuration: ``location`` as the agent's control program takes it, sha256 of its exact text, the text; '' = unknown."""

    location: str
    digest: str = ""
    content: str = field(default="", repr=False)

    @property
    def file(self) -> str:
        """The name it has when it is active."""
        return file_name(self.location)


class AgentSection(NamedTuple):
    """What this package needs of the configurations' ``agent`` sections. ``logfile`` is '' for the journal and None for the default."""

    run_as_user: str = "root"
    logfile: str | None = None
    quiet: bool = False
    debug: bool = False


def digest(text: str) -> str:
    """sha256 of the text's UTF-8 bytes, in hex."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _configuration(name: str, found: Regular) -> Configuration:
    return Configuration(name, hashlib.sha256(found.content).hexdigest(), len(found.content), found.found.st_mtime, found.text)


def entries(layout: Layout) -> list[Entry]:
    """What stands in the directory of the configurations, at any depth; refuses what is neither a regular file nor a directory."""
    found = safe_files.entries(layout.directory)
    safe_files.require_plain(layout.directory, found)
    return found


def active(layout: Layout) -> list[Configuration]:
    """Every file that the agent reads when its service starts, the supplementary YAML files included.

    Raises:
        HostError: a link, a FIFO or the like stands in the place of one of them, or of their directory.
    """
    names = sorted(one.name for one in entries(layout) if one.is_file and not one.name.endswith(".tmp"))
    paths = {**{name: os.path.join(layout.directory, name) for name in names}, layout.legacy: layout.legacy}
    read = {name: safe_files.read_regular(path) for name, path in paths.items()}
    return [_configuration(name, found) for name, found in read.items() if found]


def stale(layout: Layout) -> list[str]:
    """Files that the agent ignores: what an attempt that failed has left."""
    return sorted(one.name for one in entries(layout) if one.is_file and one.name.endswith(".tmp"))


def agent_section(texts: list[str]) -> AgentSection:
    """The settings of the merged configuration; a text that is no JSON object counts as nothing."""
    merged: dict[str, Any] = {}
    for text in texts:
        try:
            section = json.loads(text).get("agent")
        except (ValueError, AttributeError):
            continue
        if isinstance(section, dict):
            merged.update(section)
    user, logfile = merged.get("run_as_user"), merged.get("logfile")
    return AgentSection(
        run_as_user=user if isinstance(user, str) and user else "root",
        logfile=logfile if isinstance(logfile, str) else None,
        quiet=merged.get("quiet") is True,
        debug=merged.get("debug") is True,
    )


def matches(found: list[Configuration], desired: list[Source]) -> bool:
    """Whether the active files hold the desired texts and nothing else, whatever their names."""
    return sorted(one.digest for one in found) == sorted({source.file: source.digest for source in desired}.values())
