# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run on a host: print every path with its type, mode, owner, target of the link and hash of the content.

Everything but what a running system writes by itself, and Ansible's own temporary directory. Hashing a whole system takes half a second of
processor time, so a file is read again only where its inode or its ctime, which no process can set, differs from the last time.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import pathlib
import stat

LEFT_OUT = {"/proc", "/sys", "/run", "/tmp", "/dev", "/var/log/journal", "/root/.ansible", "/home/ansible/.ansible"}
LEFT_OUT |= {"/var/log/wtmp", "/var/log/lastlog", "/var/log/btmp"}
SEEN = pathlib.Path("/run/listing.json")


def content(path: str, state: os.stat_result, seen: dict[str, list[str]], kept: dict[str, list[str]]) -> str:
    """Return a regular file's hash, from the last time where nothing has touched the file since."""
    version = f"{state.st_dev} {state.st_ino} {state.st_size} {state.st_ctime_ns}"
    known = seen.get(path, ["", ""])
    digest = known[1] if known[0] == version else hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
    kept[path] = [version, digest]
    return digest


def line(entry: os.DirEntry[str], seen: dict[str, list[str]], kept: dict[str, list[str]]) -> str:
    """Return what is said of one path."""
    state = entry.stat(follow_symlinks=False)
    what = f"{entry.path} {state.st_mode:o} {state.st_uid}:{state.st_gid}"
    if stat.S_ISREG(state.st_mode):
        return f"{what} {content(entry.path, state, seen, kept)}"
    return f"{what} -> {os.readlink(entry.path)}" if stat.S_ISLNK(state.st_mode) else what


def main() -> None:
    """Print a line for each path, in order."""
    seen: dict[str, list[str]] = json.loads(SEEN.read_text()) if SEEN.exists() else {}
    kept: dict[str, list[str]] = {}
    lines, left = [], ["/"]
    while left:
        with os.scandir(left.pop()) as entries:
            found = [entry for entry in entries if entry.path not in LEFT_OUT]
        left += [entry.path for entry in found if entry.is_dir(follow_symlinks=False)]
        for entry in found:
            with contextlib.suppress(FileNotFoundError):  # gone since the directory was read
                lines.append(line(entry, seen, kept))
    SEEN.write_text(json.dumps(kept))
    print("\n".join(sorted(lines)))


if __name__ == "__main__":
    main()
