# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import errno
import io
from pathlib import Path

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import mirror
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError


class Broken(io.BytesIO):
    """An answer whose connection ends early."""

    length = 7


class Failing(io.BytesIO):
    """An answer that ends in an error of the system."""

    error = errno.ENOSPC

    def read1(self, size: int | None = -1, /) -> bytes:
        raise OSError(self.error, "an error of the system")


def test_it_is_saved(tmp_path: Path) -> None:
    mirror.save(io.BytesIO(b"content"), str(tmp_path / "x"))
    assert (tmp_path / "x").read_bytes() == b"content"


def test_what_ends_early_is_no_download(tmp_path: Path) -> None:
    with pytest.raises(mirror.PassingFaultError, match="the mirror ended it 7 bytes early"):
        mirror.save(Broken(b"half"), str(tmp_path / "x"))


def test_what_drips_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirror, "SECONDS", -1.0)
    with pytest.raises(mirror.PassingFaultError, match="not complete after -1 s"):
        mirror.save(io.BytesIO(b"slow"), str(tmp_path / "x"))


def test_full_disk_is_not_the_mirrors_fault(tmp_path: Path) -> None:
    with pytest.raises(HostError, match=f"cannot write the download to {tmp_path}: an error of the system; nothing was changed") as caught:
        mirror.save(Failing(), str(tmp_path / "x"))
    assert "mirror" not in str(caught.value)


def test_broken_connection_stays_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Failing, "error", errno.ECONNRESET)
    with pytest.raises(ConnectionResetError):
        mirror.save(Failing(), str(tmp_path / "x"))


def test_passwords_of_urls_and_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://user:p%40ss@proxy:3128")
    monkeypatch.setenv("http_proxy", "http://proxy:3128")
    assert mirror.passwords(["https://user:word@mirror.example.com", "", "https://mirror.example.com"]) == {"word", "p%40ss", "p@ss"}
    assert mirror.passwords(["https://mirror.example.com?sig=a%2Fb"]) == {"sig=a%2Fb", "sig=a/b", "p%40ss", "p@ss"}
    assert mirror.shown("https://user:word@mirror.example.com/a?b") == "https://mirror.example.com/a"


def test_a_query_goes_with_every_request() -> None:
    assert mirror.address("https://mirror.example.com/agent/?sig=x", "a/b") == "https://mirror.example.com/agent/a/b?sig=x"


def test_a_file_of_the_host(tmp_path: Path) -> None:
    (tmp_path / "a b").write_text("content")
    mirror.copy(f"file://{tmp_path}/a%20b", str(tmp_path / "copy"))
    assert (tmp_path / "copy").read_text() == "content"
    with pytest.raises(HostError, match=r"none: No such file or directory; nothing was changed\. Hint: put the package there"):
        mirror.copy(f"file://{tmp_path}/none", str(tmp_path / "copy"))


def test_what_the_controller_provides() -> None:
    asked = []
    fetch = mirror.provided({"a/b": "https://bucket.example.com/a/b?sig"}, lambda url, path: asked.append((url, path)))
    fetch(mirror.address(mirror.PROVIDED, "a/b"), "/x")
    assert asked == [("https://bucket.example.com/a/b?sig", "/x")]
    with pytest.raises(HostError, match="the controller has no c"):
        fetch(mirror.address(mirror.PROVIDED, "c"), "/x")
