# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an unchanged site.yml over 200 hosts (or BENCH_HOSTS) costs, as a ratio against a play of one ping over the same hosts.

    tests/bench/run tests/bench/bench_hosts.py

needs an otherwise idle machine: hosts and controller share its processors, and a ratio of two loaded runs says little.

Each host of the inventory is an SSH connection of its own, with its own session and its own run of the modules. There are four machines
behind them, fifty names each: what the controller does, which is what is measured, is the same for two hundred. Whole ansible-playbook
processes, interleaved, median of three; memory is the peak of the process group. Exit status 1 where the ratio is above the limit.
"""

from __future__ import annotations

import os
import pathlib
import statistics
import sys
import tempfile
import threading
import time
from typing import Any, NamedTuple

import yaml
from lab_site import Site, demo_variables, memory
from process_memory import MIB
from process_memory import memory as memory_of

HOSTS = int(os.environ.get("BENCH_HOSTS", "200"))
MACHINES = min(4, HOSTS)
FORKS = 20
ROUNDS = 3
LIMIT = 1.3
SAMPLE_SECONDS = 0.1
PING = """
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.ping:
"""


class Taken(NamedTuple):
    """Seconds of a whole process, and bytes at its peak, shared pages divided."""

    seconds: float
    memory: int


def inventory(site: Site, target: pathlib.Path) -> None:
    """Write an inventory of many names for each machine, and how SSH gets to them."""
    machines = [f"ec2-{number}" for number in range(1, MACHINES + 1)]
    lines = pathlib.Path(site.environment["LAB_SSH_CONFIG"]).read_text().splitlines()
    # A run of many hosts takes longer than the minute for which the lab keeps connections.
    options = [line.replace("ControlPersist 60s", "ControlPersist 30m") for line in lines if line.startswith(" ")]
    blocks = [f"Host *.{machine}\n" + "\n".join(options).replace(" %h %p", f" {machine} %p") for machine in machines]
    config = target.with_name("ssh_config")
    config.write_text("\n".join(blocks) + "\n")
    instances = {machine: site.instance(machine)["InstanceId"] for machine in machines}
    hosts = {f"h{number:03}.{machine}": machine for number in range(HOSTS) for machine in [machines[number % MACHINES]]}
    variables = {
        **demo_variables(),
        "ansible_ssh_common_args": f"-F {config}",
        "placement": {"region": "us-east-1"},
        "cw_agent_fragment_base": memory(10),
        "cw_agent_service_health_seconds": 2,
        "cw_agent_verify_wait": "none",
    }
    found = {name: {"instance_id": instances[machine]} for name, machine in hosts.items()}
    target.write_text(yaml.safe_dump({"all": {"hosts": found, "vars": variables}}))
    site.inventory = target


def run(site: Site, playbook: str, *arguments: str, changes: bool = False) -> Taken:
    """Run a playbook, which changes every host or none, and observe its memory."""
    start, peak = time.monotonic(), 0
    process = site.start("-f", str(FORKS), *arguments, playbook=playbook)
    outputs: list[Any] = []
    reader = threading.Thread(target=lambda: outputs.extend(process.communicate()))
    reader.start()
    while reader.is_alive():
        peak = max(peak, memory_of(process.pid)[1])
        reader.join(SAMPLE_SECONDS)
    found = Taken(time.monotonic() - start, peak)
    output = "".join(outputs)
    counts = [line for line in output.rpartition("PLAY RECAP")[2].splitlines() if "ok=" in line]
    if process.returncode or len(counts) != (MACHINES if arguments else HOSTS) or any(("changed=0" in line) == changes for line in counts):
        sys.exit(f"{playbook} failed, or changed what it should not:\n{output[-6000:]}")
    return found


def sessions(site: Site) -> int:
    """How many SSH sessions the machines have now."""
    machines = (f"ec2-{number}" for number in range(1, MACHINES + 1))
    return sum(int(site.on(machine, "pgrep -c -u ansible sshd || true")) for machine in machines)


def measure(site: Site, scratch: pathlib.Path) -> bool:
    """Print the figures; return whether the ratio is within its limit."""
    ping = scratch / "ping.yml"
    ping.write_text(PING)
    inventory(site, scratch / "hosts.yml")
    representatives = ",".join(f"h{number:03}.ec2-{number + 1}" for number in range(MACHINES))
    run(site, "cloudwatch.agent.site", "--limit", representatives, "-e", "cw_agent_release=always", changes=True)
    run(site, str(ping))
    print(f"{HOSTS} hosts on {MACHINES} machines, {sessions(site)} SSH sessions, {FORKS} forks")
    pings, sites = [], []
    for _round in range(ROUNDS):
        pings.append(run(site, str(ping)))
        sites.append(run(site, "cloudwatch.agent.site"))
    for name, taken in (("ping", pings), ("unchanged site.yml", sites)):
        seconds, peak = statistics.median(one.seconds for one in taken), max(one.memory for one in taken)
        print(f"  {name:20}{seconds:6.1f} s, peak {peak / MIB:4.0f} MiB")
    ratio = statistics.median(one.seconds for one in sites) / statistics.median(one.seconds for one in pings)
    print(f"  ratio {ratio:.2f}, limit {LIMIT}: {'kept' if ratio <= LIMIT else 'MISSED'}")
    return ratio <= LIMIT


def main() -> int:
    """Boot the lab, measure, remove it."""
    with tempfile.TemporaryDirectory() as folder:
        site = Site("bench-hosts", pathlib.Path(folder))
        site.show = False
        site.lab("down")
        try:
            site.up("--ec2", str(MACHINES))
            return 0 if measure(site, pathlib.Path(folder)) else 1
        finally:
            site.lab("down")


if __name__ == "__main__":
    sys.exit(main())
