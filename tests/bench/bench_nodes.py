# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one task of ssm_command costs on 1,000 simulated nodes (or BENCH_NODES): calls of AWS, processor time and memory of the controller.

Whole ansible-playbook processes against the stand-in of a lab without hosts. Beside processor time and memory stands their ratio to the
same task on fifty nodes, which one command reaches, in the same run: the median of three each. Calls are those for fifty nodes each
time that the state is read; sending and the last reading are in them. Exit status 1 where a limit is missed.
"""

from __future__ import annotations

import collections
import json
import os
import pathlib
import resource
import shlex
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from typing import NamedTuple

from process_memory import MIB, memory

ROOT = pathlib.Path(__file__).resolve().parents[2]
LAB = ROOT / "tests" / "lab" / "lab"
NODES = int(os.environ.get("BENCH_NODES", "1000"))
CHUNK = 50
ROUNDS = 3
SAMPLE_SECONDS = 0.05
LIMIT_CALLS, LIMIT_PROCESSOR, LIMIT_MEMORY = 3.0, 3.0, 1.3
PLAY = """---
- hosts: all
  gather_facts: false
  tasks:
    - cloudwatch.agent.ssm_command:
        shell: date
        instance_ids: "{{ nodes }}"
        max_concurrency: 100%
        region: us-east-1
"""


class Run(NamedTuple):
    """What one process took: seconds, those of the processor, bytes at its peak with shared pages divided, and its calls by operation."""

    seconds: float
    processor: float
    memory: int
    calls: collections.Counter[str]

    @property
    def calls_per_poll(self) -> float:
        """Calls for fifty nodes and one reading of the state."""
        return (self.calls.total() - self.calls["DescribeInstanceInformation"]) / self.calls["ListCommands"]


class Bench:
    """The lab's environment, its request log, and its nodes."""

    def __init__(self, environment: dict[str, str], scratch: pathlib.Path) -> None:
        self._environment = {**os.environ, **environment}
        self._log = pathlib.Path(environment["LAB_REQUEST_LOG"])
        self._scratch = scratch
        self._play = scratch / "play.yml"
        self._play.write_text(PLAY)
        asked = {"count": NODES, "region": "us-east-1", "answers": [{"status": "Success", "stdout": "x" * 200, "seconds": 1}]}
        address = f"{environment['AWS_ENDPOINT_URL']}/_lab/nodes"
        trust = ssl.create_default_context(cafile=environment["AWS_CA_BUNDLE"])
        request = urllib.request.Request(address, json.dumps(asked).encode(), method="POST")
        with urllib.request.urlopen(request, timeout=60, context=trust) as answer:
            self._nodes: list[str] = json.load(answer)["nodes"]

    def run(self, count: int) -> Run:
        """The task on so many nodes."""
        inventory, output = self._scratch / "inventory.json", self._scratch / "output"
        variables = {"ansible_connection": "local", "nodes": self._nodes[:count]}
        inventory.write_text(json.dumps({"all": {"hosts": {"controller": variables}}}))
        since, start, before = self._calls(), time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
        command = ["ansible-playbook", "-i", str(inventory), str(self._play)]
        with output.open("w") as file:
            process = subprocess.Popen(command, env=self._environment, stdout=file, stderr=subprocess.STDOUT, start_new_session=True)
            peak = 0
            while process.poll() is None:
                peak = max(peak, memory(process.pid)[1])
                time.sleep(SAMPLE_SECONDS)
        seconds, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        if process.returncode:
            sys.exit(output.read_text()[-4000:])
        processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Run(seconds, processor, peak, collections.Counter(self._calls()[len(since) :]))

    def _calls(self) -> list[str]:
        return [json.loads(line)["operation"] for line in self._log.read_text().splitlines()] if self._log.exists() else []


def measure(bench: Bench) -> int:
    """Print the figures; 1 where a limit is missed."""
    few: list[Run] = []
    many: list[Run] = []
    for _round in range(ROUNDS):
        few.append(bench.run(CHUNK))
        many.append(bench.run(NODES))
    processor, space = ([statistics.median(getattr(run, name) for run in runs) for runs in (few, many)] for name in ("processor", "memory"))
    calls = max(run.calls_per_poll for run in many)
    print(f"{NODES} nodes in one task, median of {ROUNDS}; baseline: the same task on {CHUNK} nodes")
    print(f"  calls for fifty nodes and a poll: {calls:.2f} (limit {LIMIT_CALLS:.0f}); {dict(many[-1].calls)}")
    print(f"  processor: {processor[1]:.2f} s, ratio {processor[1] / processor[0]:.2f} (limit {LIMIT_PROCESSOR})")
    print(f"  memory: {space[1] / MIB:.0f} MiB, ratio {space[1] / space[0]:.2f} (limit {LIMIT_MEMORY})")
    seconds = [statistics.median(run.seconds for run in runs) for runs in (few, many)]
    print(f"  time: {seconds[1]:.1f} s; {CHUNK} nodes: {seconds[0]:.1f} s")
    return int(calls > LIMIT_CALLS or processor[1] > LIMIT_PROCESSOR * processor[0] or space[1] > LIMIT_MEMORY * space[0])


def main() -> int:
    """Measure in a lab of its own."""
    environment = {**os.environ, "LAB_NAME": f"bench-{os.getpid()}"}
    subprocess.run([str(LAB), "up", "--ec2", "0", "--amazon", "0", "--onprem", "0"], env=environment, check=True)
    try:
        lines = subprocess.run([str(LAB), "env"], env=environment, check=True, capture_output=True, text=True).stdout
        with tempfile.TemporaryDirectory() as scratch:
            return measure(Bench(dict(shlex.split(line)[1].split("=", 1) for line in lines.splitlines()), pathlib.Path(scratch)))
    finally:
        subprocess.run([str(LAB), "down"], env=environment, check=True)


if __name__ == "__main__":
    sys.exit(main())
