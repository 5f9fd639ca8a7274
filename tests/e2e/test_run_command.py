# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts that nobody reaches by SSH get the agent by Run Command: fresh ones, a package that is gone, a bad part, a wave that fails; and one
that is launched later gets it by an association.

The tests run in the order in which they stand.
"""

from __future__ import annotations

import pathlib
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands import agent_fleet
from awaiting import until
from lab_site import Run, Site, memory

HOSTS = ("ec2-1", "amazon-1")
VERSION = "/opt/aws/amazon-cloudwatch-agent/bin/CWAGENT_VERSION"
ACTIVE = "/opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.d"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A host of each family with an SSM agent, and the CloudWatch agent nowhere."""
    place = Site("e2e-ssm", tmp_path_factory.mktemp("ssm"))
    place.lab("down")
    try:
        place.up("--ec2", "1", "--amazon", "1", "--ssm")
        yield place
    finally:
        place.lab("down")


def converge(site: Site, *arguments: str, interval: int = 10, **variables: Any) -> tuple[Run, list[str]]:
    """Run the playbook; return how it ended, and the documents that were sent."""
    common: dict[str, Any] = {
        "cw_agent_fragment_base": memory(interval),
        "ansible_host": "192.0.2.1",
        "ansible_python_interpreter": "/bin/false",
    }
    site.inventory = pathlib.Path(site.ec2_inventory({**common, **variables}))
    since = site.mark()
    run = site.play(*arguments, playbook="cloudwatch.agent.run_command")
    sent = [call["request"]["DocumentName"] for call in site.calls(since, operation="SendCommand")]
    return run, sent


def builds(site: Site) -> list[str]:
    return [site.on(host, f"cat {VERSION} 2> /dev/null || echo none").strip() for host in HOSTS]


def test_fresh_nodes_end_with_telemetry_and_a_second_run_only_asks(site: Site) -> None:
    check, asked = converge(site, "--check")
    assert (check.status, asked) == (0, ["AWS-RunShellScript"]), check.output[-2000:]
    assert builds(site) == ["none", "none"]
    run, sent = converge(site)
    assert run.status == 0, run.output[-3000:]
    assert "2 hosts: 2 verified" in run.output
    assert sent[:2] == ["AWS-RunShellScript", "AWS-ConfigureAWSPackage"] and "AmazonCloudWatch-ManageAgent" in sent
    assert {task for task, _host in run.changed()} == {task for task, _host in check.changed()} | {
        "cloudwatch.agent.parameter_store : Move live to the verified versions"
    }
    again, asked = converge(site)
    assert (again.status, asked, again.changed()) == (0, ["AWS-RunShellScript"], set())


def test_a_package_that_was_removed_by_hand_comes_back(site: Site) -> None:
    before = builds(site)
    site.on("ec2-1", "dpkg --purge amazon-cloudwatch-agent")
    site.on("amazon-1", "rpm --erase amazon-cloudwatch-agent")
    assert builds(site) == ["none", "none"]
    run, _sent = converge(site)
    assert run.status == 0, run.output[-3000:]
    assert builds(site) == before and "2 hosts: 2 verified" in run.output


def test_a_bad_second_part_leaves_the_configuration_before_running(site: Site) -> None:
    target = agent_fleet.Target("ec2-1", "i", "", "us-east-1", "ec2", "", ("AmazonCloudWatch-base:1", "AmazonCloudWatch-none:1"), ("", ""))
    (order,) = agent_fleet.configuration([target])
    assert order.document == "AWS-RunShellScript"
    files, process = f"ls -l {ACTIVE}; sha256sum {ACTIVE}/*", site.invocation("ec2-1")
    before = site.on("ec2-1", files)
    refused = site.on("ec2-1", f"sh -c {shlex.quote(chr(10).join(order.parameters['commands']))} 2>&1; echo status $?")
    assert refused.endswith("status 1\n") and "ssm:AmazonCloudWatch-none:1 was refused" in refused
    assert (site.on("ec2-1", files), site.invocation("ec2-1")) == (before, process)


def test_a_wave_that_fails_goes_back_to_what_is_live_and_is_the_last_one(site: Site) -> None:
    live = site.on(HOSTS[0], f"sha256sum < {ACTIVE}/ssm_AmazonCloudWatch-base_1")
    before = {host: site.invocation(host) for host in HOSTS}
    site.lab("fault", "add", "denied", "--service", "cloudwatch", "--operation", "PutMetricData")
    try:
        run, _sent = converge(site, interval=20, cw_agent_run_command_waves=[1], cw_agent_verify_timeout=20)
    finally:
        site.lab("fault", "clear")
    assert run.status == 2
    assert "wave 1 of 2: 1 of 1 hosts have failed" in run.output
    # The inventory's order is that of EC2's answer.
    (failed,) = [host for host in HOSTS if f"{host}: telemetry is missing" in run.output]
    (other,) = set(HOSTS) - {failed}
    assert site.on(failed, f"cat {ACTIVE}/* | sha256sum") == live
    assert site.on(failed, "systemctl is-active amazon-cloudwatch-agent") == "active\n"
    assert site.invocation(failed) != before[failed] and site.invocation(other) == before[other]


def mixed(site: Site, playbook: str, *arguments: str, interval: int) -> tuple[Run, list[dict[str, Any]]]:
    """Run a playbook where SSH reaches amazon-1 alone; return how it ended, and the commands that were sent."""
    far = {"cw_agent_transport": "ssm", "ansible_host": "192.0.2.1", "ansible_python_interpreter": "/bin/false"}
    site.inventory = site.ec2_inventory(
        {"cw_agent_fragment_base": memory(interval), "cw_agent_bake_seconds": 5}, {"host_vars/ec2-1.yml": far}
    )
    since = site.mark()
    run = site.play(*arguments, playbook=f"cloudwatch.agent.{playbook}")
    return run, [call["request"] for call in site.calls(since, operation="SendCommand")]


def test_one_site_rollout_and_report_serve_hosts_of_both_kinds(site: Site) -> None:
    processes = {host: site.invocation(host) for host in HOSTS}
    check, asked = mixed(site, "site", "--check", interval=5)
    assert (check.status, {request["DocumentName"] for request in asked}) == (0, {"AWS-RunShellScript"}), check.output[-3000:]
    assert {host: site.invocation(host) for host in HOSTS} == processes
    run, sent = mixed(site, "site", interval=5)
    assert run.status == 0 and "2 hosts: 2 verified" in run.output, run.output[-3000:]
    assert {tuple(request["InstanceIds"]) for request in sent} == {tuple(asked[0]["InstanceIds"])} and len(asked[0]["InstanceIds"]) == 1
    assert "AmazonCloudWatch-ManageAgent" in [request["DocumentName"] for request in sent]
    assert "cloudwatch.agent.run_command : Install, configure and prove by Run Command" in {task for task, _host in check.changed()}
    files = {host: site.on(host, f"cat {ACTIVE}/*") for host in HOSTS}
    assert '"metrics_collection_interval":5' in "".join(files["ec2-1"].split()) and files["ec2-1"] == files["amazon-1"]
    again, asked = mixed(site, "site", interval=5)
    assert (again.status, len(asked), again.changed()) == (0, 1, set()), again.output[-3000:]
    run, _sent = mixed(site, "rollout", interval=6)
    assert run.status == 0 and "finally, by Run Command: 1 host: ec2-1" in run.output, run.output[-3000:]
    assert run.output.index("canaries: 1 host: amazon-1") < run.output.index("2 hosts: 2 verified")
    assert '"metrics_collection_interval":6' in "".join(site.on("ec2-1", f"cat {ACTIVE}/*").split())
    report, asked = mixed(site, "report", interval=6)
    assert (report.status, len(asked)) == (0, 1), report.output[-3000:]
    site.on("ec2-1", "systemctl stop amazon-cloudwatch-agent")
    report, _asked = mixed(site, "report", interval=6)
    assert report.status == 2 and "service: inactive → active" in report.output
    site.on("ec2-1", "systemctl start amazon-cloudwatch-agent")


def test_a_host_that_is_launched_later_converges_by_itself_and_a_release_and_a_rollback_reach_it(site: Site) -> None:
    targets = {"AmazonCloudWatch-base": [{"key": "tag:Role", "values": ["db"]}]}
    (live,) = site.client("ssm").get_parameters(Names=["AmazonCloudWatch-base:live"])["Parameters"]
    released = f"ssm_AmazonCloudWatch-base_{live['Version']}\n"
    site.inventory = site.ec2_inventory({"cw_agent_fragment_base": memory(20)})

    def play(playbook: str) -> Run:
        return site.play(playbook=f"cloudwatch.agent.{playbook}", variables={"cw_agent_association_targets": targets})

    made, again = play("association"), play("association")
    assert (made.status, again.status, again.changed()) == (0, 0, set()), made.output[-2000:]
    since = site.mark()
    site.up("--ec2", "2", "--amazon", "1", "--ssm")  # by its number it has the role db
    until(lambda: site.calls(since, host="ec2-2", operation="PutMetricData", status=200), 180, "telemetry of ec2-2")
    assert site.on("ec2-2", f"ls {ACTIVE}") == released
    process = site.invocation("ec2-2")
    assert play("publish").status == 0
    follows = "cloudwatch.agent.association : Bring the associations to what is live"
    assert follows in {task for task, _host in play("promote").changed()}
    until(lambda: site.on("ec2-2", f"ls {ACTIVE}") != released, 120, "the release on ec2-2")
    until(lambda: site.invocation("ec2-2") != process, 60, "the restart on ec2-2")
    assert site.on("ec2-2", "systemctl is-active amazon-cloudwatch-agent") == "active\n"
    assert follows in {task for task, _host in play("rollback").changed()}
    assert play("association").changed() == set()
    until(lambda: site.on("ec2-2", f"ls {ACTIVE}") == released, 120, "the release before on ec2-2")
    until(lambda: site.on("ec2-2", "systemctl is-active amazon-cloudwatch-agent || true") == "active\n", 60, "the agent on ec2-2")
