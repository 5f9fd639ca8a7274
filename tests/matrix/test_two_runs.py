# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job in short, for combinations of versions: site.yml on fresh hosts, then once more without a change.

MATRIX_LAB names the lab; LAB_DEBIAN the hosts' release. MATRIX_TARGET_PYTHON is an interpreter of this machine that is put on the
hosts and runs the modules there in place of their own.
"""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
from collections.abc import Iterator

import pytest
from lab_site import LAB, ROOT, Site

HOSTS = ("ec2-1", "onprem-1")
TARGET = pathlib.Path(os.environ["MATRIX_TARGET_PYTHON"]) if os.environ.get("MATRIX_TARGET_PYTHON") else None


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An EC2 host and an on-prem host, the agent on neither, the demo's inventory."""
    place = Site(os.environ.get("MATRIX_LAB", "matrix"), tmp_path_factory.mktemp("matrix"))
    place.lab("down")
    try:
        place.up("--ec2", "1", "--onprem", "1")
        if TARGET:
            bring(place, TARGET)
        yield place
    finally:
        place.lab("down")


def bring(site: Site, python: pathlib.Path) -> None:
    """Put an interpreter with its standard library on the hosts, and name it in the inventory: for them, not for the controller.

    It comes to the path that it has here: its shared library is looked for there.
    """
    python = python.resolve()
    tree = python.parents[1]
    less = [f"--exclude={name}" for name in ("test", "idlelib", "site-packages", "__pycache__", "*.a")]
    packed = subprocess.run(["tar", "-C", str(tree), "-c", *less, "bin", "lib"], capture_output=True, check=True).stdout
    for host in HOSTS:
        unpack = f"mkdir -p {tree} && tar -C {tree} -x"
        subprocess.run([str(LAB), "exec", host, "sh", "-c", unpack], env=site.environment, input=packed, check=True)
    site.inventory = site.overlay({f"host_vars/{host}.yml": {"ansible_python_interpreter": str(python)} for host in HOSTS})


def facts(site: Site) -> dict[str, dict[str, str]]:
    """Return by host the release and the Python that modules ran by."""
    tree = site.scratch / "facts"
    command = ["ansible", "-b", "-i", str(site.inventory), ",".join(HOSTS), "-m", "ansible.builtin.setup", "-t", str(tree)]
    environment = {**site.environment, "ANSIBLE_CONFIG": str(ROOT / "demo" / "ansible.cfg")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=site.scratch)
    assert done.returncode == 0, done.stdout + done.stderr
    found = {host: json.loads((tree / host).read_text())["ansible_facts"] for host in HOSTS}
    return {
        host: {"release": fact["ansible_distribution_release"], "python": fact["ansible_python_version"]} for host, fact in found.items()
    }


def test_hosts_are_what_the_combination_says(site: Site) -> None:
    """The release that is asked for, and the interpreter that was brought."""
    for host, found in facts(site).items():
        print(f"\n[hosts] {host} {found['release']}, Python {found['python']}")
        assert found["release"] == (os.environ.get("LAB_DEBIAN") or "bookworm")
        if TARGET:
            assert TARGET.resolve().name == "python" + ".".join(found["python"].split(".")[:2])


def test_first_run(site: Site) -> None:
    """The agent runs and is enabled on every host, and what it sends arrived (the run verifies it)."""
    run = site.play()
    assert run.status == 0
    recap = run.recap()
    assert set(recap) == set(HOSTS)
    assert all(counts["changed"] > 0 and counts["failed"] == counts["unreachable"] == 0 for counts in recap.values())
    for host in HOSTS:
        state = site.on(host, "systemctl is-active amazon-cloudwatch-agent; systemctl is-enabled amazon-cloudwatch-agent")
        assert state.split() == ["active", "enabled"]
    delivered = {call["host"] for call in site.calls(operation="PutMetricData")}
    assert set(HOSTS) <= delivered


def test_second_run_changes_nothing(site: Site) -> None:
    """changed=0, the same InvocationID, no write to AWS by the controller."""
    before, mark = {host: site.invocation(host) for host in HOSTS}, site.mark()
    run = site.play()
    assert run.status == 0
    assert {host: counts["changed"] for host, counts in run.recap().items()} == dict.fromkeys(HOSTS, 0)
    assert {host: site.invocation(host) for host in HOSTS} == before
    assert [call["operation"] for call in site.calls(mark, host=None) if call["write"]] == []


def test_another_build_and_back(site: Site) -> None:
    """Up and down again inside the transaction: the new daemon runs, and the run verifies what it sends."""
    for build in (site.environment["LAB_BUILD_UPGRADE"], site.environment["LAB_BUILD_LATEST"]):
        before = {host: site.invocation(host) for host in HOSTS}
        assert site.play(variables={"cw_agent_build": build}).status == 0
        for host in HOSTS:
            state = "cat /opt/aws/amazon-cloudwatch-agent/bin/CWAGENT_VERSION; systemctl is-active amazon-cloudwatch-agent"
            assert site.on(host, state).split() == [build, "active"]
            assert site.invocation(host) != before[host]
