# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes of Systems Manager on the lab's hosts: commands really run, with the stand-in of the SSM Agent or the one of LAB_SSM_AGENT.

That one is on Debian hosts; amazon-1 has the stand-in in any case, so that both stand to the same expectations.
"""

from __future__ import annotations

import functools
import json
import os
import subprocess
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

import awaiting
import pytest
from ansible_collections.cloudwatch.agent.plugins.action import ssm_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Lab

AGENT = "AmazonCloudWatchAgent"
CTL = "/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl"
LINUX = "ControlCloudWatchAgentLinux"
CONFIGURATION = {"metrics": {"metrics_collected": {"mem": {"measurement": ["used_percent"]}}}}
until = functools.partial(awaiting.until, seconds=60)


class Nodes:
    """The lab's hosts as nodes, and what is asked of them."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.ssm = lab.client("ssm")
        listed = self.ssm.describe_instance_information()["InstanceInformationList"]
        self.ids = {node["ComputerName"]: node["InstanceId"] for node in listed}
        assert all(node["PingStatus"] == "Online" for node in listed)

    def send(self, *hosts: str, document: str = "AWS-RunShellScript", **fields: Any) -> str:
        """Send a command to hosts; `lines`: of a script."""
        if "lines" in fields:
            fields["Parameters"] = {"commands": fields.pop("lines"), **fields.pop("more", {})}
        asked = {"DocumentName": document, "InstanceIds": [self.ids[host] for host in hosts], **fields}
        command: str = self.ssm.send_command(**asked)["Command"]["CommandId"]
        return command

    def result(self, command: str, host: str, step: str | None = None, seconds: float = 60) -> dict[str, Any]:
        """What GetCommandInvocation says once the node has ended."""
        awaiting.until(
            lambda: self.state(command, host) not in ("", "Pending", "InProgress", "Delayed", "Cancelling"),
            seconds=seconds,
            what=f"{command} on {host}",
        )
        plugin = {"PluginName": step} if step else {}
        found: dict[str, Any] = self.ssm.get_command_invocation(CommandId=command, InstanceId=self.ids[host], **plugin)
        return found

    def state(self, command: str, host: str) -> str:
        """StatusDetails of a host."""
        found = self.ssm.list_command_invocations(CommandId=command, InstanceId=self.ids[host])["CommandInvocations"]
        return str(found[0]["StatusDetails"]) if found else ""

    def command(self, **arguments: Any) -> dict[str, Any]:
        """The result of the action ssm_command, and ``shown``: its warnings and its progress."""
        options = {"environment": None, "check_mode": False, "diff": False, "async_val": 0, "no_log": False}
        task = SimpleNamespace(
            args={"region": "us-east-1", "poll_seconds": 1, **arguments}, action="cloudwatch.agent.ssm_command", **options
        )
        connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir="unused"))
        action = ssm_command.ActionModule(task, connection, None, None, None, None)
        lines: list[str] = []
        action._display = SimpleNamespace(display=lines.append, warning=lines.append)
        return {**action.run(task_vars={}), "shown": lines}

    def denied(self) -> str:
        """The id of a node that no policy lets the controller reach. The stand-in simulates it: its hosts are everybody's."""
        ports = json.loads((self.lab.state / "lab.json").read_text())["ports"]
        asked = urllib.request.Request(
            f"http://127.0.0.1:{ports['aws']}/_lab/nodes", json.dumps({"denied": True, "region": "us-east-1"}).encode(), method="POST"
        )
        with urllib.request.urlopen(asked, timeout=10) as answer:
            (node,) = json.load(answer)["nodes"]
        return str(node)

    def run(self, host: str, step: str | None = None, **fields: Any) -> dict[str, Any]:
        """Send a command to a host and wait for its end."""
        return self.result(self.send(host, **fields), host, step)


@pytest.fixture(scope="session")
def nodes(lab: Lab) -> Iterator[Nodes]:
    """The shared lab with an agent on every host."""
    lab.run("up", "--ssm")
    yield Nodes(lab)


@pytest.fixture
def controller(nodes: Nodes, monkeypatch: pytest.MonkeyPatch) -> None:
    """This process has the lab's environment, so that actions run in it."""
    for name, value in nodes.lab.env().items():
        monkeypatch.setenv(name, value)


def test_every_host_is_a_node_and_runs_a_script(nodes: Nodes) -> None:
    hosts = ("ec2-1", "amazon-1", "onprem-1")
    assert set(nodes.ids) == set(hosts) and nodes.ids["onprem-1"].startswith("mi-")
    assert nodes.ids["onprem-1"] in nodes.lab.run("inventory").stdout
    output = {"CloudWatchOutputConfig": {"CloudWatchOutputEnabled": True}}
    command = nodes.send(*hosts, lines=["hostname; pwd; echo $AWS_SHARED_CREDENTIALS_FILE"], **output)
    found = {host: nodes.result(command, host) for host in hosts}
    assert {host: result["StandardOutputContent"].split() for host, result in found.items()} == {
        "ec2-1": ["ec2-1", "/usr/bin"],
        "amazon-1": ["amazon-1", "/usr/bin"],
        "onprem-1": ["onprem-1", "/usr/bin", "/root/.aws/credentials"],
    }
    assert {(result["Status"], result["ResponseCode"]) for result in found.values()} == {("Success", 0)}
    stream = f"{command}/{nodes.ids['onprem-1']}/aws-runShellScript/stdout"
    events = nodes.lab.client("logs").get_log_events(logGroupName="/aws/ssm/AWS-RunShellScript", logStreamName=stream)["events"]
    assert [event["message"].splitlines()[:2] for event in events] == [["onprem-1", "/usr/bin"]]


def test_output_goes_to_s3(nodes: Nodes) -> None:
    """By the stand-in: a bucket's own name, which the agent takes, resolves on no host."""
    s3 = nodes.lab.client("s3")
    s3.create_bucket(Bucket="lab-output")
    found = nodes.run("amazon-1", lines=["echo kept"], OutputS3BucketName="lab-output", OutputS3KeyPrefix="p")
    key = found["StandardOutputUrl"].removeprefix("https://s3.us-east-1.amazonaws.com/lab-output/")
    assert key.startswith("p/") and key.endswith("/awsrunShellScript/0.awsrunShellScript/stdout")
    assert s3.get_object(Bucket="lab-output", Key=key)["Body"].read() == b"kept\n"


@pytest.mark.skipif(
    not os.environ.get("LAB_SSM_AGENT"), reason="LAB_SSM_AGENT names no deb of the real SSM Agent: all hosts have the stand-in"
)
def test_the_given_agent_is_the_one_that_answers(nodes: Nodes) -> None:
    version = nodes.lab.exec("ec2-1", "dpkg-query --show --showformat '${Version}' amazon-ssm-agent").partition("-")[0]
    assert (
        version == subprocess.check_output(["dpkg", "--field", os.environ["LAB_SSM_AGENT"], "Version"], text=True).strip().partition("-")[0]
    )
    shown = nodes.ssm.describe_instance_information(Filters=[{"Key": "InstanceIds", "Values": [nodes.ids["ec2-1"]]}])
    assert [node["AgentVersion"] for node in shown["InstanceInformationList"]] == [version]


def test_how_steps_end_on_a_host(nodes: Nodes) -> None:
    """A middle step that fails, a time-out, a cancel, a long output: side by side, as a node runs five at once."""
    steps = [("first", "echo 1"), ("middle", "echo 2; exit 3"), ("last", "echo 3")]
    main = [{"action": "aws:runShellScript", "name": name, "inputs": {"runCommand": [line]}} for name, line in steps]
    nodes.ssm.create_document(Name="lab-steps", DocumentType="Command", Content=json.dumps({"schemaVersion": "2.2", "mainSteps": main}))
    hosts = ("ec2-1", "amazon-1")
    middle = nodes.send(*hosts, document="lab-steps", MaxErrors="100%")
    slow = nodes.send(*hosts, lines=["sleep 60"], more={"executionTimeout": ["5"]}, MaxErrors="100%")
    long = nodes.send(*hosts, lines=["head -c 30000 /dev/zero | tr '\\0' x", "echo $(yes e | head -12000) >&2"])
    ended = nodes.send(*hosts, lines=["echo begun; sleep 60"])
    until(lambda: all(nodes.state(ended, host) == "InProgress" for host in hosts))
    nodes.ssm.cancel_command(CommandId=ended)
    for host in hosts:
        assert nodes.result(middle, host)["Status"] == "Failed"
        whole = nodes.ssm.list_command_invocations(CommandId=middle, InstanceId=nodes.ids[host], Details=True)["CommandInvocations"][0]
        assert [(step["Name"], step["ResponseCode"]) for step in whole["CommandPlugins"]] == [("first", 0), ("middle", 3), ("last", 0)]
        cut = nodes.result(long, host)
        assert len(cut["StandardOutputContent"]) == 24000 and cut["StandardOutputContent"].endswith("--output truncated--")
        assert len(cut["StandardErrorContent"]) == 8000
        timed = nodes.result(slow, host)
        assert (timed["Status"], timed["StatusDetails"], timed["ResponseCode"]) == ("TimedOut", "ExecutionTimedOut", 137)
        cancelled = nodes.result(ended, host)
        assert (cancelled["StatusDetails"], cancelled["ResponseCode"]) == ("Cancelled", 137)


def test_commands_beyond_the_tenth_come_later_and_a_restart_of_the_agent_ends_none(nodes: Nodes) -> None:
    commands = [nodes.send("ec2-1", lines=[f"echo run-{number} >> /root/runs; sleep 2"]) for number in range(12)]
    until(lambda: nodes.state(commands[0], "ec2-1") == "InProgress")
    nodes.lab.exec("ec2-1", "systemctl restart amazon-ssm-agent")
    assert {nodes.result(command, "ec2-1", seconds=90)["Status"] for command in commands} == {"Success"}
    assert sorted(nodes.lab.exec("ec2-1", "cat /root/runs").split()) == sorted(f"run-{number}" for number in range(12))


@pytest.mark.usefixtures("controller")
def test_a_script_that_asks_for_a_reboot_runs_again_after_it(nodes: Nodes) -> None:
    """By ssm_command, which waits meanwhile."""
    script = "if [ -e /root/booted ]; then echo after; else touch /root/booted; echo before; exit 194; fi"
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(nodes.command, shell=script, instance_ids=[nodes.ids["ec2-1"]], wait_timeout=180)
        until(lambda: "2" in nodes.lab.exec("ec2-1", "ls /root/booted /run/systemd/shutdown/scheduled 2> /dev/null | wc -l"))
        nodes.lab.exec("ec2-1", "systemctl reboot")  # the minute that the agent gives
        until(lambda: "not running" in nodes.lab.run("status", check=False).stdout)
        assert not waiting.done()
        nodes.lab.run("up")
        result = waiting.result()
    assert [(node["verdict"], node["steps"][0]["stdout"].split()) for node in result["nodes"]] == [("ok", ["before", "after"])]


def test_a_package_that_was_removed_by_hand_is_believed_to_be_there(nodes: Nodes) -> None:
    removal = {"ec2-1": "dpkg --remove amazon-cloudwatch-agent", "amazon-1": "rpm --erase amazon-cloudwatch-agent"}

    def package(action: str, said: str) -> None:
        asked = {"action": [action], "name": [AGENT]}
        command = nodes.send(*removal, document="AWS-ConfigureAWSPackage", Parameters=asked, MaxErrors="100%")
        for host in removal:
            found = nodes.result(command, host)
            assert found["Status"] == "Success" and said in found["StandardOutputContent"], found

    package("Install", "Successfully installed")
    for host, remove in removal.items():
        nodes.lab.exec(host, f"test -x {CTL} && {remove}")
    package("Install", "already installed")
    assert [nodes.lab.run("exec", host, "test", "-e", CTL, check=False).returncode for host in removal] == [1, 1]
    package("Uninstall", "Successfully uninstalled")
    package("Install", "Successfully installed")


def test_a_list_that_fails_at_its_second_name_leaves_the_first_applied(nodes: Nodes) -> None:
    for number in (1, 2):
        nodes.ssm.put_parameter(Name=f"AmazonCloudWatch-part-{number}", Type="String", Value=json.dumps(CONFIGURATION))
    configure = {"document": "AmazonCloudWatch-ManageAgent", "step": LINUX}
    place = {"optionalConfigurationLocation": ["AmazonCloudWatch-part-1,AmazonCloudWatch-none"]}
    assert nodes.run("ec2-1", Parameters=place, **configure)["ResponseCode"] == 1
    folder = "/opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.d"
    assert nodes.lab.exec("ec2-1", f"ls {folder}") == "ssm_AmazonCloudWatch-part-1"
    place = {"optionalConfigurationLocation": ["AmazonCloudWatch-part-1,AmazonCloudWatch-part-2"]}
    assert nodes.run("ec2-1", Parameters=place, **configure)["Status"] == "Success"
    assert nodes.lab.exec("ec2-1", f"ls {folder}").split() == ["ssm_AmazonCloudWatch-part-1", "ssm_AmazonCloudWatch-part-2"]
    status = nodes.run("ec2-1", Parameters={"action": ["status"]}, **configure)
    assert json.loads(status["StandardOutputContent"])["status"] == "running"
    empty = nodes.run("ec2-1", Parameters={}, **configure)
    assert "config should be specified" in empty["StandardErrorContent"]


class Case(NamedTuple):
    """A command by ssm_command, the verdict on each of ``nodes``, and what the message or a warning says."""

    what: str
    arguments: dict[str, Any]
    verdicts: dict[str, str]
    said: str = ""


def cases(nodes: Nodes) -> list[Case]:
    """Every way in which a command ends. The agent of amazon-1 is stopped, which the service has not noticed."""
    web, stopped, plant = nodes.ids["ec2-1"], nodes.ids["amazon-1"], nodes.ids["onprem-1"]
    unknown, denied = "i-0123456789abcdef0", nodes.denied()
    short = {"delivery_timeout": 30, "execution_timeout": 30}
    nobody = {"targets": [{"key": "tag:Role", "values": ["nobody"]}]}
    return [
        Case("success", {"shell": "hostname", "instance_ids": [web, plant]}, {web: "ok", plant: "ok"}),
        Case(
            "failure in the first step",
            {"document": "lab-first", "instance_ids": [web]},
            {web: "failed"},
            "step first: Failed, exit code 4",
        ),
        Case(
            "failure in a middle step",
            {"document": "lab-middle", "instance_ids": [web]},
            {web: "failed"},
            "step middle: Failed, exit code 3",
        ),
        Case(
            "time-out of the execution",
            {"shell": "sleep 60", "execution_timeout": 5, "instance_ids": [web]},
            {web: "timed_out"},
            "ExecutionTimedOut",
        ),
        Case(
            "stopped agent, time-out of the delivery",
            {"shell": "touch /root/never", "instance_ids": [stopped], **short},
            {stopped: "undelivered"},
            "DeliveryTimedOut",
        ),
        Case("unknown instance", {"shell": "date", "instance_ids": [unknown]}, {unknown: "undelivered"}, "does not know this node"),
        Case("foreign platform", {"document": "lab-windows", "instance_ids": [web]}, {web: "wrong_platform"}, "Linux"),
        Case("denied by policy", {"shell": "date", "instance_ids": [denied, plant]}, {denied: "denied", plant: "ok"}, "denied"),
        Case("cancelled", {"shell": "sleep 60", "instance_ids": [plant], "wait_timeout": 4}, {plant: "cancelled"}, "wait was over"),
        Case("twelfth command of a node", {"shell": "date", "instance_ids": [plant]}, {plant: "ok"}),
        Case(
            "more errors than max_errors",
            {"shell": "exit 1", "instance_ids": [plant, web], "max_concurrency": "1", "max_errors": "0"},
            {plant: "failed", web: "terminated"},
            "raise max_errors",
        ),
        Case("no matching tag", {"shell": "date", **nobody}, {}, "no managed node matches tag:Role = nobody"),
        Case(
            "output of more than 24,000 characters",
            {"shell": "head -c 30000 /dev/zero | tr '\\0' x", "instance_ids": [web]},
            {web: "ok"},
            "AWS keeps 24000 characters",
        ),
    ]


@pytest.mark.usefixtures("controller")
def test_every_way_in_which_a_command_ends_has_its_verdict_and_its_message(nodes: Nodes) -> None:
    """Side by side, while listings are throttled."""
    windows = {"action": "aws:runPowerShellScript", "precondition": {"StringEquals": ["platformType", "Windows"]}}
    for name, lines, more in (
        ("first", ["exit 4", "echo 2"], {}),
        ("middle", ["echo 1", "exit 3", "echo 3"], {}),
        ("windows", ["date"], windows),
    ):
        steps = zip(("first", "middle", "last"), lines, strict=False)
        main = [{"action": "aws:runShellScript", "name": step, "inputs": {"runCommand": [line]}, **more} for step, line in steps]
        content = json.dumps({"schemaVersion": "2.2", "mainSteps": main})
        nodes.ssm.create_document(Name=f"lab-{name}", DocumentType="Command", Content=content)
    nodes.lab.exec("amazon-1", "systemctl stop amazon-ssm-agent")
    for _number in range(11):
        nodes.send("onprem-1", lines=["sleep 1"])
    nodes.lab.run("fault", "add", "throttle", "--service", "ssm", "--operation", "ListCommand*", "--count", "6")
    nodes.lab.settings(command_clock=50)
    table, stopped = cases(nodes), nodes.ids["amazon-1"]
    try:
        with ThreadPoolExecutor(len(table)) as threads:
            results = list(threads.map(lambda case: nodes.command(**case.arguments), table))
        nodes.lab.settings(node_lost_seconds=2)
        table.append(Case("stopped agent", {"shell": "date", "instance_ids": [stopped]}, {stopped: "undelivered"}, "ConnectionLost"))
        results.append(nodes.command(**table[-1].arguments))
    finally:
        nodes.lab.settings(command_clock=1, node_lost_seconds=300)
        nodes.lab.run("fault", "clear")
        nodes.lab.exec("amazon-1", "systemctl start amazon-ssm-agent")
    for case, result in zip(table, results, strict=True):
        found = {node["instance_id"]: node["verdict"] for node in result.get("nodes", [])}
        said = "\n".join([result["msg"], *result.get("warnings", [])])
        assert (case.what, found) == (case.what, case.verdicts), said
        assert case.said in said and result["failed"] is (set(found.values()) != {"ok"}), (case.what, said)
    assert nodes.run("amazon-1", lines=["ls /root/never"])["Status"] == "Failed"


def test_an_association_is_applied_now_and_after_a_new_value(nodes: Nodes) -> None:
    nodes.ssm.put_parameter(Name="AmazonCloudWatch-word", Type="String", Value="one")
    lines = ["echo {{ssm:AmazonCloudWatch-word}} >> /root/applied"]
    targets = [{"Key": "tag:Role", "Values": ["web", "batch"]}]
    asked = {"Name": "AWS-RunShellScript", "Parameters": {"commands": lines}, "Targets": targets, "ComplianceSeverity": "HIGH"}
    name = nodes.ssm.create_association(**asked)["AssociationDescription"]["AssociationId"]

    def ended(count: int) -> bool:
        found = nodes.ssm.describe_association_executions(AssociationId=name)["AssociationExecutions"]
        return [run["ResourceCountByStatus"] for run in found] == ["{Success=2}"] * count

    until(lambda: ended(1))
    nodes.ssm.put_parameter(Name="AmazonCloudWatch-word", Type="String", Value="two", Overwrite=True)
    until(lambda: ended(2))
    assert {nodes.lab.exec(host, "cat /root/applied") for host in ("ec2-1", "amazon-1")} == {"one\ntwo"}
    summary = nodes.ssm.describe_instance_associations_status(InstanceId=nodes.ids["ec2-1"])["InstanceAssociationStatusInfos"][0]
    assert summary["ExecutionSummary"].startswith("1 out of 1 plugin processed, 1 success")
    items = nodes.ssm.list_compliance_items(ResourceIds=[nodes.ids["ec2-1"]], ResourceTypes=["ManagedInstance"])["ComplianceItems"]
    assert [(item["Status"], item["Severity"]) for item in items] == [("COMPLIANT", "HIGH")]
    nodes.ssm.delete_association(AssociationId=name)


def test_the_keys_of_a_hybrid_node_have_no_region(nodes: Nodes) -> None:
    """Programs of root find them; the CloudWatch agent needs a region beside."""
    found = nodes.lab.exec(
        "onprem-1", "stat -c %a /root/.aws/credentials; grep -c region /root/.aws/credentials; head -1 /root/.aws/credentials"
    )
    assert found.split() == ["600", "0", "[default]"]


def test_a_stopped_agent_is_found_out_late(nodes: Nodes) -> None:
    """For a while the service believes that the node is there: the command times out undelivered, and does not run afterwards."""
    nodes.lab.exec("amazon-1", "systemctl stop amazon-ssm-agent")
    command = nodes.send("amazon-1", lines=["touch /root/never"], more={"executionTimeout": ["30"]}, TimeoutSeconds=30)
    nodes.lab.settings(command_clock=100)
    assert nodes.result(command, "amazon-1")["StatusDetails"] == "DeliveryTimedOut"
    nodes.lab.settings(command_clock=1)
    nodes.lab.exec("amazon-1", "systemctl start amazon-ssm-agent")
    assert nodes.run("amazon-1", lines=["ls /root/never"])["Status"] == "Failed"
