# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run every layer of the tests, three side by side, and say how each ended and how long it took.

Layers that wait for hosts (boots, intervals, restarts) go two at a time; those that compute go beside them, one at a time and at the
lowest priority, so that they take what the others leave. The output of a layer is printed whole when it ends, so that two do not mix; a
line says when one starts. Each end says how busy the machine's processor was meanwhile: where it was idle, layers can be packed better;
where it was not, only less work takes less time. Exit status 0 only if every layer passed.
"""

from __future__ import annotations

import concurrent.futures
import os
import pathlib
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
WAITING = ("e2e", "molecule", "integration", "conformance", "lab")
"""The longest first, so that no worker is left alone with one of them at the end."""
COMPUTING = ("unit", "units", "sanity", "lint")
WAITING_WORKERS = 2
"""With a third, hosts are so slow that the agent's own time-outs end: its translator waits one second for the metadata service."""
PRINTING = threading.Lock()
STATISTICS = pathlib.Path("/proc/stat")


def say(text: str) -> None:
    """Print whole lines, one thread at a time."""
    with PRINTING:
        print(text, flush=True)


class Processor:
    """What the machine's processor has done since this was made."""

    def __init__(self) -> None:
        self._busy, self._all = self._now()

    @staticmethod
    def _now() -> tuple[int, int]:
        user, nice, system, idle, waiting, *others = map(int, STATISTICS.read_text().split("\n", 1)[0].split()[1:8])
        busy = user + nice + system + sum(others)
        return busy, busy + idle + waiting

    def busy(self) -> float:
        """Return the share of its time that was used, in per cent."""
        busy, total = self._now()
        return 100 * (busy - self._busy) / max(1, total - self._all)


def layer(name: str) -> tuple[str, bool, float]:
    """Run one make target; return its name, whether it passed, and its seconds."""
    say(f"[test] {name}: make {name}")
    start, processor = time.monotonic(), Processor()
    command = ["nice", "-n", "19"] if name in COMPUTING else []
    command += ["make", "--no-print-directory", name]
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - start
    verdict = "passed" if done.returncode == 0 else f"FAILED (exit status {done.returncode})"
    used = f"the processor was busy for {processor.busy():.0f} % of them"
    say(f"===== {name} =====\n{done.stdout}{done.stderr}===== {name}: {verdict}, {seconds:.0f} s; {used} =====")
    return name, done.returncode == 0, seconds


def main() -> int:
    """Run all layers (or those named in LAYERS), print the summary."""
    only = os.environ.get("LAYERS", "").split()
    start, processor = time.monotonic(), Processor()
    pools = {WAITING: concurrent.futures.ThreadPoolExecutor(WAITING_WORKERS), COMPUTING: concurrent.futures.ThreadPoolExecutor(1)}
    running = [pool.submit(layer, name) for names, pool in pools.items() for name in names if not only or name in only]
    results = [future.result() for future in running]
    for name, passed, seconds in results:
        print(f"{'passed' if passed else 'FAILED':8}{name:16}{seconds:6.0f} s")
    failures = sum(not passed for _name, passed, _seconds in results)
    print(f"all layers: {time.monotonic() - start:.0f} s; the processor was busy for {processor.busy():.0f} % of them")
    print(f"{len(results) - failures} passed, {failures} failed")
    return 1 if failures or not results else 0


if __name__ == "__main__":
    sys.exit(main())
