# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ssh_connect.py DIRECTORY HOST PORT: ssh's ProxyCommand with ProxyUseFdpass.

Connects to the loopback of the host's network namespace (a file of DIRECTORY) and hands the socket to ssh: no process stays between.
"""

from __future__ import annotations

import array
import ctypes
import os
import socket
import sys


def main() -> None:
    """Connect, hand over, end."""
    directory, host, port = sys.argv[1:]
    library = ctypes.CDLL(None, use_errno=True)
    try:
        handle = os.open(os.path.join(directory, os.path.basename(host)), os.O_RDONLY)
        if library.setns(handle, 0x40000000):
            raise OSError(ctypes.get_errno(), "setns")
        peer = socket.create_connection(("127.0.0.1", int(port)), timeout=20)
    except OSError as error:
        sys.exit(f"lab host {host} can't be reached: {error}")
    peer.settimeout(None)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, fileno=os.dup(1)) as ssh:
        ssh.sendmsg([b"\0"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [peer.fileno()]))])


if __name__ == "__main__":
    main()
