# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The processes that run documents: each outlives the agent that started it."""

from __future__ import annotations

import fcntl
import pathlib
import shutil
import subprocess
import sys
import threading

from . import places

PROGRAM = pathlib.Path(sys.argv[0]).resolve()


def boot_time() -> str:
    """What tells one boot of the system from the next, in containers too: when its first process began."""
    return pathlib.Path("/proc/1/stat").read_text().rpartition(")")[2].split()[19]


def start(place: pathlib.Path) -> None:
    """Run the document whose message lies in a directory, unless a process does.

    The process is handed a lock that it holds to its end: from its first moment on, an agent that is started anew sees it.
    """
    with (place / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        places.write(place / "boot.json", boot_time())
        words = [sys.executable, "-ISB", str(PROGRAM), "--worker", str(place)]
        with (place / "worker.log").open("ab") as out:
            worker = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd="/", start_new_session=True, pass_fds=[lock.fileno()]
            )
    # What is not waited for stays as a zombie.
    threading.Thread(target=worker.wait, daemon=True).start()


def alive(place: pathlib.Path) -> bool:
    """Whether the process of a directory runs, whoever started it."""
    try:
        with (place / "lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def reboots(place: pathlib.Path) -> bool:
    """Whether its document asked for a reboot that has not come yet."""
    files = sorted(place.glob("step-*.json"), key=lambda path: int(path.stem[5:]))
    asked = bool(files) and places.read(files[-1])["status"] == "SuccessAndReboot"
    return asked and places.read(place / "boot.json") == boot_time()


def remove(place: pathlib.Path) -> None:
    """Forget a directory; its message first, so that nobody who comes half-way runs it again."""
    (place / "message.json").unlink(missing_ok=True)
    shutil.rmtree(place, ignore_errors=True)
