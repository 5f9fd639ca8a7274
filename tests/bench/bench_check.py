# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long composing and checking takes: 50 distinct configurations for 1,000 hosts, and one configuration of 8 KB.

The first is the controller's time beyond an otherwise equal play that does nothing. Run it with tests/tools/run python.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from ansible_collections.cloudwatch.agent.plugins.module_utils._config.check import config_problems

HOSTS, CONFIGURATIONS, RUNS = 1000, 50, 3
LIMIT_SECONDS, LIMIT_MILLISECONDS = 2.0, 20.0

PLAY = """---
- hosts: all
  gather_facts: false
  tasks:
    - {task}
      run_once: true
      delegate_to: localhost
"""
TASKS = {
    "nothing": "ansible.builtin.debug: {msg: ''}",
    "check": "cloudwatch.agent.cw_agent_plan: {hosts: '{{ ansible_play_hosts_all }}'}",
}


def entry(number: int) -> dict[str, Any]:
    """One log file."""
    return {
        "file_path": f"/var/log/app-{number}/service.log",
        "log_group_name": f"/company/app-{number}",
        "log_stream_name": "{instance_id}",
        "retention_in_days": 30,
        "timestamp_format": "%Y-%m-%d %H:%M:%S",
        "multi_line_start_pattern": "{timestamp_format}",
        "filters": [{"type": "exclude", "expression": f"health-{number}|DEBUG"}],
    }


def large_configuration() -> dict[str, Any]:
    """A configuration of 8 KB."""
    collected = {name: {"measurement": ["used_percent"]} for name in ("mem", "swap")}
    entries: list[dict[str, Any]] = []
    configuration = {"metrics": {"metrics_collected": collected}, "logs": {"logs_collected": {"files": {"collect_list": entries}}}}
    while len(json.dumps(configuration)) < 8192:
        entries.append(entry(len(entries)))
    return configuration


def one_configuration() -> float:
    """Milliseconds for one configuration of 8 KB, the median."""
    configuration = large_configuration()
    config_problems(configuration)
    times = []
    for _unused in range(20):
        start = time.process_time()
        config_problems(configuration)
        times.append(time.process_time() - start)
    return statistics.median(times) * 1000


def write_inventory(place: Path) -> None:
    """1,000 hosts in 50 groups: a fragment for all, one for each group, one of them with a template."""
    groups: dict[str, Any] = {}
    for number in range(CONFIGURATIONS):
        hosts = {f"host-{number}-{host}": {"instance_id": f"i-{number:04}{host:04}"} for host in range(HOSTS // CONFIGURATIONS)}
        fragment = {"logs": {"logs_collected": {"files": {"collect_list": [entry(number * 10 + file) for file in range(8)]}}}}
        groups[f"group{number}"] = {"hosts": hosts, "vars": {f"cw_agent_fragment_app{number}": fragment}}
    base = {"metrics": {"namespace": "{{ company }}", "metrics_collected": {"mem": {"measurement": ["used_percent"]}}}}
    shared = {"company": "Company", "placement": {"region": "us-east-1"}, "cw_agent_fragment_base": base, "ansible_connection": "local"}
    (place / "inventory.json").write_text(json.dumps({"all": {"children": groups, "vars": shared}}))


def play(place: Path, name: str) -> float:
    """CPU seconds of one run of a play, which other work on the machine does not disturb."""
    book = place / f"{name}.yml"
    book.write_text(PLAY.replace("{task}", TASKS[name]))
    environment = {**os.environ, "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.minimal", "ANSIBLE_LOCALHOST_WARNING": "false"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = ["ansible-playbook", "-i", str(place / "inventory.json"), str(book)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stdout[-3000:] + done.stderr[-3000:])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    """Print the figures; fail above the limits."""
    single = one_configuration()
    print(f"one configuration of 8 KB: {single:.1f} ms (limit {LIMIT_MILLISECONDS:.0f})")
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        write_inventory(place)
        times = {name: min(play(place, name) for _unused in range(RUNS)) for name in TASKS}
    extra = times["check"] - times["nothing"]
    print(f"{CONFIGURATIONS} configurations, {HOSTS} hosts: {extra:.2f} s beyond {times['nothing']:.2f} s (limit {LIMIT_SECONDS:.0f})")
    return int(single > LIMIT_MILLISECONDS or extra > LIMIT_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
