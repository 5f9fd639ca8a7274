# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The run accounts for every host: one that fails, one that cannot be reached, one that is lost half-way, all of them."""

from __future__ import annotations

import contextlib
import pathlib
import shlex
from collections.abc import Iterator

import pytest
from lab_site import Site, memory

COUNT = 12
FLEET = tuple(f"ec2-{number}" for number in range(1, COUNT + 1))
# A configuration for each host, so that one host's trouble withholds one release.
EACH = {"cw_agent_config_name": "AmazonCloudWatch-{{ inventory_hostname }}"}


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Twelve EC2 hosts with the agent, each with a configuration of its own name."""
    place = Site("e2e-fleet", tmp_path_factory.mktemp("fleet"))
    # Twelve hosts at once on two cores: sudo may take its time.
    place.environment["ANSIBLE_TIMEOUT"] = "60"
    place.lab("down")
    try:
        place.up("--ec2", str(COUNT))
        place.inventory = inventory(place, 10)
        assert place.play().status == 0
        yield place
    finally:
        place.lab("down")


def inventory(place: Site, interval: int) -> pathlib.Path:
    """All hosts; another *interval* changes every host's configuration."""
    # Watched for less time than by default: each of the many changes of these tests would wait for it.
    return place.ec2_inventory({**EACH, "cw_agent_fragment_base": memory(interval), "cw_agent_service_health_seconds": 3})


def live(place: Site, host: str) -> int:
    """The live version of a host's configuration."""
    history = place.client("ssm").get_parameter_history(Name=f"AmazonCloudWatch-{host}")["Parameters"]
    return next(entry["Version"] for entry in history if "live" in entry["Labels"])


@contextlib.contextmanager
def masked(place: Site, host: str) -> Iterator[None]:
    """The agent's unit is masked on a host, and its service stopped."""
    # The package's unit stands where systemctl mask wants to put its link.
    unit = "/etc/systemd/system/amazon-cloudwatch-agent.service"
    place.on(host, f"systemctl stop amazon-cloudwatch-agent; mv {unit} /root/unit; systemctl mask amazon-cloudwatch-agent")
    try:
        yield
    finally:
        place.on(host, f"rm {unit}; mv /root/unit {unit}; systemctl daemon-reload; systemctl start amazon-cloudwatch-agent")


@contextlib.contextmanager
def without_ssh(place: Site, *hosts: str) -> Iterator[None]:
    """Hosts on which nobody can log in."""
    for host in hosts:
        # connections that Ansible keeps open as well
        place.on(host, "systemctl stop ssh; pkill -x sshd || true")
    try:
        yield
    finally:
        for host in hosts:
            place.on(host, "systemctl start ssh")


def test_one_masked_host_of_twelve(fleet: Site) -> None:
    """Eleven verified and released, one failed with its reason, exit status 2."""
    fleet.inventory = inventory(fleet, 11)
    before = {host: live(fleet, host) for host in FLEET}
    with masked(fleet, "ec2-7"):
        run, said = fleet.account()
    assert run.status == 2
    assert said["totals"] == {"failed": 1, "verified": 11}
    assert {host for host, counts in run.recap().items() if counts["failed"]} == {"ec2-7"}
    (bad,) = [item for item in said["hosts"] if item["state"] == "failed"]
    assert bad["host"] == "ec2-7"
    assert "masked" in bad["cause"]
    assert "12 hosts: 11 verified, 1 failed" in run.output
    assert "AmazonCloudWatch-ec2-7: not released: ec2-7 is not verified" in " ".join(run.output.split())
    assert {host for host in FLEET if live(fleet, host) > before[host]} == set(FLEET) - {"ec2-7"}


def test_hosts_that_are_unreachable_and_lost_half_way(fleet: Site) -> None:
    """One cannot be reached, of another SSH ends between the observation and the change: neither hides anybody."""
    fleet.inventory = inventory(fleet, 12)
    watch = "journalctl -f -n0 | grep -m1 -q 'cw_agent_info.*Invoked with'; sleep 0.5; systemctl stop ssh; pkill -x sshd"
    fleet.on("ec2-5", f"systemd-run --quiet --unit=lose --collect sh -c {shlex.quote(watch)}")
    try:
        with without_ssh(fleet, "ec2-3"):
            run, said = fleet.account()
    finally:
        fleet.on("ec2-5", "systemctl stop lose 2> /dev/null; systemctl start ssh")
    assert run.status == 2
    assert said["totals"] == {"unreachable": 2, "verified": 10}
    bad = {item["host"]: item["cause"] for item in said["hosts"] if item["state"] == "unreachable"}
    assert set(bad) == {"ec2-3", "ec2-5"}
    assert all(bad.values())
    assert all(run.recap()[host]["failed"] == 1 for host in bad)


def test_all_of_them(fleet: Site) -> None:
    """No host can be reached: the account still comes, and nothing is released."""
    before = {host: live(fleet, host) for host in FLEET}
    with without_ssh(fleet, *FLEET):
        run, said = fleet.account()
    assert run.status == 2
    assert said["totals"] == {"unreachable": COUNT}
    assert all(counts["failed"] == 1 for counts in run.recap().values())
    assert {host: live(fleet, host) for host in FLEET} == before


def test_a_batch_that_fails_as_a_whole_stops_the_next(fleet: Site) -> None:
    """With serial, hosts of later batches are not reached, and are said to be."""
    fleet.inventory = inventory(fleet, 14)
    some = FLEET[:4]
    with contextlib.ExitStack() as stack:
        for host in some:
            stack.enter_context(masked(fleet, host))
        run, said = fleet.account("--limit", ",".join(some), cw_agent_serial=2)
    assert run.status == 2
    assert said["totals"] == {"failed": 2, "not_reached": 2}


def test_everything_is_well_again(fleet: Site) -> None:
    """The next run repairs what the others have left, and the one after that changes nothing."""
    fleet.inventory = inventory(fleet, 12)
    run, said = fleet.account()
    assert (run.status, said["totals"]) == (0, {"verified": COUNT})
    again, _said = fleet.account()
    assert all(counts["changed"] == 0 for counts in again.recap().values())


ACTIVE = "cd /opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.d && sha256sum *"


def test_telemetry_that_stops_with_a_change_takes_it_back(fleet: Site) -> None:
    """The daemon is ready and sends to nowhere: the configuration before is active again, and live has not moved."""
    before, active = live(fleet, "ec2-1"), fleet.on("ec2-1", ACTIVE)
    nowhere = {"cw_agent_fragment_zzz": {"metrics": {"endpoint_override": "https://localhost:9"}}, "cw_agent_verify_timeout": 20}
    run, said = fleet.account("--limit", "ec2-1", cw_agent_release="always", **nowhere)
    assert run.status == 2
    assert said["totals"] == {"missing": 1}
    assert "the previous configuration is active again (cw_agent_rollback_on)" in run.output
    assert fleet.on("ec2-1", ACTIVE) == active
    assert live(fleet, "ec2-1") == before


def test_a_daemon_that_dies_after_it_was_watched_is_not_released(fleet: Site) -> None:
    """Killed before its telemetry is asked for: systemd starts it again, values arrive, and the run says what happened."""
    before, active = live(fleet, "ec2-2"), fleet.on("ec2-2", ACTIVE)
    fleet.inventory = inventory(fleet, 13)
    # When the change has ended and the module that made it: what follows is the question for telemetry, then the last observation.
    change, module = "/opt/aws/amazon-cloudwatch-agent/.change-in-progress", "pgrep -u root -xf /usr/bin/python3 > /dev/null"
    kill = "systemctl kill -s KILL amazon-cloudwatch-agent"
    watch = f"until [ -e {change} ]; do sleep 0.02; done; while [ -e {change} ] || {module}; do sleep 0.02; done; {kill}"
    fleet.on("ec2-2", f"systemd-run --quiet --unit=killer --collect sh -c {shlex.quote(watch)}")
    run, said = fleet.account("--limit", "ec2-2", cw_agent_release="always")
    assert run.status == 2
    assert said["totals"] == {"failed": 1}
    assert "the agent has died, or was restarted, since it was watched after its change" in run.output
    assert (fleet.on("ec2-2", ACTIVE), live(fleet, "ec2-2")) == (active, before)


def test_the_table_shows_whatever_the_callback_hides(fleet: Site) -> None:
    fleet.environment["ANSIBLE_DISPLAY_OK_HOSTS"] = "false"
    try:
        run = fleet.play("--limit", "ec2-1,ec2-2")
    finally:
        del fleet.environment["ANSIBLE_DISPLAY_OK_HOSTS"]
    assert "2 hosts: 2 verified" in run.output.splitlines()
