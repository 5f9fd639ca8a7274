# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The releases of a run's configurations: as data for programs, and as a table for people."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, Collection, Iterator, Mapping, Sequence

from .._config.vaulted import Mask, mask_of
from .._config.words import counted, listed
from .history import History, Release, differences, hidden, live_of, releases_of
from .publications import HOLD, Target, names_by_target
from .usage import FAILED, NONE, NOT_OBSERVED, OTHER, RUNS, UNKNOWN, UNREACHABLE, Use, seen, use_of

DIFFERENCES = 40
"""How many lines of a difference are shown."""
NOTHING_LIVE = "nothing is live"
HEADINGS = ("version", "labels", "published", "by", "digest", "hosts")
_DIGITS = 12
_HOSTS, _NAMED = 3, 20
_STATES = {
    OTHER: "with other files",
    NONE: "without a configuration",
    UNREACHABLE: "unreachable",
    FAILED: "with an observation that failed",
    NOT_OBSERVED: "not observed",
    UNKNOWN: "on a version that is not known",
}

Histories = Mapping[Target, Mapping[str, History]]
"""By account and region, and by name of a configuration."""


def listing(
    plan: Mapping[str, Any],
    names: Collection[str],
    histories: Histories,
    observed: Mapping[str, Any],
    versions: int,
    refused: Mapping[Target, str] | None = None,
) -> dict[str, Any]:
    """``configurations`` with their versions, and ``hosts`` with what each runs: what ``cw_agent_release_info`` returns.

    Args:
        plan: the result of cw_agent_plan.
        names: of the configurations; empty: all of the plan.
        histories: what Parameter Store keeps of them.
        observed: by host, the result of cw_agent_info.
        versions: how many of the newest versions are listed; those with a label or a host always are.
        refused: why the histories of an account and region are not there.
    """
    targets = {item["key"]: Target(item["profile"], item["region"]) for item in plan["configurations"]}
    unread = {key: (refused or {})[target] for key, target in targets.items() if target in (refused or {})}
    chosen = names_by_target(plan, names)
    items = [item for item in plan["configurations"] if item["name"] in chosen.get(targets[item["key"]], ())]
    known = {item["key"]: histories.get(targets[item["key"]], {}).get(item["name"], {}) for item in items}
    releases = {item["key"]: releases_of(item["name"], known[item["key"]]) for item in items}
    uses = {host: _known(use, unread.get(plan["hosts"][host]["key"], "")) for host, use in _uses(plan, items, releases, observed).items()}
    mask = mask_of(plan["configurations"])
    shown = {host: use for host, use in uses.items() if use.state == RUNS or plan["hosts"][host]["key"] in releases}
    return {
        "configurations": [
            {"refused": unread.get(item["key"], ""), **_configuration(item, releases[item["key"]], shown, versions, mask)} for item in items
        ],
        "hosts": {host: {**_host(use), "reason": mask(use.reason)} for host, use in sorted(shown.items())},
    }


def _known(use: Use, refused: str) -> Use:
    """What is known of a host that was observed, where nobody knows which versions there are and which is live."""
    return Use(UNKNOWN, refused) if refused and use.state in (OTHER, NONE) else use


def _uses(
    plan: Mapping[str, Any], items: Sequence[Mapping[str, Any]], releases: Mapping[str, Sequence[Release]], observed: Mapping[str, Any]
) -> dict[str, Use]:
    targets = {item["key"]: (item["profile"], item["region"]) for item in items}
    found = {}
    for host, entry in plan["hosts"].items():
        # A host that is to lose its agent has no account and region any more, and may run anybody's.
        near = {key: releases[key] for key, target in targets.items() if not entry["key"] or target == (entry["profile"], entry["region"])}
        found[host] = use_of(seen(observed.get(host)), entry["key"], near)
    return found


def _host(use: Use) -> dict[str, Any]:
    return {"state": use.state, "key": use.key, "version": use.release.version if use.release else 0}


def _configuration(
    item: Mapping[str, Any], releases: Sequence[Release], uses: Mapping[str, Use], versions: int, mask: Mask
) -> dict[str, Any]:
    live = live_of(releases)
    planned = _planned(item, releases, live)
    hosts = {id(release): [host for host, use in uses.items() if use.release is release] for release in releases}
    chosen = [release for index, release in enumerate(releases) if index < versions or release.labels or hosts[id(release)]]
    vaulted = bool(item.get("vaulted"))
    return {
        **{name: item[name] for name in ("key", "name", "profile", "region", "hosts")},
        "live": live.version if live else 0,
        "planned": planned,
        "on_hold": bool(live and live.version != planned and any(HOLD in release.labels for release in releases)),
        "versions": [_version(release, live, vaulted, mask) | {"hosts": hosts[id(release)]} for release in chosen],
        "left_out": len(releases) - len(chosen),
    }


def _planned(item: Mapping[str, Any], releases: Sequence[Release], live: Release | None) -> int:
    """The version that holds what the plan has, 0 where none does. Compared as data: another spelling of the same is not written anew."""
    planned = json.loads(str(item["text"]))
    known = (release for release in [*([live] if live else []), *releases] if release.complete)
    return next((release.version for release in known if release.configuration == planned), 0)


def _version(release: Release, live: Release | None, vaulted: bool, mask: Mask) -> dict[str, Any]:
    reason = hidden(release, live, vaulted) or ("" if live else NOTHING_LIVE)
    lines = differences(release, live) if live and not reason else []
    newest = release.newest
    return {
        "version": release.version,
        "labels": list(release.labels),
        "parts": [{"name": name, "version": version.number, "digest": version.digest} for name, version in release.parts.items()],
        "complete": release.complete,
        "published_at": newest.published_at,
        "published_by": newest.published_by,
        "digest": release.digest,
        "differences": mask(lines[:DIFFERENCES]),
        "differences_left_out": max(0, len(lines) - DIFFERENCES),
        "differences_hidden": reason,
    }


def table(found: Mapping[str, Any]) -> list[str]:
    """The lines of the table for the *found* listing: each configuration's versions, its hosts, and what the versions in use change."""
    return [line for item in found["configurations"] for line in _lines(item, found["hosts"])]


def _lines(item: Mapping[str, Any], hosts: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    own = {host: hosts[host] for host in item["hosts"] if host in hosts}
    yield f"{item['key']}: {_summary(item, own)}"
    if not item["versions"]:
        yield f"  could not be read: {item['refused']}" if item["refused"] else "  nothing is published"
        return
    unseen = all(use["state"] == NOT_OBSERVED for use in own.values())
    yield from (f"  {line}" for line in _aligned([HEADINGS, *(_row(version, unseen) for version in item["versions"])]))
    if item["left_out"]:
        yield f"  {counted(item['left_out'], 'older version')} not listed, see cw_agent_releases_versions"
    for state, words in _STATES.items():
        names = [host for host, use in own.items() if use["state"] == state]
        if names:
            yield f"  {counted(len(names), 'host')} {words}: {listed(names, _NAMED)}"
    for version in item["versions"]:
        if version["labels"] or version["hosts"]:
            yield from _difference(version, item["live"])


def _summary(item: Mapping[str, Any], own: Mapping[str, Mapping[str, Any]]) -> str:
    live = f"live is version {item['live']}" if item["live"] else "nobody knows what is live" if item["refused"] else NOTHING_LIVE
    running = Counter((use["key"], use["version"]) for use in own.values() if use["state"] == RUNS)
    texts = [
        f"{number} on version {version}{'' if key == item['key'] else f' of {key}'}"
        for (key, version), number in sorted(running.items(), reverse=True)
    ]
    return f"{live}; {counted(len(item['hosts']), 'host')}{': ' + listed(texts) if texts else ''}"


def _row(version: Mapping[str, Any], unseen: bool) -> tuple[str, ...]:
    further = [f"{part['name'].rpartition('.')[2]}:{part['version']}" for part in version["parts"][1:]]
    return (
        " ".join([str(version["version"]), *further]) + ("" if version["complete"] else " …"),
        ", ".join(version["labels"]) or "-",
        version["published_at"] or "-",
        version["published_by"].rpartition(":")[2] or "-",
        version["digest"][:_DIGITS],
        listed(version["hosts"], _HOSTS) or ("not observed" if unseen else "-"),
    )


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]


def _difference(version: Mapping[str, Any], live: int) -> Iterator[str]:
    if version["version"] == live and not version["differences"]:
        return
    if version["differences_hidden"]:
        if live:
            yield f"  version {version['version']} beside live: not shown, {version['differences_hidden']}"
        return
    if not version["differences"]:
        yield f"  version {version['version']} beside live: the same configuration"
        return
    yield f"  version {version['version']} beside live (version {live}):"
    # The first two lines of the difference say once more which versions these are.
    yield from (f"    {line}" for line in version["differences"][2:])
    if version["differences_left_out"]:
        yield f"    … {counted(version['differences_left_out'], 'more line')}"
