# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which release a user means who names a version to go back to, and why that one cannot be live."""

from __future__ import annotations

import re
from typing import Any, Iterable, Mapping, NamedTuple

from .._config.errors import ConfigError
from .._config.words import listed
from .history import History, Release, live_of, releases_of
from .parts import PART_NAME
from .publications import Target, names_by_target

_VERSION = re.compile(r"(?:(?P<name>.+):)?(?P<version>[1-9][0-9]*)")
_SHOWN = 12


class Selection(NamedTuple):
    """A version of a configuration of the plan."""

    target: Target
    name: str
    version: int

    @property
    def key(self) -> str:
        """The configuration as the plan calls it."""
        return _key(self.target, self.name)


def _key(target: Target, name: str) -> str:
    return "/".join(filter(None, (target.profile, target.region, name)))


def selected(plan: Mapping[str, Any], names: Iterable[str], text: str) -> Selection:
    """The version that *text* means: VERSION, NAME:VERSION, or KEY:VERSION with a key of the *plan*; *names* limit the configurations.

    Raises:
        ConfigError: it means none, several, or that of a configuration that is not among them.
    """
    match = _VERSION.fullmatch(text)
    known = [(target, name) for target, some in names_by_target(plan, names).items() for name in some]
    keys = [_key(target, name) for target, name in known]
    if not match:
        example = f"{known[0][1]}:1" if known else "NAME:VERSION"
        raise ConfigError(f"cw_agent_release_version is {text!r}. Hint: write NAME:VERSION, such as {example}.")
    found = [one for one, key in zip(known, keys) if match["name"] in (None, one[1], key)]
    if len(found) == 1:
        return Selection(*found[0], int(match["version"]))
    if found:
        raise ConfigError(
            f"cw_agent_release_version is {text!r}, which {len(found)} configurations may have: {listed([_key(*one) for one in found])}. "
            "Hint: write it as one of these, a colon and the version."
        )
    part = " It is a part: the version is that of the whole configuration." if PART_NAME.search(match["name"] or "") else ""
    raise ConfigError(
        f"cw_agent_release_version is {text!r}, which is of another configuration than those of this run: {listed(keys) or 'none'}.{part} "
        "Hint: correct it, or cw_agent_release_names, cw_agent_hosts or --limit, which choose them."
    )


def release_to_go_back_to(selection: Selection, history: History) -> Release:
    """The release that *selection* names.

    Raises:
        ConfigError: it does not exist, is live, or cannot be put together.
    """
    releases = releases_of(selection.name, history)
    there = [release for release in releases if release.version == selection.version]
    where = f"{selection.key}: version {selection.version}"
    if not there:
        raise ConfigError(f"{selection.key}: there is no version {selection.version}. {_listed(releases)}")
    live = live_of(releases)
    found = [release for release in there if release is not live]
    if not found:
        raise ConfigError(f"{where} is live already. {_listed(releases)}")
    if len(found) > 1:
        several = " and ".join(", ".join(release.labels) for release in found)
        raise ConfigError(
            f"{where} begins several releases ({several}) of different parts. Hint: promote the one, or go back to the other."
        )
    if not found[0].complete:
        raise ConfigError(
            f"{where} was one of several parts, and no label says any longer which of the others go with it. "
            "Hint: correct the fragments and publish that content again."
        )
    if found[0].configuration is None:
        raise ConfigError(f"{where} holds no configuration of the agent: its text is no JSON object. {_listed(releases)}")
    return found[0]


def _listed(releases: Iterable[Release]) -> str:
    words = [f"{one.version} ({', '.join(one.labels)})" if one.labels else str(one.version) for one in releases]
    return f"Hint: there are the versions {listed(words, _SHOWN)}." if words else "Hint: nothing is published under that name."
