# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an unchanged site.yml, a first roll-out and one changed value cost, as ratios against a play of one ping.

Waiting is not counted: where something changes, telemetry is not awaited, and the seconds for which the daemon is watched are taken off.

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
from typing import Any

import yaml
from lab_site import Site

HOSTS = int(os.environ.get("BENCH_HOSTS", "10"))
ROUNDS = 5
PING = """
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.ping:
"""


WATCHED = 2
"""Seconds for which a changed daemon is watched."""
CHANGING = {"cw_agent_verify_wait": "none", "cw_agent_service_health_seconds": WATCHED}


def seconds(site: Site, playbook: str, changes: bool = False, **variables: Any) -> float:
    """Run a playbook, which changes every host or none; return the wall-clock seconds of the whole process."""
    start = time.monotonic()
    run = site.play(playbook=playbook, variables=variables)
    took = time.monotonic() - start
    if run.status or any(bool(counts["changed"]) != changes for counts in run.recap().values()):
        sys.exit(f"{playbook} failed, or changed what it should not:\n{run.output}")
    return took


def changed_value(site: Site, interval: int) -> float:
    """Give every host another interval; return the seconds beyond those for which the daemon is watched."""
    given = yaml.safe_load((pathlib.Path(site.inventory) / "group_vars" / "all.yml").read_text())
    given["cw_agent_fragment_base"]["agent"]["metrics_collection_interval"] = interval
    site.inventory = site.overlay({"onprem.yml": None, "group_vars/onprem.yml": None, "group_vars/all.yml": given})
    return seconds(site, "cloudwatch.agent.site", changes=True, **CHANGING) - WATCHED


def module_calls(site: Site, host: str) -> int:
    """Return how many module starts the host's journal holds."""
    return int(site.on(host, "journalctl -o cat --no-pager | grep -c 'Invoked with' || true"))


def measure(site: Site, scratch: pathlib.Path) -> None:
    """Print both medians, their ratio and the module calls of one run."""
    ping = scratch / "ping.yml"
    ping.write_text(PING)
    hosts = [f"ec2-{number}" for number in range(1, HOSTS + 1)]
    for host in hosts:
        site.on(host, "rm /usr/lib/python3/dist-packages/module_code.pth")  # as hosts of users are
    early = statistics.median(seconds(site, str(ping)) for _round in range(3))
    first = seconds(site, "cloudwatch.agent.site", changes=True, **CHANGING) - WATCHED
    print(f"hosts {HOSTS}: ping {early:.2f} s, first roll-out {first:.2f} s, ratio {first / early:.2f}")
    before = {host: module_calls(site, host) for host in hosts}
    seconds(site, "cloudwatch.agent.site")
    calls = [module_calls(site, host) - before[host] for host in hosts]
    pings, sites = [], []
    for _round in range(ROUNDS):
        pings.append(seconds(site, str(ping)))
        sites.append(seconds(site, "cloudwatch.agent.site"))
    baseline, ours = statistics.median(pings), statistics.median(sites)
    print(f"hosts {HOSTS}, median of {ROUNDS}: ping {baseline:.2f} s, unchanged site.yml {ours:.2f} s, ratio {ours / baseline:.2f}")
    values = statistics.median(changed_value(site, interval) for interval in (7, 8, 9))
    print(f"one changed value on every host, median of 3: {values:.2f} s, ratio {values / baseline:.2f}")
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
