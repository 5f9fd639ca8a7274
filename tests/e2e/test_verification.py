# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run says has arrived has arrived, and what it says is missing is missing: where names, clocks and answers are not plain.

The tests run in the order in which they stand. ec2-1 lives in another time zone and belongs to an Auto Scaling group, the clock of ec2-2
is four minutes ahead, onprem-1 sends with keys of its own.
"""

from __future__ import annotations

import contextlib
import datetime
import pathlib
import time
from collections.abc import Iterator
from typing import Any

import pytest
from awaiting import until
from lab_site import Run, Site, demo_variables

HOSTS = ("ec2-1", "ec2-2", "onprem-1")
AHEAD = 240
LOG, LOCKED, BULK = "/var/log/app/app.log", "/var/log/app/locked.log", "/var/log/bulk"
UNIT = "amazon-cloudwatch-agent.service"
FILE = {"file_path": LOG, "log_group_name": "/verify/{hostname}", "log_stream_name": "{date}-{ip_address}", "retention_in_days": 30}
SECRET_FILE = {"file_path": LOCKED, "log_group_name": "/verify/locked", "retention_in_days": 30}


def fragment(*files: dict[str, Any], **metrics: Any) -> dict[str, Any]:
    """Memory and the files."""
    return {
        "agent": {"run_as_user": "cwagent", "metrics_collection_interval": 10},
        "metrics": {"force_flush_interval": 5, "metrics_collected": {"mem": {"measurement": ["used_percent"]}}, **metrics},
        "logs": {"force_flush_interval": 1, "logs_collected": {"files": {"collect_list": list(files)}}},
    }


def inventory(site: Site, **of_ec2_1: Any) -> pathlib.Path:
    """The lab's hosts with the fragments of these tests, and variables of ec2-1."""
    dimensions = {"InstanceId": "${aws:InstanceId}", "AutoScalingGroupName": "${aws:AutoScalingGroupName}"}
    ec2 = fragment(FILE, SECRET_FILE, append_dimensions=dimensions)
    return site.overlay(
        {
            "group_vars/all.yml": {**demo_variables(), "cw_agent_service_health_seconds": 2},
            "group_vars/web.yml": None,
            "group_vars/backend.yml": None,
            "group_vars/ec2.yml": {"cw_agent_fragment_ec2": ec2},
            "group_vars/onprem.yml": {"cw_agent_fragment_onprem": fragment(FILE)},
            "host_vars/ec2-1.yml": of_ec2_1,
            "host_vars/ec2-2.yml": {
                "ansible_python_interpreter": "/usr/local/bin/python3-ahead",
                # libfaketime does not survive the change of the user.
                "cw_agent_fragment_root": {"agent": {"run_as_user": "root"}},
            },
        }
    )


def zone() -> str:
    """A time zone in which it is another day than in UTC now, and stays one for an hour at least."""
    return "Etc/GMT-14" if datetime.datetime.now(datetime.timezone.utc).hour >= 11 else "Etc/GMT+12"


def local_date(host: str) -> str:
    """The date that the host's agent takes."""
    hours = 0 if host != "ec2-1" else 14 if zone() == "Etc/GMT-14" else -12
    ahead = AHEAD if host == "ec2-2" else 0
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=hours, seconds=ahead)).strftime("%Y-%m-%d")


def prepare(site: Site) -> None:
    """Give the hosts their zone, group and clock, and programs that write a line every half second."""
    site.on("ec2-1", f"ln -sf /usr/share/zoneinfo/{zone()} /etc/localtime")
    scaling = site.client("autoscaling")
    scaling.create_launch_configuration(LaunchConfigurationName="lc", ImageId="ami-12c6146b", InstanceType="t3.micro")
    zones = ["us-east-1a"]
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="web-fleet", LaunchConfigurationName="lc", MinSize=0, MaxSize=3, DesiredCapacity=0, AvailabilityZones=zones
    )
    scaling.attach_instances(InstanceIds=[site.instance("ec2-1")["InstanceId"]], AutoScalingGroupName="web-fleet")
    site.set_ahead("ec2-2", AHEAD)
    for host in HOSTS:
        write(site, host)
    site.on("ec2-1", f"install -m 600 /dev/null {LOCKED}")


def write(site: Site, host: str) -> None:
    """Let the host's program write."""
    loop = f"mkdir -p {pathlib.Path(LOG).parent}; while sleep 0.5; do echo line of $(date +%s.%N) >> {LOG}; done"
    site.on(host, f"systemd-run --quiet --unit=writer --collect sh -c '{loop}'")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Two EC2 hosts and one on-prem host, as the module says."""
    place = Site("e2e-verify", tmp_path_factory.mktemp("verify"))
    place.lab("down")
    try:
        place.up("--ec2", "2", "--onprem", "1")
        prepare(place)
        place.inventory = inventory(place)
        yield place
    finally:
        place.lab("down")


@pytest.fixture(scope="module")
def first(site: Site) -> tuple[Run, dict[str, Any]]:
    """The first roll-out."""
    return site.account()


def entry(said: dict[str, Any], host: str) -> dict[str, Any]:
    """A host's entry in the account."""
    found: dict[str, Any] = next(item for item in said["hosts"] if item["host"] == host)
    return found


def stream(said: dict[str, Any], host: str, file: str = LOG) -> dict[str, Any]:
    """A file's log stream in the account."""
    found: dict[str, Any] = next(item for item in entry(said, host)["streams"] if item["file"] == file)
    return found


@contextlib.contextmanager
def fault(site: Site, *arguments: str) -> Iterator[None]:
    """AWS answers otherwise."""
    number = site.lab("fault", "add", *arguments).stdout.strip()
    try:
        yield
    finally:
        site.lab("fault", "clear", number)


class TestFirstRun:
    """All three hosts are verified, for all that is peculiar about them."""

    def test_all_are_verified(self, first: tuple[Run, dict[str, Any]]) -> None:
        run, said = first
        assert (run.status, said["totals"]) == (0, {"verified": 3})

    @pytest.mark.parametrize("host", HOSTS)
    def test_date_and_address_are_the_hosts_own(self, site: Site, first: tuple[Run, dict[str, Any]], host: str) -> None:
        """{date} is the host's local date, {ip_address} its private address; that is where the agent sends, and where it is found."""
        own = site.on(host, "hostname -I").split()[0]
        address = own if host == "onprem-1" else site.instance(host)["PrivateIpAddress"]
        found = stream(first[1], host)
        assert (found["state"], found["log_stream_name"]) == ("arrived", f"{local_date(host)}-{address}")
        assert found["events"] > 0

    def test_the_zone_makes_a_difference(self) -> None:
        assert local_date("ec2-1") != local_date("onprem-1")

    def test_a_group_is_a_dimension_only_where_there_is_one(self, site: Site, first: tuple[Run, dict[str, Any]]) -> None:
        """The agent leaves AutoScalingGroupName out on an instance in no group; both metrics are asked for as they are sent."""
        for host, group in (("ec2-1", {"AutoScalingGroupName": "web-fleet"}), ("ec2-2", {})):
            (metric,) = entry(first[1], host)["metrics"]
            assert metric["state"] == "arrived"
            assert metric["dimensions"] == {"InstanceId": site.instance(host)["InstanceId"], **group}

    def test_an_empty_file_that_cannot_be_read_is_said_to_be(self, first: tuple[Run, dict[str, Any]]) -> None:
        """Nothing is lost yet, but the first line would be."""
        found = stream(first[1], "ec2-1", LOCKED)
        assert (found["state"], found["readable"]) == ("no_data", False)
        assert "unreadable" in first[0].output
        assert f"{LOCKED} is not readable for cwagent" in " ".join(first[0].output.split())

    def test_a_long_wait_says_what_is_awaited(self, first: tuple[Run, dict[str, Any]]) -> None:
        assert "Awaiting telemetry in us-east-1 until " in first[0].output


class TestUnchanged:
    """Nothing is changed; what is said depends on what CloudWatch answers and on the host."""

    def test_an_unreadable_file_with_lines_fails(self, site: Site) -> None:
        """On a host that is otherwise well, with the fix."""
        site.on("ec2-1", f"echo lost >> {LOCKED}")
        run, said = site.account("--limit", "ec2-1")
        site.on("ec2-1", f": > {LOCKED}")
        assert (run.status, said["totals"]) == (2, {"missing": 1})
        assert stream(said, "ec2-1", LOCKED)["state"] == "missing"
        assert stream(said, "ec2-1", LOCKED)["hint"].startswith(f"let cwagent read {LOCKED}: cw_agent_log_access group or acl")

    def test_hollow_pages_and_values_to_come_are_asked_for_again(self, site: Site) -> None:
        with fault(site, "incomplete", "--host", "controller", "--count", "3"):
            run, said = site.account("--limit", "ec2-1")
        assert (run.status, said["totals"]) == (0, {"verified": 1})
        assert stream(said, "ec2-1")["state"] == "arrived"


def busy(site: Site, group: str, pages: int) -> None:
    """Fill another stream of a log group with full pages of events that are newer than all others."""
    logs = site.client("logs")
    logs.create_log_stream(logGroupName=group, logStreamName="busy")
    now = int(time.time() * 1000)
    for page in range(pages):
        batch = [{"timestamp": now + page, "message": f"{page} {number}"} for number in range(10_000)]
        logs.put_log_events(logGroupName=group, logStreamName="busy", logEvents=batch)


class TestBusyGroup:
    """A stream that shares its group with a very busy one."""

    def test_an_old_event_is_not_a_new_one(self, site: Site) -> None:
        """ec2-1's program is silent when its host is changed: six full pages of another stream make none of its old lines new."""
        last = site.on("ec2-1", f"systemctl stop writer; tail -n 1 {LOG}").strip()
        group = stream(site.account("--limit", "ec2-1")[1], "ec2-1")["log_group_name"]
        events = site.client("logs").get_paginator("filter_log_events")
        # The agent holds the last line for some seconds, and would send it after the change.
        until(lambda: any(last == item["message"] for page in events.paginate(logGroupName=group) for item in page["events"]), 60, last)
        site.inventory = inventory(site, cw_agent_fragment_more={"agent": {"metrics_collection_interval": 11}})
        busy(site, group, 6)
        run, said = site.account("--limit", "ec2-1")
        assert (run.status, stream(said, "ec2-1")["state"]) == (0, "no_data")

    def test_a_new_event_among_many_is_found(self, site: Site) -> None:
        write(site, "ec2-1")
        site.inventory = inventory(site, cw_agent_fragment_more={"agent": {"metrics_collection_interval": 12}})
        run, said = site.account("--limit", "ec2-1")
        assert (run.status, stream(said, "ec2-1")["state"]) == (0, "arrived")


class TestRelease:
    """A host that stays at an earlier release is measured by that one."""

    def test_a_held_release_in_parts(self, site: Site) -> None:
        """Its parts make one configuration: the files of all of them are looked at, those of the withheld one are not."""
        names = [f"{BULK}/{number:03}-{'x' * 60}.log" for number in range(70)]
        files = [{"file_path": name, "log_group_name": "/verify/bulk", "log_stream_name": name, "retention_in_days": 30} for name in names]
        site.on("ec2-1", f"mkdir -p {BULK}; for f in {' '.join(names)}; do echo line > $f; done")
        site.inventory = inventory(site, cw_agent_fragment_more=fragment(*files))
        run, said = site.account("--limit", "ec2-1")
        assert (run.status, said["totals"]) == (0, {"verified": 1})
        assert len(entry(said, "ec2-1")["configurations"]) > 1
        site.inventory = inventory(site, cw_agent_fragment_more={"agent": {"debug": False}})
        assert site.account("--limit", "ec2-1")[0].status == 0
        assert site.play("--limit", "ec2-1", playbook="cloudwatch.agent.rollback").status == 0
        run, said = site.account("--limit", "ec2-1")
        assert (run.status, said["totals"]) == (0, {"verified": 1})
        assert {item["file"] for item in entry(said, "ec2-1")["streams"]} == {LOG, LOCKED, *names}
        assert len(entry(said, "ec2-1")["configurations"]) > 1


class TestKeys:
    """Keys are a change like any other."""

    def test_values_sent_with_the_old_keys_do_not_speak_for_the_new_ones(self, site: Site) -> None:
        """CloudWatch does not know the new keys: the host fails, whatever it has sent a moment ago."""
        unknown = {"cw_agent_credentials_access_key_id": "AKIAUNKNOWN000000000", "cw_agent_credentials_secret_access_key": "u" * 40}
        run, said = site.account("--limit", "onprem-1", cw_agent_verify_timeout=5, cw_agent_identity_check="never", **unknown)
        assert run.status == 2
        assert said["totals"] == {"missing": 1}
        assert "u" * 40 not in run.output
        run, said = site.account("--limit", "onprem-1")
        assert (run.status, said["totals"]) == (0, {"verified": 1})


@pytest.mark.parametrize("name", ["cw_agent_fragment_ec2", "cw_agent_fragment_of_the_play"])
def test_a_variable_of_the_play_is_refused(site: Site, name: str) -> None:
    """Whether the inventory has one of that name or not: it would belong to no host."""
    own = site.scratch / "own.yml"
    own.write_text(f"- import_playbook: cloudwatch.agent.site\n  vars: {{{name}: {{agent: {{debug: true}}}}}}\n")
    run = site.play("--check", playbook=str(own))
    assert run.status != 0
    assert f"{name} is set in the play, a role or vars_files, where it belongs to no host" in " ".join(run.output.split())


def test_values_that_do_not_come_are_not_called_missing(site: Site) -> None:
    """CloudWatch answers InternalError for every metric of a host that has run for long: nothing is known of them."""
    with fault(site, "incomplete", "--host", "controller", "--operation", "GetMetricData"):
        run, said = site.account("--limit", "ec2-2")
    assert run.status == 0
    assert [metric["state"] for metric in entry(said, "ec2-2")["metrics"]] == ["unverified"]
