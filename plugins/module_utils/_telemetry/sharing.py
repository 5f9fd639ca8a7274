# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Log streams and metrics whose names have nothing of a host, and which of them several hosts send to."""

from __future__ import annotations

from collections import Counter
from typing import Any, Iterable, Mapping, NamedTuple, Optional, Tuple

from .._config.log_groups import group_of
from .._config.measurements import HOST_KEYS, NAMESPACE
from .placeholders import tells_hosts_apart

OWN_INSTANCE = "${aws:InstanceId}"

Name = Tuple[str, ...]
"""A log stream by group and name, or a plugin's metrics by namespace, plugin and dimensions, as the configuration writes them."""


class Sender(NamedTuple):
    """Hosts that send under these names to an account (``profile``) and region, '' for one that is not known."""

    profile: str
    region: str
    names: frozenset[Name]
    hosts: int = 1


class Senders:
    """All that is known to send."""

    def __init__(self, senders: Iterable[Sender]) -> None:
        self._counted: dict[tuple[str, str], Counter[Name]] = {}
        for sender in senders:
            counter = self._counted.setdefault((sender.profile, sender.region), Counter())
            for name in sender.names:
                counter[name] += sender.hosts

    def others(self, own: Sender, names: Iterable[Name]) -> frozenset[Name]:
        """Those of *names* that hosts beside one of *own* send to; *own* is known to send under its names."""
        counters = [self._counted.get(place, Counter()) for place in dict.fromkeys([(own.profile, own.region), (own.profile, "")])]
        return frozenset(name for name in names if sum(counter[name] for counter in counters) > (name in own.names))


def names_of_no_host(configuration: Mapping[str, Any]) -> frozenset[Name]:
    """The names in a configuration that every host with it makes alike; what is not of its type is passed over."""
    logs, metrics, section = (_mapping(configuration.get(key)) for key in ("logs", "metrics", "agent"))
    collected = _mapping(logs.get("logs_collected"))
    lists = [_mapping(collected.get(kind)).get("collect_list") for kind in ("files", "journald")]
    entries = [entry for some in lists if isinstance(some, list) for entry in some if isinstance(entry, Mapping)]
    plugins = _mapping(metrics.get("metrics_collected")).items()
    found = [stream_name(logs, entry) for entry in entries]
    found += [metric_name(metrics, section, str(plugin), options) for plugin, options in plugins if isinstance(options, Mapping)]
    return frozenset(name for name in found if name is not None)


def stream_name(logs: Mapping[str, Any], entry: Mapping[str, Any]) -> Optional[Name]:
    """The stream of an entry of files or journald; None where group or stream have something of the host."""
    group = group_of(entry)
    stream = str(entry.get("log_stream_name") or logs.get("log_stream_name") or "")
    return None if not stream or tells_hosts_apart(group) or tells_hosts_apart(stream) else (group, stream)


def metric_name(metrics: Mapping[str, Any], section: Mapping[str, Any], plugin: str, options: Mapping[str, Any]) -> Optional[Name]:
    """The metrics of a plugin; None where its dimensions have something of the host."""
    general, own = metrics.get("append_dimensions"), _mapping(options.get("append_dimensions"))
    if general is None and not section.get("omit_hostname"):
        return None
    if _mapping(general).get("InstanceId") == OWN_INSTANCE or any(key in HOST_KEYS or OWN_INSTANCE in str(own[key]) for key in own):
        return None
    return (str(metrics.get("namespace") or NAMESPACE), plugin, *(f"{key}={own[key]}" for key in sorted(own, key=str)))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
