# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every part of the lab shares: places, messages, commands, locks, the one exception."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pathlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence

LAB_TREE = pathlib.Path(__file__).resolve().parent.parent
CHECKOUT = LAB_TREE.parent.parent
RUN_ROOT = pathlib.Path("/run/cw-agent-lab")
# In the environment of every process that the lab leaves running: a lab without its state still finds them.
MARK = "CW_AGENT_LAB_PROCESS"
LABEL = "cw-agent-lab"


class LabError(Exception):
    """Something the user must read; the only exception that the lab's functions raise on purpose."""


def say(message: str) -> None:
    """Report progress on stderr."""
    print(f"[lab] {message}", file=sys.stderr, flush=True)


def cache_directory() -> pathlib.Path:
    """Return the directory of everything that outlives a lab: images' keys, packages, authority."""
    root = os.environ.get("CW_AGENT_CACHE") or str(pathlib.Path.home() / ".cache" / "cloudwatch.agent")
    path = pathlib.Path(root) / "lab"
    path.mkdir(parents=True, exist_ok=True)
    return path


def lab_name() -> str:
    """Return the name of the lab that is meant."""
    name = os.environ.get("LAB_NAME") or "lab"
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}", name):
        raise LabError(f"LAB_NAME is {name!r}: use 1 to 32 letters, digits, '_' and '-', the first a letter or digit")
    return name


def capture(words: list[str], environment: dict[str, str], stdin: str | None, timeout: float) -> subprocess.CompletedProcess[str]:
    """Run a command and keep what it says; nothing of the caller's stdin reaches it."""
    return subprocess.run(words, input=stdin or "", capture_output=True, text=True, timeout=timeout, env=environment, check=False)


def command(
    arguments: Sequence[str | os.PathLike[str]], *, stdin: str | None = None, check: bool = True, timeout: float = 600, **variables: str
) -> str:
    """Run a command and return its stdout; a failure becomes a LabError with its stderr. Extra keywords: environment variables."""
    words = [os.fspath(word) for word in arguments]
    try:
        done = capture(words, {**os.environ, **variables}, stdin, timeout)
    except FileNotFoundError as error:
        raise LabError(f"{words[0]} is not installed; `tests/tools/setup` installs what the lab needs") from error
    except subprocess.TimeoutExpired as error:
        raise LabError(f"no end after {timeout:.0f} s: {' '.join(words)}") from error
    if check and done.returncode:
        raise LabError(f"exit status {done.returncode}: {' '.join(words)}\n{(done.stderr or done.stdout).strip()}")
    return done.stdout


def podman(*arguments: str, check: bool = True, timeout: float = 120) -> str:
    """Run podman with the lab's own configuration."""
    return command(["podman", *arguments], check=check, timeout=timeout, CONTAINERS_CONF=str(LAB_TREE / "containers.conf"))


@contextlib.contextmanager
def lock(path: pathlib.Path, waiting: str = "") -> Iterator[None]:
    """Hold an exclusive lock; the file may be removed by its holder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        with open(path, "w", encoding="utf-8") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if waiting:
                    say(waiting)
                fcntl.flock(handle, fcntl.LOCK_EX)
            with contextlib.suppress(FileNotFoundError):
                # The one before may have removed the file: then this lock guards nothing.
                if os.fstat(handle.fileno()).st_ino == path.stat().st_ino:
                    yield
                    return


def remove_tree(path: pathlib.Path) -> None:
    """Remove a directory, also one that is gone or half gone."""
    shutil.rmtree(path, ignore_errors=True)
