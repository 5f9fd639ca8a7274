# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions to STS, with the network played."""

from __future__ import annotations

import http.server
import io
import ssl
import threading
import urllib.error
from email.message import Message
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import access, caller_answers, sts
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.credentials import Keys

from .conftest import FakeHost

KEYS = Keys("AKIAEXAMPLE", "secret")
WAY = sts.Way("eu-west-1")
DATE = "Wed, 04 Mar 2026 05:06:07 GMT"
GOOD = "<GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/agent</Arn><Account>123456789012</Account></GetCallerIdentityResult>"


class Network:
    """Answers each request with the next of ``replies``: a text, or what is raised."""

    def __init__(self, *replies: Any) -> None:
        self.replies = list(replies)
        self.asked: list[Any] = []

    def open(self, request: Any, timeout: float) -> Any:
        self.asked.append(request)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, Exception):
            raise reply
        answer = io.BytesIO(reply.encode())
        answer.status, answer.headers = 200, headers()  # type: ignore[attr-defined]
        return answer


def headers() -> Message:
    found = Message()
    found["Date"] = DATE
    return found


def refused(code: str, status: int = 403) -> urllib.error.HTTPError:
    body = f"<ErrorResponse><Error><Code>{code}</Code><Message>Not so.</Message></Error></ErrorResponse>"
    return urllib.error.HTTPError("https://sts", status, "no", headers(), io.BytesIO(body.encode()))


def asked(fake: FakeHost, monkeypatch: pytest.MonkeyPatch, network: Network, way: sts.Way = WAY) -> sts.Reply:
    monkeypatch.setattr(sts, "_opener", lambda way, context: network)
    return sts.ask(fake.host, KEYS, way)


@pytest.mark.parametrize(
    ("region", "name"),
    [
        ("eu-west-1", "sts.eu-west-1.amazonaws.com"),
        ("us-gov-west-1", "sts.us-gov-west-1.amazonaws.com"),
        ("cn-north-1", "sts.cn-north-1.amazonaws.com.cn"),
        ("eusc-de-east-1", "sts.eusc-de-east-1.amazonaws.eu"),
        ("us-iso-east-1", "sts.us-iso-east-1.c2s.ic.gov"),
        ("us-isob-east-1", "sts.us-isob-east-1.sc2s.sgov.gov"),
    ],
)
def test_endpoint(region: str, name: str) -> None:
    assert sts.endpoint(region) == name


def test_an_answer(fake: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network(GOOD)
    reply = asked(fake, monkeypatch, network)
    assert (reply.status, reply.account, reply.arn) == (200, "123456789012", "arn:aws:iam::123456789012:user/agent")
    assert reply.date == 1772600767.0
    assert network.asked[0].full_url == "https://sts.eu-west-1.amazonaws.com/" and network.asked[0].get_method() == "POST"


def test_a_refusal_is_not_asked_again(fake: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network(refused("InvalidClientTokenId"))
    reply = asked(fake, monkeypatch, network)
    assert (reply.status, reply.code, reply.message) == (403, "InvalidClientTokenId", "Not so.")
    assert len(network.asked) == 1


@pytest.mark.parametrize(
    "fault", [refused("Throttling", 400), refused("InternalFailure", 500), urllib.error.URLError(TimeoutError("timed out"))]
)
def test_what_may_pass_is_asked_again(fake: FakeHost, monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    assert asked(fake, monkeypatch, Network(fault, GOOD)).account == "123456789012"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (urllib.error.URLError(OSError(-2, "Name or service not known")), "Name or service not known"),
        (urllib.error.URLError(OSError("Tunnel connection failed: 407 Proxy Authentication Required")), "Tunnel connection failed: 407"),
        (ConnectionResetError(104, "Connection reset by peer"), "Connection reset by peer"),
    ],
)
def test_nobody_answers(fake: FakeHost, monkeypatch: pytest.MonkeyPatch, fault: Exception, words: str) -> None:
    network = Network(fault)
    assert words in asked(fake, monkeypatch, network).unreachable
    assert len(network.asked) == sts.ATTEMPTS


class Proxy(http.server.BaseHTTPRequestHandler):
    """A proxy that wants a user."""

    def do_CONNECT(self) -> None:
        self.send_response(407)
        self.send_header("Proxy-Authenticate", 'Basic realm="proxy"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_words: Any) -> None:
        """Say nothing."""


def test_a_proxy_that_wants_a_password(fake: FakeHost) -> None:
    """A real one, over a real connection: it is named, and the password that it did not take is not."""
    with http.server.HTTPServer(("127.0.0.1", 0), Proxy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        proxy = f"127.0.0.1:{server.server_port}"
        way = sts.Way("eu-west-1", {"https": f"http://agent:wrong-word@{proxy}"})
        reply = sts.ask(fake.host, KEYS, way)
        server.shutdown()
    found = caller_answers.evaluate(caller_answers.Request(access.user("root"), way), reply, fake.now()).problem
    assert found["what"] == "the proxy wants a user and a password that it knows"
    assert found["value"] == f"http://{proxy}: Tunnel connection failed: 407 Proxy Authentication Required"


def test_who_is_not_trusted(fake: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    error = ssl.SSLCertVerificationError(1, "no")
    error.verify_message = "self-signed certificate in certificate chain"
    assert asked(fake, monkeypatch, Network(urllib.error.URLError(error))).untrusted == "self-signed certificate in certificate chain"
    missing = asked(fake, monkeypatch, Network(GOOD), sts.Way("eu-west-1", ca_bundle="/none/of/this/name"))
    assert missing.untrusted == "/none/of/this/name cannot be used: No such file or directory"


@pytest.mark.parametrize(("no_proxy", "proxied"), [("", True), ("169.254.169.254", True), ("169.254.169.254,.amazonaws.com", False)])
def test_the_agents_proxy_and_no_other(monkeypatch: pytest.MonkeyPatch, no_proxy: str, proxied: bool) -> None:
    monkeypatch.setenv("https_proxy", "http://of-the-login:1")
    way = sts.Way("eu-west-1", {"https": "http://proxy:3128"}, no_proxy)
    handlers = sts._opener(way, ssl.create_default_context()).handlers
    found = [one.proxies for one in handlers if hasattr(one, "proxies")]
    assert found == ([{"https": "http://proxy:3128"}] if proxied else [])
