# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that is not pure: programs, the clock, files. Handed in, so that tests bring their own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from typing import Callable, NamedTuple, Protocol

from . import safe_files
from .errors import HostError
from .layout import Layout

END_SECONDS = 5.0
TIMED_OUT = 124
"""Exit status of a program that did not end in time."""


class Result(NamedTuple):
    """What a program answered: exit status (TIMED_OUT, 126: not to be executed, 127: no such program) and its output."""

    rc: int
    out: str = ""
    err: str = ""


def ending(answer: Result) -> str:
    """How a program ended that did not do its work."""
    if answer.rc >= 0:
        return f"failed with exit status {answer.rc}"
    try:
        name = f" ({signal.Signals(-answer.rc).name})"
    except ValueError:
        name = ""
    return f"was killed by signal {-answer.rc}{name}"


class Run(Protocol):
    """Runs a program to its end; ``timeout`` in seconds."""

    def __call__(self, argv: list[str], timeout: float = 60, env: dict[str, str] | None = None) -> Result:
        # With an ellipsis for a body the formatter makes one line of it, which sanity by the oldest core refuses.
        """Return how it has ended."""


def run(argv: list[str], timeout: float = 60, env: dict[str, str] | None = None) -> Result:
    """Run ``argv`` with messages in English, nothing on stdin; never raises for what the program does."""
    # dpkg wants its helpers on the path, which su and some sudoers leave short.
    path = os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin"
    environment = {**os.environ, "PATH": path, "LC_ALL": "C", "LANGUAGE": "C", **(env or {})}
    try:
        # A session of its own: what it has started goes with it. AnsibleModule.run_command has none, and no limit of time.
        process = subprocess.Popen(  # pylint: disable=ansible-bad-function
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env=environment,
            start_new_session=True,
        )
    except FileNotFoundError as missing:
        return Result(127, "", str(missing))
    except PermissionError as forbidden:
        return Result(126, "", str(forbidden))
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        out, err = _end(process)
        return Result(TIMED_OUT, out, f"{err}{argv[0]} did not end within {timeout:g} s")
    except BaseException:
        _end(process)
        raise
    return Result(process.returncode, out, err)


def _end(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Kill the program with its children; what they had written."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    try:
        return process.communicate(timeout=END_SECONDS)
    except subprocess.TimeoutExpired:
        # A grandchild that left the session holds the pipes: it is not waited for.
        return "", ""


@dataclass(frozen=True)
class Host:
    """The host as the functions of this package see it."""

    layout: Layout = field(default_factory=Layout)
    run: Run = run
    now: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def read_text(path: str) -> str:
    """The text of a file, '' where there is none."""
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return stream.read()
    except (FileNotFoundError, NotADirectoryError):
        return ""


def write_file(path: str, text: str, mode: int, owner: tuple[int, int]) -> None:
    """Put ``text`` at ``path`` in one step: either the old file or the new one is there, also after a crash. ``owner``: (uid, gid).

    Follows nothing that another user could have put in the way (see safe_files).
    """
    try:
        with safe_files.parent(path) as (where, name):
            _replace(where, name, text, mode, owner)
    except OSError as error:
        raise HostError(f"cannot write {path}: {error.strerror}") from error


def _replace(where: int, name: str, text: str, mode: int, owner: tuple[int, int]) -> None:
    temporary = f".{name}.{os.getpid()}.new"
    with contextlib.suppress(FileNotFoundError):
        os.unlink(temporary, dir_fd=where)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=where)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            os.fchmod(handle, mode)
            if os.geteuid() == 0:
                os.fchown(handle, *owner)
            stream.write(text)
            stream.flush()
            os.fsync(handle)
        os.replace(temporary, name, src_dir_fd=where, dst_dir_fd=where)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary, dir_fd=where)
