# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault of the table is met by a run that changes the host's configuration: the run says what is so, no working agent goes down,
and the next run without the fault converges. Programs on the hosts write all the time; at the end every line is in CloudWatch, once.

Each host of a run meets a fault of its own, so that a run is a test of many. The rows are assigned in their order.
"""

from __future__ import annotations

import collections
import copy
import pathlib
import shlex
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from awaiting import until
from lab_site import Run, Site
from table import DIRECTORY, FAULTS, UNIT, UPGRADE, Fault

DEBIAN = ("ec2-1", "ec2-2", "ec2-3", "ec2-4", "ec2-5", "ec2-6")
HOSTS = (*DEBIAN, "amazon-1")
LOG, GROUP = "/var/log/app/app.log", "/faults/app"
BUSY = "ec2-1"
"""Its program writes 200 lines a second."""
LOSING = "ec2-6"
"""Meets the faults by which an agent loses or doubles lines by itself; all others are spared them."""
DAYS = (3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731)
"""Retentions that CloudWatch Logs knows: each round changes the configurations to another one."""
WRITER = f"""
import os, time
os.makedirs(os.path.dirname({LOG!r}), exist_ok=True)
number = 0
while True:
    with open({LOG!r}, "a") as stream:
        for _ in range(RATE // 10):
            number += 1
            stream.write(f"line {{number}}\\n")
    time.sleep(0.1)
"""


class Ended(NamedTuple):
    """How a fault's run ended for its host, and how the next one did."""

    entry: dict[str, Any]
    output: str
    kept: bool
    active: bool
    next_entry: dict[str, Any]
    next_cause: str


def rounds() -> list[dict[str, Fault]]:
    """The rows by host, a dictionary a run."""
    found: list[dict[str, Fault]] = []
    for fault in FAULTS:
        fitting = [LOSING] if fault.loses else [host for host in HOSTS if host.startswith(fault.kind)]
        place = next((one for one in found if any(host not in one for host in fitting)), None)
        if place is None:
            found.append(place := {})
        place[next(host for host in fitting if host not in place)] = fault
    return found


ROUNDS = rounds()
PLACES = {fault.name: (number, host) for number, one in enumerate(ROUNDS) for host, fault in one.items()}


class Fleet:
    """The hosts, and the rounds that were run."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.results: dict[str, Ended] = {}

    def inventory(self, days: int, variables: dict[str, dict[str, Any]] | None = None) -> pathlib.Path:
        """All hosts, each with a configuration of its own name; another retention in *days* changes all of them. ``variables``: by host."""
        files = {"collect_list": [{"file_path": LOG, "log_group_name": GROUP, "retention_in_days": days}]}
        fragment = {"agent": {"run_as_user": "cwagent"}, "logs": {"force_flush_interval": 1, "logs_collected": {"files": files}}}
        shared = {
            "cw_agent_config_name": "AmazonCloudWatch-{{ inventory_hostname }}",
            "cw_agent_fragment_base": fragment,
            "cw_agent_service_health_seconds": 3,
            "cw_agent_verify_timeout": 25,
        }
        return self.site.ec2_inventory(shared, {f"host_vars/{host}.yml": one for host, one in (variables or {}).items()})

    def run(self, days: int, hosts: list[str], variables: dict[str, dict[str, Any]] | None = None) -> tuple[Run, dict[str, Any]]:
        """Run site.yml on hosts; return it and the account's entries by host."""
        self.site.inventory = self.inventory(days, variables)
        run, said = self.site.account("--limit", ",".join(hosts))
        return run, {item["host"]: item for item in said["hosts"]}

    def state(self, host: str) -> str:
        """The active configurations by content."""
        return self.site.on(host, f"cd {DIRECTORY} && cat $(ls) | sha256sum")

    def runs(self, host: str) -> bool:
        return self.site.on(host, f"systemctl is-active {UNIT} || true").strip() == "active"

    def of(self, fault: Fault) -> Ended:
        """How a fault ended; runs its round if nobody has."""
        if fault.name not in self.results:
            self.meet(PLACES[fault.name][0])
        return self.results[fault.name]

    def script(self, host: str, text: str) -> None:
        self.site.on(host, f"B={self.site.environment['LAB_BUILD_UPGRADE']}\n{text}")

    def meet(self, number: int) -> None:
        """Let each host of a round meet its fault, then run without them."""
        faults, before, days = ROUNDS[number], {}, DAYS[number]
        variables = {}
        for host, fault in faults.items():
            before[host] = self.state(host)
            own = copy.deepcopy(fault.variables)
            if own.get("cw_agent_build") == UPGRADE:
                own["cw_agent_build"] = self.site.environment["LAB_BUILD_UPGRADE"]
            variables[host] = own
            self.script(host, fault.before)
            for arguments in fault.aws:
                self.site.lab("fault", "add", *arguments, "--host", host)
        run, entries = self.run(days, list(faults), variables)
        seen = {}
        self.site.lab("fault", "clear")
        for host, fault in faults.items():
            active = self.runs(host)
            self.script(host, fault.after)
            self.site.on(host, "systemctl stop fault holder 2> /dev/null || true")
            seen[host] = (active, self.state(host) == before[host])
        _again, well = self.run(days, list(faults))
        for host, fault in faults.items():
            active, kept = seen[host]
            self.results[fault.name] = Ended(entries[host], run.output, kept, active, well[host], well[host].get("cause") or "")


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Hosts with the agent and programs that write."""
    site = Site("faults", tmp_path_factory.mktemp("faults"))
    site.environment["ANSIBLE_TIMEOUT"] = "60"
    site.lab("down")
    try:
        site.up("--ec2", str(len(DEBIAN)), "--amazon", "1")
        made = Fleet(site)
        assert made.run(1, list(HOSTS))[0].status == 0
        for host in HOSTS:
            program = WRITER.replace("RATE", "200" if host == BUSY else "20")
            site.on(host, f"systemd-run --quiet --unit=writer --collect python3 -c {shlex.quote(program)}")
        yield made
    finally:
        site.lab("down")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.part}: {fault.name}")
def test_fault(fleet: Fleet, fault: Fault) -> None:
    """The account says how it ended and why; the agent that worked runs, with what it had where the change failed; then all is well."""
    ended = fleet.of(fault)
    cause, output = ended.entry.get("cause") or "", " ".join(ended.output.split())
    assert ended.entry["state"] == fault.ends, cause
    if fault.ends == "verified":
        assert fault.says in output
    else:
        told = " ".join(str(ended.entry).split()) + (output if fault.ends == "missing" else "")
        assert fault.says.lower() in told.lower(), told
        assert cause or fault.ends == "missing"
        assert ended.kept
    assert ended.active or fault.stopped
    assert ended.next_entry["state"] == "verified", ended.next_cause


def events(site: Site, host: str) -> collections.Counter[str]:
    """The messages of a host's log stream."""
    stream = site.instance(host)["InstanceId"]
    pages = site.client("logs").get_paginator("filter_log_events").paginate(logGroupName=GROUP, logStreamNames=[stream])
    return collections.Counter(event["message"] for page in pages for event in page["events"])


@pytest.mark.parametrize("host", [host for host in HOSTS if host != LOSING])
def test_every_line_has_arrived_once(fleet: Fleet, host: str) -> None:
    """Through all that happened to the host."""
    fleet.site.on(host, "systemctl stop writer 2> /dev/null || true")
    written = collections.Counter(fleet.site.on(host, f"cat {LOG}").splitlines())
    assert sum(written.values()) > 1000
    until(lambda: events(fleet.site, host) == written, 90)


def test_the_table_is_long_enough_and_every_fault_has_its_place() -> None:
    assert len(FAULTS) >= 60
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) == len(PLACES)
