# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts with the agent stand-in on them, and AWS as the controller sees it: what the tests of the stand-in ask of both."""

from __future__ import annotations

import os
import pathlib
import shlex
import subprocess
from typing import Any

import boto3

ROOT = pathlib.Path(__file__).resolve().parents[2]
LAB = ROOT / "tests" / "lab" / "lab"
SIDES = 3
BASE = "/opt/aws/amazon-cloudwatch-agent"


class Bench:
    """The hosts of the lab and AWS as the controller sees it."""

    def __init__(self, name: str) -> None:
        self.environment = {**os.environ, "LAB_NAME": name}

    def lab(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Call the lab's program."""
        done = subprocess.run(
            [str(LAB), *arguments], env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900, check=False
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def on(self, host: str, script: str, check: bool = True) -> str:
        """Run a script as root on a host; return what it printed."""
        return self.lab("exec", host, "bash", "-c", script, check=check).stdout

    def client(self, service: str) -> Any:
        """Return a boto3 client of the AWS stand-in."""
        lines = [shlex.split(line)[1].split("=", 1) for line in self.lab("env").stdout.splitlines()]
        env = dict(lines)
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=env["AWS_ENDPOINT_URL"],
            verify=env["AWS_CA_BUNDLE"],
            region_name=env["AWS_REGION"],
            aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
        )
