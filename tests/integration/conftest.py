# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A lab without hosts, and what runs against it: modules in this process, playbooks in their own."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import ssl
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable

import pytest
import yaml
from ansible_collections.cloudwatch.agent.tests.support.enforced import SESSION, client
from ansible_collections.cloudwatch.agent.tests.support.module_arguments import patch_module_args
from botocore.config import Config

from .fleet import Fleet

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
LAB = ROOT / "tests" / "lab" / "lab"
ENFORCING = ROOT / "tests" / "lab" / "aws" / "enforcing"
WRITES = {
    "PutParameter",
    "LabelParameterVersion",
    "UnlabelParameterVersion",
    "AddTagsToResource",
    "RemoveTagsFromResource",
    "DeleteParameters",
}


class Lab:
    """The lab's AWS: its environment, request log, faults, clients; modules and playbooks against it."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self._log = Path(environment["LAB_REQUEST_LOG"])

    def mark(self) -> int:
        """Where the request log ends now."""
        return len(self._log.read_text().splitlines()) if self._log.exists() else 0

    def calls(self, since: int, *operations: str) -> list[dict[str, Any]]:
        """The requests since a mark, of the named operations or all."""
        entries = [json.loads(line) for line in self._log.read_text().splitlines()[since:]]
        return [entry for entry in entries if not operations or entry["operation"] in operations]

    def writes(self, since: int) -> list[str]:
        """The writing operations since a mark."""
        return [entry["operation"] for entry in self.calls(since) if entry["write"]]

    def fault(self, kind: str, **fields: Any) -> None:
        """A new fault (see `lab fault add`)."""
        options = [word for key, value in fields.items() for word in (f"--{key}", str(value))]
        subprocess.run([str(LAB), "fault", "add", kind, *options], env=self.process(), check=True, capture_output=True)

    def clear(self) -> None:
        """No faults any more; asked of the stand-in, since a process for every test costs more than many of them."""
        self.control("faults", "DELETE")

    def settings(self, **fields: Any) -> None:
        """Change what the stand-in does (its README names the settings)."""
        self.control("settings", **fields)

    def control(self, what: str, method: str = "POST", **fields: Any) -> dict[str, Any]:
        """A request to the stand-in itself (its README names what there is)."""
        url, data = f"{self.environment['AWS_ENDPOINT_URL']}/_lab/{what}", json.dumps(fields).encode()
        trust = ssl.create_default_context(cafile=self.environment["AWS_CA_BUNDLE"])
        with urllib.request.urlopen(urllib.request.Request(url, data=data, method=method), context=trust, timeout=60) as answer:
            assert answer.status == 200
            found: dict[str, Any] = json.loads(answer.read())
        return found

    def client(self, region: str = "us-east-1", service: str = "ssm", **more: Any) -> Any:
        """A client (of SSM, unless another service is named) that never repeats a call."""
        settings = Config(retries={"total_max_attempts": 1})
        keys = {
            "aws_access_key_id": self.environment["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": self.environment["AWS_SECRET_ACCESS_KEY"],
        }
        place = {"endpoint_url": self.environment["AWS_ENDPOINT_URL"], "verify": self.environment["AWS_CA_BUNDLE"], "region_name": region}
        return SESSION.client(service, **{**keys, **place, "config": settings, **more})

    def process(self, **more: str) -> dict[str, str]:
        """The environment of a process of this lab."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
        return {**kept, **self.environment, **more}

    def playbook(
        self, play: str | Path, inventory: Path, *options: str, check: bool = True, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a playbook; its output is in the error of one that fails unexpectedly."""
        command = ["ansible-playbook", "-i", str(inventory), str(play), *options]
        done = subprocess.run(command, env=self.process(**environment), capture_output=True, text=True, timeout=300, check=False)
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    environment = {**os.environ, "LAB_NAME": f"pytest-{os.getpid()}"}
    subprocess.run([str(LAB), "up", "--ec2", "0", "--amazon", "0", "--onprem", "0"], env=environment, check=True, stdout=sys.stderr)
    try:
        lines = subprocess.run([str(LAB), "env"], env=environment, check=True, capture_output=True, text=True).stdout
        yield Lab(dict(shlex.split(line)[1].split("=", 1) for line in lines.splitlines()))
    finally:
        subprocess.run([str(LAB), "down"], env=environment, check=True, stdout=sys.stderr)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of the enforcing stand-in's root."""
    state = tmp_path_factory.mktemp("enforcing")
    environment = {**os.environ, "LAB_STATE": str(state), "LAB_NAME": state.name}
    started = subprocess.run([str(ENFORCING), "start"], env=environment, check=True, capture_output=True, text=True).stdout
    try:
        yield dict(shlex.split(line)[1].split("=", 1) for line in started.splitlines())
    finally:
        subprocess.run([str(ENFORCING), "stop"], env=environment, check=True)


@pytest.fixture(scope="module")
def iam(root: dict[str, str]) -> Any:
    """IAM of the enforcing stand-in, as root."""
    return client(root, "iam")


@pytest.fixture(autouse=True)
def no_faults(request: pytest.FixtureRequest) -> Iterator[None]:
    """No test leaves a fault to the next."""
    yield
    if "lab" in request.fixturenames:
        request.getfixturevalue("lab").clear()


@pytest.fixture
def module(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """Run a module's main in this process with the lab's environment; returns what it would print."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("AWS_ENDPOINT_URL", "AWS_CA_BUNDLE", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, lab.environment[name])

    def run(code: Any, arguments: dict[str, Any], **internal: Any) -> dict[str, Any]:
        out = io.StringIO()
        given = {**arguments, **{f"_ansible_{key}": value for key, value in internal.items()}}
        with patch_module_args(given), contextlib.redirect_stdout(out), pytest.raises(SystemExit):
            code.main()
        return json.loads(out.getvalue())

    return run


class Shop:
    """Another account than that of the lab's own keys, which the controller reaches by the profile ``shop``."""

    account, profile, key = "444455556666", "shop", "LAB444455556666"

    def __init__(self, lab: Lab) -> None:
        self._lab, self._since = lab, lab.mark()

    def client(self, service: str, region: str = "us-east-1") -> Any:
        return self._lab.client(region, service, aws_access_key_id=self.key)

    def wrote(self) -> bool:
        """Whether there were writes since the last time, all of them in this account."""
        calls = [call for call in self._lab.calls(self._since) if call["write"]]
        self._since = self._lab.mark()
        return bool(calls) and {call["access_key"] for call in calls} == {self.key}


@pytest.fixture
def shop(lab: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shop:
    """Credentials of two accounts in a file, instead of those in the environment; asked for after what sets these."""
    file = tmp_path / "credentials"
    own = {"default": lab.environment["AWS_ACCESS_KEY_ID"], Shop.profile: Shop.key}
    file.write_text("".join(f"[{name}]\naws_access_key_id={key}\naws_secret_access_key=secret\n" for name, key in own.items()))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    return Shop(lab)


@pytest.fixture
def inventory(tmp_path: Path) -> Callable[[dict[str, Any]], Path]:
    """Write an inventory; returns its path."""

    def write(content: dict[str, Any]) -> Path:
        path = tmp_path / "inventory.yml"
        path.write_text(yaml.safe_dump(content))
        return path

    return write


@pytest.fixture
def fleet(lab: Any, tmp_path: Path, request: pytest.FixtureRequest) -> Fleet:
    words = re.sub(r"[^a-z]", "-", request.node.name.removeprefix("test_"))
    return Fleet(lab, tmp_path, f"AmazonCloudWatch-{words}")
