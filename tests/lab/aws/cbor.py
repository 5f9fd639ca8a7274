# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of CBOR (RFC 8949) that AWS's rpc-v2-cbor protocol uses."""

from __future__ import annotations

import struct
from datetime import datetime, timezone
from typing import Any, Callable

_SIMPLE = {20: False, 21: True, 22: None, 23: None}
_BREAK = object()


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    for code, width in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << 8 * width:
            return bytes([major << 5 | code]) + number.to_bytes(width, "big")
    raise ValueError(f"number too large for CBOR: {number}")


def encode(value: Any) -> bytes:
    """A value of dicts, lists, strings, bytes, numbers, booleans, None and datetimes (tag 1)."""
    for kind, encoder in _ENCODERS:
        if isinstance(value, kind):
            return encoder(value)
    raise TypeError(f"no CBOR for {type(value).__name__}")


def _encode_text(value: str) -> bytes:
    raw = value.encode()
    return _head(3, len(raw)) + raw


def _encode_map(value: dict[str, Any]) -> bytes:
    kept = {key: item for key, item in value.items() if item is not None}
    return _head(5, len(kept)) + b"".join(encode(key) + encode(item) for key, item in kept.items())


# The order matters: a bool is an int.
_ENCODERS: list[tuple[Any, Callable[[Any], bytes]]] = [
    (type(None), lambda value: b"\xf6"),
    (bool, lambda value: b"\xf5" if value else b"\xf4"),
    (int, lambda value: _head(0, value) if value >= 0 else _head(1, -1 - value)),
    (float, lambda value: b"\xfb" + struct.pack(">d", value)),
    (datetime, lambda value: _head(6, 1) + encode(value.timestamp())),
    (bytes, lambda value: _head(2, len(value)) + value),
    (str, _encode_text),
    (dict, _encode_map),
    ((list, tuple), lambda value: _head(4, len(value)) + b"".join(map(encode, value))),
]


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, count: int) -> bytes:
        piece = self.data[self.at : self.at + count]
        if len(piece) < count:
            raise ValueError("truncated CBOR")
        self.at += count
        return piece

    def value(self) -> Any:
        first = self.take(1)[0]
        major, info = first >> 5, first & 31
        if major == 7:
            return self._simple(info)
        number = None if info == 31 else info if info < 24 else int.from_bytes(self.take(1 << (info - 24)), "big")
        if number is None:
            return self._endless(major)
        if major in (2, 3):
            raw = self.take(number)
            return raw if major == 2 else raw.decode()
        if major in (4, 5):
            return _container(major, self._items(number * (major - 3)))
        if major == 6:
            inner = self.value()
            return datetime.fromtimestamp(inner, timezone.utc) if number == 1 else inner
        return -1 - number if major else number

    def _endless(self, major: int) -> Any:
        items = self._items(None)
        return (b"" if major == 2 else "").join(items) if major in (2, 3) else _container(major, items)

    def _items(self, count: int | None) -> list[Any]:
        items: list[Any] = []
        while count is None or len(items) < count:
            item = self.value()
            if item is _BREAK:
                break
            items.append(item)
        return items

    def _simple(self, info: int) -> Any:
        if info == 31:
            return _BREAK
        if info in (25, 26, 27):
            return struct.unpack({25: ">e", 26: ">f", 27: ">d"}[info], self.take(1 << (info - 24)))[0]
        return _SIMPLE[info]


def _container(major: int, items: list[Any]) -> Any:
    return items if major == 4 else dict(zip(items[::2], items[1::2]))


def decode(data: bytes) -> Any:
    """The value that `data` holds; times come as aware datetimes."""
    return _Reader(data).value() if data else {}
