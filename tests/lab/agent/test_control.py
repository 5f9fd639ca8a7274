# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-in's control program from an unpacked package, with a systemctl that knows one answer."""

from __future__ import annotations

import datetime
import json
import os
import pathlib
import subprocess
from typing import Any, NamedTuple

import pytest

AGENT = pathlib.Path(__file__).resolve().parent
RECORDED = "1.300060.0b1248"
SYSTEMCTL = """#!/bin/sh
case "$*" in
'') echo '  -.mount loaded active mounted Root Mount' ;;
show*) echo "MainPID=${MAIN_PID:-0}" ;;
is-active*) [ -n "${MAIN_PID:-}" ] ;;
esac
"""


class Host(NamedTuple):
    """An unpacked package, and what its programs find in their environment."""

    base: pathlib.Path
    environment: dict[str, str]

    def ctl(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Call the control program."""
        return subprocess.run(
            [str(self.base / "bin" / "amazon-cloudwatch-agent-ctl"), *arguments],
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def fetch(self, location: str, *more: str) -> subprocess.CompletedProcess[str]:
        """Fetch a configuration for an on-prem host."""
        return self.ctl("-a", "fetch-config", "-m", "onPremise", "-c", location, *more)

    def present(self) -> list[str]:
        """Return the names in the configuration directory."""
        return sorted(os.listdir(self.base / "etc" / "amazon-cloudwatch-agent.d"))


@pytest.fixture
def host(tmp_path: pathlib.Path, request: pytest.FixtureRequest) -> Host:
    """Unpack a build of the package; its common-config.toml names a profile that knows its region."""
    build = getattr(request, "param", RECORDED)
    command = [str(AGENT / "build"), "deb", str(tmp_path), "--build", build]
    deb = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    subprocess.run(["dpkg-deb", "--extract", deb, str(tmp_path / "root")], check=True)
    base = tmp_path / "root" / "opt" / "aws" / "amazon-cloudwatch-agent"
    profile = tmp_path / "credentials"
    profile.write_text("[AmazonCloudWatchAgent]\naws_access_key_id = a\naws_secret_access_key = b\nregion = us-east-1\n")
    (base / "etc" / "common-config.toml").write_text(f'[credentials]\nshared_credential_file = "{profile}"\n')
    stubs = tmp_path / "stubs"
    stubs.mkdir()
    (stubs / "systemctl").write_text(SYSTEMCTL)
    (stubs / "systemctl").chmod(0o755)
    return Host(base, {"PATH": f"{stubs}:{os.environ['PATH']}"})


def _configuration(path: pathlib.Path, metrics: dict[str, Any]) -> str:
    path.write_text(json.dumps({"metrics": {"metrics_collected": metrics}}))
    return f"file:{path}"


@pytest.mark.parametrize(("host", "known"), [(RECORDED, False), ("1.300061.0b1300", True), ("1.247360.0b252839", False)], indirect=["host"])
def test_workloads_and_dual_stack_by_build(host: Host, known: bool, tmp_path: pathlib.Path) -> None:
    """A build before 1.300061 knows neither: the action ends it, the option is told of and passed over."""
    asked = host.ctl("-a", "status-with-workloads")
    if known:
        found = json.loads(asked.stdout)
        assert list(found) == ["status", "starttime", "configstatus", "version", "workloads"]
        assert found["workloads"] == []
    else:
        assert (asked.returncode, asked.stdout) == (1, "")
        assert "Invalid action: status-with-workloads" in asked.stderr
    fetched = host.fetch(_configuration(tmp_path / "c.json", {"mem": {"measurement": ["used_percent"]}}), "-d")
    assert fetched.returncode == 0, fetched.stderr
    assert ("Invalid option" in fetched.stderr) == (not known)
    assert ("--dualstack" in fetched.stdout) == known
    assert host.present() == ["file_c.json"]
    removed = host.ctl("-a", "remove-config", "-m", "onPremise", "-c", "file:c.json", "-d")
    assert (removed.returncode, "--dualstack" in removed.stdout) == (0, False), removed.stderr


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
def test_start_time_is_utc(host: Host, zone: str) -> None:
    found = json.loads(host.ctl("-a", "status", TZ=zone, MAIN_PID=str(os.getpid())).stdout)
    began = datetime.datetime.fromisoformat(found["starttime"])
    age = datetime.datetime.now(datetime.timezone.utc) - began
    assert found["status"] == "running"
    assert datetime.timedelta(seconds=-5) < age < datetime.timedelta(hours=4)


def test_malformed_location_is_told_after_leftovers_are_gone(host: Host, tmp_path: pathlib.Path) -> None:
    refused = _configuration(tmp_path / "c.json", {"mem": {"measurement": ["nonsense"]}})
    assert host.fetch(refused).returncode == 1
    assert host.present() == ["file_c.json.tmp"]
    done = host.fetch("nonsense")
    assert done.returncode == 1
    assert "downloadLocation nonsense is malformed" in done.stderr
    assert host.present() == []


def test_proxy_of_the_shell_goes_into_the_environment_of_the_agent(host: Host, tmp_path: pathlib.Path) -> None:
    source = _configuration(tmp_path / "c.json", {"mem": {"measurement": ["used_percent"]}})
    done = host.ctl(
        "-a", "fetch-config", "-m", "onPremise", "-c", source, http_proxy="http://small", https_proxy="http://s", HTTPS_PROXY="http://b"
    )
    assert done.returncode == 0, done.stderr
    assert json.loads((host.base / "etc" / "env-config.json").read_text()) == {"HTTP_PROXY": "http://small", "HTTPS_PROXY": "http://b"}
