# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's inventory laid over a lab: what end-to-end tests and benchmarks ask of both."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
from collections.abc import Iterator
from typing import Any

import boto3
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

ROOT = pathlib.Path(__file__).resolve().parents[2]
LAB = ROOT / "tests" / "lab" / "lab"
UNIT = "amazon-cloudwatch-agent.service"
HOSTS = ("ec2-1", "ec2-2", "amazon-1", "onprem-1")
LISTING = pathlib.Path(__file__).with_name("host_listing.py").read_text()
EC2_PLUGIN = {
    "plugin": "amazon.aws.aws_ec2",
    "regions": ["us-east-1"],
    "filters": {"instance-state-name": "running"},
    "hostnames": ["tag:Name"],
    "groups": {"ec2": True},
}


def demo_variables() -> dict[str, Any]:
    """Return what the demo says of all hosts beside fragments."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "demo" / "inventory" / "group_vars" / "all.yml").read_text())
    return {name: value for name, value in found.items() if not name.startswith("cw_agent_fragment_")}


def memory(interval: int) -> dict[str, Any]:
    """Return a fragment of an EC2 host that measures memory; another interval (seconds) makes another configuration."""
    return {
        "agent": {"run_as_user": "cwagent", "metrics_collection_interval": interval},
        "metrics": {
            "force_flush_interval": 5,
            "append_dimensions": {"InstanceId": "${aws:InstanceId}"},
            "metrics_collected": {"mem": {"measurement": ["used_percent"]}},
        },
    }


@dataclasses.dataclass
class Run:
    """How a playbook ended."""

    status: int
    output: str

    def recap(self) -> dict[str, dict[str, int]]:
        """Return the counts of the recap by host."""
        lines = self.output.rpartition("PLAY RECAP")[2].splitlines()[1:]
        return {
            line.split(":")[0].strip(): {key: int(value) for key, value in (pair.split("=") for pair in line.split(":", 1)[1].split())}
            for line in lines
            if "ok=" in line
        }

    def changed(self) -> set[tuple[str, str]]:
        """Return which task reported a change, and of which host."""
        found, task = set(), ""
        for line in self.output.splitlines():
            heading = re.match(r"(?:TASK|RUNNING HANDLER) \[(.*?)\] \*", line)
            task = heading[1] if heading else task
            host = re.match(r"changed: \[([^\] ]+)", line)
            if host:
                found.add((task, host[1]))
        return found


class Site:
    """The lab, the demo's inventory laid over it, and AWS as the controller sees it."""

    def __init__(self, name: str, scratch: pathlib.Path) -> None:
        self.scratch = scratch
        # Labs of other checkouts may run at the same time.
        checkout = hashlib.sha256(str(ROOT).encode()).hexdigest()[:6]
        self.environment = {**os.environ, "LAB_NAME": f"{name}-{checkout}"}
        self.inventory = ROOT / "demo" / "inventory"
        self.show = True

    def lab(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Call the lab's program; its failure fails the test."""
        done = subprocess.run([str(LAB), *arguments], env=self.environment, capture_output=True, text=True, check=False, **options)
        assert done.returncode == 0, f"lab {' '.join(arguments)}: exit status {done.returncode}\n{done.stderr}{done.stdout}"
        return done

    def up(self, *arguments: str) -> None:
        """Bring the lab up and take over its environment."""
        self.lab("up", *arguments)
        for line in self.lab("env").stdout.splitlines():
            key, _unused, value = line.removeprefix("export ").partition("=")
            self.environment[key] = shlex.split(value)[0] if value else ""

    def on(self, host: str, script: str) -> str:
        """Run a script as root on a host; return its stdout."""
        return self.lab("exec", host, "bash", "-s", input=script).stdout

    def client(self, service: str) -> Any:
        """Return a boto3 client of the stand-in."""
        env = self.environment
        return boto3.client(
            service,
            region_name=env["AWS_REGION"],
            endpoint_url=env["AWS_ENDPOINT_URL"],
            verify=env["AWS_CA_BUNDLE"],
            aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
        )

    def play(self, *arguments: str, playbook: str = "cloudwatch.agent.site", variables: dict[str, Any] | None = None) -> Run:
        """Run a playbook on the demo's inventory; extra variables as data."""
        process = self.start(*arguments, playbook=playbook, variables=variables)
        output, errors = process.communicate()
        if self.show:  # pytest does, where a test fails
            print(output[-20000:], errors[-5000:])
        return Run(process.returncode, output + errors)

    def start(
        self, *arguments: str, playbook: str = "cloudwatch.agent.site", variables: dict[str, Any] | None = None
    ) -> subprocess.Popen[str]:
        """Start a playbook, in a process group of its own."""
        # IAM is asked where a test says so: most runs here change something, and each would pay for it.
        asks = ["-e", "cw_agent_permissions_check=never"]
        command = ["ansible-playbook", "-i", str(self.inventory), *asks, playbook, *arguments]
        if variables:
            extra = self.scratch / "extra.json"
            extra.write_text(json.dumps(variables))
            command += ["-e", f"@{extra}"]
        environment = {**self.environment, "ANSIBLE_CONFIG": str(ROOT / "demo" / "ansible.cfg")}
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=pipe,
            stderr=pipe,
            text=True,
            cwd=self.scratch,
            start_new_session=True,
        )

    def account(self, *arguments: str, **variables: Any) -> tuple[Run, dict[str, Any]]:
        """Run site.yml; return how it ended and its account."""
        file = self.scratch / "result.json"
        file.unlink(missing_ok=True)
        run = self.play(*arguments, variables={"cw_agent_result_file": str(file), **variables})
        found: dict[str, Any] = json.loads(file.read_text())
        return run, found

    def foreseen(self, *arguments: str, **variables: Any) -> tuple[Run, dict[str, Any]]:
        """Run site.yml as ``account`` does, after check mode, which has to name the changes of the run: the same tasks, the same hosts."""
        predicted, _said = self.account("--check", *arguments, **variables)
        run, said = self.account(*arguments, **variables)
        assert predicted.changed() == run.changed()
        return run, said

    @contextlib.contextmanager
    def profile(self, name: str, access_key_id: str) -> Iterator[None]:
        """The controller's keys in a credentials file instead of the environment, and a profile beside them."""
        keys = {variable: self.environment.pop(variable) for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
        file = self.scratch / "credentials"
        profiles = {"default": keys["AWS_ACCESS_KEY_ID"], name: access_key_id}
        file.write_text("".join(f"[{each}]\naws_access_key_id = {key}\naws_secret_access_key = lab\n" for each, key in profiles.items()))
        self.environment["AWS_SHARED_CREDENTIALS_FILE"] = str(file)
        try:
            yield
        finally:
            del self.environment["AWS_SHARED_CREDENTIALS_FILE"]
            self.environment.update(keys)

    def set_ahead(self, host: str, seconds: int) -> None:
        """Let the agent, and modules by /usr/local/bin/python3-ahead, see a clock that is ahead; the kernel's is that of the machine."""
        library = self.on(host, "find /usr/lib -name libfaketime.so.1").strip()
        clock = f"LD_PRELOAD={library} FAKETIME=+{seconds} DONT_FAKE_MONOTONIC=1"
        # libfaketime refuses clock_nanosleep, by which Python's time.sleep waits.
        sleep = "import select, time\ntime.sleep = lambda seconds: select.select([], [], [], seconds)\n"
        quiet = "PYTHONPATH=/usr/local/lib/ahead PYTHONDONTWRITEBYTECODE=1"
        files = {
            "/usr/local/lib/ahead/sitecustomize.py": sleep,
            "/usr/local/bin/python3-ahead": f'#!/bin/sh\nexec env {clock} {quiet} /usr/bin/python3 "$@"\n',
            f"/etc/systemd/system/{UNIT}.d/clock.conf": f"[Service]\nEnvironment={clock}\n",
        }
        for path, text in files.items():
            self.on(host, f"install -D -m 755 /dev/null {path}; cat > {path} << 'END'\n{text}END")

    def instance(self, host: str) -> dict[str, Any]:
        """Return what the stand-in's EC2 says of a host."""
        filters = [{"Name": "tag:Name", "Values": [host]}, {"Name": "instance-state-name", "Values": ["running"]}]
        found: dict[str, Any] = self.client("ec2").describe_instances(Filters=filters)["Reservations"][0]["Instances"][0]
        return found

    def calls(self, since: int = 0, **wanted: Any) -> list[dict[str, Any]]:
        """Return the requests the stand-in has seen, from line `since` on, with the given fields."""
        lines = pathlib.Path(self.environment["LAB_REQUEST_LOG"]).read_text().splitlines()[since:]
        return [call for call in map(json.loads, lines) if all(call.get(key) == value for key, value in wanted.items())]

    def mark(self) -> int:
        """Return the present length of the request log."""
        return pathlib.Path(self.environment["LAB_REQUEST_LOG"]).read_bytes().count(b"\n")

    def proxied(self, host: str = "") -> str:
        """Return what has passed through the proxy, a target a line, from a host or all."""
        log = pathlib.Path(self.environment["LAB_PROXY_LOG"])
        seen = map(json.loads, log.read_text().splitlines() if log.exists() else [])
        return "\n".join(item["target"] for item in seen if host in ("", item["host"]))

    def listing(self, host: str) -> str:
        """Return every path of the host with mode, owner and content hash."""
        return self.on(host, f"python3 - << 'LISTING'\n{LISTING}LISTING\n")

    def invocation(self, host: str) -> str:
        """Return systemd's InvocationID of the agent."""
        return self.on(host, "systemctl show -p InvocationID --value amazon-cloudwatch-agent").strip()

    def ec2_inventory(self, variables: dict[str, Any], files: dict[str, Any] | None = None) -> pathlib.Path:
        """Return an inventory of the lab's EC2 hosts without the demo's groups: the demo's other variables and these, and files beside."""
        demo = ("onprem.yml", "group_vars/onprem.yml", "group_vars/web.yml", "group_vars/backend.yml", "group_vars/ec2.yml")
        of_all = {"group_vars/all.yml": {**demo_variables(), **variables}}
        return self.overlay({**dict.fromkeys(demo), "aws_ec2.yml": EC2_PLUGIN, **of_all, **(files or {})})

    def seal(self, name: str, text: str) -> tuple[str, ...]:
        """Give all hosts of the inventory a variable out of Ansible Vault; return the arguments of a play that can read it."""
        password = self.scratch / "password"
        password.write_text("vault")
        sealed = VaultLib([("default", VaultSecret(b"vault"))]).encrypt(text).decode()
        lines = "".join(f"  {line}\n" for line in sealed.splitlines())
        of_all = self.inventory / "group_vars" / "all.yml"
        of_all.write_text(of_all.read_text() + f"{name}: !vault |\n{lines}")
        return ("--vault-password-file", str(password))

    def overlay(self, files: dict[str, Any]) -> pathlib.Path:
        """Return an inventory directory: the demo's, with group_vars files replaced or added (a `None` leaves one out)."""
        target = self.scratch / "inventory"
        subprocess.run(["rm", "-rf", str(target)], check=True)
        subprocess.run(["cp", "-r", str(ROOT / "demo" / "inventory"), str(target)], check=True)
        for name, data in files.items():
            path = target / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(yaml.safe_dump(data)) if data is not None else path.unlink()
        return target


@contextlib.contextmanager
def untouched(site: Site, hosts: tuple[str, ...] = HOSTS, writes: bool = False) -> Iterator[None]:
    """Nothing on the hosts changes, and (unless `writes`) nothing is written to AWS."""
    before = {host: site.listing(host) for host in hosts}
    mark = site.mark()
    yield
    for host in hosts:
        now, was = set(site.listing(host).splitlines()), set(before[host].splitlines())
        assert now == was, f"{host}: {sorted(now ^ was)[:20]}"
    if not writes:
        assert [call for call in site.calls(mark) if call["write"]] == []
