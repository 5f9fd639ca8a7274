# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What publishing costs: fifty distinct unchanged configurations for a thousand hosts against one, and changed ones against the rate.

Whole ansible-playbook processes of the playbook publish, against the stand-in of a lab without hosts; unchanged ones interleaved,
median of five.
"""

from __future__ import annotations

import json
import os
import pathlib
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parents[2]
LAB = ROOT / "tests" / "lab" / "lab"
HOSTS = 1000
DISTINCT = 50
ROUNDS = 5
RATE = 3.0
CHANGED = 10


def inventory(path: pathlib.Path, distinct: int, prefix: str, content: str) -> pathlib.Path:
    """A thousand hosts in *distinct* groups, each with a configuration of its own."""
    groups: dict[str, Any] = {}
    for number in range(distinct):
        entry = {"file_path": f"/var/log/{number}/{content}.log", "log_group_name": f"g{number}", "retention_in_days": 30}
        fragment = {"logs": {"logs_collected": {"files": {"collect_list": [entry]}}}}
        members = {f"h{host}": {} for host in range(number, HOSTS, distinct)}
        variables = {"cw_agent_config_name": f"AmazonCloudWatch-{prefix}-{number}", "cw_agent_fragment_logs": fragment}
        groups[f"g{number}"] = {"hosts": members, "vars": variables}
    path.write_text(json.dumps({"all": {"children": groups, "vars": {"cw_agent_region": "us-east-1"}}}))
    return path


class Bench:
    """The lab's environment and its request log."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = {**os.environ, **environment}
        self._log = pathlib.Path(environment["LAB_REQUEST_LOG"])

    def publish(self, hosts: pathlib.Path, rate: float) -> tuple[float, list[str]]:
        """Run the playbook; return its seconds and the operations it called."""
        since = len(self._log.read_text().splitlines()) if self._log.exists() else 0
        command = [
            "ansible-playbook",
            "-i",
            str(hosts),
            str(ROOT / "playbooks" / "publish.yml"),
            "-e",
            f"cw_agent_parameter_write_rate={rate}",
        ]
        start = time.monotonic()
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, check=False)
        seconds = time.monotonic() - start
        if done.returncode:
            sys.exit(done.stdout[-4000:] + done.stderr[-4000:])
        return seconds, [json.loads(line)["operation"] for line in self._log.read_text().splitlines()[since:]]

    def unchanged(self, scratch: pathlib.Path) -> None:
        """Fifty configurations against one."""
        one = inventory(scratch / "one.yml", 1, "one", "x")
        many = inventory(scratch / "many.yml", DISTINCT, "many", "x")
        for hosts in (one, many):
            self.publish(hosts, 1000)
        times: dict[pathlib.Path, list[float]] = {one: [], many: []}
        calls: dict[pathlib.Path, list[str]] = {}
        for _round in range(ROUNDS):
            for hosts, taken in times.items():
                seconds, calls[hosts] = self.publish(hosts, RATE)
                taken.append(seconds)
        few, more = statistics.median(times[one]), statistics.median(times[many])
        print(f"{HOSTS} hosts, unchanged, median of {ROUNDS}:")
        print(f"  1 configuration {few:.2f} s, {DISTINCT} {more:.2f} s, ratio {more / few:.2f} (goal 1.5)")
        for hosts, name in ((one, "1"), (many, str(DISTINCT))):
            print(f"  calls for {name}: {len(calls[hosts])}, all of them {', '.join(sorted(set(calls[hosts])))}")

    def changed(self, scratch: pathlib.Path) -> None:
        """Ten changed configurations against the rate of writes; the time of an unchanged run of the same is taken off."""
        self.publish(inventory(scratch / "ten.yml", CHANGED, "ten", "x"), 1000)
        hosts = inventory(scratch / "ten.yml", CHANGED, "ten", "y")
        seconds, calls = self.publish(hosts, RATE)
        base, _calls = self.publish(hosts, RATE)
        writes = sum(operation in ("PutParameter", "LabelParameterVersion") for operation in calls)
        bound = writes / RATE + 3
        print(f"{CHANGED} changed configurations: {writes} writes and label moves")
        print(f"  {seconds - base:.2f} s above an unchanged run (goal {bound:.2f})")


def main() -> None:
    """Measure in a lab of its own."""
    environment = {**os.environ, "LAB_NAME": f"bench-{os.getpid()}"}
    subprocess.run([str(LAB), "up", "--ec2", "0", "--amazon", "0", "--onprem", "0"], env=environment, check=True)
    try:
        lines = subprocess.run([str(LAB), "env"], env=environment, check=True, capture_output=True, text=True).stdout
        bench = Bench(dict(shlex.split(line)[1].split("=", 1) for line in lines.splitlines()))
        with tempfile.TemporaryDirectory() as scratch:
            bench.unchanged(pathlib.Path(scratch))
            bench.changed(pathlib.Path(scratch))
    finally:
        subprocess.run([str(LAB), "down"], env=environment, check=True)


if __name__ == "__main__":
    main()
