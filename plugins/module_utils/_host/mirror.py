# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Downloads from a mirror: how they end up on the disk, whose fault it is when they do not, and what may be shown of their URLs."""

from __future__ import annotations

import errno
import os
import time
from typing import Any, Callable, Mapping
from urllib.parse import unquote, urlsplit

from .errors import HostError

PROVIDED = "controller:/"
"""The URL of a mirror of which the controller has the files."""
SECONDS = 300.0
"""How long one file may take, however slowly it comes."""
_OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EFBIG)


class PassingFaultError(Exception):
    """A download failed in a way that may pass."""


def _copy(answer: Any, path: str) -> None:
    deadline = time.monotonic() + SECONDS
    with open(path, "wb") as stream:
        while True:
            # read() would wait for a whole chunk of a mirror that drips.
            chunk = answer.read1(1024 * 1024)
            if not chunk:
                break
            if time.monotonic() > deadline:
                raise PassingFaultError(f"not complete after {SECONDS:g} s")
            stream.write(chunk)
    if getattr(answer, "length", 0):
        raise PassingFaultError(f"the mirror ended it {answer.length} bytes early")


def save(answer: Any, path: str) -> None:
    """Write the body of an HTTP answer to ``path``.

    Raises:
        PassingFaultError: the mirror was too slow, or ended it early.
        HostError: the disk does not take it.
        OSError: the connection broke.
    """
    try:
        _copy(answer, path)
    except OSError as error:
        if error.errno not in _OF_THE_DISK:
            raise
        what = f"cannot write the download to {os.path.dirname(path)}: {error.strerror}; nothing was changed"
        raise HostError(f"{what}. Hint: free space there, or set TMPDIR in the task's environment") from error


def provided(files: Mapping[str, str], download: Callable[[str, str], None]) -> Callable[[str, str], None]:
    """Downloads from the mirror ``PROVIDED``, of which ``files`` has the real URL of each file by its path.

    Raises:
        HostError: by a download, for a file that has no URL.
    """

    def fetch(url: str, path: str) -> None:
        relative = url[len(PROVIDED) :]
        if relative not in files:
            raise HostError(f"the controller has no {relative}")
        download(files[relative], path)

    return fetch


def address(base: str, relative: str) -> str:
    """The URL of a mirror's file. A query of the mirror's own URL, such as a signature for all below it, goes with every request."""
    parts = urlsplit(base)
    return parts._replace(path=f"{parts.path.rstrip('/')}/{relative}").geturl()


def copy(url: str, path: str) -> None:
    """Copy what a ``file:`` URL names on this host to ``path``.

    Raises:
        HostError: it is no file that can be read, or the disk does not take it.
    """
    source = unquote(urlsplit(url).path)
    try:
        with open(source, "rb") as stream:
            save(stream, path)
    except OSError as error:
        raise HostError(f"{source}: {error.strerror}; nothing was changed. Hint: put the package there, its .sig and the key") from error


def environment(proxy: Mapping[str, Any] | None, ca_bundle: str | None) -> dict[str, str]:
    """What OpenSSL and urllib look for in the environment. ``proxy``: ``http``, ``https`` (URLs) and ``no_proxy`` (list)."""
    found = {f"{name}_proxy": str(proxy.get(name) or "") for name in ("http", "https")} if proxy else {}
    if proxy and proxy.get("no_proxy"):
        found["no_proxy"] = ",".join(proxy["no_proxy"])
    return {**found, **({"SSL_CERT_FILE": ca_bundle} if ca_bundle else {})}


def shown(url: str) -> str:
    """A URL without its password, and without its query, which may be a signature."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()


def passwords(urls: list[str]) -> set[str]:
    """The passwords in these URLs and in those of the environment's proxies, and the URLs' queries: no output may show them."""
    proxies = [value for name, value in os.environ.items() if name.lower().endswith("_proxy")]
    found = [urlsplit(url).password or "" for url in [*urls, *proxies] if "@" in url] + [urlsplit(url).query for url in urls]
    return {word for password in found if password for word in (password, unquote(password))}
