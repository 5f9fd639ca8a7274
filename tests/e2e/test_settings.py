# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proxies, certificate authorities, the agent's environment and the unit's drop-in, as systemd and the proxy see them.

The hosts can resolve none of AWS's names, so that nothing goes another way, and trust the lab's authority no more than any other. The tests
run in the order in which they stand.
"""

from __future__ import annotations

import pathlib
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from awaiting import until
from lab_site import LAB, Site, memory

HOSTS = ("ec2-1", "amazon-1")
PROXY = "http://agent:lab-proxy-word@127.0.0.2:3128"
AUTHORITY = "/etc/pki/lab.pem"
COMMON = "/opt/aws/amazon-cloudwatch-agent/etc/common-config.toml"
AGENT_LOG = "/opt/aws/amazon-cloudwatch-agent/logs/amazon-cloudwatch-agent.log"
ENV_CONFIG = "/opt/aws/amazon-cloudwatch-agent/etc/env-config.json"
ENVIRONMENT = "/etc/systemd/system/amazon-cloudwatch-agent.service.d/60-cloudwatch-agent-ansible"
DROP_IN = "/etc/systemd/system/amazon-cloudwatch-agent.service.d/50-cloudwatch-agent-ansible.conf"
LOG = "/var/log/app/app.log"
ALL = {"cw_agent_proxy": {"https": PROXY, "no_proxy": [".example.com"]}, "cw_agent_ca_bundle": AUTHORITY}


def inventory(site: Site, **more: Any) -> pathlib.Path:
    """Both hosts with a log file and memory, and what a test adds for them."""
    files = {"collect_list": [{"file_path": LOG, "log_group_name": "/settings/app", "retention_in_days": 30}]}
    fragment = {**memory(10), "logs": {"force_flush_interval": 1, "logs_collected": {"files": files}}}
    return site.ec2_inventory({"cw_agent_fragment_base": fragment, "cw_agent_service_health_seconds": 2, **more})


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Two hosts that reach AWS through the proxy alone, and know its authority from a file."""
    place = Site("e2e-settings", tmp_path_factory.mktemp("settings"))
    place.lab("down")
    try:
        place.up("--ec2", "1", "--amazon", "1")
        bundle = pathlib.Path(place.environment["AWS_CA_BUNDLE"]).read_text()
        for host in HOSTS:
            place.on(host, f"mkdir -p /etc/pki; cat > {AUTHORITY} << 'END'\n{bundle}\nEND")
            place.on(host, "rm -f /usr/local/share/ca-certificates/*; update-ca-certificates --fresh > /dev/null 2>&1")
            place.on(host, "sed s/amazonaws/hidden/ /etc/hosts > /tmp/hosts; cat /tmp/hosts > /etc/hosts")
        yield place
    finally:
        place.lab("down")


def prop(site: Site, host: str, name: str) -> str:
    """A property of the unit."""
    return site.on(host, f"systemctl show -P {name} amazon-cloudwatch-agent").strip()


def test_without_them_there_is_no_way(site: Site) -> None:
    """The package cannot be fetched: nothing is changed."""
    site.inventory = inventory(site)
    run = site.play("--limit", "ec2-1")
    assert (run.status, run.recap()["ec2-1"]["failed"]) == (2, 1)
    assert "nothing was changed. Hint: check cw_agent_mirror_url and the host's way to it" in " ".join(run.output.split())


def test_a_bundle_that_is_not_there(site: Site) -> None:
    """The observation refuses the host."""
    site.inventory = inventory(site, **{**ALL, "cw_agent_ca_bundle": "/etc/pki/none.pem"})
    run = site.play("--limit", "ec2-1")
    assert run.status == 2
    assert "the CA bundle cannot be used (/etc/pki/none.pem: there is no such file). Hint: copy it there" in " ".join(run.output.split())


def test_everything_goes_through_the_proxy(site: Site) -> None:
    """Package, configuration and telemetry of both hosts; the metadata service never does, and the password is in no output."""
    site.inventory = inventory(site, **ALL)
    predicted = site.play("--check")
    for host in HOSTS:
        site.on(host, f"mkdir -p $(dirname {LOG}); echo first >> {LOG}")
    run, said = site.account("-vvvv", "--diff")
    assert (run.status, said["totals"]) == (0, {"verified": 2})
    assert predicted.changed() == run.changed()
    assert "lab-proxy-word" not in run.output + predicted.output
    for host in HOSTS:
        seen = site.proxied(host)
        for name in ("amazoncloudwatch-agent.s3", "ssm.us-east-1", "monitoring.us-east-1", "logs.us-east-1"):
            assert f"{name}.amazonaws.com:443" in seen, (host, name)
        assert "169.254.169.254" not in seen
        assert "lab-proxy-word" not in site.on(host, "journalctl --no-pager")
    assert {host: counts["changed"] for host, counts in site.play().recap().items()} == dict.fromkeys(HOSTS, 0)


def test_a_drop_in(site: Site) -> None:
    """Seen by systemd, and by the agent, which is started anew; the second run changes nothing."""
    limits = {"Unit": {"After": "cloud-init.target"}, "Service": {"LimitNOFILE": 4096, "Environment": ["A=1", "B=2"]}}
    site.inventory = inventory(site, **ALL, cw_agent_service_overrides=limits)
    before = {host: site.invocation(host) for host in HOSTS}
    run, said = site.foreseen()
    assert (run.status, said["totals"]) == (0, {"verified": 2})
    for host in HOSTS:
        assert (prop(site, host, "LimitNOFILE"), prop(site, host, "Environment")) == ("4096", "A=1 B=2")
        assert "cloud-init.target" in prop(site, host, "After")
        assert site.invocation(host) != before[host]
    assert {host: counts["changed"] for host, counts in site.play().recap().items()} == dict.fromkeys(HOSTS, 0)


def test_a_drop_in_that_the_agent_dies_of(site: Site) -> None:
    """It is taken back, and the agent runs with the one before."""
    before = site.on("ec2-1", f"cat {DROP_IN}")
    site.inventory = inventory(site, **ALL, cw_agent_service_overrides={"Service": {"ExecStartPre": "/bin/false"}})
    run, said = site.account("--limit", "ec2-1")
    assert (run.status, said["totals"]) == (2, {"failed": 1})
    cause = said["hosts"][0]["cause"]
    assert "the agent died with these settings" in cause
    assert "the settings before are back and the agent runs" in cause
    assert site.on("ec2-1", f"cat {DROP_IN}") == before
    assert prop(site, "ec2-1", "ActiveState") == "active"


def environment(site: Site, host: str) -> dict[str, str]:
    """What the agent's process was started with."""
    words = site.on(host, "tr '\\0' '\\n' < /proc/$(systemctl show -P MainPID amazon-cloudwatch-agent)/environ").splitlines()
    return dict(word.split("=", 1) for word in words if "=" in word)


def debugged(site: Site, host: str, after: int = 0) -> bool:
    """Whether the agent logs at the level DEBUG, in which it says of each line that it has sent it. ``after``: lines of its log."""
    site.on(host, f"echo said >> {LOG}")
    return "D! [outputs.cloudwatchlogs] Pusher published" in site.on(host, f"tail -n +{after + 1} {AGENT_LOG}")


def test_variables_and_the_level_of_the_log(site: Site) -> None:
    """The level is hot, variables come by a start; both are as they were after a start of somebody else's, and a secret is in no output."""
    before = {host: site.invocation(host) for host in HOSTS}
    site.inventory = inventory(site, **ALL, cw_agent_log_level="DEBUG")
    run, said = site.foreseen()
    assert (run.status, said["totals"]) == (0, {"verified": 2})
    assert {host: site.invocation(host) for host in HOSTS} == before
    until(lambda: all(debugged(site, host) for host in HOSTS), 60)
    given = {"LAB_PLAIN": 'a "b" $c', "LAB_SECRET": "{{ half }}-{{ half }}"}
    site.inventory = inventory(site, **ALL, cw_agent_log_level="DEBUG", cw_agent_environment_variables=given)
    arguments = site.seal("half", "variable-word")
    run, said = site.foreseen("-vvvv", "--diff", *arguments)
    assert (run.status, said["totals"]) == (0, {"verified": 2})
    assert "LAB_PLAIN" in run.output and "LAB_SECRET" in run.output and "variable-word" not in run.output
    marks = {}
    for host in HOSTS:
        site.on(host, "systemctl restart amazon-cloudwatch-agent")
        marks[host] = int(site.on(host, f"wc -l < {AGENT_LOG}"))
        # The start is over for systemd before it has executed the program.
        until(lambda host=host: "LAB_PLAIN" in environment(site, host), 10, "LAB_PLAIN is in the environment")
        found = environment(site, host)
        assert (found["LAB_PLAIN"], found["LAB_SECRET"]) == (given["LAB_PLAIN"], "variable-word-variable-word")
        until(lambda host=host: "CWAGENT_LOG_LEVEL" not in site.on(host, f"cat {ENV_CONFIG}"), 10)
        assert "variable-word" not in site.on(host, "systemctl show amazon-cloudwatch-agent")
    until(lambda: all(debugged(site, host, marks[host]) for host in HOSTS), 60)
    assert {host: counts["changed"] for host, counts in site.play(*arguments).recap().items()} == dict.fromkeys(HOSTS, 0)


def test_taken_out_again(site: Site) -> None:
    """With the way to AWS open again and no settings, the file says nothing of them and the drop-in is gone."""
    for host in HOSTS:
        site.on(host, "sed s/hidden/amazonaws/ /etc/hosts > /tmp/hosts; cat /tmp/hosts > /etc/hosts")
        site.on(host, f"cp {AUTHORITY} /usr/local/share/ca-certificates/lab.crt; update-ca-certificates > /dev/null 2>&1")
    nothing = {"cw_agent_proxy": {"https": ""}, "cw_agent_ca_bundle": "", "cw_agent_service_overrides": {}}
    site.inventory = inventory(site, **nothing, cw_agent_log_level="", cw_agent_environment_variables={})
    run, said = site.foreseen()
    assert (run.status, said["totals"]) == (0, {"verified": 2})
    for host in HOSTS:
        assert "3128" not in site.on(host, f"grep -v '^#' {COMMON}")
        assert prop(site, host, "DropInPaths") == ""
        assert site.on(host, f"ls {ENVIRONMENT}* 2>/dev/null || true") == ""
        assert "LAB_PLAIN" not in environment(site, host)


def test_a_reboot(site: Site) -> None:
    """The host comes back with its agent and its configuration, and a run has nothing to do."""
    active = "cd /opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.d && sha256sum *"
    before, booted = site.on("ec2-1", active), site.on("ec2-1", "cat /proc/1/stat | cut -d' ' -f22")
    site.on("ec2-1", "systemctl reboot")
    until(lambda: "not running" in status(site), 60)
    site.lab("up")
    assert site.on("ec2-1", "cat /proc/1/stat | cut -d' ' -f22") != booted
    until(lambda: site.on("ec2-1", "systemctl is-active amazon-cloudwatch-agent || true").strip() == "active", 60)
    assert site.on("ec2-1", active) == before
    # What came before the reboot says nothing of the agent that runs now.
    run, said = site.account("--limit", "ec2-1", cw_agent_verify_wait="all")
    assert (run.status, run.recap()["ec2-1"]["changed"], said["totals"]) == (0, 0, {"verified": 1})


def status(site: Site) -> str:
    """What the lab says of its hosts, be they well or not."""
    return subprocess.run([str(LAB), "status"], env=site.environment, capture_output=True, text=True, check=False).stdout
