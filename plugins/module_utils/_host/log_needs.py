# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user still needs to read the configured log files, now and after their next rotation: groups, or access control lists."""

from __future__ import annotations

import glob
import grp
import os
import stat
from typing import AbstractSet, Iterable, NamedTuple, Tuple

from . import access, acl, logrotate
from .access import User
from .layout import Layout

GROUP, ACL, DEFAULT = "group", "ACL", "default ACL"
JOURNAL_GROUP = "systemd-journal"
_JOURNAL_READERS = (JOURNAL_GROUP, "adm", "wheel")
POWERFUL = frozenset(("root", "shadow", "disk", "kmem", "docker", "lxd", "sudo", "wheel"))
"""Groups whose members can do more than read logs."""


Targets = AbstractSet[Tuple[str, str]]
"""Kinds and names of grants."""


class Grant(NamedTuple):
    """``kind``: GROUP (``name`` is a group), ACL or DEFAULT (``name`` is a path, ``rights`` of r, x, rx)."""

    kind: str
    name: str
    rights: str = ""

    def text(self, user: str) -> str:
        """It in words."""
        return f"group {self.name} of {user}" if self.kind == GROUP else f"{self.kind} u:{user}:{self.rights} of {self.name}"

    @property
    def target(self) -> tuple[str, str]:
        """What is opened by it: kind and name."""
        return self.kind, self.name


class Needs(NamedTuple):
    """``problems``: what, value, hint of what cannot be given."""

    grants: list[Grant]
    problems: list[dict[str, str]]


def _problem(what: str, value: str, hint: str) -> dict[str, str]:
    return {"what": what, "value": value, "hint": hint}


def matching(layout: Layout, pattern: str) -> list[str]:
    """The regular files that a file_path names."""
    found = glob.glob(layout.at(pattern), recursive=True) if glob.has_magic(pattern) else [layout.at(pattern)]
    return sorted(path for path in found if os.path.isfile(path))


def _stat(path: str) -> os.stat_result | None:
    """None for a file that was rotated away meanwhile."""
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None


def _ancestors(path: str) -> list[str]:
    names = path.strip("/").split("/")[:-1]
    return ["/" + "/".join(names[: count + 1]) for count in range(len(names))]


def _way(path: str) -> list[tuple[str, int]]:
    """Every directory on the way to a file, and the file itself, with what it must allow."""
    return [*((one, 1) for one in _ancestors(path)), (path, 4)]


def _group_name(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def _described(found: os.stat_result) -> str:
    return f"{access.owner(found.st_uid)}:{_group_name(found.st_gid)} {stat.S_IMODE(found.st_mode):04o}"


def _after_rotation(layout: Layout, sections: list[logrotate.Section], path: str) -> tuple[logrotate.Created, str, str] | None:
    """What takes the file's place, with owner and group; None: nothing that is known, or a file like this one."""
    made, found = logrotate.created(layout, sections, path), _stat(path)
    if made is None or found is None:
        return None
    return made, made.owner or access.owner(found.st_uid), made.group or _group_name(found.st_gid)


def journal(who: User, memberships: set[str]) -> Needs:
    """What reading the journal needs; ``memberships``: names of the groups that ``who`` is in by itself."""
    if memberships & set(_JOURNAL_READERS):
        return Needs([], [])
    if not _exists(JOURNAL_GROUP):
        hint = "run the agent as root, or take journald out of its configuration"
        return Needs([], [_problem(f"the host has no group {JOURNAL_GROUP}", f"journald for {who.name}", hint)])
    return Needs([Grant(GROUP, JOURNAL_GROUP)], [])


def by_groups(layout: Layout, patterns: Iterable[str], who: User, granted: Iterable[Grant]) -> Needs:
    """The groups whose members can read the files.

    ``who``: without the groups that were given before; ``granted``: what was given before, and does not count.
    """
    grants: dict[Grant, None] = {}
    problems, sections, before = [], logrotate.read(layout), {one.target for one in granted}
    files = [path for pattern in patterns for path in matching(layout, pattern)]
    closed = _closed(files, who, before)
    for at, bit in dict.fromkeys(step for path in closed for step in _way(path)):
        found = _stat(at)
        if found and _shut(at, bit, who, before) and acl.group_rights(at, found.st_mode) & bit:
            grants[Grant(GROUP, _group_name(found.st_gid))] = None
    for path in files:
        made = _after_rotation(layout, sections, path)
        if made is None or not _closes(made, who) or made[2] in {one.name for one in grants}:
            continue
        if made[0].mode & 0o40 and made[2] not in POWERFUL:
            grants[Grant(GROUP, made[2])] = None
        else:
            problems.append(_rotation_problem(path, made, who, f"create 0640 {made[1]} GROUP, with a group for logs"))
    usable = [one for one in grants if one.name not in POWERFUL]
    more = tuple(grp.getgrnam(one.name).gr_gid for one in usable if _exists(one.name))
    for path in _closed(closed, who._replace(groups=who.groups + more), before):
        hint = "let its owner give it to a group for logs (mode 0640), or set cw_agent_log_access: acl"
        problems.append(_problem(f"no group can give {who.name} (agent.run_as_user) this file", f"{path}, {_barrier(path)}", hint))
    return Needs(usable, problems)


def _closed(files: list[str], who: User, before: Targets) -> list[str]:
    """The files that ``who`` could not read without what was given ``before``; one that is gone meanwhile is none of them."""
    found = []
    for path, open_ in zip(files, access.readable(who, files)):
        lent = any(_lent(at, who, before) for at, _bit in _way(path))
        if (lent and any(_shut(at, bit, who, before) for at, bit in _way(path))) or not (lent or open_):
            found += [path] * os.path.exists(path)
    return found


def _closes(made: tuple[logrotate.Created, str, str], who: User) -> bool:
    """Whether the file that logrotate makes is closed to ``who`` as things stand."""
    mode = made[0].mode
    if made[1] == who.name:
        return not mode & 0o400
    return not mode & (0o40 if made[2] in _names(who) else 4)


def _exists(group: str) -> bool:
    try:
        return bool(grp.getgrnam(group))
    except KeyError:
        return False


def names(gids: Iterable[int]) -> set[str]:
    """The names of groups."""
    return set(map(_group_name, gids))


def _names(who: User) -> set[str]:
    return names((*who.groups, who.gid))


def _barrier(path: str) -> str:
    """The owner, group and mode of what is closed to everybody else on the way to the file, the nearest to the root."""
    for at, bit in _way(path):
        found = _stat(at)
        if found and not found.st_mode & bit:
            return f"{at} is {_described(found)}"
    return "its group has no way to it"


def _rotation_problem(path: str, made: tuple[logrotate.Created, str, str], who: User, better: str) -> dict[str, str]:
    value = f"{path}, create {made[0].mode:04o} {made[1]} {made[2]} in {made[0].where}"
    return _problem(f"after its next rotation {who.name} (agent.run_as_user) could not read the file", value, f"write there {better}")


def until_rotation(layout: Layout, patterns: Iterable[str], who: User) -> list[str]:
    """What logrotate will close, in words: files that ``who`` can read now, and could not after their next rotation."""
    sections = logrotate.read(layout)
    made = {path: _after_rotation(layout, sections, path) for pattern in patterns for path in matching(layout, pattern)}
    closing = {path: one for path, one in made.items() if one and _closes(one, who)}
    found = []
    for (path, one), is_open in zip(closing.items(), access.readable(who, list(closing))):
        if is_open:
            problem = _rotation_problem(path, one, who, f"create 0640 {one[1]} with a group of {who.name}")
            found.append(f"{problem['what']} ({problem['value']}). Hint: {problem['hint']}, or set cw_agent_log_access: group or acl")
    return found


def by_lists(layout: Layout, patterns: Iterable[str], who: User, granted: Iterable[Grant]) -> Needs:
    """The entries of access control lists with which ``who`` can read the files; ``who`` and ``granted`` as for ``by_groups``."""
    wanted: list[Grant] = []
    problems, sections, before = [], logrotate.read(layout), {one.target for one in granted}
    for pattern in patterns:
        files = matching(layout, pattern)
        closed = set(_closed(files, who, before))
        default = "rx" if "**" in pattern else "r"
        for path in files:
            made = _after_rotation(layout, sections, path)
            closes = made is not None and _closes(made, who)
            if made and closes and not made[0].mode & 0o40:
                problems.append(_rotation_problem(path, made, who, f"create 0640 {made[1]} {made[2]}"))
            own = path in closed and _shut(path, 4, who, before)
            if own or closes:
                wanted.append(Grant(DEFAULT, os.path.dirname(path), default))
            if path in closed:
                wanted += [Grant(ACL, one, "x") for one in _ancestors(path) if _shut(one, 1, who, before)]
            if own:
                wanted.append(Grant(ACL, path, "r"))
        for path in [] if files else sorted(_coming(layout, pattern)):
            wanted += [Grant(ACL, one, "x") for one in [*_ancestors(path), path] if _shut(one, 1, who, before)]
            wanted.append(Grant(DEFAULT, path, default))
    # Of one list for two patterns, that with the most rights.
    most = {one.target: one for one in sorted(wanted, key=lambda one: len(one.rights))}
    return Needs([one for one in dict.fromkeys(wanted) if most[one.target] == one], problems)


def _lent(path: str, who: User, before: Targets) -> bool:
    """Whether an entry of ``who`` in its list was given before, or handed on by its directory."""
    inherited = (DEFAULT, os.path.dirname(path)) in before and acl.entry(path, who.uid, default=False) > 0
    return inherited or (ACL, path) in before


def _shut(path: str, bit: int, who: User, before: Targets) -> bool:
    """Whether this file or directory itself refuses ``bit`` (4: to be read, 1: to be searched) without what was given ``before``."""
    found = _stat(path)
    if found is None:
        return False
    if found.st_uid == who.uid:
        return not found.st_mode & bit << 6
    if acl.rights(path, who.uid, default=False) & bit and not _lent(path, who, before):
        return False
    return not (acl.group_rights(path, found.st_mode) if found.st_gid in who.groups else found.st_mode) & bit


def _coming(layout: Layout, pattern: str) -> set[str]:
    """The directories in which a file that is not there yet will be made."""
    above = os.path.dirname(layout.at(pattern))
    return {one for one in (glob.glob(above, recursive=True) if glob.has_magic(above) else [above]) if os.path.isdir(one)}


def effective(grant: Grant, who: User) -> bool:
    """Whether the user has it."""
    if grant.kind == GROUP:
        return grant.name in _names(who)
    return acl.rights(grant.name, who.uid, grant.kind == DEFAULT) & acl.bits(grant.rights) == acl.bits(grant.rights)
