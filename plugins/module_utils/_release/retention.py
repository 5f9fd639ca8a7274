# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Log groups to which several configurations give different retentions: each agent sets its own at its start (contract 4.7)."""

from __future__ import annotations

from typing import Any, Iterable, Iterator, Mapping

from .._config.log_groups import destinations
from .._config.subject import Subject

_LISTED = 3


def contested(configurations: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """A sentence for each log group of an account and region that *configurations* give different retentions.

    Not for names with placeholders: hosts make groups of their own of them.
    """
    said: dict[tuple[str, str, str], dict[int, list[str]]] = {}
    for item in configurations:
        for group, days in _retentions(item):
            named = said.setdefault((item["profile"], item["region"], group), {}).setdefault(days, [])
            if item["name"] not in named:
                named.append(item["name"])
    for (_profile, region, group), by_days in said.items():
        if len(by_days) > 1 and len({name for named in by_days.values() for name in named}) > 1:
            values = " and ".join(f"{days} days ({_listed(named)})" for days, named in sorted(by_days.items()))
            yield (
                f"The log group {group} in {region} gets {values}: each agent sets its own at its start, so it goes back and forth. "
                "Hint: make them equal, or write retention_in_days: -1 in all but one."
            )


def _retentions(item: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    if "retention_in_days" not in item["text"]:
        return
    subject = Subject(item["configuration"], item["build"], item["platform"], item["mode"])
    for one in destinations(subject):
        if one["retention_in_days"] and one["kind"] != "journald" and "{" not in one["log_group_name"]:
            yield one["log_group_name"], one["retention_in_days"]


def _listed(names: list[str]) -> str:
    return ", ".join(names[:_LISTED]) + (f" and {len(names) - _LISTED} more" if len(names) > _LISTED else "")
