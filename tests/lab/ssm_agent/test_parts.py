# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of the SSM Agent's stand-in that need no host: documents, scripts, what a worker leaves, commands, schedules, packages."""

from __future__ import annotations

import ast
import hashlib
import importlib
import json
import pathlib
import subprocess
import sys
import time
import zipfile
from types import ModuleType
from typing import Any

import pytest
from awaiting import until

HERE = pathlib.Path(__file__).resolve().parent
SOURCES = (HERE / "src", HERE.parent / "agent" / "src")
SHELL = "aws:runShellScript"


@pytest.fixture(autouse=True)
def _root(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Find the stand-in's modules, and let them keep what they keep below a directory of the test."""
    for source in SOURCES:
        monkeypatch.syspath_prepend(str(source))
    for name in [name for name in sys.modules if name.split(".")[0] == "ssm_standin"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setenv("SSM_STANDIN_ROOT", str(tmp_path / "root"))
    (tmp_path / "root/etc").mkdir(parents=True)
    (tmp_path / "root/etc/os-release").write_text('ID=debian\nVERSION_ID="12"\n')


def part(name: str) -> ModuleType:
    """Return one of its modules."""
    return importlib.import_module(f"ssm_standin.{name}")


class Service:
    """Answers the calls of a node out of a dictionary, and keeps what was asked."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.identity = part("identity").Identity("i-0123456789abcdef0", "us-east-1", "us-east-1a", False)

    def fresh(self) -> Service:
        return self

    def call(self, service: str, operation: str, **payload: Any) -> dict[str, Any]:
        self.calls.append((operation, payload))
        answer = self.answers.get(operation, {})
        if isinstance(answer, Exception):
            raise answer
        return answer(payload) if callable(answer) else answer


def step(name: str, *lines: str, platform: str = "", plugin: str = SHELL, **inputs: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"action": plugin, "name": name, "inputs": {"runCommand": list(lines), **inputs}}
    return {**found, "precondition": {"StringEquals": ["platformType", platform]}} if platform else found


def ran(tmp_path: pathlib.Path, *steps: dict[str, Any], given: Any = None, service: Any = None, **content: Any) -> tuple[Any, Any]:
    """Run a document in a worker; returns the results of its steps by name, and its end."""
    place = tmp_path / f"command-{time.time_ns()}"
    place.mkdir()
    document = {"schemaVersion": "2.2", "mainSteps": list(steps), **content}
    message = {"CommandId": place.name, "DocumentContent": document, "Parameters": given or {}}
    (place / "message.json").write_text(json.dumps(message))
    part("worker").Worker(service or Service(), place).run()
    found = [json.loads(file.read_text()) for file in sorted(place.glob("step-*.json"))]
    end = place / "end.json"
    return {item["step"]: item for item in found}, json.loads(end.read_text()) if end.exists() else None


def test_same_sources_same_bytes(tmp_path: pathlib.Path) -> None:
    sums = []
    for place in ("one", "two"):
        done = subprocess.run([str(HERE / "build"), "deb", str(tmp_path / place)], capture_output=True, text=True, check=True)
        sums.append(hashlib.sha256(pathlib.Path(done.stdout.strip()).read_bytes()).hexdigest())
    assert sums[0] == sums[1]


def test_standard_library_only() -> None:
    known = {*sys.stdlib_module_names, "standin", "ssm_standin"}
    for path in (HERE / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(), feature_version=(3, 8))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            assert {name.partition(".")[0] for name in names} <= known, path


def test_a_script_as_the_agent_runs_it(tmp_path: pathlib.Path) -> None:
    lines = 'echo "$0" | grep -q _script.sh && pwd; echo "[$HOME]" "$SSM_COMMAND_ID" "$AWS_SSM_INSTANCE_ID"; cat; false; echo last'
    steps, end = ran(tmp_path, step("one", lines))
    (command,) = tmp_path.glob("command-*")
    assert steps["one"]["standardOutput"].splitlines() == ["/usr/bin", f"[] {command.name} i-0123456789abcdef0", "last"]
    assert (steps["one"]["code"], end["status"]) == (0, "Success")
    steps, end = ran(tmp_path, step("one", "#!/bin/bash", "[[ -n $BASH ]] && exit 7"))
    assert (steps["one"]["code"], end["status"]) == (7, "Failed")
    assert steps["one"]["standardError"] == "failed to run commands: exit status 7"


@pytest.mark.parametrize(
    ("codes", "statuses", "end"),
    [
        ((1, 0, 0), ("Failed", "Success", "Success"), "Failed"),
        ((168, 0, 0), ("Success", "Skipped", "Skipped"), "Success"),
        ((169, 0, 0), ("Failed", "Skipped", "Skipped"), "Failed"),
        ((0, 0, 0), ("Success", "Success", "Success"), "Success"),
    ],
)
def test_what_a_failed_step_stops(tmp_path: pathlib.Path, codes: Any, statuses: Any, end: str) -> None:
    steps, ended = ran(tmp_path, *(step(f"s{number}", f"exit {code}") for number, code in enumerate(codes)))
    assert (tuple(item["status"] for item in steps.values()), ended["status"]) == (statuses, end)


def test_on_failure_belongs_into_the_inputs_and_the_last_step_runs_in_any_case(tmp_path: pathlib.Path) -> None:
    last = step("last", "echo bye", finallyStep="true")
    steps, end = ran(tmp_path, step("bad", "exit 3", onFailure="exit"), step("next", "true"), last)
    assert [item["status"] for item in steps.values()] == ["Failed", "Skipped", "Success"] and end["status"] == "Failed"
    steps, _end = ran(tmp_path, {**step("bad", "exit 3"), "onFailure": "exit"}, step("next", "true"))
    assert steps["next"]["status"] == "Success"


def test_preconditions_and_unknown_plugins(tmp_path: pathlib.Path) -> None:
    steps, end = ran(tmp_path, step("win", platform="Windows"), step("mac", platform="MacOS"))
    assert end["status"] == "Success" and {item["status"] for item in steps.values()} == {"Skipped"}
    assert "Step execution skipped due to unsatisfied preconditions" in steps["win"]["output"]
    steps, end = ran(tmp_path, step("odd", plugin="aws:nothing"))
    assert (steps["odd"]["code"], end["status"]) == (1, "Failed")


def test_parameters_are_pasted_raw(tmp_path: pathlib.Path) -> None:
    declared = {"who": {"type": "String"}, "lines": {"type": "StringList", "default": ["echo d"]}, "no": {"type": "String"}}
    script = step("one", "echo '{{ who }}' {{no}}", "{{ lines }}")
    steps, _end = ran(tmp_path, script, given={"who": "a'; echo 'b"}, parameters=declared)
    assert steps["one"]["standardOutput"] == "a\nb null\nd\n"
    steps, _end = ran(tmp_path, script, given={"who": ["a"], "no": "x"}, parameters=declared)
    assert steps["one"]["standardOutput"] == '["a"] x\nd\n'


def test_allowed_patterns_are_checked_and_allowed_values_are_not(tmp_path: pathlib.Path) -> None:
    declared = {"a": {"type": "String", "allowedValues": ["x"]}, "b": {"type": "String", "allowedPattern": "^[a-z]+$"}}
    steps, end = ran(tmp_path, step("one", "echo {{ a }}"), given={"a": "y", "b": "b"}, parameters=declared)
    assert steps["one"]["standardOutput"] == "y\n"
    steps, end = ran(tmp_path, step("one", "echo {{ a }}"), given={"a": "y", "b": "B1"}, parameters=declared)
    assert steps == {} and end["status"] == "Failed" and "allowed pattern" in end["trace"]


def test_the_node_asks_parameter_store(tmp_path: pathlib.Path) -> None:
    service = Service(GetParameters={"Parameters": [{"Name": "/a", "Value": "v", "Type": "String"}]})
    declared = {"x": {"type": "String"}}
    steps, _end = ran(tmp_path, step("one", "echo {{ssm:/a}} {{ x }}"), given={"x": "{{ ssm:/a }}"}, service=service, parameters=declared)
    assert steps["one"]["standardOutput"] == "v v\n"
    _steps, end = ran(tmp_path, step("one", "echo {{ssm:/b}}"), service=Service(GetParameters={"Parameters": []}))
    assert end["status"] == "Failed" and "/b" in end["trace"]


def test_outputs_are_cut_where_the_agent_cuts_them(tmp_path: pathlib.Path) -> None:
    steps, _end = ran(tmp_path, step("one", "head -c 30000 /dev/zero | tr '\\0' o; head -c 30000 /dev/zero | tr '\\0' e >&2"))
    one = steps["one"]
    assert [len(one[name]) for name in ("output", "standardOutput", "standardError")] == [2500, 24000, 20000]
    assert one["output"].endswith("---Output truncated---") and one["standardOutput"].endswith("--output truncated--")
    steps, _end = ran(tmp_path, step("one", "echo o; echo e >&2"))
    assert steps["one"]["output"] == "o\n\n----------ERROR-------\ne\n"


def test_time_outs_and_their_range(tmp_path: pathlib.Path) -> None:
    shell = part("shell")
    assert [shell.seconds(value) for value in ("5", 172800, "4", 172801, "x", None)] == [5, 172800, 3600, 3600, 3600, 3600]
    room = tmp_path / "room"
    end = time.monotonic() + 0.3
    outcome = shell.run({"runCommand": ["echo before; sleep 60"], "timeoutSeconds": 5}, room, {}, lambda: time.monotonic() > end)
    assert outcome == ("Cancelled", 137, "before\n", "")


def test_a_child_that_holds_the_stream_is_waited_for(tmp_path: pathlib.Path) -> None:
    steps, _end = ran(tmp_path, step("one", "(sleep 0.5; echo late) &", "echo now"))
    assert steps["one"]["standardOutput"] == "now\nlate\n"


def test_a_reboot_runs_the_same_step_again(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    worker, asked = part("worker"), []
    monkeypatch.setattr(worker.subprocess, "run", lambda words, **_options: asked.append(words))
    place = tmp_path / "command"
    place.mkdir()
    script = f"if [ -e {tmp_path}/up ]; then echo after; else touch {tmp_path}/up; echo before; exit 194; fi"
    document = {"schemaVersion": "2.2", "mainSteps": [step("one", script), step("two", "echo two")]}
    (place / "message.json").write_text(json.dumps({"CommandId": "c", "DocumentContent": document}))
    worker.Worker(Service(), place).run()
    assert asked == [["shutdown", "-r", "+1"]] and not (place / "end.json").exists()
    assert json.loads((place / "step-0.json").read_text())["status"] == "SuccessAndReboot"
    worker.Worker(Service(), place).run()
    assert json.loads((place / "step-0.json").read_text())["standardOutput"] == "before\nafter\n"
    assert json.loads((place / "end.json").read_text())["status"] == "Success"


def test_a_process_is_seen_from_its_start_on_and_started_once(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An agent that is restarted between the start of a process and its own next line finds that process, not one that ended."""
    processes = part("processes")
    program = tmp_path / "program.py"
    program.write_text(
        "import pathlib, sys, time\nplace = pathlib.Path(sys.argv[2])\n(place / str(time.time_ns())).touch()\ntime.sleep(1)\n"
    )
    monkeypatch.setattr(processes, "PROGRAM", program)
    place = tmp_path / "command"
    place.mkdir()
    assert not processes.alive(place)
    for _agent in range(2):
        processes.start(place)
        assert processes.alive(place)
    until(lambda: not processes.alive(place), seconds=30)
    assert len([path for path in place.iterdir() if path.name.isdigit()]) == 1
    processes.start(place)
    assert processes.alive(place)
    until(lambda: not processes.alive(place), seconds=30)


@pytest.mark.parametrize(
    ("expression", "last", "now", "due"),
    [
        ("rate(30 minutes)", 0, 1799, False),
        ("rate(30 minutes)", 0, 1800, True),
        ("cron(0/30 * * * ? *)", 1767225600, 1767225600 + 1799, False),
        ("cron(0/30 * * * ? *)", 1767225600, 1767225600 + 1800, True),
        ("cron(0 2 ? * THU *)", 1767225600, 1767225600 + 7200, True),
        ("cron(0 2 ? * FRI *)", 1767225600, 1767225600 + 7200, False),
        ("at(2026-01-01T02:00:00)", 1767225600, 1767225600 + 7200, True),
        ("at(2026-01-01T02:00:00)", 1767225600 + 7200, 1767225600 + 9000, False),
        ("", 0, 1767225600, False),
    ],
)
def test_schedules(expression: str, last: float, now: float, due: bool) -> None:
    assert part("schedule").due(expression, last, now) is due


class Distributor:
    """A package of versions, and the calls that ask for it."""

    def __init__(self, tmp_path: pathlib.Path) -> None:
        self.room = tmp_path
        self.log = tmp_path / "log"
        self.log.touch()

    def manifest(self, version: str, *more: str, platform: str = "debian") -> Service:
        path = self.room / f"{version}.zip"
        with zipfile.ZipFile(path, "w") as packed:
            for name in ("install.sh", "uninstall.sh", *more):
                packed.writestr(name, f"echo {name} {version} $BWS_ACTION_NAME >> {self.log}\n")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        content = {
            "packageArn": "arn:aws:ssm:::package/P",
            "version": version,
            "packages": {platform: {"_any": {"x86_64": {"file": "f"}, "aarch64": {"file": "f"}}}},
            "files": {"f": {"checksums": {"sha256": digest}, "downloadLocation": path.as_uri(), "size": 1}},
        }
        return Service(GetManifest={"Manifest": json.dumps(content)})

    def run(self, service: Service, action: str = "Install", **inputs: str) -> Any:
        return part("packages").run({"name": "P", "action": action, **inputs}, service)

    def ran(self) -> list[str]:
        lines = self.log.read_text().splitlines()
        self.log.write_text("")
        return lines


@pytest.fixture
def distributor(tmp_path: pathlib.Path) -> Distributor:
    return Distributor(tmp_path)


def test_a_package_is_installed_once(distributor: Distributor) -> None:
    """What the agent remembers decides, not what the host has."""
    one = distributor.manifest("1")
    done = distributor.run(one)
    assert (done.status, distributor.ran()) == ("Success", ["install.sh 1 install"])
    assert done.stdout.splitlines() == ["Initiating arn:aws:ssm:::package/P 1 install", "Successfully installed arn:aws:ssm:::package/P 1"]
    assert [name for name, _asked in one.calls] == ["GetManifest", "GetManifest", "PutConfigurePackageResult"]
    done = distributor.run(one)
    assert (done.status, distributor.ran()) == ("Success", []) and "already installed" in done.stdout


def test_a_newer_version_takes_its_place(distributor: Distributor) -> None:
    distributor.run(distributor.manifest("1"))
    assert distributor.run(distributor.manifest("2"), installationType="In-place update").status == "Failed"
    distributor.ran()
    assert distributor.run(distributor.manifest("2")).status == "Success"
    assert distributor.ran() == ["uninstall.sh 1 uninstall", "install.sh 2 install"]
    assert distributor.run(distributor.manifest("3", "update.sh"), installationType="In-place update").status == "Success"
    assert distributor.ran() == ["update.sh 3 update"]


def test_uninstall_twice_is_twice_a_success(distributor: Distributor) -> None:
    one = distributor.manifest("1")
    distributor.run(one)
    assert distributor.run(one, "Uninstall").status == "Success"
    again = distributor.run(one, "Uninstall")
    assert again.status == "Success" and "version: 1 is not installed" in again.stdout


def test_what_cannot_be_installed(distributor: Distributor) -> None:
    lacking = part("packages").AwsError("ResourceNotFoundException", "no")
    assert distributor.run(Service(GetManifest=lacking, DescribeDocument=lacking)).status == "Failed"
    foreign = distributor.run(distributor.manifest("1", platform="windows"))
    assert foreign.status == "Failed" and "no manifest found for platform: debian, version 12" in foreign.stderr


def test_ten_commands_fit_and_none_runs_twice(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands = part("commands")
    outbox = part("replies").Outbox(Service())
    held = commands.Commands("i-1", outbox)
    monkeypatch.setattr(held, "_attend", lambda place: None)
    for number in range(10):
        assert not held.full()
        held.accept(f"aws.ssm.c{number}.i-1", {"CommandId": f"c{number}"})
    assert held.full() and held.known("c3") and not held.known("c10")
    (held.completed / "c11").touch()
    assert held.known("c11")


def test_a_reply_that_fails_is_kept_and_sent_again(tmp_path: pathlib.Path) -> None:
    lost = part("identity").AwsError("RequestError", "reset")
    service = Service(SendReply=lost)
    outbox = part("replies").Outbox(service)
    outbox.send("aws.ssm.c.i-1", "Success", {})
    assert len(list(outbox.place.glob("*.json"))) == 1
    service.answers.clear()
    outbox.again()
    assert list(outbox.place.glob("*.json")) == []
    assert [json.loads(asked["Payload"])["documentStatus"] for _name, asked in service.calls] == ["Success", "Success"]


def test_the_keys_of_a_hybrid_node_are_shared_and_other_profiles_stay(tmp_path: pathlib.Path) -> None:
    identity = part("identity")
    file = tmp_path / "root/root/.aws/credentials"
    file.parent.mkdir(parents=True)
    file.write_text("[mine]\naws_access_key_id = A\n")
    identity.share({"access": "K", "secret": "S", "token": "T"})
    text = file.read_text()
    assert "[mine]" in text and "[default]" in text and "aws_session_token = T" in text and "region" not in text
    assert file.stat().st_mode & 0o777 == 0o600
