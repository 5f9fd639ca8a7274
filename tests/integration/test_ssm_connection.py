# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials, endpoints, certificates and proxies reach the modules in every way that amazon.aws knows."""

from __future__ import annotations

import http.server
import json
import select
import socket
import socketserver
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable

import boto3
import pytest
from ansible_collections.cloudwatch.agent.plugins.modules import ssm_parameter_info

if TYPE_CHECKING:
    from collections.abc import Iterator

READ = {"names": ["/anything"]}
AWS = ("AWS_ENDPOINT_URL", "AWS_CA_BUNDLE", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


@pytest.fixture
def bare(module: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module without any AWS variable in the environment."""
    for name in AWS:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return module


def test_environment_alone(module: Any, lab: Any) -> None:
    since = lab.mark()
    assert module(ssm_parameter_info, READ)["parameters"] == []
    assert [entry["region"] for entry in lab.calls(since)] == ["us-east-1"]


def test_options_alone(bare: Any, lab: Any) -> None:
    place = {"endpoint_url": lab.environment["AWS_ENDPOINT_URL"], "aws_ca_bundle": lab.environment["AWS_CA_BUNDLE"], "region": "eu-west-1"}
    keys = {"access_key": lab.environment["AWS_ACCESS_KEY_ID"], "secret_key": lab.environment["AWS_SECRET_ACCESS_KEY"]}
    since = lab.mark()
    assert bare(ssm_parameter_info, {**READ, **place, **keys})["parameters"] == []
    assert [entry["region"] for entry in lab.calls(since)] == ["eu-west-1"]


def test_no_credentials_and_no_trust_are_errors(module: Any, bare: Any, lab: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", lab.environment["AWS_ENDPOINT_URL"])
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    assert "NoCredentialsError" in bare(ssm_parameter_info, READ)["msg"]
    keys = {"access_key": lab.environment["AWS_ACCESS_KEY_ID"], "secret_key": "x", "aws_config": {"retries": {"total_max_attempts": 1}}}
    assert "SSL" in bare(ssm_parameter_info, {**READ, **keys})["msg"]


@pytest.fixture
def profiles(bare: Any, lab: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration file with a profile, and one that assumes a role with it."""
    source = f"""[profile plain]
region = eu-central-1
aws_access_key_id = {lab.environment["AWS_ACCESS_KEY_ID"]}
aws_secret_access_key = {lab.environment["AWS_SECRET_ACCESS_KEY"]}
endpoint_url = {lab.environment["AWS_ENDPOINT_URL"]}
[profile assumed]
region = us-west-2
role_arn = arn:aws:iam::123456789012:role/publisher
source_profile = plain
endpoint_url = {lab.environment["AWS_ENDPOINT_URL"]}
"""
    path = tmp_path / "config"
    path.write_text(source)
    # amazon.aws reads the CA bundle from its option and this variable, not from a profile
    monkeypatch.setenv("AWS_CA_BUNDLE", lab.environment["AWS_CA_BUNDLE"])
    monkeypatch.setenv("AWS_CONFIG_FILE", str(path))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    iam: Any = boto3.session.Session(profile_name="plain").client("iam")
    if "publisher" not in [role["RoleName"] for role in iam.list_roles()["Roles"]]:
        iam.create_role(RoleName="publisher", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": []}))
    return path


@pytest.mark.parametrize("way", ["variable", "option"])
@pytest.mark.parametrize(("profile", "region"), [("plain", "eu-central-1"), ("assumed", "us-west-2")])
def test_profiles_and_assumed_roles(
    bare: Any, lab: Any, profiles: Path, monkeypatch: pytest.MonkeyPatch, profile: str, region: str, way: str
) -> None:
    if way == "variable":
        monkeypatch.setenv("AWS_PROFILE", profile)
    since = lab.mark()
    answer = bare(ssm_parameter_info, {**READ, **({"profile": profile} if way == "option" else {})})
    assert answer.get("parameters") == [], answer
    (read,) = lab.calls(since, "GetParameters")
    assert read["region"] == region
    own = read["access_key"] == lab.environment["AWS_ACCESS_KEY_ID"]
    assert own is (profile == "plain")


class Proxy(http.server.BaseHTTPRequestHandler):
    """A proxy that notes whom it was asked for."""

    asked: list[str] = []

    def do_CONNECT(self) -> None:
        self.asked.append(self.path)
        host, port = self.path.rsplit(":", 1)
        with socket.create_connection((host, int(port))) as far:
            self.send_response(200)
            self.end_headers()
            ends = [self.connection, far]
            while ready := select.select(ends, [], [], 5)[0]:
                for end in ready:
                    data = end.recv(65536)
                    if not data:
                        return
                    ends[end is self.connection].sendall(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the base class names it so
        """Nothing."""


@pytest.fixture
def proxy() -> Iterator[str]:
    Proxy.asked.clear()
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Proxy)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("way", ["variable", "option"])
def test_proxies(module: Callable[..., Any], lab: Any, proxy: str, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    if way == "variable":
        monkeypatch.setenv("HTTPS_PROXY", proxy)
    arguments = {**READ, **({"aws_config": {"proxies": {"https": proxy}}} if way == "option" else {})}
    assert module(ssm_parameter_info, arguments).get("parameters") == []
    assert Proxy.asked == [lab.environment["AWS_ENDPOINT_URL"].removeprefix("https://")]
