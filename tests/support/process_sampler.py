# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run beside others: append every new command line and environment of a process to a file, until the process ends.

Arguments: the file, and optionally the session of the processes that count. A line is JSON: ``command``, ``environment``.
"""

from __future__ import annotations

import contextlib
import json
import pathlib
import sys
import time

SECONDS = 0.05


def session(process: pathlib.Path) -> str:
    """Return the session that a process belongs to."""
    return process.joinpath("stat").read_text().rpartition(")")[2].split()[3]


def main() -> None:
    """Look and write until somebody ends this."""
    file, wanted = pathlib.Path(sys.argv[1]), sys.argv[2:]
    known: set[tuple[bytes, bytes]] = set()
    with file.open("a", encoding="utf-8") as target:
        while True:
            for process in pathlib.Path("/proc").glob("[0-9]*"):
                with contextlib.suppress(OSError):  # gone since the directory was read
                    if wanted and session(process) != wanted[0]:
                        continue
                    found = (process.joinpath("cmdline").read_bytes(), process.joinpath("environ").read_bytes())
                    if found[0] and found not in known:
                        known.add(found)
                        command, environment = (part.replace(b"\0", b"\n").decode("utf-8", "replace") for part in found)
                        print(json.dumps({"command": command, "environment": environment}), file=target, flush=True)
            time.sleep(SECONDS)


if __name__ == "__main__":
    main()
