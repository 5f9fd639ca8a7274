# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run Command over the wire, on the stand-in's nodes: every kind of end, throttles, a lost answer, an interrupt, a thousand nodes."""

from __future__ import annotations

import os
import re
import signal
import threading
import uuid
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Iterator

import pytest
import yaml
from ansible_collections.cloudwatch.agent.plugins.action import ssm_command
from ansible_collections.cloudwatch.agent.plugins.modules import ssm_command_info, ssm_node_info

if TYPE_CHECKING:
    from ansible_collections.cloudwatch.agent.tests.integration.conftest import Lab

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "docsite" / "rst" / "guide_run_command.rst").read_text(encoding="utf-8")
DOCUMENTED = {*re.findall(r'"([a-z0-9-]+:\w+)"', GUIDE)}
"""The actions that the guide asks for."""
CONNECTION = SimpleNamespace(_shell=SimpleNamespace(tmpdir="unused"))
REGION = "us-east-1"


class Fleet:
    """Nodes of this test alone, by the tag ``Fleet``, and the action on them."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.name = uuid.uuid4().hex[:8]
        self.lines: list[str] = []

    @property
    def targets(self) -> list[dict[str, Any]]:
        return [{"key": "tag:Fleet", "values": [self.name]}]

    def add(self, count: int = 1, **fields: Any) -> list[str]:
        """Ids of new nodes (fields: the stand-in's README)."""
        tags = {"Fleet": self.name, **fields.pop("tags", {})}
        return list(self.lab.control("nodes", count=count, tags=tags, region=REGION, **fields)["nodes"])

    def answering(self, status: str, **fields: Any) -> str:
        """The id of a node that answers every command so."""
        return self.add(answers=[{"status": status, **fields}])[0]

    def run(self, check: bool = False, **arguments: Any) -> dict[str, Any]:
        """The action in this process; ``calls``: the operations that AWS has seen."""
        options = {"environment": None, "check_mode": check, "diff": False, "async_val": 0, "no_log": False}
        given = {"region": REGION, "poll_seconds": 1, **arguments}
        task = SimpleNamespace(args=given, action="cloudwatch.agent.ssm_command", **options)
        action = ssm_command.ActionModule(task, CONNECTION, None, None, None, None)
        action._display = SimpleNamespace(display=self.lines.append, warning=self.lines.append)
        since = self.lab.mark()
        found: dict[str, Any] = action.run(task_vars={})
        asked = [f"{call['service']}:{call['operation']}" for call in self.lab.calls(since)]
        assert set(asked) <= DOCUMENTED, set(asked) - DOCUMENTED
        return {**found, "calls": [name.partition(":")[2] for name in asked]}


def verdicts(result: dict[str, Any]) -> dict[str, str]:
    return {node["instance_id"]: node["verdict"] for node in result["nodes"]}


@pytest.fixture
def fleet(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fleet]:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("AWS_ENDPOINT_URL", "AWS_CA_BUNDLE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, lab.environment[name])
    yield Fleet(lab)
    lab.settings(command_clock=1)
    lab.control("nodes", method="DELETE")


def test_every_kind_of_end_has_its_verdict(fleet: Fleet, lab: Lab) -> None:
    """One command over ids, with those that cannot be reached: AWS calls it a success."""
    ended = {
        "ok": fleet.add()[0],
        "failed": fleet.answering("Failed", code=3, stderr="no such file"),
        "timed_out": fleet.answering("TimedOut"),
        "denied": fleet.add(denied=True)[0],
        "cancelled": fleet.answering("Cancelled"),
    }
    lost, foreign = fleet.add(ping="ConnectionLost")[0], fleet.add(platform="Windows")[0]
    unknown = "i-0123456789abcdef0"
    result = fleet.run(shell="date", instance_ids=[*ended.values(), lost, foreign, unknown], max_errors="5")
    expected = {node: verdict for verdict, node in ended.items()}
    assert verdicts(result) == {**expected, lost: "undelivered", foreign: "wrong_platform", unknown: "undelivered"}
    assert result["failed"] and result["changed"] and len(result["command_ids"]) == 1
    for said in ("exit code 3: no such file", "ConnectionLost", "runs Windows", f"{unknown}: Systems Manager does not know this node"):
        assert said in result["msg"], result["msg"]
    (failed,) = [node for node in result["nodes"] if node["verdict"] == "failed"]
    assert (failed["steps"][0]["exit_code"], failed["steps"][0]["stderr"]) == (3, "no such file")
    assert re.search(r"AWS-RunShellScript: 5 nodes: 1 ok", fleet.lines[-1])
    by_tag = fleet.run(shell="date", targets=fleet.targets, max_errors="5", max_concurrency="100%")
    assert verdicts(by_tag) == {**expected, lost: "undelivered", foreign: "wrong_platform"}


def test_time_outs_of_the_delivery_and_of_the_whole(fleet: Fleet, lab: Lab) -> None:
    lab.settings(command_clock=100)
    silent, endless = fleet.answering("Silent"), fleet.answering("Running")
    result = fleet.run(shell="sleep 1000", instance_ids=[silent, endless], delivery_timeout=30, execution_timeout=60)
    assert verdicts(result) == {silent: "undelivered", endless: "undelivered"}
    assert "DeliveryTimedOut" in result["msg"]


def test_the_end_of_the_wait_cancels_what_lets_itself_be_cancelled(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ssm_command.commands, "CANCEL_SECONDS", 2.0)
    monkeypatch.setattr(ssm_command.commands.Run.cancel, "__defaults__", (2.0,))
    done, endless, stubborn = fleet.add()[0], fleet.answering("Running"), fleet.answering("Stubborn")
    result = fleet.run(shell="sleep 1000", instance_ids=[done, endless, stubborn], wait_timeout=2)
    assert verdicts(result) == {done: "ok", endless: "cancelled", stubborn: "running"}
    assert result["msg"].startswith("The wait was over before the end")


def test_an_interrupt_cancels_the_command(fleet: Fleet, lab: Lab) -> None:
    endless = fleet.answering("Running")
    received: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: received.append(number))
    timer = threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    try:
        fleet.run(shell="sleep 1000", instance_ids=[endless])
    finally:
        timer.join()
        signal.signal(signal.SIGINT, before)
    listed = lab.client().list_command_invocations(InstanceId=endless)["CommandInvocations"]
    assert received == [signal.SIGINT] and [item["StatusDetails"] for item in listed] == ["Cancelled"]


def test_more_errors_than_the_budget_stop_the_rest(fleet: Fleet) -> None:
    fleet.add(4, answers=[{"status": "Failed", "code": 1}])
    result = fleet.run(shell="false", targets=fleet.targets, max_concurrency="1", max_errors="1")
    assert result["counts"] == {"failed": 2, "terminated": 2}
    assert "terminated: " in result["msg"] and "raise max_errors" in result["msg"]


def test_no_matching_tag_is_no_success(fleet: Fleet) -> None:
    nobody = [{"key": "tag:Fleet", "values": ["nobody"]}]
    for check in (True, False):
        refused = fleet.run(check, shell="date", targets=nobody)
        assert refused["failed"] and "no managed node matches tag:Fleet = nobody" in refused["msg"]
        assert not fleet.run(check, shell="date", targets=nobody, no_match="ok")["failed"]


def test_a_document_of_which_every_step_is_skipped_is_no_success(fleet: Fleet, lab: Lab) -> None:
    (node,) = fleet.add()
    condition = {"StringEquals": ["platformType", "Windows"]}
    step = {"action": "aws:runShellScript", "name": "only", "precondition": condition, "inputs": {"runCommand": ["date"]}}
    content = {
        "schemaVersion": "2.2",
        "mainSteps": [step, {**step, "name": "other", "precondition": {"StringEquals": ["platformType", "Linux"]}}],
    }
    name = f"Lab-{fleet.name}"
    ssm = lab.client()
    ssm.create_document(Content=yaml.safe_dump(content), Name=name, DocumentType="Command", DocumentFormat="YAML")
    both = fleet.run(document=name, instance_ids=[node])
    assert verdicts(both) == {node: "ok"} and [one["name"] for one in both["nodes"][0]["steps"]] == ["only", "other"]
    content["mainSteps"] = [step, {**step, "name": "again"}]
    # The platforms of a document are those of its steps, so that AWS would refuse it by ids.
    ssm.update_document(Content=yaml.safe_dump(content), Name=name, DocumentVersion="$LATEST", DocumentFormat="YAML")
    skipped = fleet.run(document=name, document_version="2", targets=fleet.targets)
    assert verdicts(skipped)[node] in ("skipped", "wrong_platform") and skipped["failed"]


def test_parameters_are_checked_before_anything_is_sent(fleet: Fleet) -> None:
    (node,) = fleet.add()
    refused = fleet.run(document="AWS-ConfigureAWSPackage", parameters={"action": "install", "verb": "x"}, instance_ids=[node])
    assert refused["failed"] and not refused["changed"] and "SendCommand" not in refused["calls"]
    for said in ("'install' is none of 'Install', 'Uninstall'", "parameters.verb", "parameters.name is missing"):
        assert said in refused["msg"]


def test_output_is_whole_or_says_that_it_is_cut(fleet: Fleet) -> None:
    long = fleet.answering("Success", stdout="x" * 10000)
    longer = fleet.answering("Success", stdout="y" * 30000)
    result = fleet.run(shell="cat big", instance_ids=[long, longer], cloudwatch_log_group="/ops")
    steps = {node["instance_id"]: node["steps"][0] for node in result["nodes"]}
    assert (len(steps[long]["stdout"]), steps[long]["truncated"]) == (10000, False)
    assert steps[longer]["truncated"] and len(steps[longer]["stdout"]) <= 24000
    assert result["warnings"] == [
        "The output of 1 node is cut: AWS keeps 24000 characters of stdout and 8000 of stderr; the log group /ops has all of it."
    ]


def test_throttles_and_a_lost_answer_send_nothing_twice(fleet: Fleet, lab: Lab) -> None:
    (node,) = fleet.add()
    lab.fault("throttle", service="ssm", operation="ListCommand*", count=2)
    lab.fault("throttle", service="ssm", operation="SendCommand", count=1)
    assert verdicts(fleet.run(shell="date", instance_ids=[node])) == {node: "ok"}
    lab.clear()
    lab.fault("lost", service="ssm", operation="SendCommand", count=1)
    result = fleet.run(shell="date", instance_ids=[node])
    assert verdicts(result) == {node: "ok"} and result["calls"].count("SendCommand") == 1
    assert len(lab.client().list_command_invocations(InstanceId=node)["CommandInvocations"]) == 2


def test_a_refusal_names_the_action(fleet: Fleet, lab: Lab) -> None:
    (node,) = fleet.add()
    lab.fault("denied", service="ssm", operation="SendCommand", count=1)
    refused = fleet.run(shell="date", instance_ids=[node])
    assert refused["failed"] and not refused["changed"]
    assert (
        "allow ssm:SendCommand to the controller's credentials (the minimal policy stands in the collection's guide on hosts"
        in refused["msg"]
    )


def test_check_mode_says_what_the_run_does(fleet: Fleet) -> None:
    fleet.add(3)
    fleet.add(ping="ConnectionLost")
    fleet.add(platform="Windows")
    accept = ["ok", "undelivered", "wrong_platform"]
    check = fleet.run(True, shell="date", targets=fleet.targets, accept=accept)
    made = fleet.run(shell="date", targets=fleet.targets, accept=accept)
    foreseen = {node: "ok" if verdict == "would_run" else verdict for node, verdict in verdicts(check).items()}
    assert foreseen == verdicts(made) and check["changed"] and not check["failed"]
    assert "SendCommand" not in check["calls"]


def test_a_thousand_nodes_cost_three_calls_for_fifty_and_a_poll(fleet: Fleet) -> None:
    nodes = fleet.add(1000)
    result = fleet.run(shell="date", instance_ids=nodes, max_concurrency="100%")
    assert set(verdicts(result).values()) == {"ok"} and len(result["nodes"]) == 1000
    assert len(result["command_ids"]) == 20
    polls = max(1, -(-result["calls"].count("ListCommands") // 20))
    assert len(result["calls"]) <= 2 + 20 + 20 + (polls + 1) * 60, result["calls"]


def test_read_later_by_ids(fleet: Fleet, module: Any) -> None:
    good, slow = fleet.add()[0], fleet.answering("Success", seconds=1.5)
    sent = fleet.run(shell="date", instance_ids=[good, slow], wait=False)
    assert sent["nodes"] == [] and not sent["failed"]
    ids = {"region": REGION, "command_ids": sent["command_ids"]}
    found = module(ssm_command_info, ids)
    while not found["ended"]:
        found = module(ssm_command_info, ids)
    assert found["counts"] == {"ok": 2} and found["commands"][0]["document"] == "AWS-RunShellScript"


def test_managed_nodes_and_those_that_are_missing(fleet: Fleet, lab: Lab, module: Any) -> None:
    nodes = fleet.add(2)
    (lost,) = fleet.add(ping="ConnectionLost")
    ec2 = lab.client(service="ec2")
    image = ec2.describe_images()["Images"][0]["ImageId"]
    instance = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    found = module(
        ssm_node_info, {"region": REGION, "instance_ids": [*nodes, lost, instance, "i-0123456789abcdef0"], "ping_status": ["Online"]}
    )
    assert [node["instance_id"] for node in found["nodes"]] == sorted(nodes)
    reasons = {one["instance_id"]: one["reason"] for one in found["missing"]}
    assert "no instance profile" in reasons[instance] and "EC2 does not know" in reasons["i-0123456789abcdef0"]
    tagged = module(ssm_node_info, {"region": REGION, "tags": {"Fleet": fleet.name}})
    assert sorted(node["instance_id"] for node in tagged["nodes"]) == sorted([*nodes, lost])
    ec2.terminate_instances(InstanceIds=[instance])


def test_the_guide_s_command_runs_and_shows_its_progress(fleet: Fleet, lab: Lab, tmp_path: Path) -> None:
    """In check mode and for good, as a playbook, with the AWS defaults of the collection's group."""
    fleet.add(2, tags={"Role": "web"})
    (task,) = [block for block in re.findall(r"code-block:: yaml\n\n(.*?)\n\S", GUIDE, re.S) if "cloudwatch.agent.ssm_command" in block]
    play, inventory = tmp_path / "play.yml", tmp_path / "hosts.yml"
    play.write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, "tasks": yaml.safe_load(task)}]), encoding="utf-8")
    inventory.write_text(yaml.safe_dump({"all": {"hosts": {"controller": {"ansible_connection": "local"}}}}), encoding="utf-8")
    check = lab.playbook(play, inventory, "--check", "-v")
    assert '"would_run": 2' in check.stdout and "changed=1" in check.stdout
    made = lab.playbook(play, inventory, "-v")
    assert "AWS-RunShellScript: 2 nodes: 2 ok" in made.stdout and '"counts": {"ok": 2}' in made.stdout
