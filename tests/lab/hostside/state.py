# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab's places and memory, and the processes it leaves running."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from typing import Any

from .base import MARK, RUN_ROOT, LabError, lab_name

KINDS = ("ec2", "amazon", "onprem")


class Lab:
    """One lab: `directory` holds what the user may read, `run` what lives only while it runs (sockets, namespaces, pids)."""

    def __init__(self, name: str) -> None:
        """Name the places; nothing is read or made."""
        self.name = name
        self.directory = pathlib.Path(os.environ.get("LAB_STATE") or "/var/tmp/cw-agent-lab").resolve() / name
        self.run = RUN_ROOT / name
        self.lock = RUN_ROOT / f"{name}.lock"
        self.control = self.run / "control.sock"
        self.ssh_config = self.directory / "ssh_config"
        self.request_log = self.directory / "requests.jsonl"
        self.data: dict[str, Any] = {"hosts": {}, "processes": {}, "ports": {}}

    @property
    def hosts(self) -> dict[str, dict[str, Any]]:
        """Return what is known of each host: kind, number, and for EC2 hosts instance_id, address, tags."""
        hosts: dict[str, dict[str, Any]] = self.data["hosts"]
        return hosts

    def exists(self) -> bool:
        """Tell whether there is anything to read."""
        return (self.directory / "lab.json").exists()

    def load(self) -> Lab:
        """Read what the last command left, or keep the empty state."""
        with contextlib.suppress(FileNotFoundError):
            self.data = json.loads((self.directory / "lab.json").read_text())
        return self

    def save(self) -> None:
        """Write the state, whole or not at all."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self.write("lab.json", json.dumps(self.data, indent=1, sort_keys=True) + "\n", 0o600)

    def write(self, name: str, text: str, mode: int = 0o644) -> pathlib.Path:
        """Write a file of the state directory, whole or not at all."""
        path = self.directory / name
        unfinished = path.with_name(path.name + ".new")
        unfinished.touch(mode)
        unfinished.write_text(text)
        unfinished.rename(path)
        return path

    def namespace(self, host: str) -> pathlib.Path:
        """Return the file that keeps a host's network namespace."""
        return self.run / "netns" / host

    def pid_file(self, host: str) -> pathlib.Path:
        """Return the file in which the container engine notes the host's first process."""
        return self.run / "pids" / host

    def container(self, host: str) -> str:
        """Return a host's container name."""
        return f"cw-agent-lab.{self.name}.{host}"


def current() -> Lab:
    """Return the lab that LAB_NAME means, with its state read."""
    return Lab(lab_name()).load()


def existing() -> Lab:
    """Return the lab that LAB_NAME means; it must have been started."""
    lab = current()
    if not lab.exists():
        raise LabError(f"there is no lab {lab.name!r}: start it with `lab up --ec2 1` (LAB_NAME names another one)")
    return lab


def host_order(name: str) -> tuple[int, int]:
    """Sort key of host names: by kind, then by number."""
    kind, number = name.rpartition("-")[::2]
    return KINDS.index(kind), int(number)


def marked(pid: int, lab: str) -> bool:
    """Tell whether a process runs and was left by this lab."""
    try:
        environment = pathlib.Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False
    return f"{MARK}={lab}".encode() in environment.split(b"\0")


def marked_processes(lab: str) -> list[int]:
    """Return every process that this lab left, known to its state or not."""
    pids = [int(entry) for entry in os.listdir("/proc") if entry.isdigit() and int(entry) != os.getpid()]
    return [pid for pid in pids if marked(pid, lab)]


def alive(lab: Lab, process: str) -> bool:
    """Tell whether one of the lab's own processes runs."""
    return marked(lab.data["processes"].get(process, 0), lab.name)


def spawn(lab: Lab, process: str, arguments: Sequence[str], **variables: str) -> None:
    """Leave a process running, its output in the state directory."""
    lab.directory.mkdir(parents=True, exist_ok=True)
    with open(lab.directory / f"{process}.log", "ab") as log:
        child = subprocess.Popen(
            list(arguments),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd="/",
            env={**os.environ, **variables, MARK: lab.name},
        )
    lab.data["processes"][process] = child.pid


def ask_gateway(lab: Lab, order: dict[str, str], timeout: float = 10) -> dict[str, Any]:
    """Give the lab's running gateway an order and return its reply; OSError where none runs."""
    with socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(timeout)
        peer.connect(str(lab.control))
        peer.sendall(json.dumps(order).encode() + b"\n")
        reply: dict[str, Any] = json.loads(peer.makefile().readline() or "{}")
    return reply


def log_tail(lab: Lab, process: str, lines: int = 15) -> str:
    """Return the end of a process's log, for messages."""
    try:
        text = (lab.directory / f"{process}.log").read_text(errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def stop_processes(lab: str) -> int:
    """End every process that this lab left, by force where it does not go; return how many there were."""
    pids = marked_processes(lab)
    for sign, patience in ((signal.SIGTERM, 3.0), (signal.SIGKILL, 3.0)):
        for pid in pids:
            if marked(pid, lab):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, sign)
        end = time.monotonic() + patience
        while time.monotonic() < end and any(marked(pid, lab) for pid in pids):
            time.sleep(0.02)
    return len(pids)


def mounts_below(path: pathlib.Path) -> list[str]:
    """Return the mount points below a directory, the newest first."""
    with open("/proc/self/mounts", encoding="utf-8") as handle:
        points = [re.sub(r"\\(\d{3})", lambda match: chr(int(match[1], 8)), line.split()[1]) for line in handle]
    return [point for point in reversed(points) if point.startswith(f"{path}/")]
