# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of the lab that need no host: names, HTTP, the mirror's choice of packages."""

from __future__ import annotations

import asyncio
import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from hostside import http11, images, mirror, names, ssm
from hostside.base import LabError


@pytest.mark.parametrize(
    ("host", "path", "meant"),
    [
        ("amazoncloudwatch-agent.s3.amazonaws.com", "/a/b", "/a/b"),
        ("amazoncloudwatch-agent.s3.amazonaws.com:443", "/a", "/a"),
        ("amazoncloudwatch-agent-eu-west-1.s3.eu-west-1.amazonaws.com", "/a", "/a"),
        ("s3.amazonaws.com", "/amazoncloudwatch-agent/a", "/a"),
        ("s3.eu-west-1.amazonaws.com", "/amazoncloudwatch-agent-eu-west-1/a", "/a"),
        ("s3.amazonaws.com", "/my-bucket/a", None),
        ("my-bucket.s3.amazonaws.com", "/a", None),
        ("ssm.us-east-1.amazonaws.com", "/", None),
        ("127.0.0.1:4566", "/amazoncloudwatch-agent/a", None),
    ],
)
def test_which_requests_mean_the_mirror(host: str, path: str, meant: str | None) -> None:
    assert names.mirror_path(host, path) == meant


def test_every_name_of_the_certificate_stands_in_the_hosts_file() -> None:
    lines = names.hosts_file().splitlines()
    assert all(f"127.0.0.2 {name}" in lines for name in names.host_names())
    assert len(set(lines)) == len(lines)


def _read(raw: bytes, **options: bool) -> tuple[http11.Head, bytes]:
    async def read() -> tuple[http11.Head, bytes]:
        reader = asyncio.StreamReader()
        reader.feed_data(raw)
        reader.feed_eof()
        head = await http11.read_head(reader)
        assert head
        return head, await http11.read_body(reader, head, **options)

    return asyncio.run(read())


@pytest.mark.parametrize(
    ("headers", "body", "options"),
    [
        ("Content-Length: 5", b"hello", {}),
        ("Content-Length: 5", b"hello and more", {}),
        ("Transfer-Encoding: chunked", b"2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nTrailer: x\r\n\r\n", {}),
        ("Connection: close", b"hello", {"to_end": True}),
    ],
)
def test_bodies_are_read_whole(headers: str, body: bytes, options: dict[str, bool]) -> None:
    head, read = _read(b"POST /x HTTP/1.1\r\nHost: a\r\n" + headers.encode() + b"\r\n\r\n" + body, **options)
    assert head.first == ("POST", "/x", "HTTP/1.1")
    assert read == b"hello"


def test_an_incomplete_body_is_an_error() -> None:
    with pytest.raises(asyncio.IncompleteReadError):
        _read(b"POST / HTTP/1.1\r\nContent-Length: 6\r\n\r\nhello")


def test_a_message_has_one_length_and_keeps_its_headers() -> None:
    head = http11.Head(("HTTP/1.1", "200", "OK"), [("Content-Length", "99"), ("Transfer-Encoding", "chunked"), ("X-Amzn-Thing", "a: b")])
    assert http11.message(head.first, head.passed_on(), b"ab") == b"HTTP/1.1 200 OK\r\nX-Amzn-Thing: a: b\r\nContent-Length: 2\r\n\r\nab"


@pytest.mark.parametrize(
    ("build", "newer"), [("1.300060.0b1248", "1.300060.0b1249"), ("1.300064.1b9", "1.300064.1b10"), ("1.2.3", "1.2.4")]
)
def test_a_newer_build(build: str, newer: str) -> None:
    assert mirror.newer(build) == newer


def test_a_given_package_sets_the_build_of_the_other_kind(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    given = mirror.stand_in("deb", "1.399999.0b7")
    monkeypatch.setenv("LAB_AGENT_PACKAGE", str(given))
    monkeypatch.delenv("LAB_AGENT_PACKAGE_RPM", raising=False)
    served = mirror.build_tree(tmp_path / "mirror")
    assert (served["deb"], served["latest"], served["upgrade"]) == (str(given), "1.399999.0b7", "")
    assert mirror.build_of(pathlib.Path(served["rpm"])) == "1.399999.0b7"
    assert (tmp_path / "mirror/info/latest/CWAGENT_VERSION").read_text() == "1.399999.0b7\n"
    debian = tmp_path / "mirror/debian" / mirror.architecture()
    assert sorted(path.name for path in debian.iterdir()) == ["1.399999.0b7", "latest"]
    assert (debian / "latest/amazon-cloudwatch-agent.deb").read_bytes() == given.read_bytes()


def test_a_package_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    monkeypatch.setenv("LAB_AGENT_PACKAGE", str(tmp_path / "missing.deb"))
    with pytest.raises(LabError, match=r"LAB_AGENT_PACKAGE is .*missing\.deb"):
        mirror.packages()


def test_a_given_ssm_agent_takes_the_stand_in_s_place_on_debian(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    given = tmp_path / "agent.deb"
    given.touch()
    monkeypatch.setenv("LAB_SSM_AGENT", str(given))
    assert ssm.package("deb") == given
    assert ssm.package("rpm").name == "amazon-ssm-agent-3.3.1142.0.rpm"
    monkeypatch.setenv("LAB_SSM_AGENT", str(tmp_path / "agent.rpm"))
    with pytest.raises(LabError, match=r"LAB_SSM_AGENT is .*agent\.rpm"):
        ssm.package("deb")
    monkeypatch.delenv("LAB_SSM_AGENT")
    assert ssm.package("deb").name == "amazon-ssm-agent-3.3.1142.0.deb"


def test_the_mirror_leaves_its_tree_to_nobody(tmp_path: pathlib.Path) -> None:
    (tmp_path / "secret").write_text("x")
    (tmp_path / "tree").mkdir()
    for target in ("/../secret", "/%2e%2e/secret", "/nothing"):
        answer = mirror.answer(tmp_path / "tree", "GET", target, http11.Head(("GET", target, "HTTP/1.1"), []))
        assert answer.startswith(b"HTTP/1.1 403 Forbidden\r\n"), target


def test_the_mirror_knows_what_the_asker_has(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").write_text("content")
    first = mirror.answer(tmp_path, "GET", "/file", http11.Head(("GET", "/file", "HTTP/1.1"), []))
    tag = next(line[6:] for line in first.decode().splitlines() if line.startswith("ETag: "))
    again = mirror.answer(tmp_path, "GET", "/file", http11.Head(("GET", "/file", "HTTP/1.1"), [("If-None-Match", tag)]))
    assert first.endswith(b"\r\n\r\ncontent")
    assert again.startswith(b"HTTP/1.1 304 ")
    head = mirror.answer(tmp_path, "HEAD", "/file", http11.Head(("HEAD", "/file", "HTTP/1.1"), []))
    assert b"Content-Length: 7\r\n" in head
    assert head.endswith(b"\r\n\r\n")


def test_no_module_of_the_quick_commands_needs_a_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """`exec`, `status`, `down` and the others run with any Python, before anything is installed."""
    code = "import sys; sys.path.insert(0, sys.argv[1]); from hostside import cli; import aws.fault_cli; cli.main(['status'])"
    monkeypatch.setenv("LAB_NAME", "no-such-lab")
    done = subprocess.run(
        [sys.executable, "-S", "-E", "-c", code, str(pathlib.Path(__file__).parent)], capture_output=True, text=True, check=False
    )
    assert "there is no lab" in done.stderr


def test_a_release_of_debian_is_an_image_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LAB_DEBIAN", raising=False)
    assert images.suite_of_new_hosts() == "bookworm"
    monkeypatch.setenv("LAB_DEBIAN", "trixie")
    assert images.name("debian", images.suite_of_new_hosts()) == "debian-trixie"
    assert images.name("amazon", images.suite_of_new_hosts()) == "amazon-bookworm"
    references = {images.reference(f"debian-{suite}").rpartition(":")[2] for suite in images.SUITES}
    assert len(references) == len(images.SUITES)


def test_an_unknown_release_of_debian_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_DEBIAN", "jessie")
    with pytest.raises(LabError, match="LAB_DEBIAN is 'jessie': the lab has bullseye, bookworm, trixie"):
        images.suite_of_new_hosts()
