# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab with a host of each kind, for all tests of the lab's command line."""

from __future__ import annotations

import json
import os
import pathlib
import shlex
import subprocess
import urllib.request
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

LAB = pathlib.Path(__file__).resolve().parent / "lab"
RUN = pathlib.Path("/run/cw-agent-lab")


class Lab:
    """The program with a lab's name, called from another directory than the checkout."""

    def __init__(self, name: str, state: pathlib.Path) -> None:
        self.name = name
        self.state = state / name
        self.environment = {**os.environ, "LAB_NAME": name, "LAB_STATE": str(state)}
        for variable in ("LAB_AGENT_PACKAGE", "LAB_AGENT_PACKAGE_RPM"):
            self.environment.pop(variable, None)

    def run(self, *arguments: str, stdin: str = "", check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [LAB, *arguments], input=stdin, capture_output=True, text=True, env=self.environment, cwd="/", timeout=600, check=False
        )
        assert not check or done.returncode == 0, done.stderr + done.stdout
        return done

    def exec(self, host: str, script: str) -> str:
        return self.run("exec", host, "sh", "-c", script).stdout.strip()

    def env(self) -> dict[str, str]:
        lines = [shlex.split(line) for line in self.run("env").stdout.splitlines()]
        assert all(words[0] == "export" and len(words) == 2 for words in lines)
        return dict(words[1].split("=", 1) for words in lines)

    def client(self, service: str) -> Any:
        env = self.env()
        return boto3.client(
            service,
            endpoint_url=env["AWS_ENDPOINT_URL"],
            verify=env["AWS_CA_BUNDLE"],
            region_name=env["AWS_REGION"],
            aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
        )

    def settings(self, **fields: float) -> None:
        """Change the stand-in's settings."""
        ports = json.loads((self.state / "lab.json").read_text())["ports"]
        address = f"http://127.0.0.1:{ports['aws']}/_lab/settings"
        urllib.request.urlopen(urllib.request.Request(address, json.dumps(fields).encode(), method="POST"), timeout=10).close()

    def traces(self) -> list[str]:
        """Everything that a lab may leave behind."""
        mark = f"CW_AGENT_LAB_PROCESS={self.name}".encode()
        found = [entry.name for entry in pathlib.Path("/proc").iterdir() if entry.name.isdigit() and mark in _environ(entry).split(b"\0")]
        found += subprocess.run(["pgrep", "-f", f"^ssh: {RUN / self.name}/"], capture_output=True, text=True, check=False).stdout.split()
        found += [line for line in pathlib.Path("/proc/self/mounts").read_text().splitlines() if f"{RUN / self.name}/" in line]
        found += [str(path) for path in (self.state, RUN / self.name, RUN / f"{self.name}.lock") if path.exists()]
        listing = subprocess.run(
            ["podman", "ps", "-aq", "--filter", f"label=cw-agent-lab={self.name}"], capture_output=True, text=True, check=True
        )
        return found + listing.stdout.split()


def _environ(process: pathlib.Path) -> bytes:
    try:
        return (process / "environ").read_bytes()
    except OSError:
        return b""


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A lab with a host of each kind, shared by the tests that do not break it."""
    lab = Lab(f"test-{os.getpid()}", tmp_path_factory.mktemp("labs"))
    lab.run("down")
    try:
        lab.run("up", "--ec2", "1", "--amazon", "1", "--onprem", "1")
        yield lab
    finally:
        lab.run("down")


@pytest.fixture
def other(tmp_path: pathlib.Path) -> Iterator[Lab]:
    """A lab that a test may break; not started."""
    lab = Lab(f"test-{os.getpid()}-other", tmp_path)
    try:
        yield lab
    finally:
        lab.run("down")
