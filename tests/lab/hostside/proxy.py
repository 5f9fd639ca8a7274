# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An HTTP proxy that writes down what passes through it: CONNECT with the name that was asked for, and requests with a whole URL."""

from __future__ import annotations

import asyncio
import base64
import json
import pathlib
import ssl
import urllib.parse
from typing import NamedTuple

from . import http11, names

PORT = 3128
"""On ``names.SERVICE_ADDRESS`` inside every host."""
DENIED = http11.message(("HTTP/1.1", "403", "Forbidden"), [], b"the lab's proxy knows the lab's names only\n")


class Passage(NamedTuple):
    """A connection that the proxy has opened. ``head``: a first request that has been read already, None after CONNECT."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    head: http11.Head | None


async def enter(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, tls: ssl.SSLContext, log: pathlib.Path
) -> Passage | None:
    """Take a client's first request and open its way; None where there is none.

    Args:
        host: where the client runs, "" for the controller.
        tls: speaks to the client in the name of what it asked for.
        log: takes a line of JSON for each request (host, method, target, user).
    """
    head = await http11.read_head(reader)
    if head is None:
        return None
    method, target = head.first[:2]
    with log.open("a") as lines:
        lines.write(json.dumps({"host": host, "method": method, "target": target, "user": _user(head)}) + "\n")
    connects = method == "CONNECT"
    name = target.rpartition(":")[0] if connects else urllib.parse.urlsplit(target).hostname
    if name not in names.host_names():
        writer.write(DENIED)
        await writer.drain()
        return None
    if connects:
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await writer.drain()
        await writer.start_tls(tls)
        return Passage(reader, writer, None)
    parts = urllib.parse.urlsplit(target)
    path = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
    return Passage(reader, writer, http11.Head((method, path, head.first[2]), head.headers))


def _user(head: http11.Head) -> str:
    """The user of Basic authentication, "" without any."""
    scheme, _blank, word = head.get("proxy-authorization").partition(" ")
    return base64.b64decode(word).decode().partition(":")[0] if scheme.lower() == "basic" else ""
