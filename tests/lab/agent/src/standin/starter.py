# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""start-amazon-cloudwatch-agent: translate anew, hand the files to run_as_user, become the daemon."""

from __future__ import annotations

import glob
import grp
import os
import pwd
import stat
import subprocess
import sys
import time

from . import paths, toml

NOTHING = 99


def main() -> int:
    """Return an exit status, or never return: the daemon takes this process's place."""
    os.makedirs(paths.LOGS, exist_ok=True)
    log = open(paths.LOGFILE, "a", encoding="utf-8")  # noqa: SIM115 (stays open until the daemon replaces this process)
    status = _translate(log)
    if status:
        return 0 if status == NOTHING else 1
    document = _read(log)
    user = str(document.get("agent", {}).get("run_as_user") or "root")
    try:
        entry = pwd.getpwnam(user)
    except KeyError:
        _say(log, f"E! Failed to ChangeUser: user: unknown user {user}")
        return 1
    for top in (paths.LOGS, paths.ETC, paths.VAR):
        _give(top, entry.pw_uid, entry.pw_gid)
    log.close()
    _become(entry)
    os.execv(os.path.join(paths.BIN, "amazon-cloudwatch-agent"), _command())  # noqa: S606 (takes this place, as the real one does)
    return 1


def _say(log: object, text: str) -> None:
    """Write a line to the agent's log and to the journal."""
    line = "{} {}\n".format(time.strftime("%Y/%m/%d %H:%M:%S"), text)
    log.write(line)  # type: ignore[attr-defined]
    log.flush()  # type: ignore[attr-defined]
    sys.stderr.write(line)


def _translate(log: object) -> int:
    """Translate what stands in the configuration directory; the mode is found out, not remembered."""
    command = [
        os.path.join(paths.BIN, "config-translator"),
        "--output",
        paths.TOML,
        "--mode",
        "auto",
        "--config",
        paths.COMMON,
        "--input",
        paths.LEGACY,
        "--input-dir",
        paths.DDIR,
    ]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    for line in done.stdout.splitlines():
        _say(log, f"I! Config has been translated: {line}" if not done.returncode else f"E! {line}")
    return done.returncode


def _read(log: object) -> dict:
    """Log the translation's results; return the TOML as data."""
    text = ""
    for path in (os.path.join(paths.ETC, paths.YAML_NAME), paths.TOML):
        if os.path.exists(path):
            with open(path, encoding="utf-8") as handle:
                text = handle.read()
            log.write("".join("{} D! config {}\n".format(time.strftime("%Y/%m/%d %H:%M:%S"), line) for line in text.splitlines()))  # type: ignore[attr-defined]
    log.flush()  # type: ignore[attr-defined]
    return toml.loads(text)


def _give(top: str, uid: int, gid: int) -> None:
    """Hand a tree to the user; programs, set-id and world-writable files and links stay as they are."""
    for root, _unused, names in os.walk(top):
        for path in [root, *(os.path.join(root, name) for name in names)]:
            mode = os.lstat(path).st_mode
            if stat.S_ISLNK(mode) or mode & (stat.S_ISUID | stat.S_ISGID | stat.S_IWOTH):
                continue
            if stat.S_ISREG(mode) and mode & 0o111:
                continue
            os.chown(path, uid, gid)


def _become(entry: pwd.struct_passwd) -> None:
    """Take the user's groups, ids and home."""
    if entry.pw_uid:
        os.setgroups([group.gr_gid for group in grp.getgrall() if entry.pw_name in group.gr_mem] + [entry.pw_gid])
        os.setgid(entry.pw_gid)
        os.setuid(entry.pw_uid)
        os.environ["HOME"] = entry.pw_dir


def _command() -> list[str]:
    """Return the daemon's arguments."""
    words = [
        os.path.join(paths.BIN, "amazon-cloudwatch-agent"),
        "-config",
        paths.TOML,
        "-envconfig",
        paths.ENVCONFIG,
        "-pidfile",
        os.path.join(paths.VAR, "amazon-cloudwatch-agent.pid"),
    ]
    for path in [*sorted(glob.glob(os.path.join(paths.DDIR, "*.yaml"))), os.path.join(paths.ETC, paths.YAML_NAME)]:
        words += ["-otelconfig", path]
    return words
