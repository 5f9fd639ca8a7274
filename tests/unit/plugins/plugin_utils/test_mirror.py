# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mirror as the controller sees it."""

from __future__ import annotations

import io
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.cloudwatch.agent.plugins.plugin_utils import mirror

KEYS = {"AWS_ACCESS_KEY_ID": "AKIAOWN", "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "eu-west-1"}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)


def test_latest_of_a_directory(tmp_path: Path) -> None:
    (tmp_path / "info/latest").mkdir(parents=True)
    (tmp_path / "info/latest/CWAGENT_VERSION").write_text("1.300064.1b1344\n")
    assert mirror.latest_build("https://not.asked.example.com", str(tmp_path)) == "1.300064.1b1344"


def test_latest_of_a_web_server(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def answer(url: str, **_options: Any) -> io.BytesIO:
        asked.append(url)
        return io.BytesIO(b"1.300064.1b1344\n")

    monkeypatch.setattr(mirror, "open_url", answer)
    assert mirror.latest_build("https://mirror.example.com/agent?sig=x", "") == "1.300064.1b1344"
    assert asked == ["https://mirror.example.com/agent/info/latest/CWAGENT_VERSION?sig=x"]


def test_latest_of_a_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    bucket: Any = SimpleNamespace(read=lambda name: b"1.300064.1b1344" if name == "info/latest/CWAGENT_VERSION" else b"")
    monkeypatch.setattr(mirror, "Bucket", lambda _url: bucket)
    assert mirror.latest_build("s3://bucket", "") == "1.300064.1b1344"


@pytest.mark.parametrize(
    ("url", "answer", "words"),
    [
        (
            "https://user:word@mirror.example.com?sig=x",
            OSError("timed out"),
            "mirror.example.com/info/latest/CWAGENT_VERSION: timed out",
        ),
        ("https://mirror.example.com", b"<html>", "it says '<html>', which is no build"),
        ("file:///srv", b"", "the mirror is on the host"),
    ],
)
def test_what_cannot_be_found_out(monkeypatch: pytest.MonkeyPatch, url: str, answer: Any, words: str) -> None:
    """One message with the place, without its secrets, and what to do."""

    def asked(_url: str, **_options: Any) -> io.BytesIO:
        if isinstance(answer, Exception):
            raise answer
        return io.BytesIO(answer)

    monkeypatch.setattr(mirror, "open_url", asked)
    with pytest.raises(AnsibleActionFail) as caught:
        mirror.latest_build(url, "")
    assert words in str(caught.value) and "Hint: name the build" in str(caught.value)
    assert "word" not in str(caught.value) and "sig" not in str(caught.value)


@pytest.mark.parametrize(("url", "key"), [("s3://bucket/some/where/", "some/where/a/b"), ("s3://bucket", "a/b")])
def test_a_signed_url_is_of_the_buckets_region_and_good_for_an_hour(monkeypatch: pytest.MonkeyPatch, url: str, key: str) -> None:
    bucket = mirror.Bucket(url)
    answer = {"ResponseMetadata": {"HTTPHeaders": {"x-amz-bucket-region": "eu-north-1"}}}
    monkeypatch.setattr(bucket.client, "head_bucket", lambda **_call: answer)
    signed = urlsplit(bucket.signed("a/b"))
    assert signed.path.endswith(f"/{key}") and "bucket" in signed.netloc + signed.path
    query = parse_qs(signed.query)
    assert query["X-Amz-Expires"] == ["3600"]
    assert query["X-Amz-Credential"][0].split("/")[2] == "eu-north-1"


def test_a_url_without_a_bucket() -> None:
    with pytest.raises(AnsibleActionFail, match="names no bucket"):
        mirror.Bucket("s3:///x")
