# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the versions that Parameter Store keeps to the releases of a configuration, and what each changes."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass, field
from typing import Any, Iterator, Mapping, Sequence

from .._config.canonical import canonical_text, digest
from .labels import versions_at
from .notes import note_of
from .parts import joined
from .publications import CANDIDATE, HOLD, LABELS, LIVE, PREVIOUS

CONFIDENTIAL = "one of them holds values that must stay secret"
UNKNOWN_PARTS = "no label says any longer which parts belong to it"
_CONTEXT = 3


@dataclass(frozen=True)
class Version:
    """A version of a parameter. ``published_at``: ISO 8601, UTC; ``published_by``: an ARN; ``encrypted``: of a SecureString."""

    number: int
    text: str = field(repr=False)
    published_at: str = ""
    published_by: str = ""
    labels: tuple[str, ...] = ()
    description: str = ""
    encrypted: bool = False

    @property
    def digest(self) -> str:
        """The sha256 of the text."""
        return digest(self.text)

    @property
    def secret(self) -> bool:
        """Whether the text must not be shown: it is encrypted, or was published with values out of Ansible Vault."""
        note = note_of(self.description)
        return self.encrypted or bool(note and note.vaulted)


History = Mapping[str, Sequence[Version]]
"""By name of a parameter, that of the configuration and those of its parts: its versions, oldest first."""


@dataclass(frozen=True)
class Release:
    """A release of the configuration ``name``: its ``parts`` by the name of their parameter, and its labels.

    ``complete``: whether these are all parts. Only labels say which parts go together.
    """

    name: str
    parts: Mapping[str, Version]
    labels: tuple[str, ...] = ()
    complete: bool = True

    @property
    def version(self) -> int:
        """The version of the parameter with the configuration's own name."""
        return self.parts[self.name].number

    @property
    def newest(self) -> Version:
        """The part that was published last."""
        return max(self.parts.values(), key=lambda version: version.published_at)

    @property
    def secret(self) -> bool:
        """Whether one of its parts must not be shown."""
        return any(version.secret for version in self.parts.values())

    @property
    def configuration(self) -> dict[str, Any] | None:
        """All parts together; None for a text that is no configuration."""
        try:
            parts = [json.loads(version.text) for version in self.parts.values()]
        except ValueError:
            return None
        return joined(self.name, parts) if all(isinstance(part, dict) for part in parts) else None

    @property
    def digest(self) -> str:
        """The digest of the configuration, as the plan has it; of one part: of its exact text."""
        if len(self.parts) == 1 or self.configuration is None:
            return self.parts[self.name].digest
        return digest(canonical_text(self.configuration))


def releases_of(name: str, history: History) -> list[Release]:
    """The releases of *name*, newest first: what a label holds together, and every other version of the parameter of that name."""
    labels = {
        parameter: {label: version.number for version in versions for label in version.labels} for parameter, versions in history.items()
    }
    numbered = {parameter: {version.number: version for version in versions} for parameter, versions in history.items()}
    sets: dict[tuple[tuple[str, int], ...], list[str]] = {}
    for label in (CANDIDATE, LIVE, PREVIOUS):
        at = versions_at(labels, name, label)
        if at:
            sets.setdefault(tuple(at.items()), []).append(label)
    found = []
    for parts, at_labels in sets.items():
        versions = {parameter: numbered[parameter][number] for parameter, number in parts}
        alone = sum(dict(other)[name] == versions[name].number for other in sets) == 1
        found.append(Release(name, versions, (*at_labels, *_further_labels(versions[name], alone or LIVE not in at_labels))))
    known = {release.version for release in found}
    others = (version for version in history.get(name, ()) if version.number not in known)
    found += [Release(name, {name: version}, _further_labels(version, True), _alone(version, history)) for version in others]
    return sorted(found, key=lambda release: -release.version)


def _further_labels(version: Version, hold: bool) -> tuple[str, ...]:
    """Labels that stand at the first part alone: the hold, and those that are somebody else's."""
    return tuple(label for label in version.labels if label not in LABELS or (label == HOLD and hold))


def _alone(version: Version, history: History) -> bool:
    """Whether a version without labels was a release of one part."""
    note = note_of(version.description)
    return note.parts == 1 if note else len(history) == 1


def live_of(releases: Sequence[Release]) -> Release | None:
    """The release that is live, if there is one."""
    return next((release for release in releases if LIVE in release.labels), None)


def hidden(release: Release, live: Release | None, vaulted: bool) -> str:
    """Why nothing is shown of what *release* changes, '' if it may be. *vaulted*: whether the inventory puts secrets into it."""
    if vaulted or release.secret or (live and live.secret):
        return CONFIDENTIAL
    return "" if release.complete else UNKNOWN_PARTS


def differences(release: Release, live: Release) -> list[str]:
    """What *release* changes of *live*: a unified diff of the whole configurations as indented JSON."""
    return list(
        difflib.unified_diff(
            list(_lines(live)),
            list(_lines(release)),
            f"version {live.version} (live)",
            f"version {release.version}",
            n=_CONTEXT,
            lineterm="",
        )
    )


def _lines(release: Release) -> Iterator[str]:
    found = release.configuration
    if found is None:
        return iter(release.parts[release.name].text.splitlines())
    return iter(json.dumps(found, indent=2, sort_keys=True, ensure_ascii=False).splitlines())
