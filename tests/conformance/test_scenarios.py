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
import tempfile
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
    shares: list[list[Scenario]] = [[] for _unused in range(SIDES)]
    load = [0.0] * SIDES
    for scenario in sorted(scenarios, key=lambda scenario: -_cost(scenario, settle)):
        place = load.index(min(load))
        shares[place].append(scenario)
        load[place] += _cost(scenario, settle)
    return shares


def _observe(bench: Bench, given: pathlib.Path, host: str, share: list[Scenario], settle: int) -> list[Scenario]:
    """Run some scenarios on one host; `given` is the recorder's directory."""
    kind = host.rpartition("-")[0]
    text = json.dumps(share)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as part:
        part.write(text.replace(REINSTALL_DEB, REINSTALL_RPM) if kind == "amazon" else text)
        part.flush()
        command = [sys.executable, str(given / "observe.py"), "--exec", f"{shlex.quote(str(LAB))} exec {host}", "--kind", KINDS[kind]]
        command += ["--settle", str(settle), part.name]
        done = subprocess.run(command, env=bench.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    observed: list[Scenario] = json.loads(done.stdout.replace(REINSTALL_RPM, REINSTALL_DEB))
    return observed


def _again(bench: Bench, given: pathlib.Path, kind: str, scenarios: list[Scenario], seen: list[Scenario]) -> list[Scenario]:
    """Look once more, alone and with more patience, at what differs: beside others the machine may be slower than the settle times."""
    recorded = {(one["name"], one["kind"]): one for one in json.loads((given / "expected.json").read_text())}
    differing = {one["name"] for one in seen if one != recorded[(one["name"], KINDS[kind])]}
    if not differing:
        return seen
    second = _observe(bench, given, f"{kind}-1", [one for one in scenarios if one["name"] in differing], 2 * SETTLE[kind])
    return [one for one in seen if one["name"] not in differing] + second


@pytest.fixture(scope="module")
def observed(bench: Bench, shared: pathlib.Path) -> dict[str, list[Scenario]]:
    """Return what the hosts of each kind did in all scenarios."""
    given = shared / "conformance"
    scenarios: list[Scenario] = json.loads((given / "scenarios.json").read_text())
    work = []
    for kind, settle in SETTLE.items():
        fitting = [scenario for scenario in scenarios if KINDS[kind] in scenario.get("kinds", ["ec2", "onprem"])]
        work += [(kind, f"{kind}-{place}", share) for place, share in enumerate(_shares(fitting, settle), 1)]
    found: dict[str, list[Scenario]] = {kind: [] for kind in SETTLE}
    with concurrent.futures.ThreadPoolExecutor(len(work)) as pool:
        results = pool.map(lambda item: _observe(bench, given, item[1], item[2], SETTLE[item[0]]), work)
        for (kind, _first, _second), result in zip(work, results):
            found[kind] += result
    return {kind: _again(bench, given, kind, scenarios, seen) for kind, seen in found.items()}


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
