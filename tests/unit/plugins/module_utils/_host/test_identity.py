# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import os
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Iterator

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import identity

from .conftest import FakeHost

DOCUMENT = {
    "instanceId": "i-0123",
    "region": "eu-west-1",
    "accountId": "123456789012",
    "availabilityZone": "eu-west-1a",
    "privateIp": "10.0.0.9",
}


ROLE_KEYS = {"Code": "Success", "AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "of-the-role", "Token": "token"}


class Service:
    """A metadata service: ``answers`` by path; ``failures`` requests for a token fail first; ``far``: others are answered even then."""

    def __init__(self, failures: int = 0, error: OSError | None = None, far: bool = False, **answers: tuple[int, str]) -> None:
        self.far = far
        self.failures = failures
        self.error = error or ConnectionRefusedError(111, "Connection refused")
        self.asked: list[str] = []
        self.answers = {
            "/latest/api/token": (200, "token"),
            "/latest/dynamic/instance-identity/document": (200, json.dumps(DOCUMENT)),
            "/latest/meta-data/iam/security-credentials/": (200, "web-role"),
            "/latest/meta-data/iam/security-credentials/web-role": (200, json.dumps(ROLE_KEYS)),
            "/latest/meta-data/hostname": (200, "ip-10-0-0-9.ec2.internal"),
        }
        for name, answer in answers.items():
            path = next(path for path in self.answers if path.rstrip("/").endswith(name.replace("_", "-")))
            self.answers[path] = answer

    def __call__(self, method: str, path: str, headers: dict[str, str], seconds: float) -> tuple[int, str]:
        self.asked.append(f"{method} {path}")
        if method == "PUT":
            assert headers == {"X-aws-ec2-metadata-token-ttl-seconds": "300"}
            self.failures -= 1
            if self.failures >= 0:
                raise self.error
        else:
            if not headers and not self.far:
                raise self.error
            assert headers == {"X-aws-ec2-metadata-token": "token"} or self.far
        return self.answers.get(path, (404, ""))


def test_identity(fake: FakeHost) -> None:
    found = identity.read(fake.host, True, Service())
    assert (found.instance_id, found.region, found.role, found.hostname) == ("i-0123", "eu-west-1", "web-role", "ip-10-0-0-9.ec2.internal")
    assert found.private_ip == "10.0.0.9" and found.image_id == ""


def test_without_instance_profile(fake: FakeHost) -> None:
    assert identity.read(fake.host, True, Service(security_credentials=(404, ""))).role == ""


@pytest.mark.parametrize(
    ("answers", "group"),
    [
        ({}, None),
        ({"": "Name\nRole"}, ""),
        ({"": "Name\naws:autoscaling:groupName", "/aws:autoscaling:groupName": "web-asg"}, "web-asg"),
    ],
)
def test_auto_scaling_group(fake: FakeHost, answers: dict[str, str], group: str | None) -> None:
    service = Service()
    service.answers.update({"/latest/meta-data/tags/instance" + path: (200, text) for path, text in answers.items()})
    assert identity.read(fake.host, True, service).autoscaling_group == group


def test_address_off_ec2_is_none_of_the_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not identity.local_address().startswith("127.")
    monkeypatch.setattr(socket, "if_nameindex", lambda: [(1, "lo"), (2, "none-of-this-name")])
    assert identity.local_address() == "UNKNOWN-IP"


@pytest.mark.parametrize(("zone", "offset"), [("Asia/Kolkata", 19800), ("UTC", 0), ("", 0)])
def test_time_zone_of_the_daemon_and_not_of_the_login(fake: FakeHost, monkeypatch: pytest.MonkeyPatch, zone: str, offset: int) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    assert identity.utc_offset(fake.host, zone) == offset
    assert os.environ["TZ"] == "America/New_York"


def test_daemon_without_a_time_zone_has_that_of_the_host(fake: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TZ", raising=False)
    time.tzset()
    own = time.localtime(fake.now()).tm_gmtoff
    monkeypatch.setenv("TZ", "Asia/Kolkata" if own != 19800 else "Asia/Tokyo")
    assert identity.utc_offset(fake.host, None) == own


def test_late_service_gets_three_chances(fake: FakeHost) -> None:
    assert identity.read(fake.host, True, Service(failures=2)).instance_id == "i-0123"
    with pytest.raises(identity.NoMetadataError, match=r"no connection.*refused"):
        identity.read(fake.host, True, Service(failures=3))


def test_on_premises_is_asked_once(fake: FakeHost) -> None:
    service = Service(failures=1)
    with pytest.raises(identity.NoMetadataError):
        identity.read(fake.host, False, service)
    assert len(service.asked) == 1


@pytest.mark.parametrize(
    ("service", "told"),
    [
        (Service(failures=9, error=socket.timeout("timed out")), "no answer from 169.254.169.254 within 0.3 s"),
        (Service(failures=9, error=socket.timeout("timed out"), far=True), "but no token arrives within 0.3 s"),
        (Service(token=(403, "")), "HTTP status 403: it is turned off"),
        (Service(token=(405, "")), "knows no tokens"),
        (Service(document=(500, "")), "HTTP status 500"),
        (Service(document=(200, "{")), "a token but no identity"),
    ],
)
def test_unusable_service(fake: FakeHost, service: Service, told: str) -> None:
    with pytest.raises(identity.NoMetadataError, match=told):
        identity.read(fake.host, False, service)


class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        body = f"{self.path} {self.headers['X-a']} {self.client_address[1]}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        self.wfile.write(b"nonsense\n\n")

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        monkeypatch.setattr(identity, "ADDRESS", f"127.0.0.1:{running.server_port}")
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
        yield
        running.shutdown()


@pytest.mark.usefixtures("server")
def test_requests_go_past_proxies_over_one_connection() -> None:
    connection = identity.Connection()
    (status, first), (_status, second) = (connection("PUT", "/x", {"X-a": "b"}, 2) for _turn in range(2))
    assert status == 200
    assert first.startswith("/x b ")
    assert first == second
    connection.close()
    connection("PUT", "/x", {"X-a": "b"}, 2)


@pytest.mark.usefixtures("server")
def test_nonsense_is_no_answer_and_ends_the_connection() -> None:
    connection = identity.Connection()
    with pytest.raises(OSError, match="unusable answer"):
        connection("GET", "/x", {}, 2)
    assert connection("PUT", "/x", {"X-a": "b"}, 2)[0] == 200
    connection.close()


@pytest.mark.parametrize(
    ("service", "words"),
    [
        (Service(failures=9, error=socket.timeout("timed out"), far=True), "hop limit"),
        (Service(token=(404, "")), "version 1 only"),
        (Service(token=(403, "")), "http-endpoint enabled"),
    ],
)
def test_what_to_do_about_it(fake: FakeHost, service: Service, words: str) -> None:
    with pytest.raises(identity.NoMetadataError) as error:
        identity.read(fake.host, True, service)
    assert words in error.value.hint


def test_just_after_the_start_of_the_system_it_may_take_longer(fake: FakeHost) -> None:
    fake.uptime = 10.0
    assert identity.read(fake.host, True, Service(failures=20)).instance_id == "i-0123"
    fake.uptime = 10.0
    with pytest.raises(identity.NoMetadataError):
        identity.read(fake.host, True, Service(failures=999))
    assert fake.uptime < 45


@pytest.mark.parametrize(
    ("answer", "words", "ends"),
    [
        ({"Code": "AssumeRoleUnauthorizedAccess", "Message": "EC2 cannot assume the role web."}, "EC2 cannot assume the role web.", None),
        ({**ROLE_KEYS, "Expiration": "2020-01-01T00:00:00Z"}, "they have expired at 2020-01-01T00:00:00Z", 1577836800.0),
        ({**ROLE_KEYS, "Expiration": "2120-01-01T00:00:00Z"}, "", 4733510400.0),
        ({**ROLE_KEYS, "Expiration": "soon"}, "", None),
    ],
)
def test_keys_of_the_role(fake: FakeHost, answer: dict[str, str], words: str, ends: float | None) -> None:
    service = Service()
    service.answers["/latest/meta-data/iam/security-credentials/web-role"] = (200, json.dumps(answer))
    found = identity.read(fake.host, True, service)
    assert found.role == "web-role" and found.no_keys.endswith(words)
    assert found.keys_expire_at == ends


def test_keys_for_who_signs() -> None:
    keys = identity.role_keys(Service())
    assert keys and keys.access_key_id == "ASIAEXAMPLE"
    assert identity.role_keys(Service(security_credentials=(404, ""))) is None
    broken = Service()
    broken.answers["/latest/meta-data/iam/security-credentials/web-role"] = (200, "{}")
    assert identity.role_keys(broken) is None
