# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The StatsD listener's port, which nobody else may hold. What comes in is not read."""

from __future__ import annotations

import os
import socket

DEFAULT = ":8125"


class OccupiedError(Exception):
    """The port is not free; the text is what the agent's log says."""


def listen(inputs: dict) -> list:
    """Bind the ports of all listeners; return their sockets."""
    return [_bind(str(table.get("service_address") or DEFAULT)) for table in inputs.get("statsd", [])]


def _bind(address: str) -> socket.socket:
    host, _colon, port = address.rpartition(":")
    bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        bound.bind((host, int(port)))
    except OSError as error:
        bound.close()
        raise OccupiedError(f"ListenUDP - listen udp {address}: bind: {os.strerror(error.errno or 0).lower()}") from error
    return bound
