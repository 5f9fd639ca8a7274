# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an unchanged site.yml costs, as a ratio against a play of one ping.

Ten hosts (or BENCH_HOSTS), the same inventory, ansible.cfg and forks; whole ansible-playbook processes, interleaved, median of five. The
module calls per host are counted in the hosts' own journals, where every Ansible module notes its start.
"""

from __future__ import annotations

import os
import pathlib
import statistics
import sys
import tempfile
import time

from lab_site import Site

HOSTS = int(os.environ.get("BENCH_HOSTS", "10"))
ROUNDS = 5
PING = """
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.ping:
"""


def seconds(site: Site, playbook: str) -> float:
    """Run a playbook; return the wall-clock seconds of the whole process."""
    start = time.monotonic()
    run = site.play(playbook=playbook)
    took = time.monotonic() - start
    if run.status or any(counts["changed"] for counts in run.recap().values()):
        sys.exit(f"{playbook} failed or changed something:\n{run.output}")
    return took


def module_calls(site: Site, host: str) -> int:
    """Return how many module starts the host's journal holds."""
    return int(site.on(host, "journalctl -o cat --no-pager | grep -c 'Invoked with' || true"))


def measure(site: Site, scratch: pathlib.Path) -> None:
    """Print both medians, their ratio and the module calls of one run."""
    ping = scratch / "ping.yml"
    ping.write_text(PING)
    hosts = [f"ec2-{number}" for number in range(1, HOSTS + 1)]
    if site.play().status:
        sys.exit("the roll-out failed")
    before = {host: module_calls(site, host) for host in hosts}
    seconds(site, "cloudwatch.agent.site")
    calls = [module_calls(site, host) - before[host] for host in hosts]
    pings, sites = [], []
    for _round in range(ROUNDS):
        pings.append(seconds(site, str(ping)))
        sites.append(seconds(site, "cloudwatch.agent.site"))
    baseline, ours = statistics.median(pings), statistics.median(sites)
    print(f"hosts {HOSTS}, median of {ROUNDS}: ping {baseline:.2f} s, unchanged site.yml {ours:.2f} s, ratio {ours / baseline:.2f}")
    print(f"module calls per host in an unchanged run: {min(calls)} to {max(calls)}")


def main() -> None:
    """Boot the lab, measure, remove it."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        site = Site("bench", scratch)
        site.show = False
        site.inventory = site.overlay({"onprem.yml": None, "group_vars/onprem.yml": None})
        site.lab("down")
        try:
            site.up("--ec2", str(HOSTS))
            measure(site, scratch)
        finally:
            site.lab("down")


if __name__ == "__main__":
    main()
