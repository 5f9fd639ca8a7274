# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which release each observed host runs, and which parameters no host needs any more."""

from __future__ import annotations

import re
from typing import Any, Iterable, Mapping, NamedTuple, Sequence

from .._config.words import listed
from .history import History, Release
from .parts import PART_NAME, file_name
from .publications import LIVE, Target
from .settings import ABSENT

RUNS, OTHER, NONE = "runs", "other", "none"
UNREACHABLE, FAILED, NOT_OBSERVED, UNKNOWN = "unreachable", "failed", "not_observed", "unknown"


class Seen(NamedTuple):
    """What a host's observation says: ``state`` is '' where it was observed; ``files``: digest by name of its active configurations."""

    state: str
    reason: str = ""
    files: Mapping[str, str] = {}


class Use(NamedTuple):
    """What a host runs: a ``release`` of the configuration ``key`` (as in the plan) for the state ``runs``.

    Of the state ``unknown`` is a host that was observed where Parameter Store could not be read.
    """

    state: str
    reason: str = ""
    key: str = ""
    release: Release | None = None


def seen(result: Any) -> Seen:
    """What *result*, that of ``cw_agent_info`` on a host, says of its active configurations."""
    if not isinstance(result, Mapping) or result.get("skipped"):
        return Seen(NOT_OBSERVED)
    if result.get("unreachable"):
        return Seen(UNREACHABLE, _first_line(result))
    if "agent" not in result:
        return Seen(FAILED, _first_line(result))
    return Seen("", files={str(one["file"]): str(one["digest"]) for one in result["agent"]["configurations"]})


def _first_line(result: Mapping[str, Any]) -> str:
    return next(iter(str(result.get("msg") or "").strip().splitlines()), "")


def use_of(host: Seen, key: str, releases: Mapping[str, Sequence[Release]]) -> Use:
    """What *host*, whose configuration in the plan is *key*, runs; *releases*: by key, of its account and region."""
    if host.state:
        return Use(host.state, host.reason)
    if not host.files:
        return Use(NONE)
    # What another configuration happens to have in common with it is no sign; the name of the file is.
    others = {other: [release for release in some if _named(release, host.files)] for other, some in releases.items() if other != key}
    for candidate, some in {key: releases.get(key, ()), **others}.items():
        found = [release for release in some if _all_there(release, host.files)]
        if found:
            return Use(RUNS, "", candidate, max(found, key=lambda release: _rank(release, host.files)))
    return Use(OTHER, listed(sorted(host.files)))


def _all_there(release: Release, files: Mapping[str, str]) -> bool:
    """Hosts converge by digest, so that a file may have the name of an older version with the same text."""
    return all(version.digest in files.values() for version in release.parts.values())


def _named(release: Release, files: Mapping[str, str]) -> bool:
    return all(files.get(file_name(name, version.number)) == version.digest for name, version in release.parts.items())


def _rank(release: Release, files: Mapping[str, str]) -> tuple[int, bool, bool, int]:
    return len(release.parts), _named(release, files), LIVE in release.labels, release.version


class Users(NamedTuple):
    """The hosts that may have fetched from an account and region.

    ``observed``: by host, what was seen. ``unknown``: by name of a configuration, its hosts of which nobody knows what they run.
    """

    observed: Mapping[str, Seen]
    unknown: Mapping[str, Sequence[str]]


def users_of(plan: Mapping[str, Any], target: Target, observed: Mapping[str, Any], beside: Mapping[str, Sequence[str]]) -> Users:
    """The hosts that may have fetched from *target*.

    Args:
        plan: the result of cw_agent_plan.
        target: the account and region.
        observed: by host, the result of cw_agent_info.
        beside: by name of a configuration, hosts of the inventory that are not part of the run.
    """
    found: dict[str, Seen] = {}
    unknown = {name: list(hosts) for name, hosts in beside.items()}
    for host, entry in plan["hosts"].items():
        if entry.get("state") == ABSENT or Target(entry["profile"], entry["region"]) == target:
            found[host] = seen(observed.get(host))
            if found[host].state and entry["name"]:
                unknown.setdefault(entry["name"], []).append(host)
    return Users(found, unknown)


def needed(parts: Iterable[str], history: History, users: Users) -> dict[str, str]:
    """Why further *parts* of configurations that no label uses are still needed; those that are not are left out.

    *history*: their versions; *users*: the hosts that may have fetched them.
    """
    found = {}
    for part in parts:
        running = [host for host, one in users.observed.items() if _uses(one.files, part, history)]
        unknown = users.unknown.get(PART_NAME.sub("", part), ())
        if running:
            found[part] = f"in use by {listed(running)}"
        elif unknown:
            found[part] = f"nobody knows what is in use by {listed(unknown)}"
    return found


def _uses(files: Mapping[str, str], parameter: str, history: History) -> bool:
    digests = {version.digest for version in history.get(parameter, ())}
    named = re.compile(re.escape(file_name(parameter, 0)[:-1]) + r"\d+")
    return any(digest in digests or named.fullmatch(file) for file, digest in files.items())
