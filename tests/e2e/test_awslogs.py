# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From awslogs to the agent on a host with a program that writes: no line is lost, also where the file is rotated in the midst of it.

The tests run in the order in which they stand.
"""

from __future__ import annotations

import base64
import collections
import io
import pathlib
import shlex
import tarfile
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from awaiting import until
from lab_site import ROOT, UNIT, Site

HOST = "ec2-1"
LOG = "/var/log/app/app.log"
PLAYBOOK = ROLE = "cloudwatch.agent.migrate_awslogs"
OLD = "/usr/local/lib/awslogs"
NANNY = "/etc/cron.d/awslogs"
PER_SECOND = 200
BUFFER = 5
CONFIGURATION = f"""[general]
state_file = /var/lib/awslogs/agent-state

[app]
file = {LOG}
log_group_name = /migrated/app
log_stream_name = {{instance_id}}
buffer_duration = {BUFFER * 1000}
initial_position = end_of_file
"""
AWSCLI = "[plugins]\ncwlogs = cwlogs\n[default]\nregion = us-east-1\naws_secret_access_key = hunter2hunter2\n"
SERVICE = f"""[Service]
ExecStart=/usr/bin/python3 {OLD}/old_agent.py /etc/awslogs/awslogs.conf
Restart=on-failure
[Install]
WantedBy=multi-user.target
"""
WRITER = f"""
import time
number = 0
while True:
    with open({LOG!r}, "a") as stream:
        number += 1
        stream.write(f"line {{number}} of a program that writes and writes\\n")
    time.sleep(1 / {PER_SECOND})
"""
ROTATE = f"mv {LOG} {LOG}.1"


def put(site: Site, path: str, text: str) -> None:
    site.on(HOST, f"install -D -m 644 /dev/null {path}; cat > {path} << 'END'\n{text}END")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A host with the old agent, and a program that writes."""
    place = Site("e2e-awslogs", tmp_path_factory.mktemp("awslogs"))
    place.lab("down")
    try:
        place.up("--ec2", "1")
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w:gz") as tar:
            tar.add(ROOT / "tests/lab/agent/src/standin", "standin")
            tar.add(ROOT / "tests/support/old_agent.py", "old_agent.py")
        packed = base64.b64encode(archive.getvalue()).decode()
        place.on(HOST, f"mkdir -p {OLD} /var/lib/awslogs /var/log/app; base64 -d << 'END' | tar xz -C {OLD}\n{packed}\nEND")
        put(place, "/etc/awslogs/awslogs.conf", CONFIGURATION)
        put(place, "/etc/awslogs/awscli.conf", AWSCLI)
        put(place, "/etc/systemd/system/awslogsd.service", SERVICE)
        put(place, NANNY, "* * * * * root /var/awslogs/bin/awslogs-nanny.sh\n")
        place.on(HOST, f"systemd-run --quiet --unit=writer --collect python3 -c {shlex.quote(WRITER)}")
        place.on(HOST, "systemctl daemon-reload; systemctl enable --now awslogsd 2> /dev/null")
        place.inventory = inventory(place)
        yield place
    finally:
        place.lab("down")


def inventory(site: Site, **more: Any) -> pathlib.Path:
    return site.ec2_inventory({"cw_agent_service_health_seconds": 2, **more})


def migrated(site: Site) -> dict[str, Any]:
    """The file that the playbook has written for the host."""
    found: dict[str, Any] = yaml.safe_load((site.scratch / "migrated" / f"{HOST}.yml").read_text())
    return found


def arrived(site: Site) -> collections.Counter[int]:
    """How often each line has arrived, by its number."""
    pages = site.client("logs").get_paginator("filter_log_events").paginate(logGroupName="/migrated/app")
    return collections.Counter(int(event["message"].split()[1]) for page in pages for event in page["events"])


def written(site: Site) -> int:
    """How many lines the program has written so far."""
    return int(site.on(HOST, f"tail -n 1 {LOG} 2> /dev/null || tail -n 1 {LOG}.1").split()[1])


def services(site: Site) -> tuple[str, str, str, str]:
    """State and enablement of the old agent and of the new one."""
    asked = [(question, unit) for unit in ("awslogsd", UNIT) for question in ("is-active", "is-enabled")]
    found = [site.on(HOST, f"systemctl {question} {unit} 2> /dev/null || true").strip() for question, unit in asked]
    return found[0], found[1], found[2], found[3]


def test_the_files_of_the_host_become_a_fragment(site: Site) -> None:
    """Nothing changes on the host, and no secret is shown."""
    until(lambda: site.client("logs").describe_log_groups(logGroupNamePrefix="/migrated")["logGroups"], 30, "the old agent sends")
    chosen = {"cw_agent_migration_directory": str(site.scratch / "migrated")}
    run = site.play("-vvvv", "--diff", playbook=PLAYBOOK, variables=chosen)
    assert run.status == 0
    assert "hunter2" not in run.output
    entry = {"file_path": LOG, "log_group_name": "/migrated/app", "log_stream_name": "{instance_id}"}
    assert migrated(site) == {
        "cw_agent_fragment_awslogs": {"logs": {"logs_collected": {"files": {"collect_list": [entry]}}}},
        "cw_agent_region": "us-east-1",
    }
    assert site.play(playbook=PLAYBOOK, variables=chosen).changed() == set()


def test_a_run_without_the_cut_over_is_refused(site: Site) -> None:
    """Both agents would send each line."""
    site.inventory = inventory(site, **migrated(site))
    run = site.play()
    assert run.status == 2
    assert f"{HOST}: awslogs runs on the host and reads {LOG}, so that the lines would arrive twice" in " ".join(run.output.split())
    assert services(site)[:3] == ("active", "enabled", "inactive")


def test_a_host_whose_configuration_has_not_its_files_is_refused(site: Site) -> None:
    memory = {"metrics": {"metrics_collected": {"mem": {"measurement": ["used_percent"]}}}}
    site.inventory = inventory(site, cw_agent_fragment_other=memory)
    run = site.play(playbook=PLAYBOOK, variables={"cw_agent_migration_state": "replaced"})
    assert run.status == 2
    assert f"section [app]: awslogs reads {LOG}, and the agent's configuration has no entry" in " ".join(run.output.split())
    assert services(site)[:3] == ("active", "enabled", "inactive")


def test_an_agent_that_dies_leaves_the_files_to_the_old_one(site: Site) -> None:
    """The port that the configuration wants is another program's."""
    occupied = "import socket, time; s = socket.socket(type=socket.SOCK_DGRAM); s.bind(('', 8125)); time.sleep(10**6)"
    site.on(HOST, f"systemd-run --quiet --unit=occupied --collect python3 -c {shlex.quote(occupied)}")
    statsd = {"metrics": {"metrics_collected": {"statsd": {"service_address": ":8125"}}}}
    site.inventory = inventory(site, cw_agent_fragment_other=statsd, **migrated(site))
    run = site.play(playbook=PLAYBOOK, variables={"cw_agent_migration_state": "replaced"})
    site.on(HOST, "systemctl stop occupied")
    assert run.status == 2
    assert "awslogs reads the files as before" in " ".join(run.output.split())
    assert services(site) == ("active", "enabled", "inactive", "disabled")


def test_no_line_is_lost_where_the_file_is_rotated_meanwhile(site: Site) -> None:
    """As soon as the old agent has ended, the file gets another name; the new agent has not begun."""
    site.inventory = inventory(site, **migrated(site))
    chosen = {"cw_agent_migration_state": "replaced"}
    predicted = site.play("--check", "--diff", playbook=PLAYBOOK, variables=chosen)
    assert services(site)[:2] == ("active", "enabled")
    condition = "[ $(systemctl is-active awslogsd) = inactive ]"
    site.on(HOST, f"systemd-run --quiet --unit=rotate --collect sh -c {shlex.quote(f'until {condition}; do sleep 0.02; done; {ROTATE}')}")
    run = site.play("--diff", playbook=PLAYBOOK, variables=chosen)
    assert run.status == 0
    assert services(site) == ("inactive", "disabled", "active", "enabled")
    site.on(HOST, f"test -e {LOG}.1 && test ! -e {NANNY}")
    site.on(HOST, "systemctl stop writer")
    last = written(site)
    until(lambda: set(arrived(site)) >= set(range(1, last + 1)), 60, f"lines 1 to {last}")
    doubled = sum(count - 1 for count in arrived(site).values())
    print(f"{last} lines, lost 0, doubled {doubled}")
    assert doubled <= 2 * BUFFER * PER_SECOND, "what the old agent had published and not yet saved"
    rest = {f"{ROLE} : {name}" for name in ("Find files that were rotated before the agent has opened them", "Read them beside the others")}
    assert {task for task, _host in run.changed() - predicted.changed()} == {*rest, f"{ROLE} : Leave them out again"}
    assert predicted.changed() <= run.changed()
    assert '"awslogsd.service": "inactive, disabled"' in run.output


def test_a_second_run_changes_nothing(site: Site) -> None:
    """And site.yml verifies what arrives."""
    assert site.play(playbook=PLAYBOOK, variables={"cw_agent_migration_state": "replaced"}).changed() == set()
    assert site.play().changed() == {("cloudwatch.agent.parameter_store : Move live to the verified versions", HOST)}


def test_the_way_back(site: Site) -> None:
    """One command; repeated, it changes nothing."""
    chosen = {"cw_agent_migration_state": "restored"}
    predicted = site.play("--check", playbook=PLAYBOOK, variables=chosen)
    run = site.play(playbook=PLAYBOOK, variables=chosen)
    assert predicted.changed() == run.changed() == {(f"{ROLE} : Start awslogs again as it was", HOST)}
    assert services(site) == ("active", "enabled", "inactive", "disabled")
    site.on(HOST, f"grep -q nanny {NANNY}")
    assert site.play(playbook=PLAYBOOK, variables=chosen).changed() == set()
