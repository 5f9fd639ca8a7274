# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration under examination, with what every rule asks about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Iterator, Mapping

from .agent_view import View, agent_view
from .errors import ConfigError
from .findings import Finding
from .pointer import Step
from .schema_errors import schema_findings
from .versions import ANY, INTRODUCED, Introduced, parse_version

SYSTEMS = {"linux": "Linux", "windows": "Windows", "darwin": "macOS"}
"""Platforms, as people call them."""

PLATFORMS = tuple(SYSTEMS)
MODES = ("ec2", "onPremise")
LOG_LISTS = ("files", "windows_events", "journald")
LOG_PLATFORMS = {"windows_events": frozenset({"windows"}), "journald": frozenset({"linux"})}
"""Where a list under logs_collected does something; on other platforms the agent passes over it."""


@dataclass(frozen=True)
class TooNew:
    """A key that the pinned agent does not know yet."""

    path: tuple[Step, ...]
    value: Any
    key: Introduced


class Subject:
    """A configuration (``given``), and for which agent it is validated. Nothing in it is trusted to have the right type."""

    def __init__(self, given: Mapping[str, Any], agent_version: str, platform: str, mode: str) -> None:
        if platform not in PLATFORMS:
            raise ConfigError(f"platform is {platform!r}: expected one of {', '.join(PLATFORMS)}.")
        if mode not in MODES:
            raise ConfigError(f"mode is {mode!r}: expected one of {', '.join(MODES)}.")
        self.given = given
        self.agent_version = agent_version
        self.version = parse_version(agent_version)
        self.platform = platform
        self.mode = mode
        self.view: View = agent_view(given)
        self.too_new = list(self._take_too_new())

    def _take_too_new(self) -> Iterator[TooNew]:
        """The keys newer than the agent; whole sections among them, which it never reads, are taken out of the view."""
        for key in INTRODUCED:
            if self.version[:2] >= parse_version(key.since)[:2]:
                continue
            for path, value in list(_matching(self.view.configuration, key.path)):
                yield TooNew(self.view.original(path), value, key)
                if len(path) == 1:
                    self.view.configuration = {name: item for name, item in self.view.configuration.items() if name != path[0]}

    @property
    def config(self) -> dict[str, Any]:
        """What the agent sees."""
        return self.view.configuration

    @cached_property
    def schema(self) -> list[tuple[str, Finding]]:
        """What the schema refuses: (rule, finding) each, paths as in the configuration that was given."""
        return list(schema_findings(self.config, self.view.original, self.has))

    def section(self, *path: str) -> dict[str, Any]:
        """The mapping at *path*, or an empty one."""
        current: Any = self.config
        for step in path:
            current = current.get(step) if isinstance(current, dict) else None
        return current if isinstance(current, dict) else {}

    def plugins(self) -> Iterator[tuple[str, tuple[Step, ...], dict[str, Any]]]:
        """(plugin, path, mapping) of everything under metrics_collected; one for each entry where there is a list."""
        for name, value in self.section("metrics", "metrics_collected").items():
            path: tuple[Step, ...] = ("metrics", "metrics_collected", name)
            for where, item in _items(value, path):
                yield name, self.view.original(where), item

    def log_entries(self, *kinds: str) -> Iterator[tuple[str, tuple[Step, ...], dict[str, Any]]]:
        """(kind, path, entry) of every entry of a collect_list under logs_collected that the agent reads on this platform.

        *kinds*: of files, windows_events, journald; none given means all.
        """
        for kind in kinds or LOG_LISTS:
            if self.platform not in LOG_PLATFORMS.get(kind, (self.platform,)):
                continue
            entries = self.section("logs", "logs_collected", kind).get("collect_list")
            for where, item in _items(entries if isinstance(entries, list) else [], ("logs", "logs_collected", kind, "collect_list")):
                yield kind, self.view.original(where), item

    def has(self, path: tuple[Step, ...]) -> bool:
        """Whether the agent of this version and platform has the key at *path* at all."""
        if (
            path[:2] == ("logs", "logs_collected")
            and len(path) > 2
            and self.platform not in LOG_PLATFORMS.get(str(path[2]), (self.platform,))
        ):
            return False
        names = tuple(step if isinstance(step, str) else ANY for step in path)
        return not any(self.version[:2] < parse_version(key.since)[:2] and names[: len(key.path)] == key.path for key in INTRODUCED)

    def since(self, release: str) -> bool:
        """Whether the agent is *release* or newer."""
        return self.version[:2] >= parse_version(release)[:2]


def _items(value: Any, path: tuple[Step, ...]) -> Iterator[tuple[tuple[Step, ...], dict[str, Any]]]:
    if isinstance(value, dict):
        yield path, value
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, dict):
                yield (*path, index), item


def _matching(value: Any, pattern: tuple[str, ...], path: tuple[Step, ...] = ()) -> Iterator[tuple[tuple[Step, ...], Any]]:
    """(path, value) of everything that *pattern* leads to."""
    if not pattern:
        yield path, value
    elif pattern[0] == ANY:
        for index, child in enumerate(value if isinstance(value, list) else []):
            yield from _matching(child, pattern[1:], (*path, index))
    elif isinstance(value, dict) and pattern[0] in value:
        yield from _matching(value[pattern[0]], pattern[1:], (*path, pattern[0]))
