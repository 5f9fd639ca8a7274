# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent's user gets to read what it is to collect, through groups or access control lists, and loses it again.

The hosts have a log of the group adm, which logrotate creates anew, and one that is open to root alone. The tests run in the order in which
they stand.
"""

from __future__ import annotations

import pathlib
from collections.abc import Iterator
from typing import Any

import pytest
from awaiting import until
from lab_site import Site, memory

HOSTS = ("ec2-1", "amazon-1")
APP, SECRET = "/var/log/app/app.log", "/srv/private/logs/secret.log"
GROUPS = {APP: "/access/app", SECRET: "/access/secret"}
ROTATION = "/etc/logrotate.d/app"


def inventory(site: Site, *paths: str, user: str = "cwagent", **more: Any) -> pathlib.Path:
    """Both hosts with these log files, and what a test adds for them."""
    files = [{"file_path": path, "log_group_name": GROUPS[path], "retention_in_days": 30} for path in paths]
    fragment = {**memory(10), "logs": {"force_flush_interval": 1, "logs_collected": {"files": {"collect_list": files}}}}
    fragment["agent"] = {**fragment["agent"], "run_as_user": user}
    return site.ec2_inventory({"cw_agent_fragment_base": fragment, "cw_agent_service_health_seconds": 2, **more})


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A host of each family."""
    place = Site("e2e-access", tmp_path_factory.mktemp("access"))
    place.lab("down")
    try:
        place.up("--ec2", "1", "--amazon", "1")
        for host in HOSTS:
            place.on(host, "getent group adm > /dev/null || groupadd --system adm")
            place.on(host, f"install -d -m 750 -o root -g adm /var/log/app; install -m 640 -o root -g adm /dev/null {APP}")
            place.on(host, f"install -d -m 700 /srv/private /srv/private/logs; install -m 600 /dev/null {SECRET}")
            rotates(place, host, "create 0640 root adm")
            write(place, host)
        yield place
    finally:
        place.lab("down")


def rotates(site: Site, host: str, create: str) -> None:
    """What logrotate does with the application's log."""
    site.on(host, f"printf '/var/log/app/*.log {{\\n  rotate 2\\n  {create}\\n}}\\n' > {ROTATION}; chmod 644 {ROTATION}")


def write(site: Site, host: str, text: str = "first") -> None:
    """A line into each log."""
    site.on(host, f"echo {text} >> {APP}; echo {text} >> {SECRET}")


def arrived(site: Site, host: str, path: str, text: str) -> bool:
    """Whether a line of the host is in CloudWatch."""
    stream = site.instance(host)["InstanceId"]
    answer = site.client("logs").filter_log_events(logGroupName=GROUPS[path], logStreamNames=[stream])
    return text in [event["message"] for event in answer["events"]]


def groups(site: Site, host: str, user: str = "cwagent") -> set[str]:
    """The groups of a user."""
    return set(site.on(host, f"id -nG {user}").split())


def lists(site: Site, host: str) -> str:
    """The access control lists of both logs and of all that is above them, without their comments."""
    return site.on(host, f"getfacl -cp /var/log/app {APP} /srv /srv/private /srv/private/logs {SECRET}")


def changes(run: Any) -> dict[str, int]:
    """How many tasks have changed something, by host."""
    return {host: counts["changed"] for host, counts in run.recap().items()}


def test_without_being_told_nothing_is_given(site: Site) -> None:
    """The run says what the user cannot read, and fails for it."""
    before = {host: lists(site, host) for host in HOSTS}
    site.inventory = inventory(site, APP)
    run, said = site.account()
    assert (run.status, said["totals"]) == (2, {"missing": 2})
    assert f"{APP} is not readable for cwagent" in " ".join(run.output.split())
    assert "cw_agent_log_access group or acl" in " ".join(run.output.split())
    for host in HOSTS:
        assert "adm" not in groups(site, host)
        assert lists(site, host) == before[host]


def test_by_group(site: Site) -> None:
    """Check mode predicts it; the lines written before arrive; a second run changes nothing."""
    site.inventory = inventory(site, APP, cw_agent_log_access="group")
    run, said = site.foreseen()
    assert (run.status, said["totals"]) == (0, {"verified": 2})
    for host in HOSTS:
        assert "adm" in groups(site, host)
        until(lambda at=host: arrived(site, at, APP, "first"), 30, f"{host}: the line")
    assert changes(site.play()) == dict.fromkeys(HOSTS, 0)


def test_by_group_after_rotation(site: Site) -> None:
    """What is written to the new file arrives, and there is nothing to do."""
    for host in HOSTS:
        site.on(host, f"logrotate -f {ROTATION}")
        write(site, host, "rotated-by-group")
        until(lambda at=host: arrived(site, at, APP, "rotated-by-group"), 30, f"{host}: the line of the new file")
    assert changes(site.play()) == dict.fromkeys(HOSTS, 0)


def test_what_a_group_cannot_give(site: Site) -> None:
    """The host is refused before anything is changed, and the agent runs on."""
    before = {host: site.invocation(host) for host in HOSTS}
    site.inventory = inventory(site, APP, SECRET, cw_agent_log_access="group")
    run, said = site.account()
    assert (run.status, said["totals"]) == (2, {"failed": 2})
    output = " ".join(run.output.split())
    assert f"no group can give cwagent (agent.run_as_user) this file ({SECRET}, /srv/private is root:root 0700)" in output
    assert {host: site.invocation(host) for host in HOSTS} == before


def test_what_logrotate_would_close(site: Site) -> None:
    """It is seen before it happens, and the line of logrotate's configuration is named."""
    rotates(site, "ec2-1", "create 0600 root root")
    site.inventory = inventory(site, APP, cw_agent_log_access="group")
    run, said = site.account("--limit", "ec2-1")
    assert (run.status, said["totals"]) == (2, {"failed": 1})
    assert f"{APP}, create 0600 root root in {ROTATION}:1" in " ".join(run.output.split())
    rotates(site, "ec2-1", "create 0640 root adm")


def test_by_lists(site: Site) -> None:
    """Both files are read, the group is taken back, and check mode has predicted it."""
    site.inventory = inventory(site, APP, SECRET, cw_agent_log_access="acl")
    run, said = site.foreseen()
    assert (run.status, said["totals"]) == (0, {"verified": 2})
    for host in HOSTS:
        assert "adm" not in groups(site, host)
        found = lists(site, host)
        assert (found.count("user:cwagent:--x"), found.count("default:user:cwagent:r--")) == (3, 2)
        until(lambda at=host: arrived(site, at, SECRET, "first"), 30, f"{host}: the line")
    assert changes(site.play()) == dict.fromkeys(HOSTS, 0)


def test_by_lists_after_rotation(site: Site) -> None:
    """The file that logrotate makes is readable because of its directory's default list."""
    for host in HOSTS:
        site.on(host, f"logrotate -f {ROTATION}")
        write(site, host, "rotated-by-list")
        until(lambda at=host: arrived(site, at, APP, "rotated-by-list"), 30, f"{host}: the line of the new file")
    assert changes(site.play()) == dict.fromkeys(HOSTS, 0)


def test_a_user_of_ones_own(site: Site) -> None:
    """It is created when told, and gets what the other one had."""
    site.inventory = inventory(site, APP, SECRET, user="observer", cw_agent_log_access="acl")
    run, said = site.account("--limit", "ec2-1")
    assert (run.status, said["totals"]) == (2, {"failed": 1})
    assert "set cw_agent_create_user: true" in " ".join(run.output.split())
    site.inventory = inventory(site, APP, SECRET, user="observer", cw_agent_log_access="acl", cw_agent_create_user=True)
    run, said = site.foreseen()
    assert (run.status, said["totals"]) == (0, {"verified": 2})
    for host in HOSTS:
        assert groups(site, host, "observer") == {"observer"}
        assert site.on(host, "getent passwd observer").strip().endswith("nologin")
        assert "cwagent" not in lists(site, host)
        write(site, host, "by-another")
        until(lambda at=host: arrived(site, at, SECRET, "by-another"), 30, f"{host}: the line")
    assert changes(site.play()) == dict.fromkeys(HOSTS, 0)


def test_taken_back(site: Site) -> None:
    """With the agent, on one host; because it is no longer wanted, on the other."""
    site.inventory = inventory(site, APP, user="root")
    run, said = site.account("--limit", "amazon-1")
    assert (run.status, said["totals"]) == (0, {"verified": 1})
    listed = site.play("-e", "cw_agent_hosts=ec2-1", "--check", "--diff", playbook="cloudwatch.agent.uninstall")
    assert f"ACL u:observer:r of {SECRET}" in listed.output
    assert site.play("-e", "cw_agent_hosts=ec2-1", playbook="cloudwatch.agent.uninstall").status == 0
    for host in HOSTS:
        found = lists(site, host)
        assert ("observer" in found, "mask" in found, "default" in found) == (False, False, False)
