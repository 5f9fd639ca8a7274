# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The metric sets of the agent's own wizard (contract 8.4), as configurations."""

from __future__ import annotations

from typing import Any

from .errors import ConfigError

PRESETS = ("none", "basic", "standard", "advanced")

PSEUDO_FILE_SYSTEMS = ["sysfs", "devtmpfs", "tmpfs", "overlay", "squashfs"]
"""File systems that nobody means by "all disks", and that cost a metric each."""

_DIMENSIONS = {name: "${aws:" + name + "}" for name in ("AutoScalingGroupName", "ImageId", "InstanceId", "InstanceType")}
_DISK = {"measurement": ["used_percent"], "resources": ["*"], "ignore_file_system_types": PSEUDO_FILE_SYSTEMS}

_EC2: dict[str, dict[str, Any]] = {
    "basic": {"mem": {"measurement": ["used_percent"]}, "disk": _DISK},
    "standard": {
        "cpu": {"measurement": ["usage_idle", "usage_iowait", "usage_user", "usage_system"], "totalcpu": True},
        "disk": {**_DISK, "measurement": ["used_percent", "inodes_free"]},
        "diskio": {"measurement": ["io_time"]},
        "swap": {"measurement": ["used_percent"]},
    },
    "advanced": {
        "diskio": {"measurement": ["io_time", "reads", "writes", "read_bytes", "write_bytes"]},
        "netstat": {"measurement": ["tcp_established", "tcp_time_wait"]},
    },
}
_ON_PREMISES: dict[str, dict[str, Any]] = {
    "basic": {
        **_EC2["basic"],
        "cpu": {"measurement": ["usage_idle"], "totalcpu": True},
        "diskio": {"measurement": ["reads", "writes", "read_bytes", "write_bytes"]},
        "net": {"measurement": ["bytes_sent", "bytes_recv", "packets_sent", "packets_recv"]},
        "swap": {"measurement": ["used_percent"]},
    },
    "standard": {
        "cpu": {"measurement": ["usage_idle", "usage_iowait"], "totalcpu": True},
        "diskio": {"measurement": ["reads", "writes", "read_bytes", "write_bytes", "io_time"]},
    },
    "advanced": {
        "cpu": {
            "measurement": ["usage_idle", "usage_iowait", "usage_steal", "usage_guest", "usage_user", "usage_system"],
            "totalcpu": True,
        },
        "netstat": {"measurement": ["tcp_established", "tcp_time_wait"]},
    },
}


def _windows_object(*counters: str, total: bool = False) -> dict[str, Any]:
    return {"measurement": list(counters), "resources": ["_Total" if total else "*"]}


_WINDOWS: dict[str, dict[str, Any]] = {
    "basic": {
        "Memory": {"measurement": ["% Committed Bytes In Use"]},
        "LogicalDisk": _windows_object("% Free Space"),
    },
    "standard": {
        "Processor": _windows_object("% Idle Time", "% Interrupt Time", "% User Time", total=True),
        "PhysicalDisk": _windows_object("% Disk Time"),
        "Paging File": _windows_object("% Usage"),
    },
    "advanced": {
        "PhysicalDisk": _windows_object("% Disk Time", "Disk Read Bytes/sec", "Disk Write Bytes/sec", "Disk Reads/sec", "Disk Writes/sec"),
        "TCPv4": {"measurement": ["Connections Established"]},
        "TCPv6": {"measurement": ["Connections Established"]},
    },
}


def preset(name: str, platform: str, mode: str) -> dict[str, Any]:
    """The configuration of the preset *name*; each preset holds what the smaller ones hold.

    Raises:
        ConfigError: there is no such preset.
    """
    if name not in PRESETS:
        raise ConfigError(f"cw_agent_preset is {name!r}: expected one of {', '.join(PRESETS)}.")
    if name == "none":
        return {}
    sets = _WINDOWS if platform == "windows" else _EC2 if mode == "ec2" else _ON_PREMISES
    collected: dict[str, Any] = {}
    for smaller in PRESETS[1 : PRESETS.index(name) + 1]:
        collected.update(sets[smaller])
    configuration: dict[str, Any] = {"metrics": {"metrics_collected": collected}}
    if mode == "ec2":
        configuration["metrics"]["append_dimensions"] = _DIMENSIONS
        configuration["metrics"]["aggregation_dimensions"] = [["InstanceId"]]
        if platform != "windows":
            configuration["agent"] = {"run_as_user": "cwagent"}
    return configuration
