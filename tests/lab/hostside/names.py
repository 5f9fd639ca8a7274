# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS's own host names that the lab answers for."""

from __future__ import annotations

REGIONS = ("us-east-1", "eu-west-1", "eusc-de-east-1")
REGION = REGIONS[0]
# The namespace's own loopback: 127.0.0.1 stays free for what runs on the host.
SERVICE_ADDRESS = "127.0.0.2"
IMDS_ADDRESS = "169.254.169.254"
SERVICES = (
    "cloudtrail",
    "ec2",
    "ec2messages",
    "events",
    "iam",
    "kms",
    "logs",
    "monitoring",
    "s3",
    "ssm",
    "ssmmessages",
    "sts",
    "tagging",
    "xray",
)
GLOBAL_SERVICES = ("ec2", "iam", "s3", "sts")
BUCKET = "amazoncloudwatch-agent"


def host_names() -> list[str]:
    """Return every name that hosts resolve to the lab."""
    names = [f"{service}.amazonaws.com" for service in GLOBAL_SERVICES] + [f"{BUCKET}.s3.amazonaws.com"]
    for region in REGIONS:
        names += [f"{service}.{region}.amazonaws.{'eu' if region.startswith('eusc-') else 'com'}" for service in SERVICES]
        names += [f"{BUCKET}.s3.{region}.amazonaws.com", f"{BUCKET}-{region}.s3.{region}.amazonaws.com"]
        names.append(f"{BUCKET}-{region}.s3.amazonaws.com")
    return names


def mirror_path(host: str, path: str) -> str | None:
    """Return the path inside the package mirror that an S3 request means, None for every other request.

    Source: the agent's documented download addresses, virtual-hosted and path style.
    """
    name = host.partition(":")[0].lower()
    if name.startswith(BUCKET) and ".s3." in name and name.endswith(".amazonaws.com"):
        return path
    if name == "s3.amazonaws.com" or (name.startswith("s3.") and name.endswith(".amazonaws.com")):
        bucket, rest = path.lstrip("/").partition("/")[::2]
        if bucket == BUCKET or bucket in {f"{BUCKET}-{region}" for region in REGIONS}:
            return "/" + rest
    return None


def hosts_file() -> str:
    """Return the hosts file of every lab host."""
    lines = ["127.0.0.1 localhost", "::1 localhost ip6-localhost ip6-loopback"]
    return "\n".join(lines + [f"{SERVICE_ADDRESS} {name}" for name in host_names()]) + "\n"
