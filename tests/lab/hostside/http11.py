# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Just enough HTTP/1.1 over asyncio streams for a proxy that adds a header and keeps everything else."""

from __future__ import annotations

import asyncio
import dataclasses

Header = tuple[str, str]
# Hop-by-hop: of one connection, never passed on. Source: RFC 9110 §7.6.1.
OWN_CONNECTION = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}


class ProtocolError(Exception):
    """What arrived is not the HTTP that this proxy speaks."""


@dataclasses.dataclass
class Head:
    """The first line (three words) and the headers of a message, in their order and spelling."""

    first: tuple[str, str, str]
    headers: list[Header]

    def get(self, name: str) -> str:
        """Return a header's first value, "" where it is absent."""
        return next((value for key, value in self.headers if key.lower() == name), "")

    def passed_on(self) -> list[Header]:
        """Return the headers that do not belong to one connection."""
        return [(key, value) for key, value in self.headers if key.lower() not in OWN_CONNECTION]


async def read_head(reader: asyncio.StreamReader) -> Head | None:
    """Read a message's head; None at the end of the connection."""
    try:
        raw = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise ProtocolError("connection ended inside a head") from error
        return None
    except asyncio.LimitOverrunError as error:
        raise ProtocolError("head too long") from error
    lines = raw.decode("latin-1").split("\r\n")[:-2]
    words = [*lines[0].split(" ", 2), "", ""][:3]
    pairs = [line.partition(":") for line in lines[1:]]
    return Head((words[0], words[1], words[2]), [(key.strip(), value.strip()) for key, colon, value in pairs])


async def _read_chunked(reader: asyncio.StreamReader) -> bytes:
    parts: list[bytes] = []
    while True:
        size = int((await reader.readuntil(b"\r\n")).split(b";")[0], 16)
        if size == 0:
            while await reader.readuntil(b"\r\n") != b"\r\n":
                pass
            return b"".join(parts)
        parts.append((await reader.readexactly(size + 2))[:-2])


async def read_body(reader: asyncio.StreamReader, head: Head, *, to_end: bool = False) -> bytes:
    """Read a whole body; without a length it is empty, or with `to_end` everything until the connection ends."""
    if "chunked" in head.get("transfer-encoding").lower():
        return await _read_chunked(reader)
    if head.get("content-length"):
        return await reader.readexactly(int(head.get("content-length")))
    return await reader.read(-1) if to_end else b""


def message(first: tuple[str, str, str], headers: list[Header], body: bytes, *, length: bool = True) -> bytes:
    """Return a message as it goes over the wire."""
    lines = [" ".join(first).rstrip()] + [f"{key}: {value}" for key, value in headers if not (length and key.lower() == "content-length")]
    if length:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body


def bodiless(method: str, status: int) -> bool:
    """Tell whether a response has no body whatever its headers say."""
    return method == "HEAD" or status in (204, 304) or 100 <= status < 200
