# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who the host is: EC2's instance metadata service, version 2, and the host's own address and time zone as the agent takes them."""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import socket
import struct
import time
from typing import Callable, NamedTuple, Tuple
from urllib.parse import quote

from .system import Host, read_text

ADDRESS = "169.254.169.254"
TOKEN_HEADER = "X-aws-ec2-metadata-token"  # noqa: S105 # the name of a header

_TAGS = "/latest/meta-data/tags/instance"
_GROUP_TAG = "aws:autoscaling:groupName"
_SIOCGIFADDR = 0x8915

# (method, path, headers, seconds) → (status, body); raises OSError when there is no answer.
Ask = Callable[[str, str, "dict[str, str]", float], Tuple[int, str]]


class NoMetadataError(Exception):
    """There is no metadata service, or it does not answer; ``str(error)`` says which."""


class Identity(NamedTuple):
    """An EC2 instance. ``role``: the role of its instance profile, '' without one.

    ``autoscaling_group``: '' when it is in none, None when its metadata service does not show tags and so nobody can say.
    """

    instance_id: str
    region: str
    account_id: str = ""
    availability_zone: str = ""
    image_id: str = ""
    instance_type: str = ""
    role: str = ""
    hostname: str = ""
    private_ip: str = ""
    autoscaling_group: str | None = None


class Connection:
    """Requests to the metadata service, all over one connection, past every proxy."""

    def __init__(self) -> None:
        self._connection: http.client.HTTPConnection | None = None

    def __call__(self, method: str, path: str, headers: dict[str, str], seconds: float) -> tuple[int, str]:
        """Return status and body of one request; ``seconds``: how long to wait for it.

        Raises:
            OSError: no answer, or none that is HTTP.
        """
        self._connection = self._connection or http.client.HTTPConnection(ADDRESS, timeout=seconds)
        try:
            self._connection.request(method, path, headers=headers)
            answer = self._connection.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace")
        except OSError:
            self.close()
            raise
        except http.client.HTTPException as error:
            self.close()
            raise OSError(f"unusable answer: {error!r}") from error

    def close(self) -> None:
        """End the connection; the next request opens another one."""
        if self._connection:
            self._connection.close()
        self._connection = None


def _token(using: Ask, seconds: float) -> str:
    try:
        status, body = using("PUT", "/latest/api/token", {"X-aws-ec2-metadata-token-ttl-seconds": "300"}, seconds)
    except (socket.timeout, TimeoutError) as error:
        raise NoMetadataError(f"no answer from {ADDRESS} within {seconds:g} s") from error
    except OSError as error:
        raise NoMetadataError(f"no connection to {ADDRESS}: {error.strerror or error}") from error
    if status != 200:
        raise NoMetadataError(f"{ADDRESS} answers the request for a token with HTTP status {status}")
    return body.strip()


def _get(using: Ask, token: str, path: str, seconds: float) -> str:
    status, body = using("GET", path, {TOKEN_HEADER: token}, seconds)
    if status == 404:
        return ""
    if status != 200:
        raise NoMetadataError(f"{ADDRESS} answers {path} with HTTP status {status}")
    return body.strip()


def _autoscaling_group(using: Ask, token: str, seconds: float) -> str | None:
    tags = _get(using, token, _TAGS, seconds).splitlines()
    if not tags:
        return None
    return _get(using, token, f"{_TAGS}/{_GROUP_TAG}", seconds) if _GROUP_TAG in tags else ""


def _read_once(using: Ask, seconds: float) -> Identity:
    token = _token(using, seconds)
    try:
        document = json.loads(_get(using, token, "/latest/dynamic/instance-identity/document", seconds))
        roles = _get(using, token, "/latest/meta-data/iam/security-credentials/", seconds).splitlines()
        role = roles[0].strip() if roles else ""
        if role and not _get(using, token, f"/latest/meta-data/iam/security-credentials/{quote(role)}", seconds):
            role = ""
        hostname = _get(using, token, "/latest/meta-data/hostname", seconds)
        group = _autoscaling_group(using, token, seconds)
    except (OSError, ValueError) as error:
        raise NoMetadataError(f"{ADDRESS} gives a token but no identity: {error}") from error
    return Identity(
        instance_id=str(document.get("instanceId") or ""),
        region=str(document.get("region") or ""),
        account_id=str(document.get("accountId") or ""),
        availability_zone=str(document.get("availabilityZone") or ""),
        image_id=str(document.get("imageId") or ""),
        instance_type=str(document.get("instanceType") or ""),
        role=role,
        hostname=hostname,
        private_ip=str(document.get("privateIp") or ""),
        autoscaling_group=group,
    )


def read(host: Host, expected: bool, using: Ask) -> Identity:
    """The instance's identity.

    ``expected``: the host is said to be an instance, so a service that is late (just after boot) gets three chances
    of a second; else one short one, for there is most likely nothing to wait for.
    """
    attempts, seconds = (3, 1.0) if expected else (1, 0.3)
    while True:
        attempts -= 1
        try:
            return _read_once(using, seconds)
        except NoMetadataError:
            if not attempts:
                raise
        host.sleep(0.3)


def local_address() -> str:
    """The first IPv4 address, by number of interface, that is not a loopback's, and else UNKNOWN-IP: as the agent does off EC2."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _index, name in sorted(socket.if_nameindex()):
            try:
                answer = fcntl.ioctl(probe.fileno(), _SIOCGIFADDR, struct.pack("256s", name.encode()))
            except OSError:
                continue
            address = socket.inet_ntoa(answer[20:24])
            if not address.startswith("127."):
                return address
    return "UNKNOWN-IP"


def utc_offset(host: Host, main_pid: int) -> int:
    """Seconds by which the local time of the daemon is ahead of UTC now: its own TZ where it has one, else the host's time zone."""
    environment = read_text(host.layout.at(f"/proc/{main_pid}/environ")).split("\0") if main_pid else []
    zone = next((one[len("TZ=") :] for one in environment if one.startswith("TZ=")), None)
    # The module's own TZ is that of the login, which the daemon does not share.
    own = os.environ.pop("TZ", None)
    try:
        if zone is not None:
            os.environ["TZ"] = zone
        time.tzset()
        return time.localtime(host.now()).tm_gmtoff
    finally:
        os.environ.pop("TZ", None)
        if own is not None:
            os.environ["TZ"] = own
        time.tzset()
