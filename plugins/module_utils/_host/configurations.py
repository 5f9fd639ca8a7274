# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configurations that are active on the host: the files the agent merges at every start."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any

from .layout import Layout, file_name


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
    """A wanted configuration: ``location`` as the agent's control program takes it, sha256 of its exact text, the text; '' = unknown."""

    location: str
    digest: str = ""
    content: str = field(default="", repr=False)

    @property
    def file(self) -> str:
        """The name it has when it is active."""
        return file_name(self.location)


@dataclass(frozen=True)
class AgentSection:
    """What this room needs of the configurations' ``agent`` sections. ``logfile`` is '' for the journal and None for the default."""

    run_as_user: str = "root"
    logfile: str | None = None
    quiet: bool = False


def digest(text: str) -> str:
    """sha256 of the text's UTF-8 bytes, in hex."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _read(path: str, name: str) -> Configuration | None:
    try:
        with open(path, "rb") as stream:
            content = stream.read()
            modified = os.fstat(stream.fileno()).st_mtime
    except (FileNotFoundError, IsADirectoryError):
        return None
    return Configuration(name, hashlib.sha256(content).hexdigest(), len(content), modified, content.decode("utf-8", "replace"))


def _files(directory: str) -> list[str]:
    found = [os.path.join(where, name) for where, _directories, names in os.walk(directory) for name in names]
    return sorted(os.path.relpath(path, directory) for path in found)


def active(layout: Layout) -> list[Configuration]:
    """Every file that the agent reads when its service starts, the supplementary YAML files included."""
    found = [_read(os.path.join(layout.directory, name), name) for name in _files(layout.directory) if not name.endswith(".tmp")]
    found.append(_read(layout.legacy, layout.legacy))
    return [one for one in found if one is not None]


def leftovers(layout: Layout) -> list[str]:
    """What an attempt that failed has left: files that the agent ignores."""
    return [name for name in _files(layout.directory) if name.endswith(".tmp")]


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
    )


def matches(found: list[Configuration], wanted: list[Source]) -> bool:
    """Whether the active files hold the wanted texts and nothing else, whatever their names."""
    return sorted(one.digest for one in found) == sorted({source.file: source.digest for source in wanted}.values())
