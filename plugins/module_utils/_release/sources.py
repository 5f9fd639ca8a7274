# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From published configurations to the exact versions that each host fetches, and to what may be released."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Collection, Iterable, Mapping

from .._config.canonical import digest
from .._config.errors import ConfigError
from .._config.policy import account_of
from .labels import Own
from .parts import part_name
from .publications import HOLD, LIVE, Publication, Target
from .settings import ABSENT

Source = dict[str, str]
"""``location`` (ssm:NAME:VERSION), ``digest`` (sha256 of the text) and ``content`` (the text)."""


@dataclass
class Published:
    """A configuration as Parameter Store holds it.

    ``parts``: what ``ssm_parameter`` returns of each of the publication's names, the one behind the last part included;
    ``live_parts``: of a live release with more parts than that, the further ones (``name``, ``version``, ``value``).
    """

    publication: Publication
    parts: list[dict[str, Any]]
    live_parts: list[dict[str, Any]] = field(default_factory=list)

    @property
    def released(self) -> bool:
        """Whether live is what was published, in all its parts and no more."""
        return all(part["labels"][LIVE] == part["version"] for part in self.parts[:-1]) and not self.parts[-1]["labels"][LIVE]

    @property
    def same_as_live(self) -> bool:
        """Whether live has the texts that were published, be it in other versions. A SecureString, which is not compared, has not."""
        *parts, behind = self.parts
        same = (
            part["labels"][LIVE] and part["labelled_values"].get(LIVE, text) == text for part, text in zip(parts, self.publication.texts)
        )
        return all(same) and not behind["labels"][LIVE]

    def on_hold(self, hold: str) -> bool:
        """Whether this configuration was rolled back and the inventory asks for another version than the live one (*hold*: keep, lift)."""
        labels = self.parts[0]["labels"]
        return bool(hold == "keep" and labels[HOLD] and labels[LIVE]) and not self.released

    def to_release(self, hold: str) -> bool:
        """Whether a release has anything to move."""
        held = bool(self.parts[0]["labels"][HOLD])
        return not (held and hold == "keep") and (not self.released or held)

    @property
    def account(self) -> str:
        """The account that holds it, '' where nothing was read of it (yet)."""
        return next((account_of(str(part["arn"])) for part in self.parts if part.get("arn")), "")

    def hold_warning(self) -> str:
        """What a user has to know of a configuration on hold."""
        part, target = self.parts[0], self.publication.target
        return (
            f"{target.region}/{self.publication.name}: on hold since its rollback: hosts stay at version {part['labels'][LIVE]}, "
            f"the inventory asks for version {part['version']}. Hint: set cw_agent_release_hold to lift to release it."
        )

    def sources(self, hold: str) -> list[Source]:
        """What the hosts of this configuration fetch: what was published, or the live release where that is on hold."""
        texts = self.publication.texts
        if not self.on_hold(hold):
            # What Parameter Store spells differently counts as it is spelled there: hosts compare digests.
            return [_source(part["name"], part["version"], part["stored_value"] or text) for part, text in zip(self.parts, texts)]
        found: list[Source] = []
        for part, text in zip(self.parts, [*texts, ""]):
            version, other = part["labels"][LIVE], part["labelled_values"].get(LIVE)
            if not version:
                return found
            found.append(_source(part["name"], version, other if other is not None else part["stored_value"] or text))
        return found + [_source(part["name"], part["version"], part["value"]) for part in self.live_parts]

    def more_live_parts(self, hold: str) -> int:
        """The number of the first further part of the live release that has to be read, 0 for none."""
        return len(self.parts) + 1 if self.on_hold(hold) and self.parts[-1]["labels"][LIVE] else 0

    def result(self, hold: str) -> dict[str, Any]:
        """The configuration for a module's result."""
        part, publication = self.parts[0], self.publication
        return {
            "key": publication.key,
            "name": publication.name,
            "profile": publication.target.profile,
            "region": publication.target.region,
            "hosts": list(publication.hosts),
            "version": part["version"],
            "live": part["labels"][LIVE],
            "same_as_live": self.same_as_live,
            "on_hold": self.on_hold(hold),
            "released": not self.to_release(hold),
            "changed": any({"created", "value"} & set(part["changed_parts"]) for part in self.parts),
            "hold": part["labels"][HOLD],
            "parts": [part_name(publication.name, number) for number in range(1, len(publication.texts) + 1)],
            "versions": {each["name"]: each["version"] for each in self.parts[:-1]},
        }


def _source(name: str, version: int, text: str) -> Source:
    return {"location": f"ssm:{name}:{version}", "digest": digest(text), "content": text}


def sources_by_host(plan: Mapping[str, Any], published: Iterable[Published], hold: str) -> dict[str, list[Source]]:
    """What each host of *plan* fetches, nothing where the agent is to be absent. Exact versions, so that nobody's later write is fetched.

    Raises:
        ConfigError: a configuration of the plan was not published.
    """
    made = {item.publication.key: item.sources(hold) for item in published}
    hosts = {host: entry for host, entry in plan["hosts"].items() if entry.get("state") != ABSENT}
    lacking = [host for host, entry in hosts.items() if entry["key"] not in made]
    if lacking:
        key = hosts[lacking[0]]["key"]
        raise ConfigError(f"{lacking[0]}: its configuration {key} was not published: run the role parameter_store over this host")
    return {host: made[hosts[host]["key"]] if host in hosts else [] for host in plan["hosts"]}


def accounts_by_host(plan: Mapping[str, Any], published: Iterable[Published]) -> dict[str, str]:
    """The account in which each host of *plan* finds its configuration, '' where that is not known (check mode, before it is created)."""
    accounts = {item.publication.key: item.account for item in published}
    return {host: accounts.get(entry["key"], "") for host, entry in plan["hosts"].items()}


def live_of(configuration: Mapping[str, Any], sources: Mapping[str, Iterable[Source]]) -> list[dict[str, Any]]:
    """The parts of a *configuration* that a release makes live, with their versions. *sources*: by host, what it fetches."""
    found = []
    for source in sources[configuration["hosts"][0]]:
        name, _colon, version = source["location"].partition(":")[2].rpartition(":")
        found.append({"name": name, "version": int(version)})
    return found


def own(configurations: Iterable[Mapping[str, Any]], released: Iterable[Mapping[str, Any]] = ()) -> dict[tuple[Target, str], Own]:
    """What a run has published, by target and name; what is on hold since before it is not its own.

    Args:
        configurations: of the result of ``cw_agent_release`` with state published.
        released: those that the run has released since.
    """
    moved = {_place(item) for item in released}
    return {
        _place(item): Own(item["versions"], item["hold"], item["released"] or _place(item) in moved)
        for item in configurations
        if not item["on_hold"]
    }


def _place(item: Mapping[str, Any]) -> tuple[Target, str]:
    return Target(item["profile"], item["region"]), item["name"]


def withheld(configuration: Mapping[str, Any], verified: Collection[str], others: Collection[str] = ()) -> str:
    """Why live does not move to a published *configuration*, '' if it may.

    Args:
        configuration: an entry of the result of ``cw_agent_release``.
        verified: the hosts of the run whose telemetry is well.
        others: hosts of the inventory with this configuration that are not part of the run.
    """
    if configuration["on_hold"]:
        return "it is on hold: set cw_agent_release_hold to lift to release it"
    lacking = [host for host in configuration["hosts"] if host not in verified]
    if lacking:
        return f"{_some(lacking)} not verified: see to it, then run again"
    if others:
        return f"{_some(sorted(others))} not part of this run: run it for all hosts, or set cw_agent_release to always"
    return ""


def _some(hosts: list[str]) -> str:
    shown = ", ".join(hosts[:3]) + (f" and {len(hosts) - 3} more" if len(hosts) > 3 else "")
    return f"{shown} {'is' if len(hosts) == 1 else 'are'}"
