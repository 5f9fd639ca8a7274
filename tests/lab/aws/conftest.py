# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One stand-in for all tests of this directory, and boto3 clients of it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from aws.fleet_support import Fleet

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTROLLER_KEY = "LABCONTROLLER0000001"


class Standin:
    """A running stand-in: its URL, its request log, clients of it, its control interface."""

    def __init__(self, url: str, log: Path) -> None:
        self.url = url
        self.log = log
        self._session: Any = boto3.session.Session()

    def client(
        self,
        service: str,
        region: str = "us-east-1",
        key: str = CONTROLLER_KEY,
        secret: str = "secret",  # noqa: S107 # the stand-in takes any of the controller
        token: str | None = None,
        **config: Any,
    ) -> Any:
        """A boto3 client that neither retries nor waits."""
        settings = Config(**{"retries": {"total_max_attempts": 1}, "read_timeout": 5, **config})
        # One session for all: it keeps the service models, whose reading costs more than all calls together.
        return self._session.client(
            service,
            endpoint_url=self.url,
            region_name=region,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            aws_session_token=token,
            config=settings,
        )

    def ask(self, method: str, path: str, content: Any = None, headers: dict[str, str] | None = None) -> tuple[int, str]:
        """A plain HTTP request: status and text."""
        data = b"" if content is None else json.dumps(content).encode()
        status, body = self.raw(method, path, data, headers or {})
        return status, body.decode()

    def raw(self, method: str, path: str, content: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        """Like `ask`, with bytes both ways."""
        request = urllib.request.Request(self.url + path, data=content, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def calls(self, since: int = 0) -> list[dict[str, Any]]:
        """The lines of the request log from line `since` on."""
        return [json.loads(line) for line in self.log.read_text().splitlines()[since:]]


@pytest.fixture(scope="session")
def standin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standin]:
    state = tmp_path_factory.mktemp("aws")
    program = Path(__file__).with_name("server.py")
    with (state / "out").open("w") as out:
        process = subprocess.Popen([sys.executable, str(program), "--state-dir", str(state)], stdout=out, stderr=out)
    try:
        deadline = time.monotonic() + 30
        while not (state / "url").exists():
            assert process.poll() is None and time.monotonic() < deadline, (state / "out").read_text()
            time.sleep(0.05)
        yield Standin((state / "url").read_text().strip(), state / "requests.jsonl")
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def nodes(standin: Standin) -> Iterator[Fleet]:
    """Systems Manager without delays; simulated nodes are gone afterwards."""
    made = Fleet(standin)
    made.settings(command_visible_delay=0)
    yield made
    made.settings(command_visible_delay=1, command_clock=1, node_lost_seconds=300)
    standin.ask("DELETE", "/_lab/nodes")


@pytest.fixture(autouse=True)
def no_faults(request: pytest.FixtureRequest) -> Iterator[None]:
    """No test leaves a fault to the next."""
    yield
    if "standin" in request.fixturenames:
        request.getfixturevalue("standin").ask("DELETE", "/_lab/faults")
