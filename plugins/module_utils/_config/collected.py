# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host metrics of a configuration, each with the names of the dimensions that it is sent with. Values only the host knows."""

from __future__ import annotations

from typing import Any, Iterator, Mapping, NamedTuple

from .log_groups import namespace
from .measurements import sends_metrics
from .metrics import aggregation, general_dimensions, interval, is_dropped, measured, sends_to_cloudwatch
from .pipelines import collects
from .subject import Subject

INSTANCE, HOST = "InstanceId", "host"
KEYS = (INSTANCE, HOST)
"""The dimensions that tell hosts apart, the better one first."""
_OWN = {"cpu": ("cpu",), "disk": ("path", "device", "fstype"), "diskio": ("name",), "net": ("interface",)}


class Collected(NamedTuple):
    """A metric. ``labels``: the names of each set of dimensions that it is sent with; ``seconds``: between two values."""

    plugin: str
    field: str
    name: str
    namespace: str
    seconds: float
    item: Mapping[str, Any]
    labels: tuple[frozenset[str], ...]

    def key(self, *more: str) -> str:
        """The dimension that tells its hosts apart, in a set that has *more* as well; '' without one."""
        return next((key for key in KEYS for names in self.labels if {key, *more} <= names), "")


def collected(subject: Subject) -> Iterator[Collected]:
    """The metrics of plugins whose dimensions are known, as CloudWatch gets them."""
    if not sends_to_cloudwatch(subject):
        return
    general = frozenset(general_dimensions(subject))
    section = subject.section("metrics", "metrics_collected")
    for plugin, _path, item in subject.plugins():
        if not (collects(subject.platform, plugin, section[plugin]) and sends_metrics(subject.platform, plugin)):
            continue
        added = item.get("append_dimensions")
        original = general | _own(subject, plugin, item) | frozenset(added if isinstance(added, dict) else ())
        rollups = [frozenset(keys) for keys in aggregation(subject) if set(keys) < original]
        for name, field in measured(subject.platform, plugin, item):
            sent = rollups if is_dropped(plugin, field, name, item) else [original, *rollups]
            yield Collected(plugin, field, name, namespace(subject.config), interval(subject, item), item, tuple(dict.fromkeys(sent)))


def _own(subject: Subject, plugin: str, item: Mapping[str, Any]) -> frozenset[str]:
    """The names of the dimensions that a plugin adds itself."""
    if subject.platform == "windows":
        return frozenset(("objectname", *(("instance",) if item.get("resources") else ())))
    return frozenset(name for name in _OWN.get(plugin, ()) if name != "device" or not item.get("drop_device"))
