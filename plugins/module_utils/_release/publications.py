# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the plan of a run to the parameters that publish it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Iterable, Iterator, Mapping, NamedTuple

from .._config.canonical import canonical_text
from .._config.errors import ConfigError
from .notes import Note
from .parts import part_name, split

CANDIDATE = "candidate"
LIVE = "live"
PREVIOUS = "previous"
HOLD = "hold"
LABELS = (CANDIDATE, LIVE, PREVIOUS, HOLD)
MANAGED_PREFIX = "AmazonCloudWatch-"


class Target(NamedTuple):
    """Where a configuration is published: an AWS profile of the controller ('' for its own credentials) and a region."""

    profile: str
    region: str


@dataclass(frozen=True)
class Publication:
    """A configuration of the plan as it is published: the text of each part, part 1 first. ``vaulted``: whether it holds a secret."""

    key: str
    name: str
    target: Target
    hosts: tuple[str, ...]
    texts: tuple[str, ...]
    vaulted: bool = False

    @property
    def names(self) -> list[str]:
        """The parameters of all parts, and the one behind the last, which must not be a part of this release any more."""
        return [part_name(self.name, number) for number in range(1, len(self.texts) + 2)]


def outside_managed_policy(plan: Mapping[str, Any]) -> list[str]:
    """The names in *plan* that AWS's managed policy of the agent does not let hosts read."""
    return sorted({entry["name"] for entry in plan["configurations"] if not entry["name"].startswith(MANAGED_PREFIX)})


def publications(plan: Mapping[str, Any]) -> list[Publication]:
    """What has to be published of *plan*, one for each distinct configuration.

    Raises:
        ConfigError: values that Parameter Store cannot hold; all of them in one message.
    """
    found, wrong = [], []
    for entry in plan["configurations"]:
        # From the text: plain data, where a playbook's variables are templated anew at every access.
        configuration = json.loads(str(entry["text"]))
        try:
            texts = tuple(canonical_text(part) for part in split(entry["name"], configuration))
        except ConfigError as error:
            wrong.append(str(error))
            continue
        wrong += [f"{entry['name']}: {reason}" for reason in _references(configuration, "")]
        target = Target(entry["profile"], entry["region"])
        found.append(Publication(entry["key"], entry["name"], target, tuple(entry["hosts"]), texts, bool(entry.get("vaulted"))))
    if wrong:
        raise ConfigError("; ".join(wrong))
    return found


def _references(value: Any, pointer: str) -> list[str]:
    if isinstance(value, str):
        return [f"{pointer}: {value!r} holds {{{{, which Parameter Store refuses: remove it"] if "{{" in value else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [reason for key, item in items for reason in _references(item, f"{pointer}/{key}")]


def parameters(publication: Publication, tags: Mapping[str, str] | None = None, origin: str = "") -> Iterator[dict[str, Any]]:
    """The options of ``ssm_parameter`` for each name of *publication*, with the name as ``name``.

    Args:
        publication: what is published.
        tags: of every parameter; none: tags are neither read nor changed.
        origin: the inventory that it comes from, for the description that goes with a new version, and never makes one by itself.
    """
    count = len(publication.texts)
    for number, (name, text) in enumerate(zip(publication.names, publication.texts), 1):
        report = [LIVE, HOLD] if number == 1 else [LIVE]
        note = str(Note(origin, number, count, publication.vaulted))
        options = {"name": name, "value": text, "tier": "auto", "labels": [CANDIDATE], "report_labels": report, "note": note}
        yield {**options, "tags": dict(tags)} if tags else options
    yield {"name": publication.names[-1], "label_versions": {CANDIDATE: 0}, "report_labels": [LIVE]}


def by_target(publications_: Iterable[Publication]) -> dict[Target, list[Publication]]:
    """*publications_* by the target that they go to."""
    found: dict[Target, list[Publication]] = {}
    for publication in publications_:
        found.setdefault(publication.target, []).append(publication)
    return found


def names_by_target(plan: Mapping[str, Any], names: Iterable[str] = ()) -> dict[Target, list[str]]:
    """The names of *plan*'s configurations, or those of *names* alone, by target.

    Raises:
        ConfigError: one of *names* belongs to no host of the run.
    """
    chosen = set(names)
    found: dict[Target, list[str]] = {}
    for entry in plan["configurations"]:
        if not chosen or entry["name"] in chosen:
            found.setdefault(Target(entry["profile"], entry["region"]), []).append(entry["name"])
    unknown = sorted(chosen - {name for target in found.values() for name in target})
    if unknown:
        known = ", ".join(sorted({entry["name"] for entry in plan["configurations"]}))
        raise ConfigError(f"cw_agent_release_names: {', '.join(unknown)} belongs to no host of this run; its configurations are: {known}")
    return {target: sorted(found[target]) for target in found}
