# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that is not pure: programs, the clock, files. Handed in, so that tests bring their own."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from typing import Callable, Protocol

from .errors import HostError
from .layout import Layout


@dataclass(frozen=True)
class Result:
    """What a program answered: exit status (124: no end in time, 126: not to be executed, 127: no such program) and its output."""

    rc: int
    out: str = ""
    err: str = ""


class Run(Protocol):
    """Runs a program to its end; ``timeout`` in seconds."""

    def __call__(self, argv: list[str], timeout: float = 60, env: dict[str, str] | None = None) -> Result: ...


def run(argv: list[str], timeout: float = 60, env: dict[str, str] | None = None) -> Result:
    """Run ``argv`` with messages in English, nothing on stdin; never raises for what the program does."""
    # dpkg wants its helpers on the path, which su and some sudoers leave short.
    path = os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin"
    environment = {**os.environ, "PATH": path, "LC_ALL": "C", "LANGUAGE": "C", **(env or {})}
    try:
        done = subprocess.run(
            argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=timeout, env=environment, check=False
        )
    except FileNotFoundError as missing:
        return Result(127, "", str(missing))
    except PermissionError as forbidden:
        return Result(126, "", str(forbidden))
    except subprocess.TimeoutExpired:
        return Result(124, "", f"{argv[0]} did not end within {timeout:g} s")
    return Result(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True)
class Host:
    """The host as the functions of this room see it."""

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
    """Put ``text`` at ``path`` in one step: either the old file or the new one is there, also after a crash. ``owner``: (uid, gid)."""
    directory = os.path.dirname(path)
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{os.path.basename(path)}.", dir=directory)
    except OSError as error:
        raise HostError(f"cannot write in {directory}: {error.strerror}") from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            os.fchmod(stream.fileno(), mode)
            if os.geteuid() == 0:
                os.fchown(stream.fileno(), *owner)
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise HostError(f"cannot write {path}: {error.strerror}") from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
