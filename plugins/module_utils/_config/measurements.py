# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plugins of the agent and the measurements that each accepts (contract 8.1)."""

from __future__ import annotations

from typing import Optional

CLOUDWATCH_PREFIXES = {"nvidia_gpu": "nvidia_smi"}
"""Plugins whose metrics carry another name than the plugin."""

NAMESPACE = "CWAgent"
"""Where metrics go whose configuration names no namespace."""

HOST_KEYS = ("InstanceId", "host")
"""Dimensions that name the host."""

WITHOUT_MEASUREMENT = frozenset({"statsd", "collectd", "ethtool", "jmx", "otlp", "prometheus"})
"""Plugins that take no ``measurement``."""


def _names(text: str, prefix: str = "") -> list[str]:
    return [prefix + name for name in text.split()]


_CPU_STATES = _names("active guest guest_nice idle iowait irq nice softirq steal system user")
_OPERATIONS = "total_read_ops total_write_ops total_read_bytes total_write_bytes total_read_time total_write_time volume_queue_length "
_LIMITS = _names(
    "cpu_time file_locks memory_data memory_locked memory_rss memory_stack memory_vms nice_priority "
    "num_fds realtime_priority signals_pending"
)
_DISKIO = _names("iops_in_progress io_time reads read_bytes read_time writes write_bytes write_time")
_EBS = _names(_OPERATIONS + "volume_performance_exceeded_iops volume_performance_exceeded_tp", "ebs_") + _names(
    "performance_exceeded_iops performance_exceeded_tp", "ebs_ec2_instance_"
)
_INSTANCE_STORE = _names(_OPERATIONS + "performance_exceeded_iops performance_exceeded_tp", "instance_store_")
_MEM = _names("active available available_percent buffered cached free inactive total used used_percent")
_PROCESS_TIMES = _names("guest guest_nice idle iowait irq nice soft_irq steal stolen system user", "cpu_time_")
_PROCESS_MEMORY = _names("data locked rss stack swap vms", "memory_")
_NVIDIA = _names(
    "utilization_gpu utilization_memory temperature_gpu power_draw fan_speed memory_total memory_used memory_free pcie_link_gen_current "
    "pcie_link_width_current encoder_stats_session_count encoder_stats_average_fps encoder_stats_average_latency clocks_current_graphics "
    "clocks_current_sm clocks_current_memory clocks_current_video"
)

EBS = frozenset(_EBS)
INSTANCE_STORE = frozenset(_INSTANCE_STORE)

_COMMON: dict[str, list[str]] = {
    "cpu": [f"{kind}_{state}" for kind in ("time", "usage") for state in _CPU_STATES],
    "disk": _names("free inodes_free inodes_total inodes_used total used used_percent"),
    "swap": _names("free used used_percent"),
    "net": _names("bytes_sent bytes_recv drop_in drop_out err_in err_out packets_sent packets_recv"),
    "netstat": [
        *_names("close close_wait closing established fin_wait1 fin_wait2 last_ack listen none syn_sent syn_recv time_wait", "tcp_"),
        "udp_socket",
    ],
}
_LINUX: dict[str, list[str]] = {
    **_COMMON,
    "diskio": [*_DISKIO, *_EBS, *_INSTANCE_STORE],
    "mem": [*_MEM, "shared"],
    "processes": _names("blocked dead idle paging running sleeping stopped total total_threads wait zombies"),
    "procstat": [
        "cpu_time",
        *_PROCESS_TIMES,
        *_PROCESS_MEMORY,
        *(f"rlimit_{name}_{kind}" for name in _LIMITS for kind in ("hard", "soft")),
        *_names(
            "cpu_usage involuntary_context_switches voluntary_context_switches nice_priority num_fds num_threads pid pid_count "
            "read_bytes read_count write_bytes write_count realtime_priority signals_pending"
        ),
    ],
    "nvidia_gpu": _NVIDIA,
}
_DARWIN: dict[str, list[str]] = {
    **_COMMON,
    "diskio": _DISKIO,
    "mem": _MEM,
    "processes": _names("blocked idle running sleeping stopped total zombies"),
    "procstat": ["cpu_time_system", "cpu_time_user", "cpu_usage", *_PROCESS_MEMORY, "pid", "pid_count"],
    "nvidia_gpu": [*_NVIDIA, "utilization_encoder", "utilization_decoder"],
}

ACCEPTED: dict[str, dict[str, frozenset[str]]] = {
    "linux": {plugin: frozenset(names) for plugin, names in _LINUX.items()},
    "darwin": {plugin: frozenset(names) for plugin, names in _DARWIN.items()},
    "windows": {},
}
"""Measurements by platform and plugin, without the plugin's prefix. On Windows any counter of any object is accepted."""

INTRODUCED = {
    "1.300055": frozenset(("diskio", name) for name in _EBS),
    "1.300059": frozenset({("mem", "shared"), *(("diskio", name) for name in _INSTANCE_STORE)}),
}
"""Release → measurements, as (plugin, name), that came with it: an older agent refuses them."""

KNOWN_PLUGINS: dict[str, Optional[frozenset[str]]] = {
    "linux": frozenset({*_LINUX, *WITHOUT_MEASUREMENT, "efa"}),
    "darwin": frozenset({*_DARWIN, *WITHOUT_MEASUREMENT} - {"ethtool"}),
    "windows": None,
}
"""The plugins of a platform; None: any name is one (a performance counter object)."""


def bare(plugin: str, name: str) -> str:
    """*name* without the plugin's prefix, which the agent accepts as well."""
    prefix = CLOUDWATCH_PREFIXES.get(plugin, plugin) + "_"
    return name[len(prefix) :] if name.startswith(prefix) else name


OTEL_PLUGINS = frozenset({"jmx", "otlp", "prometheus"})
"""Sections under metrics_collected that are not plugins of the collecting engine."""

NO_OBJECTS = frozenset({"statsd", "procstat", "nvidia_smi", "jmx", "otlp", "prometheus"})
"""On Windows: sections that are not taken for performance counter objects."""

WITHOUT_RESOURCES = NO_OBJECTS | {"System", "Memory", "TCPv4", "TCPv6"}
"""On Windows: sections whose ``resources`` nobody reads."""


def measured_as(platform: str) -> dict[str, frozenset[str]]:
    """The measurements by plugin that the agent compares with on *platform*; on Windows two plugins keep those of Linux."""
    if platform != "windows":
        return ACCEPTED[platform]
    return {plugin: ACCEPTED["linux"][plugin] for plugin in ("procstat", "nvidia_gpu")}


WINDOWS_OBJECTS = {
    "cpu": "Processor",
    "disk": "LogicalDisk",
    "diskio": "PhysicalDisk",
    "mem": "Memory",
    "swap": "Paging File",
    "net": "Network Interface",
    "netstat": "TCPv4",
    "processes": "System",
    "nvidia_gpu": "",
    "efa": "",
}
"""Plugins of Linux that Windows takes for performance counter objects, which it does not have; and the object that is meant."""


def sends_metrics(platform: str, plugin: str) -> bool:
    """Whether *plugin* can send anything on *platform*: on Windows a plugin of Linux is an object that does not exist."""
    return platform != "windows" or plugin not in WINDOWS_OBJECTS
