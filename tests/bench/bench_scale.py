# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a large inventory costs the controller: 5,000 hosts (or BENCH_HOSTS) with 50 configurations, `check` and `publish`.

Whole ansible-playbook processes against the stand-in of a lab without hosts. Beside each stands the ratio of its processor seconds to those
of a play of one task that runs once over the same inventory, in the same run: what Ansible alone takes. Memory is the peak of the process
group: the sum of what is resident (shared pages of forks count once for each), and the same with shared pages divided. Results are those
that ansible-runner notes as events, which AWX stores. Exit status 1 where a limit is missed.
"""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import resource
import shlex
import subprocess
import sys
import tempfile
import time
from typing import Any, Iterator, NamedTuple

from process_memory import MIB, memory

ROOT = pathlib.Path(__file__).resolve().parents[2]
LAB = ROOT / "tests" / "lab" / "lab"
HOSTS = int(os.environ.get("BENCH_HOSTS", "5000"))
CONFIGURATIONS = 50
LIMIT_SECONDS = 60.0
LIMIT_BYTES = 1 << 30
LARGE = {"check": 1, "publish": 2}
"""How many results of a run hold something of every host: the plan, and what was published."""
LARGE_BYTES = 20_000
TENTH = HOSTS // 10
SAMPLE_SECONDS = 0.05

BASELINE = """
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.debug: {msg: ''}
      run_once: true
"""


class Run(NamedTuple):
    """What one process took: seconds, those of the processor, bytes at its peak (shared pages counted for each process, and divided),
    and its operations in AWS."""

    seconds: float
    processor: float
    resident: int
    proportional: int
    calls: list[str]


def write_inventory(path: pathlib.Path) -> None:
    """Hosts in 50 groups, each group with a log file of its own beside a fragment with a template that all share."""
    shared = {
        "placement": {"region": "us-east-1"},
        "company": "Company",
        "cw_agent_fragment_base": {
            "metrics": {"namespace": "{{ company }}", "metrics_collected": {"mem": {"measurement": ["used_percent"]}}}
        },
    }
    groups: dict[str, Any] = {}
    for number in range(CONFIGURATIONS):
        files = [
            {"file_path": f"/var/log/app-{number}/{file}.log", "log_group_name": f"/app/{number}", "retention_in_days": 30}
            for file in range(8)
        ]
        members = {f"host-{number}-{host}": {"instance_id": f"i-{number:04}{host:013}"} for host in range(HOSTS // CONFIGURATIONS)}
        fragment = {"logs": {"logs_collected": {"files": {"collect_list": files}}}}
        groups[f"g{number}"] = {
            "hosts": members,
            "vars": {"cw_agent_config_name": f"AmazonCloudWatch-scale-{number}", "cw_agent_fragment_app": fragment},
        }
    path.write_text(json.dumps({"all": {"children": groups, "vars": shared}}))


class Bench:
    """The lab's environment, its request log, and the inventory."""

    def __init__(self, environment: dict[str, str], scratch: pathlib.Path) -> None:
        self._environment = {**os.environ, **environment}
        self._log = pathlib.Path(environment["LAB_REQUEST_LOG"])
        self._scratch = scratch
        self._inventory = scratch / "inventory.json"
        write_inventory(self._inventory)
        self._baseline = scratch / "baseline.yml"
        self._baseline.write_text(BASELINE)

    def process(self, *command: str) -> Run:
        """Run a command; observe its memory and what it asks of AWS."""
        since = self._requests()
        output = self._scratch / "output"
        start, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
        with output.open("w") as file:
            process = subprocess.Popen(command, env=self._environment, stdout=file, stderr=subprocess.STDOUT, start_new_session=True)
            resident = proportional = 0
            while process.poll() is None:
                now = memory(process.pid)
                resident, proportional = max(resident, now[0]), max(proportional, now[1])
                time.sleep(SAMPLE_SECONDS)
        seconds, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        if process.returncode:
            sys.exit(output.read_text()[-4000:])
        processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Run(seconds, processor, resident, proportional, self._requests()[len(since) :])

    def play(self, playbook: str) -> Run:
        """Run a playbook of the collection, or the baseline."""
        path = ROOT / "playbooks" / f"{playbook}.yml" if playbook else self._baseline
        return self.process("ansible-playbook", "-i", str(self._inventory), str(path), "-e", "cw_agent_parameter_write_rate=1000")

    def list_inventory(self) -> Run:
        """Read the inventory and print it, as AWX's inventory update does."""
        return self.process("ansible-inventory", "-i", str(self._inventory), "--list")

    def registered(self, playbook: str) -> dict[str, int]:
        """By task, the bytes of each result that ansible-runner notes for a tenth of the hosts; it empties one of 700,000 and more."""
        place = self._scratch / f"runner-{playbook}"
        (place / "project").mkdir(parents=True)
        tenth = (f"host-{number}-{host}" for number in range(CONFIGURATIONS) for host in range(TENTH // CONFIGURATIONS))
        limited = ("--inventory", str(self._inventory), "--limit", ",".join(tenth))
        self.process("ansible-runner", "run", str(place), "-q", "-i", "bench", *limited, "-p", f"cloudwatch.agent.{playbook}")
        events = [json.loads(file.read_text()) for file in (place / "artifacts" / "bench" / "job_events").glob("*.json")]
        events.sort(key=lambda event: int(event["counter"]))
        return {item["event_data"]["task"]: len(json.dumps(item["event_data"]["res"])) for item in events if "res" in item["event_data"]}

    def _requests(self) -> list[str]:
        return [json.loads(line)["operation"] for line in self._log.read_text().splitlines()] if self._log.exists() else []


def show(name: str, run: Run, baseline: Run) -> None:
    """One line of figures."""
    print(
        f"  {name:20}{run.seconds:6.1f} s, of the processor {run.processor:5.1f} s, ratio {run.processor / baseline.processor:4.1f}; peak "
        f"{run.resident / MIB:4.0f} MiB resident, {run.proportional / MIB:4.0f} with shared pages divided; {len(run.calls)} calls"
    )


def measure(bench: Bench) -> bool:
    """Print the figures; return whether all are within the limits."""
    print(f"{HOSTS} hosts, {CONFIGURATIONS} configurations:")
    baseline = bench.play("")
    show("a play of one task", baseline, baseline)
    show("ansible-inventory", bench.list_inventory(), baseline)
    runs = {"check": bench.play("check"), "publish, first": bench.play("publish"), "publish, unchanged": bench.play("publish")}
    for name, run in runs.items():
        show(name, run, baseline)
    good = all(run.seconds <= LIMIT_SECONDS and run.resident <= LIMIT_BYTES for run in runs.values())
    for playbook in ("check", "publish"):
        sizes = bench.registered(playbook)
        growing = {task: size for task, size in sizes.items() if size > LARGE_BYTES}
        print(f"  {playbook} of {TENTH} hosts: {len(sizes)} results, of which {len(growing)} hold something of every host:")
        for task, size in growing.items():
            print(f"    {size / TENTH:5.0f} bytes a host: {task}")
        good &= len(growing) == LARGE[playbook]
    print(f"  limits: {LIMIT_SECONDS:.0f} s, {LIMIT_BYTES // MIB} MiB resident, large results {LARGE}: {'kept' if good else 'MISSED'}")
    return good


@contextlib.contextmanager
def lab() -> Iterator[dict[str, str]]:
    """A lab without hosts: its environment."""
    environment = {**os.environ, "LAB_NAME": f"bench-{os.getpid()}"}
    subprocess.run([str(LAB), "up", "--ec2", "0", "--amazon", "0", "--onprem", "0"], env=environment, check=True)
    try:
        lines = subprocess.run([str(LAB), "env"], env=environment, check=True, capture_output=True, text=True).stdout
        yield dict(shlex.split(line)[1].split("=", 1) for line in lines.splitlines())
    finally:
        subprocess.run([str(LAB), "down"], env=environment, check=True)


def main() -> int:
    """Measure in a lab of its own."""
    with lab() as environment, tempfile.TemporaryDirectory() as scratch:
        return 0 if measure(Bench(environment, pathlib.Path(scratch))) else 1


if __name__ == "__main__":
    sys.exit(main())
