# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes that are cut off: the module or the controller is killed, a program hangs. Nothing is lost, and the next run finishes them.

A program on the host writes a line every tenth of a second through all of it; at the end every line is in CloudWatch, once.
"""

from __future__ import annotations

import collections
import os
import pathlib
import shlex
import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest
from awaiting import until
from lab_site import Site, memory

HOST = "ec2-1"
BASE = "/opt/aws/amazon-cloudwatch-agent"
CTL = f"{BASE}/bin/amazon-cloudwatch-agent-ctl"
LOG, GROUP = "/var/log/app/app.log", "/faults/app"
# A module comes through a pipe: its command line is the interpreter alone, which the agent stand-in's is not.
KILL = "pkill -KILL -u root -xf /usr/bin/python3"


def inventory(site: Site, interval: int, **more: Any) -> pathlib.Path:
    """The host's configuration; another *interval* changes it."""
    files = {"collect_list": [{"file_path": LOG, "log_group_name": GROUP, "retention_in_days": 30}]}
    fragment = {**memory(interval), "logs": {"force_flush_interval": 1, "logs_collected": {"files": files}}}
    return site.ec2_inventory({"cw_agent_fragment_base": fragment, "cw_agent_service_health_seconds": 2, **more})


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A host with the agent and a program that writes."""
    place = Site("e2e-faults", tmp_path_factory.mktemp("faults"))
    place.lab("down")
    try:
        place.up("--ec2", "1")
        place.inventory = inventory(place, 10)
        assert place.play().status == 0
        loop = f"mkdir -p {pathlib.Path(LOG).parent}; n=0; while sleep 0.1; do n=$((n+1)); echo line $n >> {LOG}; done"
        place.on(HOST, f"systemd-run --quiet --unit=writer --collect sh -c {shlex.quote(loop)}")
        yield place
    finally:
        place.lab("down")


def active(site: Site) -> str:
    """The active configurations by name and content."""
    return site.on(HOST, f"cd {BASE}/etc/amazon-cloudwatch-agent.d && sha256sum *")


def runs(site: Site) -> bool:
    return site.on(HOST, "systemctl is-active amazon-cloudwatch-agent || true").strip() == "active"


def once(site: Site, condition: str, command: str) -> None:
    """Let the host run a command as soon as a condition holds."""
    script = f"until {condition}; do sleep 0.02; done; {command}"
    site.on(HOST, f"systemd-run --quiet --unit=fault --collect sh -c {shlex.quote(script)}")


def converges(site: Site, interval: int) -> None:
    """The next run finishes the change, and the one after that has nothing to do."""
    site.inventory = inventory(site, interval)
    run, said = site.account()
    assert (run.status, said["totals"]) == (0, {"verified": 1})
    assert site.on(HOST, f"ls -A {BASE} | grep change-in-progress || true") == ""
    assert site.play().recap()[HOST]["changed"] == 0


KILLS = {
    "while the configuration is fetched": "pgrep -f '[c]onfig-downloader'",
    "after the state before was saved": f"[ -e {BASE}/.change-in-progress/complete.json ]",
    # Not that it is down, which is over before a busy machine has looked.
    "while the agent is restarted": '[ "$(systemctl show -P InvocationID amazon-cloudwatch-agent)" != INVOCATION ]',
}


@pytest.mark.parametrize(("number", "moment"), list(enumerate(KILLS)))
def test_the_module_is_killed(site: Site, number: int, moment: str) -> None:
    """The run says that the host failed, no configuration is lost, and the next run finishes the change."""
    before = active(site)
    site.inventory = inventory(site, 20 + number)
    once(site, KILLS[moment].replace("INVOCATION", site.invocation(HOST)), KILL)
    run, said = site.account(cw_agent_rollback_on=[])
    assert (run.status, said["totals"]) == (2, {"failed": 1})
    assert said["hosts"][0]["cause"]
    assert len(active(site).splitlines()) >= len(before.splitlines())
    converges(site, 20 + number)
    assert active(site) != before


@pytest.mark.parametrize(("number", "name"), list(enumerate(["SIGINT", "SIGKILL"])))
def test_the_controller_is_killed(site: Site, number: int, name: str) -> None:
    """In the midst of the change: the host finishes alone or stays as it was, and the next run converges."""
    site.inventory = inventory(site, 30 + number)
    process = site.start()
    until(lambda: site.on(HOST, f"ls -A {BASE} | grep change-in-progress || true"), 60)
    os.killpg(process.pid, signal.Signals[name])
    assert process.wait(60) != 0
    until(lambda: runs(site), 60)
    converges(site, 30 + number)


def test_a_control_program_that_hangs(site: Site) -> None:
    """It is ended with all its children in the time that the message names, and the configuration before is active."""
    before = active(site)
    site.on(HOST, f"cp -a {CTL} {CTL}.good; printf '#!/bin/sh\\nsleep 4242 & wait\\n' > {CTL}")
    site.inventory = inventory(site, 40)
    began = time.monotonic()
    run, said = site.account()
    took = time.monotonic() - began
    site.on(HOST, f"mv {CTL}.good {CTL}")
    assert (run.status, said["totals"]) == (2, {"failed": 1})
    assert "did not answer within" in said["hosts"][0]["cause"] or "did not end within" in said["hosts"][0]["cause"]
    assert took < 300
    assert site.on(HOST, "pgrep -f 'sleep 4242' || true") == ""
    assert runs(site)
    assert active(site) == before
    converges(site, 40)


def test_every_line_has_arrived_once(site: Site) -> None:
    """Through all restarts and kills."""
    site.on(HOST, "systemctl stop writer")
    written = site.on(HOST, f"cat {LOG}").splitlines()
    stream = site.instance(HOST)["InstanceId"]
    assert len(written) > 100
    until(lambda: collections.Counter(events(site, stream)) == collections.Counter(written), 60)


def events(site: Site, stream: str) -> list[str]:
    """The messages of a log stream."""
    pages = site.client("logs").get_paginator("filter_log_events").paginate(logGroupName=GROUP, logStreamNames=[stream])
    return [event["message"] for page in pages for event in page["events"]]
