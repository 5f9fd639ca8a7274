# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""aws:runShellScript: a script, its time-out, its cancel, what it said."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import time
from typing import Any, Callable, NamedTuple

KILLED = 137
REBOOT = 194
USUAL_SECONDS, LEAST, MOST = 3600, 5, 172_800
STDOUT, STDERR, OUTPUT = 24_000, 20_000, 2_500
LOOK = 0.1


class Outcome(NamedTuple):
    """How a step ended: Success, Failed, TimedOut, Cancelled, SuccessAndReboot or Skipped, and what it said on both streams."""

    status: str
    code: int
    stdout: str
    stderr: str


def seconds(value: Any) -> float:
    """A step's time-out; what is no number from 5 to 172800 is 3600, without a word."""
    try:
        number = int(value)
    except (TypeError, ValueError):
        return USUAL_SECONDS
    return number if LEAST <= number <= MOST else USUAL_SECONDS


def run(inputs: dict[str, Any], room: pathlib.Path, environment: dict[str, str], cancelled: Callable[[], bool]) -> Outcome:
    """Run the lines of a step. Its outputs are files of `room`, so that a second run after a reboot continues them."""
    room.mkdir(parents=True, exist_ok=True)
    lines = inputs.get("runCommand") or []
    text = "\n".join(map(str, lines)) if isinstance(lines, list) else str(lines)
    script = room / "_script.sh"
    script.write_text(text + "\n")
    script.chmod(0o700)
    words = [str(script)] if text.startswith("#!") else ["sh", str(script)]
    place = str(inputs.get("workingDirectory") or "") or "/usr/bin"
    clean = {"PATH": os.environ.get("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"), **environment}
    with (room / "stdout").open("ab") as out, (room / "stderr").open("ab") as err:
        try:
            process = subprocess.Popen(
                words, cwd=place, env=clean, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=err, start_new_session=True
            )
        except OSError as error:
            err.write(f"failed to run commands: {error}\n".encode())
            process = None
        ended = _await(process, out, seconds(inputs.get("timeoutSeconds")), cancelled) if process else "Failed"
    code = KILLED if ended in ("TimedOut", "Cancelled") else process.returncode if process else 1
    return _outcome(ended, code, room)


def _await(process: subprocess.Popen[bytes], out: Any, limit: float, cancelled: Callable[[], bool]) -> str:
    """Wait for the end of the stream, which a background child may hold; returns the kind of end."""
    assert process.stdout is not None
    os.set_blocking(process.stdout.fileno(), False)
    end = time.monotonic() + limit
    kind = ""
    while True:
        piece = process.stdout.read(65536)
        if piece:
            out.write(piece)
            out.flush()
            continue
        if piece == b"" and process.poll() is not None:
            return kind
        if not kind and (cancelled() or time.monotonic() > end):
            kind = "Cancelled" if cancelled() else "TimedOut"
            os.killpg(process.pid, signal.SIGKILL)
        time.sleep(LOOK)


def _outcome(ended: str, code: int, room: pathlib.Path) -> Outcome:
    stdout = (room / "stdout").read_text(errors="replace")
    stderr = (room / "stderr").read_text(errors="replace")
    if ended in ("TimedOut", "Cancelled"):
        return Outcome(ended, KILLED, stdout, stderr)
    if code == REBOOT:
        return Outcome("SuccessAndReboot", code, stdout, stderr)
    if code:
        word = f"signal {-code}" if code < 0 else f"exit status {code}"
        return Outcome("Failed", KILLED if code < 0 else code, stdout, f"{stderr}failed to run commands: {word}")
    return Outcome("Success", 0, stdout, stderr)


def reported(outcome: Outcome) -> dict[str, Any]:
    """Both streams and their digest, cut as the agent cuts them."""
    digest = outcome.stdout
    if outcome.stderr:
        digest += f"\n----------ERROR-------\n{outcome.stderr}"
    return {
        "output": cut(digest, OUTPUT, "---Output truncated---"),
        "standardOutput": cut(outcome.stdout, STDOUT, "--output truncated--"),
        "standardError": cut(outcome.stderr, STDERR, "--error truncated--"),
    }


def cut(text: str, most: int, mark: str) -> str:
    """A text of at most so many characters, which says at its end that it was cut."""
    return text if len(text) <= most else text[: most - len(mark)] + mark
