# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which labels a release, a promotion or a rollback moves, and which parts no label uses."""

from __future__ import annotations

from typing import Any, Mapping, NamedTuple

from .parts import part_name
from .publications import CANDIDATE, HOLD, LABELS, LIVE, PREVIOUS

PROMOTE = "promote"
ROLLBACK = "rollback"
REJECT = "reject"
"""The candidate is put on hold: live and its hosts stay where they are."""

Labels = Mapping[str, Mapping[str, int]]
"""By name of a parameter: label → version, 0 for a label that no version carries."""

Versions = dict[str, int]


class Own(NamedTuple):
    """What a run has published of a configuration: its parts with their versions, and the version that was on hold then (0: none).

    ``released``: live has moved to it, so that no later candidate takes anything away.
    """

    versions: Versions
    hold: int = 0
    released: bool = False


def refusal(name: str, labels: Labels, action: str, hold: str) -> str:
    """Why *name* cannot be moved by *action* (promote, rollback or reject), '' if it can. *hold*: keep or lift."""
    releases = {label: versions_at(labels, name, label) for label in LABELS}
    if action == ROLLBACK:
        return "" if releases[PREVIOUS] else "there is no previous release to go back to: correct the fragments and publish instead"
    if action == REJECT and not releases[LIVE]:
        return "there is no live release to stay at"
    if action == REJECT and releases[LIVE] == releases[CANDIDATE]:
        return "its candidate is live already"
    if not releases[CANDIDATE]:
        return "there is no candidate: publish one first"
    if action == PROMOTE and releases[HOLD] and hold == "keep":
        return (
            f"is on hold since its rollback from version {releases[HOLD].get(name)}: "
            "set cw_agent_release_hold to lift to release the candidate and to remove the hold"
        )
    return ""


def overtaken(name: str, labels: Labels, own: Own) -> str:
    """What somebody else has made of *name* since a run has published its *own* version; '' where nothing that concerns it."""
    ours, held = own.versions[name], labels[name].get(HOLD, 0)
    if held not in (0, 0 if own.released else own.hold):
        return f"version {held} was put on hold meanwhile, by a rollback or another roll-out, and this run's is version {ours}"
    if versions_at(labels, name, LIVE) == own.versions:
        return ""
    label = LIVE if own.released else CANDIDATE
    there = versions_at(labels, name, label)
    if there == own.versions:
        return ""
    now = there.get(name, 0)
    what = "another version of its parts" if now == ours else f"version {now}" if now else "no version"
    return f"{label} is {what} by now, which another run has published or somebody has chosen, and this run's is version {ours}"


def moves(name: str, labels: Labels, action: str, hold: str) -> dict[str, dict[str, int]]:
    """Where the labels of each part of *name* go: by parameter, label → version (0: the label is removed)."""
    releases = {label: versions_at(labels, name, label) for label in LABELS}
    if action == REJECT:
        return _moved(name, labels, {HOLD: {name: releases[CANDIDATE][name]}})
    return _moved(name, labels, _rollback(name, releases, releases[PREVIOUS]) if action == ROLLBACK else _promotion(releases, hold))


def moves_to(name: str, labels: Labels, to: Versions) -> dict[str, dict[str, int]]:
    """As :func:`moves`, for a rollback to the parts *to* instead of the previous release."""
    return _moved(name, labels, _rollback(name, {label: versions_at(labels, name, label) for label in LABELS}, to))


def _moved(name: str, labels: Labels, aims: Mapping[str, Versions]) -> dict[str, dict[str, int]]:
    found = {}
    for parameter, at in labels.items():
        if parameter == name or is_part_of(parameter, name):
            desired = {label: versions.get(parameter, 0) for label, versions in aims.items()}
            moved = {label: version for label, version in desired.items() if at.get(label, 0) != version}
            if moved:
                found[parameter] = moved
    return found


def _promotion(releases: Mapping[str, Versions], hold: str) -> dict[str, Versions]:
    """Live goes to the candidate, and what was live becomes the previous release."""
    aims = {LIVE: releases[CANDIDATE], CANDIDATE: releases[CANDIDATE]}
    if releases[LIVE] and releases[LIVE] != releases[CANDIDATE]:
        aims[PREVIOUS] = releases[LIVE]
    if hold == "lift":
        aims[HOLD] = {}
    return aims


def _rollback(name: str, releases: Mapping[str, Versions], to: Versions) -> dict[str, Versions]:
    """Live goes to the parts *to*, and a hold keeps the next run from undoing that. Previous goes along: going back never leads forward."""
    aims = {LIVE: to, PREVIOUS: to}
    if releases[LIVE] != to:
        left = [releases[label].get(name, 0) for label in (HOLD, LIVE, CANDIDATE)]
        held = next((version for version in left if version not in (0, to[name])), releases[LIVE].get(name, 0))
        aims.update({HOLD: {name: held}} if held else {})
    return aims


def live_after(name: str, labels: Labels, moved: Mapping[str, Mapping[str, int]]) -> Versions:
    """The parts of *name* that are live once *labels* have *moved*, with their versions."""
    return versions_at({parameter: {**at, **moved.get(parameter, {})} for parameter, at in labels.items()}, name, LIVE)


def versions_at(labels: Labels, name: str, label: str) -> Versions:
    """The parts of *name* that carry *label* without a gap, with their versions; the configuration's own parameter first."""
    found: Versions = {}
    number = 1
    while labels.get(part_name(name, number), {}).get(label):
        found[part_name(name, number)] = labels[part_name(name, number)][label]
        number += 1
    return found


def is_part_of(other: str, name: str) -> bool:
    """Whether the parameter *other* is a further part of the configuration *name*."""
    return other.startswith(name + ".part") and other[len(name) + 5 :].isdigit()


def unused_parts(names: list[str], labels: Labels) -> list[str]:
    """The further parts of *names* that carry none of the labels."""
    return [parameter for parameter, at in labels.items() if not any(at.values()) and any(is_part_of(parameter, name) for name in names)]


def move_lines(name: str, moved: Mapping[str, Mapping[str, int]], labels: Labels) -> list[dict[str, Any]]:
    """Each move of *name*'s own labels as ``name``, ``label``, ``before`` and ``after`` (versions, 0 for none)."""
    return [
        {"name": name, "label": label, "before": labels[name].get(label, 0), "after": to}
        for label, to in sorted(moved.get(name, {}).items())
    ]


def shown(move: Mapping[str, Any]) -> str:
    """A move in words."""
    before, after = (f"version {move[side]}" if move[side] else "none" for side in ("before", "after"))
    return f"{move['name']}: {move['label']} {before} → {after}"
