# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who a host is for the agent, and what the agent's placeholders become on it."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import Any, Mapping

_PLACEHOLDER = re.compile(r"\{(instance_id|hostname|local_hostname|ip_address|aws_region|account_id|date)\}")
_OF_THE_HOST = re.compile(r"\{(instance_id|hostname|local_hostname|ip_address)\}")
_DIMENSION = re.compile(r"\$\{aws:(InstanceId|ImageId|InstanceType|AutoScalingGroupName)\}")

ENVIRONMENT = "${"
"""Begins what the agent takes out of its environment at its start."""


@dataclass(frozen=True)
class Identity:
    """A host as its agent sees it; '' for what is not known.

    ``log_stream``: the name of streams that nobody named. ``dimensions``: values of ``${aws:…}``. ``started_at``: seconds since the epoch,
    ``utc_offset``: seconds the host's local time is ahead of UTC, None where the host did not say. ``group_known``: whether
    ``dimensions`` have the Auto Scaling group if the instance is in one.
    """

    ec2: bool = True
    instance_id: str = ""
    region: str = ""
    account_id: str = ""
    metadata_hostname: str = ""
    hostname: str = ""
    ip_address: str = ""
    log_stream: str = ""
    started_at: float = 0.0
    utc_offset: float | None = None
    dimensions: Mapping[str, str] = field(default_factory=dict)
    group_known: bool = True

    @classmethod
    def of(cls, agent: Mapping[str, Any], region: str) -> Identity:
        """Read it out of what ``cw_agent_info`` returns as ``agent``. ``region``: where this agent sends to."""
        known = agent.get("identity") or {}
        ec2 = str(agent.get("mode") or "ec2") == "ec2"
        hostname = str(agent.get("hostname") or "")
        offset = agent.get("utc_offset")
        instance_id = str(known.get("instance_id") or "") if ec2 else ""
        dimensions = {
            "InstanceId": instance_id,
            "ImageId": str(known.get("image_id") or ""),
            "InstanceType": str(known.get("instance_type") or ""),
            "AutoScalingGroupName": str(known.get("autoscaling_group") or ""),
        }
        return cls(
            ec2=ec2,
            instance_id=instance_id,
            region=region,
            account_id=str(known.get("account_id") or "") if ec2 else "",
            metadata_hostname=str(known.get("hostname") or "") if ec2 else "",
            hostname=hostname,
            ip_address=str(agent.get("ip_address") or known.get("private_ip") or ""),
            log_stream=str(agent.get("log_stream_default") or instance_id or hostname),
            started_at=float((agent.get("service") or {}).get("started_at") or 0),
            utc_offset=None if offset is None else float(offset),
            dimensions={key: value for key, value in dimensions.items() if value} if ec2 else {},
            group_known=not ec2 or known.get("autoscaling_group") is not None,
        )

    def placeholder(self, name: str) -> str | None:
        """The value of ``{name}``, None where it cannot be known from here. What an on-prem host lacks has the agent's own words."""
        if name == "date":
            return self._date()
        values = {
            "instance_id": self.instance_id or ("" if self.ec2 else "i-UNKNOWN"),
            "hostname": self.metadata_hostname or self.hostname,
            "local_hostname": self.hostname,
            "ip_address": self.ip_address,
            "aws_region": self.region,
            "account_id": self.account_id or ("" if self.ec2 else "UNKNOWN-ACCOUNT"),
        }
        return values[name] or None

    def _date(self) -> str | None:
        """Filled in when the configuration is translated, which is at every start of the service, and in the host's local time."""
        if self.utc_offset is None:
            return None
        return time.strftime("%Y-%m-%d", time.gmtime((self.started_at or time.time()) + self.utc_offset))


def resolve(template: str, identity: Identity) -> str | None:
    """``template`` with the placeholders of group and stream names filled in; None where one is not known. Others stay literal."""
    values = {name: identity.placeholder(name) for name in _PLACEHOLDER.findall(template)}
    if not template or None in values.values() or ENVIRONMENT in template:
        return None
    return _PLACEHOLDER.sub(lambda found: str(values[found.group(1)]), template)


def tells_hosts_apart(template: str) -> bool:
    """Whether ``template`` has a placeholder that each host fills in otherwise."""
    return bool(_OF_THE_HOST.search(template))


def resolve_dimension(value: str, identity: Identity) -> str | None:
    """A dimension's value with ``${aws:…}`` filled in; None where one is not known."""
    values = {name: identity.dimensions.get(name) for name in _DIMENSION.findall(value)}
    if None in values.values() or "${aws:" in _DIMENSION.sub("", value):
        return None
    return _DIMENSION.sub(lambda found: str(values[found.group(1)]), value)
