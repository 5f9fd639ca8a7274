# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-in's packages against what the real agent did, scenario by scenario."""

from __future__ import annotations

import concurrent.futures
import json
import pathlib
import re
import shlex
import subprocess
import sys
from typing import Any

import pytest
from agent_bench import LAB, SIDES, Bench

REINSTALL_DEB = "dpkg -i /tmp/a.deb >/dev/null 2>&1"
REINSTALL_RPM = "rpm --upgrade --replacepkgs /tmp/a.rpm >/dev/null 2>&1"
SETTLE = {"ec2": 4, "amazon": 4, "onprem": 6}
KINDS = {"ec2": "ec2", "amazon": "ec2", "onprem": "onprem"}
Scenario = dict[str, Any]


def _cost(scenario: Scenario, settle: int) -> float:
    """Estimate how long a scenario takes."""
    steps = scenario["steps"]
    seconds: float = sum(1.5 + max(step.get("settle", 0), settle if re.search(r" -s\b|start|dpkg", step["do"]) else 0) for step in steps)
    return seconds


def _shares(scenarios: list[Scenario], settle: int) -> list[list[Scenario]]:
    """Deal the scenarios out to the hosts of a kind, the longest first."""
    shares: list[list[Scenario]] = [[] for _ in range(SIDES)]
    load = [0.0] * SIDES
    for scenario in sorted(scenarios, key=lambda scenario: -_cost(scenario, settle)):
        place = load.index(min(load))
        shares[place].append(scenario)
        load[place] += _cost(scenario, settle)
    return shares


def _observe(bench: Bench, observer: pathlib.Path, host: str, share: list[Scenario], folder: pathlib.Path) -> list[Scenario]:
    """Run some scenarios on one host."""
    kind = host.rpartition("-")[0]
    text = json.dumps(share)
    given = folder / f"{host}.json"
    given.write_text(text.replace(REINSTALL_DEB, REINSTALL_RPM) if kind == "amazon" else text)
    command = [sys.executable, str(observer), "--exec", f"{shlex.quote(str(LAB))} exec {host}", "--kind", KINDS[kind]]
    command += ["--settle", str(SETTLE[kind]), str(given)]
    done = subprocess.run(command, env=bench.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    observed: list[Scenario] = json.loads(done.stdout.replace(REINSTALL_RPM, REINSTALL_DEB))
    return observed


@pytest.fixture(scope="module")
def observed(bench: Bench, shared: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Scenario]]:
    """Return what the hosts of each kind did in all scenarios."""
    scenarios: list[Scenario] = json.loads((shared / "conformance" / "scenarios.json").read_text())
    folder = tmp_path_factory.mktemp("scenarios")
    work = []
    for kind, settle in SETTLE.items():
        fitting = [scenario for scenario in scenarios if KINDS[kind] in scenario.get("kinds", ["ec2", "onprem"])]
        work += [(kind, f"{kind}-{place}", share) for place, share in enumerate(_shares(fitting, settle), 1)]
    found: dict[str, list[Scenario]] = {kind: [] for kind in SETTLE}
    with concurrent.futures.ThreadPoolExecutor(len(work)) as pool:
        observer = shared / "conformance" / "observe.py"
        results = pool.map(lambda item: _observe(bench, observer, item[1], item[2], folder), work)
        for (kind, _, _), result in zip(work, results):
            found[kind] += result
    return found


def _compare(shared: pathlib.Path, folder: pathlib.Path, expected: list[Scenario], seen: list[Scenario]) -> str:
    """Let the recorder's own comparison judge; return what it printed."""
    for name, part in (("expected", expected), ("seen", seen)):
        (folder / f"{name}.json").write_text(json.dumps(part))
    command = [
        sys.executable,
        str(shared / "conformance" / "observe.py"),
        "--compare",
        str(folder / "expected.json"),
        str(folder / "seen.json"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    print(done.stdout)
    return done.stdout


def test_deb(observed: dict[str, list[Scenario]], shared: pathlib.Path, tmp_path: pathlib.Path) -> None:
    """The deb does on EC2 and on-prem hosts what the agent did."""
    expected: list[Scenario] = json.loads((shared / "conformance" / "expected.json").read_text())
    said = _compare(shared, tmp_path, expected, observed["ec2"] + observed["onprem"])
    assert said.strip() == f"{len(expected)} of {len(expected)} scenarios as the agent does"


def test_rpm(observed: dict[str, list[Scenario]], shared: pathlib.Path, tmp_path: pathlib.Path) -> None:
    """The rpm does on an Amazon Linux host what the agent did on an EC2 host."""
    recorded: list[Scenario] = json.loads((shared / "conformance" / "expected.json").read_text())
    expected = [scenario for scenario in recorded if scenario["kind"] == "ec2"]
    said = _compare(shared, tmp_path, expected, observed["amazon"])
    assert said.strip() == f"{len(expected)} of {len(expected)} scenarios as the agent does"
