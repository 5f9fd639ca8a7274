# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host has that multiplies metrics: CPUs, file systems, devices, interfaces; from Ansible's facts, or assumed."""

from __future__ import annotations

import fnmatch
from typing import Any, Mapping

_LOOPBACK = ("lo", "lo0")


class Facts:
    """Ansible's facts of a host, with or without the prefix ``ansible_``. What is missing is assumed, and noted in ``assumed``."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self._facts = facts
        self.assumed: set[str] = set()

    def assume(self, name: str) -> None:
        """Note that *name* was not known."""
        self.assumed.add(name)

    def _get(self, name: str, default: Any) -> Any:
        for key in (name, f"ansible_{name}"):
            if self._facts.get(key) is not None:
                return self._facts[key]
        self.assume(name)
        return default

    def single(self, _item: Mapping[str, Any]) -> list[dict[str, str]]:
        """A plugin without dimensions of its own."""
        return [{}]

    def cpus(self, item: Mapping[str, Any]) -> list[dict[str, str]]:
        """cpu: each CPU with * in resources, and the total unless totalcpu is false."""
        each = int(self._get("processor_vcpus", 2)) if "*" in _resources(item, []) else 0
        total = [] if item.get("totalcpu") is False else [{"cpu": "cpu-total"}]
        return [{"cpu": f"cpu{number}"} for number in range(each)] + total

    def mounts(self, item: Mapping[str, Any]) -> list[dict[str, str]]:
        """disk: mounted file systems that have a size, as far as listed and not ignored."""
        ignored = _listed(item, "ignore_file_system_types")
        wanted = _resources(item, ["*"])
        sets = []
        for mount in self._get("mounts", [{"mount": "/", "device": "/dev/root", "fstype": "ext4", "size_total": 1}]):
            path, kind = str(mount.get("mount")), str(mount.get("fstype"))
            if not mount.get("size_total", 1) or kind in ignored or not ("*" in wanted or path in wanted):
                continue
            device = {} if item.get("drop_device") is True else {"device": str(mount.get("device"))}
            sets.append({"path": path, "fstype": kind, **device})
        return sets

    def devices(self, item: Mapping[str, Any]) -> list[dict[str, str]]:
        """diskio: block devices and their partitions."""
        known = self._get("devices", {"disk0": {"partitions": {"disk0p1": {}}}})
        names = [name for disk, about in known.items() for name in (disk, *((about or {}).get("partitions") or {}))]
        return _named("name", names, _resources(item, ["*"]))

    def interfaces(self, item: Mapping[str, Any]) -> list[dict[str, str]]:
        """net: interfaces that are not the loopback."""
        names = [name for name in self._get("interfaces", ["eth0"]) if name not in _LOOPBACK]
        return _named("interface", names, _resources(item, ["*"]))

    def nics(self, item: Mapping[str, Any]) -> list[dict[str, str]]:
        """ethtool: interfaces that are included and not excluded."""
        include, exclude = _listed(item, "interface_include") or ["*"], _listed(item, "interface_exclude")
        names = [name for name in self._get("interfaces", ["eth0"]) if name not in _LOOPBACK]
        found = [name for name in names if _matches(name, include) and not _matches(name, exclude)]
        return [{"interface": name, "driver": "driver"} for name in found]

    def volumes(self, kind: str) -> list[dict[str, str]]:
        """EBS or instance store volumes on NVMe."""
        key = {"ebs": "VolumeId", "instance_store": "SerialId"}[kind]
        model = {"ebs": "Elastic Block Store", "instance_store": "Instance Storage"}[kind]
        disks = self._get("devices", {"disk0": {"model": f"Amazon {model}"}})
        return [{key: str(name)} for name, about in disks.items() if model in str((about or {}).get("model"))]

    def gpus(self, _item: Mapping[str, Any]) -> list[dict[str, str]]:
        """nvidia_gpu: the GPUs; the fact ``gpus`` is their number."""
        return [{"index": str(number), "name": "gpu", "arch": "arch"} for number in range(int(self._get("gpus", 1)))]

    def processes(self, item: Mapping[str, Any], counted: bool) -> list[dict[str, str]]:
        """procstat: one process name for each entry is assumed; pid_count is one for the entry."""
        selector = next(((key, str(item[key])) for key in ("pid_file", "exe", "pattern") if item.get(key)), ("exe", ""))
        own = {{"pid_file": "pidfile"}.get(selector[0], selector[0]): selector[1]}
        if counted:
            return [{**own, "pid_finder": "native"}]
        self.assume("processes")
        return [{**own, "process_name": "process"}]

    def instances(self, plugin: str, item: Mapping[str, Any]) -> list[dict[str, str]]:
        """A performance counter object of Windows: its instances."""
        names = _resources(item, [])
        if "*" in names:
            self.assume(f"instances of {plugin}")
        return [{"objectname": plugin, **({"instance": str(name)} if names else {})} for name in names or [""]]


def _listed(item: Mapping[str, Any], key: str) -> list[Any]:
    value = item.get(key)
    return value if isinstance(value, list) else []


def _resources(item: Mapping[str, Any], default: list[str]) -> list[Any]:
    resources = item.get("resources")
    return resources if isinstance(resources, list) and resources else default


def _named(key: str, names: list[str], wanted: list[Any]) -> list[dict[str, str]]:
    return [{key: str(name)} for name in names if "*" in wanted or name in wanted]


def _matches(name: str, patterns: list[Any]) -> bool:
    return any(fnmatch.fnmatchcase(name, str(pattern)) for pattern in patterns)
