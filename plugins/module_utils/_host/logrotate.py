# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What logrotate will make of a log file: who may read the one that it creates (logrotate.conf(5))."""

from __future__ import annotations

import glob
import os
import re
import shlex
from dataclasses import dataclass, field, replace
from typing import Iterator, NamedTuple

from .layout import Layout
from .system import read_text

_MAIN = "/etc/logrotate.conf"
_PASSED_OVER: tuple[str, ...] = (",v", ".bak", ".cfsaved", ".disabled", ".dpkg-bak", ".dpkg-del", ".dpkg-dist", ".dpkg-new", ".dpkg-old")
_PASSED_OVER += (".dpkg-tmp", ".orig", ".rhn-cfg-tmp-", ".rpmnew", ".rpmorig", ".rpmsave", ".swp", ".ucf-dist", ".ucf-new", ".ucf-old", "~")
_MODE = re.compile(r"[0-7]{3,4}")
_SCRIPTS = ("postrotate", "prerotate", "firstaction", "lastaction", "preremove")


class Created(NamedTuple):
    """The file that takes the place of a rotated one. ``owner`` and ``group``: '' where they are those of the file before."""

    mode: int
    owner: str
    group: str
    where: str


@dataclass
class Section:
    """A section of its configuration. ``create``: the words after it; None: no file is created, []: one like that before."""

    where: str = ""
    patterns: list[str] = field(default_factory=list)
    create: list[str] | None = None
    copies: bool = False
    su: list[str] = field(default_factory=list)

    def directive(self, words: list[str]) -> None:
        """Take one line of it."""
        if words[0] == "create":
            self.create = words[1:]
        elif words[0] == "nocreate":
            self.create = None
        elif words[0] in ("copytruncate", "copy"):
            self.copies = True
        elif words[0] in ("nocopytruncate", "nocopy"):
            self.copies = False
        elif words[0] == "su":
            self.su = words[1:]

    def created(self) -> Created | None:
        """What it creates; None: nothing, or a file like the one before."""
        words = self.create or []
        if self.copies or not words or not _MODE.fullmatch(words[0]):
            return None
        owner, group = [*words[1:], "", ""][:2]
        user, users_group = [*self.su, "", ""][:2]
        return Created(int(words[0], 8), owner or user, group or users_group, self.where)


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line, comments=True)
    except ValueError:
        return line.split()


def _included(layout: Layout, path: str) -> list[str]:
    if not os.path.isdir(layout.at(path)):
        return [path]
    return [f"{path}/{name}" for name in sorted(os.listdir(layout.at(path))) if not name.endswith(_PASSED_OVER)]


def _sections(layout: Layout, path: str, common: Section, depth: int = 0) -> Iterator[Section]:
    section: Section | None = None
    patterns: list[str] = []
    script = False
    for number, line in enumerate(read_text(layout.at(path)).splitlines(), 1):
        words = _words(line)
        if script or not words:
            script = script and words[:1] != ["endscript"]
        elif section is None and (patterns or words[0].startswith(("/", "~", "{"))):
            patterns += [word for word in words if word != "{"]
            if line.rstrip().endswith("{"):
                section = replace(common, where=f"{path}:{number}", patterns=[one.rstrip("{") for one in patterns if one != "{"])
                patterns = []
        elif words[0] == "}" and section:
            yield section
            section = None
        elif words[0] in _SCRIPTS:
            script = True
        elif words[0] == "include" and section is None and depth < 2 and len(words) > 1:
            for one in _included(layout, words[1]):
                yield from _sections(layout, one, common, depth + 1)
        else:
            (section or common).directive(words)


def read(layout: Layout) -> list[Section]:
    """The sections of logrotate's configuration, each with what holds for all of them."""
    return list(_sections(layout, _MAIN, Section()))


def created(layout: Layout, sections: list[Section], path: str) -> Created | None:
    """What takes the place of ``path`` at its next rotation; None: nothing that is known, or a file like this one."""
    for section in sections:
        if any(path in glob.glob(layout.at(pattern)) for pattern in section.patterns):
            return section.created()
    return None
