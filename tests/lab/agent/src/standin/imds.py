# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The instance metadata service: version 2 first, version 1 where no token is to be had."""

from __future__ import annotations

import functools
import http.client
import json
import os
import time
import urllib.parse

from .golog import plain

TIMEOUT = 1.0
UP, LOOPBACK = 0x1, 0x8


class UnreachableError(Exception):
    """No metadata service answers."""


def _ask(method: str, path: str, headers: dict[str, str]) -> tuple[int, str]:
    """Send one request; return status and body."""
    endpoint = os.environ.get("AWS_EC2_METADATA_SERVICE_ENDPOINT") or "http://169.254.169.254"
    if os.environ.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true":
        raise UnreachableError("EC2 IMDS access disabled via AWS_EC2_METADATA_DISABLED env var")
    parts = urllib.parse.urlsplit(endpoint)
    link = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=TIMEOUT)
    try:
        link.request(method, "/latest/" + path, headers=headers)
        answer = link.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        raise UnreachableError(str(error)) from error
    finally:
        link.close()


def get(path: str) -> str | None:
    """Return what stands at a path, None where there is nothing; UnreachableError without the service."""
    status, token = _ask("PUT", "api/token", {"X-aws-ec2-metadata-token-ttl-seconds": "21600", "Content-Length": "0"})
    headers = {"X-aws-ec2-metadata-token": token} if status == 200 else {}
    status, text = _ask("GET", path, headers)
    return text if status == 200 else None


_DOCUMENT: dict = {}


def document() -> dict:
    """Return the instance identity document, {} where no metadata service answers; once found it is kept."""
    if not _DOCUMENT:
        wait_for_network()
        _DOCUMENT.update(_fetch_document())
    return _DOCUMENT


def _fetch_document() -> dict:
    """Ask for it, twice if need be."""
    for _unused in range(2):
        try:
            return dict(json.loads(get("dynamic/instance-identity/document") or "{}"))
        except (UnreachableError, ValueError):  # noqa: PERF203 (one failure does not end the loop)
            continue
    return {}


@functools.lru_cache(maxsize=None)
def hostname() -> str:
    """Return the metadata's host name or ''."""
    try:
        return get("meta-data/hostname") or ""
    except UnreachableError:
        return ""


def wait_for_network() -> None:
    """Wait up to five seconds until an interface other than the loopback is up."""
    for _unused in range(5):
        if network_up():
            return
        plain("W! [EC2] Sleep until network is up")
        time.sleep(1)


def network_up() -> bool:
    """Tell whether an interface that is not the loopback is up."""
    root = "/sys/class/net"
    try:
        names = os.listdir(root)
    except OSError:
        return True
    for name in names:
        try:
            with open(os.path.join(root, name, "flags"), encoding="ascii") as handle:
                flags = int(handle.read(), 16)
        except (OSError, ValueError):
            continue
        if flags & UP and not flags & LOOPBACK:
            return True
    return False
