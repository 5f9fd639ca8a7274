# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be measured: per plugin the names the translator accepts, per metric the unit the daemon sends."""

from __future__ import annotations

import re


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CPU = "active guest guest_nice idle iowait irq nice softirq steal system user"
_EBS = "read_ops write_ops read_bytes write_bytes read_time write_time"
_TCP = "close close_wait closing established fin_wait1 fin_wait2 last_ack listen none syn_sent syn_recv time_wait"
_RLIMIT = "cpu_time file_locks memory_data memory_locked memory_rss memory_stack memory_vms nice_priority num_fds realtime_priority"
_DISKIO = "iops_in_progress io_time reads read_bytes read_time writes write_bytes write_time"
_EXCEEDED = "performance_exceeded_iops performance_exceeded_tp"

LINUX: dict[str, frozenset[str]] = {
    "cpu": frozenset(kind + field for kind in ("time_", "usage_") for field in _CPU.split()),
    "disk": _names("free inodes_free inodes_total inodes_used total used used_percent"),
    "diskio": _names(_DISKIO)
    | frozenset("ebs_total_" + field for field in _EBS.split())
    | frozenset(f"ebs_{of}_{field}" for of in ("volume", "ec2_instance") for field in _EXCEEDED.split())
    | frozenset("instance_store_total_" + field for field in _EBS.split())
    | frozenset("instance_store_" + field for field in _EXCEEDED.split())
    | {"ebs_volume_queue_length", "instance_store_volume_queue_length"},
    "mem": _names("active available available_percent buffered cached free inactive shared total used used_percent"),
    "swap": _names("free used used_percent"),
    "net": _names("bytes_sent bytes_recv drop_in drop_out err_in err_out packets_sent packets_recv"),
    "netstat": frozenset("tcp_" + field for field in _TCP.split()) | {"udp_socket"},
    "processes": _names("blocked dead idle paging running sleeping stopped total total_threads wait zombies"),
    "procstat": _names(
        "cpu_time cpu_usage involuntary_context_switches voluntary_context_switches nice_priority num_fds num_threads pid pid_count"
        " read_bytes read_count write_bytes write_count realtime_priority signals_pending"
    )
    | frozenset(
        "cpu_time_" + field
        for field in ["guest", "guest_nice", "idle", "iowait", "irq", "nice", "soft_irq", "steal", "stolen", "system", "user"]
    )
    | frozenset("memory_" + field for field in ["data", "locked", "rss", "stack", "swap", "vms"])
    | frozenset(f"rlimit_{field}_{kind}" for field in [*_RLIMIT.split(), "signals_pending"] for kind in ("hard", "soft")),
    "nvidia_gpu": _names(
        "utilization_gpu utilization_memory temperature_gpu power_draw fan_speed memory_total memory_used memory_free"
        " pcie_link_gen_current pcie_link_width_current encoder_stats_session_count encoder_stats_average_fps"
        " encoder_stats_average_latency clocks_current_graphics clocks_current_sm clocks_current_memory clocks_current_video"
    ),
}
DARWIN: dict[str, frozenset[str]] = {
    **LINUX,
    "mem": LINUX["mem"] - {"shared"},
    "diskio": _names(_DISKIO),
    "processes": _names("blocked idle running sleeping stopped total zombies"),
    "procstat": _names("cpu_time cpu_time_system cpu_time_user cpu_usage pid pid_count")
    | _names("memory_data memory_locked memory_rss memory_stack memory_swap memory_vms"),
    "nvidia_gpu": LINUX["nvidia_gpu"] | {"utilization_encoder", "utilization_decoder"},
}
PLUGINS = {"linux": LINUX, "darwin": DARWIN}

_SIZES = ("Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes", "Bits", "Kilobits", "Megabits", "Gigabits", "Terabits")
UNITS = frozenset(
    {"Seconds", "Microseconds", "Milliseconds", "Percent", "Count", "Count/Second", "None", *_SIZES, *(size + "/Second" for size in _SIZES)}
)

_BYTES = {
    "disk": _names("free total used"),
    "net": _names("bytes_sent bytes_recv"),
    "diskio": _names("read_bytes write_bytes"),
}
_COUNT_PLUGINS = ("net", "netstat", "processes")


def bare(plugin: str, name: str) -> str:
    """Return a measurement's name without its plugin's prefix."""
    prefix = plugin + "_"
    known = LINUX.get(plugin, frozenset())
    return name[len(prefix) :] if name.startswith(prefix) and name not in known else name


def unit(plugin: str, field: str) -> str:
    """Return the CloudWatch unit of a metric."""
    if field.endswith("percent") or field.startswith("usage_") or field == "cpu_usage":
        return "Percent"
    if plugin in ("mem", "swap") or field in _BYTES.get(plugin, ()):
        return "Bytes"
    if plugin == "procstat":
        return "Bytes" if re.match(r"(rlimit_)?memory_|(read|write)_bytes", field) else "None"
    if plugin == "diskio" and field.endswith("_time"):
        return "Milliseconds"
    counted = plugin in _COUNT_PLUGINS or field.startswith("inodes_") or (plugin == "diskio" and field in ("reads", "writes"))
    return "Count" if counted and field != "zombies" else "None"
