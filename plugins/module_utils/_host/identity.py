# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who the host is: EC2's instance metadata service, version 2, and the host's own address and time zone as the agent takes them."""

from __future__ import annotations

import calendar
import fcntl
import http.client
import json
import os
import socket
import struct
import time
from typing import Callable, NamedTuple, Tuple
from urllib.parse import quote

from .credentials import Keys
from .system import Host

ADDRESS = "169.254.169.254"
TOKEN_HEADER = "X-aws-ec2-metadata-token"  # noqa: S105 # the name of a header

_ROLES = "/latest/meta-data/iam/security-credentials/"
_TAGS = "/latest/meta-data/tags/instance"
_GROUP_TAG = "aws:autoscaling:groupName"
_SIOCGIFADDR = 0x8915

# (method, path, headers, seconds) → (status, body); raises OSError when there is no answer.
Ask = Callable[[str, str, "dict[str, str]", float], Tuple[int, str]]


ENABLE = "enable the instance metadata service of the instance (http-endpoint enabled), or set cw_agent_mode: onPremise"
HOPS = "raise the hop limit of the instance's metadata options (http-put-response-hop-limit 2 in a container, or behind another router)"
NO_TOKENS = "let the metadata service speak version 2: whatever answers at that address knows version 1 only"
BOOT_SECONDS = 180.0
"""How long after the start of the system a metadata service may be late, of the instance or of what routes to it."""
_LATE_SECONDS = 30.0


class NoMetadataError(Exception):
    """There is no metadata service, or it does not answer; ``str(error)`` says which, ``hint`` what to do about it."""

    def __init__(self, reason: str, hint: str = ENABLE) -> None:
        super().__init__(reason)
        self.hint = hint


class Identity(NamedTuple):
    """An EC2 instance. ``role``: the role of its instance profile, '' without one. ``no_keys``: why that role gives none, '' where it does.

    ``keys_expire_at``: until when the role's present keys are valid, in seconds since the epoch, None where the service does not say it.
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
    no_keys: str = ""
    keys_expire_at: float | None = None


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
        reason = f"no answer from {ADDRESS} within {seconds:g} s"
        raise (_too_far(using, seconds) or NoMetadataError(reason)) from error
    except OSError as error:
        raise NoMetadataError(f"no connection to {ADDRESS}: {error.strerror or error}") from error
    if status == 403:
        raise NoMetadataError(
            f"{ADDRESS} answers the request for a token with HTTP status 403: it is turned off, or a proxy stands before it"
        )
    if status in (404, 405):
        raise NoMetadataError(f"{ADDRESS} knows no tokens (HTTP status {status})", NO_TOKENS)
    if status != 200:
        raise NoMetadataError(f"{ADDRESS} answers the request for a token with HTTP status {status}")
    return body.strip()


def _too_far(using: Ask, seconds: float) -> NoMetadataError | None:
    """The error where other requests are answered: only answers with a token are bound to a number of hops."""
    try:
        status = using("GET", "/latest/meta-data/", {}, seconds)[0]
    except OSError:
        return None
    return NoMetadataError(f"{ADDRESS} answers (HTTP status {status}), but no token arrives within {seconds:g} s", HOPS)


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


def _role(using: Ask, token: str, seconds: float) -> tuple[str, dict[str, str]]:
    """The role of the instance profile and what the service answers for it, '' and {} without one."""
    roles = _get(using, token, _ROLES, seconds).splitlines()
    text = _get(using, token, f"{_ROLES}{quote(roles[0].strip())}", seconds) if roles else ""
    return (roles[0].strip(), json.loads(text)) if text else ("", {})


def _no_keys(answer: dict[str, str], now: float) -> str:
    """Why the keys that the service answers are none to work with, '' where they are."""
    if answer.get("Code", "Success") != "Success":
        return f"{answer['Code']} {answer.get('Message', '')}".rstrip()
    ends = _expiration(answer)
    return f"they have expired at {answer['Expiration']}" if ends is not None and ends <= now else ""


def _expiration(answer: dict[str, str]) -> float | None:
    try:
        return float(calendar.timegm(time.strptime(answer.get("Expiration", ""), "%Y-%m-%dT%H:%M:%SZ")))
    except ValueError:
        return None


def role_keys(using: Ask, seconds: float = 1.0) -> Keys | None:
    """The keys of the instance's role, None without one.

    Raises:
        NoMetadataError: nobody answers, or not with keys.
    """
    try:
        answer = _role(using, _token(using, seconds), seconds)[1]
        return Keys(answer["AccessKeyId"], answer["SecretAccessKey"], answer.get("Token", "")) if answer else None
    except (OSError, ValueError, KeyError) as error:
        raise NoMetadataError(f"{ADDRESS} gives a token but no keys: {error}") from error


def _read_once(host: Host, using: Ask, seconds: float) -> Identity:
    token = _token(using, seconds)
    try:
        document = json.loads(_get(using, token, "/latest/dynamic/instance-identity/document", seconds))
        role, answer = _role(using, token, seconds)
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
        no_keys=_no_keys(answer, host.now()),
        keys_expire_at=_expiration(answer),
    )


def read(host: Host, expected: bool, using: Ask) -> Identity:
    """The instance's identity.

    ``expected``: the host is said to be an instance, so the service gets three chances of a second, and half a minute just after the
    start of the system; else one short one, for there is most likely nothing to wait for.
    """
    attempts, seconds = (3, 1.0) if expected else (1, 0.3)
    deadline = host.monotonic() + (_LATE_SECONDS if expected and _is_new(host) else 0)
    while True:
        attempts -= 1
        try:
            return _read_once(host, using, seconds)
        except NoMetadataError:
            if attempts <= 0 and host.monotonic() >= deadline:
                raise
        host.sleep(0.3)


def _is_new(host: Host) -> bool:
    """Whether the system has been started a moment ago."""
    return host.monotonic() < BOOT_SECONDS


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


def utc_offset(host: Host, zone: str | None) -> int:
    """Seconds by which the local time of the daemon is ahead of UTC now. ``zone``: its own TZ, None for the host's time zone."""
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
