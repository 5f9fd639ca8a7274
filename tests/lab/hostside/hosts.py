# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts: systemd containers, each in a network namespace of its own that outlives the container's restarts."""

from __future__ import annotations

import contextlib
import os
import pathlib
import subprocess
import time

from . import names
from .base import LABEL, LabError, capture, command, podman
from .state import Lab, mounts_below

RECIPES = {"ec2": "debian", "onprem": "debian", "amazon": "amazon"}
BOOT_SECONDS = 90
# As /proc/net/tcp writes port 22 and the state of a socket that listens.
SSH_PORT, LISTENING = ":0016", "0A"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ENVIRONMENT = {"PATH": PATH, "HOME": "/root", "USER": "root", "LOGNAME": "root", "LANG": "C.UTF-8"}


def _namespace_of(path: pathlib.Path | str) -> tuple[int, int]:
    status = os.stat(path)
    return status.st_dev, status.st_ino


def pid_of(lab: Lab, host: str) -> int:
    """Return a host's first process, 0 where it does not run. A number that now belongs to another process does not count."""
    try:
        pid = int(lab.pid_file(host).read_text())
        return pid if _namespace_of(f"/proc/{pid}/ns/net") == _namespace_of(lab.namespace(host)) else 0
    except (OSError, ValueError):
        return 0


def entering(pid: int, arguments: list[str]) -> list[str]:
    """Return the command that runs a command as root on a host; it dies with its caller."""
    spaces = ("--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup")
    return ["nsenter", f"--target={pid}", *spaces, "setpriv", "--pdeathsig=KILL", *arguments]


def run_on(lab: Lab, host: str, *arguments: str, stdin: str | None = None, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    """Run a command as root on a host and return what it said."""
    if not (pid := pid_of(lab, host)):
        raise LabError(f"host {host} does not run: `lab up` starts it again")
    return capture(entering(pid, list(arguments)), ENVIRONMENT, stdin, timeout)


def make_namespace(lab: Lab, host: str) -> None:
    """Make a host's network namespace: loopback, and an interface that is up (the agent waits for one)."""
    path = lab.namespace(host)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    command(["unshare", f"--net={path}", "true"])
    batch = ["link set lo up", "link add eth0 type veth peer name veth-lab", "link set eth0 up", "link set veth-lab up"]
    if lab.hosts[host]["kind"] != "onprem":
        batch.append(f"address add {names.IMDS_ADDRESS}/32 dev lo")
    ip_batch(lab, host, batch)


def ip_batch(lab: Lab, host: str, lines: list[str]) -> None:
    """Run `ip` commands in a host's network namespace."""
    command(["nsenter", f"--net={lab.namespace(host)}", "ip", "-batch", "-"], stdin="\n".join(lines) + "\n")


def give_address(lab: Lab, host: str) -> None:
    """Give a host's interface its address; without a route, whatever lies outside is unreachable at once."""
    ip_batch(lab, host, [f"address replace {lab.hosts[host]['address']}/24 dev eth0"])


def boot(lab: Lab, host: str, image: str) -> None:
    """Start a host, made anew unless its container only stopped; return when systemd says running and sshd listens."""
    if not os.path.ismount(lab.namespace(host)):
        remove(lab, host)
        make_namespace(lab, host)
    if not pid_of(lab, host):
        if podman("ps", "--all", "--quiet", "--filter", f"name=^{lab.container(host)}$"):
            podman("start", lab.container(host))
        else:
            _create(lab, host, image)
    wait_until_ready(lab, host)


def _create(lab: Lab, host: str, image: str) -> None:
    lab.pid_file(host).parent.mkdir(parents=True, exist_ok=True)
    options = {
        "name": lab.container(host),
        "label": f"{LABEL}={lab.name}",
        "hostname": host,
        "network": f"ns:{lab.namespace(host)}",
        "no-hosts": "true",
        "dns": "none",
        "pidfile": str(lab.pid_file(host)),
        "systemd": "always",
        # Units with DynamicUser=, ProtectSystem= or PrivateTmp= need mount namespaces.
        "cap-add": "SYS_ADMIN",
        "pull": "never",
    }
    podman("run", "--detach", *(f"--{name}={value}" for name, value in options.items()), image)
    with open(f"/proc/{pid_of(lab, host)}/root/etc/hosts", "a", encoding="utf-8") as handle:
        handle.write(f"127.0.1.1 {host}\n")


def problem(lab: Lab, host: str) -> str:
    """Return why a host is not ready, "" when it is."""
    if not (pid := pid_of(lab, host)):
        return "not running"
    try:
        sockets = [line.split() for line in pathlib.Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
        if not any(fields[1].endswith(SSH_PORT) and fields[3] == LISTENING for fields in sockets):
            return "sshd does not listen"
        state = run_on(lab, host, "systemctl", "is-system-running", timeout=20).stdout.strip()
    except (LabError, OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return "" if state in ("running", "degraded") else f"systemd is {state or 'not up'}"


def wait_until_ready(lab: Lab, host: str) -> None:
    """Wait for a host to be ready."""
    end = time.monotonic() + BOOT_SECONDS
    while reason := problem(lab, host):
        if time.monotonic() > end:
            raise LabError(f"host {host} is not ready after {BOOT_SECONDS} s: {reason}")
        time.sleep(0.1)


def remove(lab: Lab, host: str) -> None:
    """Remove a host's container and namespace, whatever is there of them."""
    podman("rm", "--force", "--ignore", "--time", "0", "--volumes", lab.container(host))
    with contextlib.suppress(FileNotFoundError):
        lab.pid_file(host).unlink()
    drop_namespace(lab.namespace(host))


def drop_namespace(path: pathlib.Path) -> None:
    """Let go of a network namespace."""
    for point in [str(path)] if os.path.ismount(path) else []:
        command(["umount", "--lazy", point])
    path.unlink(missing_ok=True)


def remove_all(lab: Lab) -> int:
    """Remove every container and namespace of a lab, also those its state does not know; return how many containers."""
    ids: list[str] = []
    with contextlib.suppress(LabError):
        ids = podman("ps", "--all", "--quiet", "--filter", f"label={LABEL}={lab.name}").split()
    if ids:
        podman("rm", "--force", "--ignore", "--time", "0", "--volumes", *ids)
    for point in mounts_below(lab.run):
        command(["umount", "--lazy", point], check=False)
    return len(ids)
