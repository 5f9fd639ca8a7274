# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The processes that run documents: each outlives the agent that started it."""

from __future__ import annotations

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
    """Run the document whose message lies in a directory."""
    words = [sys.executable, "-ISB", str(PROGRAM), "--worker", str(place)]
    with (place / "worker.log").open("ab") as out:
        worker = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd="/", start_new_session=True)
    places.write(place / "worker.json", {"pid": worker.pid, "boot": boot_time()})
    # Whoever was started here has to be waited for, or it looks alive for ever.
    threading.Thread(target=worker.wait, daemon=True).start()


def alive(place: pathlib.Path) -> bool:
    """Whether the process of a directory runs, whoever started it."""
    started = places.read(place / "worker.json")
    if not started:
        return False
    try:
        return str(place) in pathlib.Path(f"/proc/{started['pid']}/cmdline").read_text()
    except OSError:
        return False


def reboots(place: pathlib.Path) -> bool:
    """Whether its document asked for a reboot that has not come yet."""
    files = sorted(place.glob("step-*.json"), key=lambda path: int(path.stem[5:]))
    asked = bool(files) and places.read(files[-1])["status"] == "SuccessAndReboot"
    return asked and (places.read(place / "worker.json") or {}).get("boot") == boot_time()


def remove(place: pathlib.Path) -> None:
    """Forget a directory."""
    shutil.rmtree(place, ignore_errors=True)
