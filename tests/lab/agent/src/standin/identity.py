# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who the host is: mode, region, names and addresses."""

from __future__ import annotations

import fcntl
import os
import socket
import struct
from time import strftime

from . import commonconfig, imds, profiles
from .golog import plain

SIOCGIFADDR = 0x8915


def detect_mode(asked: str) -> str:
    """Turn `auto` into ec2 or onPrem; leave the others."""
    if asked != "auto":
        return asked
    plain("I! Trying to detect region from ec2")
    if os.environ.get("RUN_IN_AWS") == "True" or imds.document().get("region"):
        return "ec2"
    plain("I! Trying to detect region from ecs")
    return "onPrem"


def detect_region(mode: str, common: dict) -> str:
    """Return the region the host says it is in, '' where it does not know."""
    profile = commonconfig.profile(common, mode)
    if profile:
        region = profiles.region_of(profile)
        if region:
            return region
    if mode == "ec2":
        return str(imds.document().get("region", ""))
    return ""


def local_hostname() -> str:
    """Return the operating system's name of the host."""
    return socket.gethostname()


def local_address() -> str:
    """Return the first IPv4 address of an interface that is not the loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _unused, name in socket.if_nameindex():
            try:
                answer = fcntl.ioctl(probe.fileno(), SIOCGIFADDR, struct.pack("256s", name.encode()))
            except OSError:  # it has none
                continue
            address = socket.inet_ntoa(answer[20:24])
            if not address.startswith("127."):
                return address
    return "UNKNOWN-IP"


def placeholders(mode: str, region: str) -> dict[str, str]:
    """Return what the placeholders in group and stream names stand for on this host."""
    own = local_hostname()
    if mode != "ec2":
        return {
            "instance_id": "i-UNKNOWN",
            "hostname": own,
            "local_hostname": own,
            "ip_address": local_address(),
            "aws_region": region or "UNKNOWN-REGION",
            "account_id": "UNKNOWN-ACCOUNT",
            "date": strftime("%Y-%m-%d"),
        }
    document = imds.document()
    return {
        "instance_id": document.get("instanceId") or "i-UNKNOWN",
        "hostname": imds.hostname() or own,
        "local_hostname": own,
        "ip_address": document.get("privateIp") or local_address(),
        "aws_region": region or "UNKNOWN-REGION",
        "account_id": document.get("accountId") or "UNKNOWN-ACCOUNT",
        "date": strftime("%Y-%m-%d"),
    }
