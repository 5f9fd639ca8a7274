# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Publishes and releases the configurations of a run: all accounts and regions together, each of them side by side with the others."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Callable, Iterable, Mapping, TypeVar

from .._release import labels as label_moves
from .._release.labels import Own
from .._release.notes import note_of
from .._release.parts import part_name
from .._release.publications import CANDIDATE, HOLD, LABELS, LIVE, Publication, Target, by_target, parameters
from .._release.selection import Selection, release_to_go_back_to
from .._release.sources import Published
from .._release.usage import Users, needed
from .errors import AwsError
from .release_history import histories, parameter_histories
from .ssm_changes import Change, Desired, diff_of, needs_write, result_of
from .ssm_parameter import Store, ensure_absent, ensure_present, plan, read, read_selected
from .ssm_reading import labels_of, labels_of_parts, names_beginning

Answer = TypeVar("Answer")


@dataclass
class Outcome:
    """What a state of ``cw_agent_release`` has done. ``changes``: of parameters, for the diff; ``live``: what is live afterwards."""

    changed: bool = False
    changes: list[Change] = field(default_factory=list)
    moves: list[dict[str, Any]] = field(default_factory=list)
    live: list[dict[str, Any]] = field(default_factory=list)
    skipped: list[dict[str, str]] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    retained: list[dict[str, str]] = field(default_factory=list)

    def diff(self) -> list[dict[str, str]]:
        """One entry for each parameter that changes."""
        return [diff_of(change) for change in self.changes if change.parts]


@dataclass
class Releases:
    """Parameter Store of every target of a run.

    Args:
        store: gives the Store of a target.
        check_mode: whether only to say what would be done.
    """

    store: Callable[[Target], Store]
    check_mode: bool

    def _each(self, work: Callable[..., Answer], *columns: Iterable[Any]) -> list[Answer]:
        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(work, *columns))

    def publish(
        self, publications: list[Publication], tags: Mapping[str, str], origins: Mapping[str, str], hold: str, takeover: bool = False
    ) -> tuple[Outcome, list[Published]]:
        """Write what differs with the label candidate; nothing at all where anything is refused.

        Args:
            publications: what to publish.
            tags: of every parameter; none: tags are left alone.
            origins: key of a configuration → the inventory that it comes from.
            hold: keep or lift.
            takeover: whether to write over what another inventory has published.

        Raises:
            AwsError: a read or write failed, or Parameter Store would refuse something.
        """
        targets = by_target(publications)
        desired = {target: _desired(some, tags, origins) for target, some in targets.items()}
        stores = {target: self.store(target) for target in targets}
        currents = self._each(lambda target: read(stores[target].reader, desired[target]), targets)
        current = dict(zip(targets, currents))
        foreign = [reason for target in targets for reason in _foreign(target, desired[target], current[target])]
        if foreign and not takeover:
            raise AwsError("; ".join(foreign))
        for target in targets:
            plan(desired[target], current[target])
        ended = self._each(lambda target: ensure_present(stores[target], desired[target], current[target], self.check_mode), targets)
        outcome = Outcome(any(changed for changed, _before, _after in ended), [change for _c, _b, after in ended for change in after])
        published = []
        for (target, some), (_changed, _before, after) in zip(targets.items(), ended):
            by_name = {change.desired.name: result_of(change) for change in after}
            for publication in some:
                item = Published(publication, [by_name[name] for name in publication.names])
                item.live_parts = _further_live_parts(stores[target].reader, publication.name, item.more_live_parts(hold))
                published.append(item)
        return outcome, published

    def move(
        self,
        names: Mapping[Target, list[str]],
        action: str,
        hold: str,
        announce: Callable[[str], None],
        own: Mapping[tuple[Target, str], Own] | None = None,
    ) -> Outcome:
        """Move the labels of a promotion, a rollback or a rejection. What cannot be moved stops a promotion and is skipped otherwise.

        Args:
            names: of the configurations, by target.
            action: ``promote`` or ``rollback``.
            hold: keep or lift.
            announce: takes a line for each move before anything is moved.
            own: what this run has published, by target and name: where somebody else has overtaken it, that is skipped, and no promotion
                is refused for it. Without it the candidate is moved whoever has published it.

        Raises:
            AwsError: a call failed, or a promotion is refused; nothing was moved then.
        """
        outcome = Outcome()
        read_labels = self._each(lambda target: labels_of_parts(self.store(target).reader, names[target], list(LABELS)), names)
        desired: dict[Target, list[Desired]] = {}
        for target, labels in zip(names, read_labels):
            for name in names[target]:
                reason = self._overtaken(target, name, labels, own[target, name]) if own else ""
                reason = reason or label_moves.refusal(name, labels, action, hold)
                if reason:
                    outcome.skipped.append({"profile": target.profile, "region": target.region, "name": name, "reason": reason})
                    continue
                moved = label_moves.moves(name, labels, action, hold)
                desired.setdefault(target, []).extend(Desired(parameter, label_versions=at) for parameter, at in moved.items())
                outcome.live.append(_live(target, name, labels, moved))
                for line in label_moves.move_lines(name, moved, labels):
                    outcome.moves.append({"profile": target.profile, "region": target.region, **line})
        if outcome.skipped and action == label_moves.PROMOTE and own is None:
            raise AwsError("; ".join(f"{item['region']}/{item['name']}: {item['reason']}" for item in outcome.skipped))
        return self._announced(outcome, desired, announce)

    def overtaken(self, own: Mapping[tuple[Target, str], Own]) -> list[dict[str, str]]:
        """The configurations of which somebody else has published or released another version since, each with ``reason``."""
        names: dict[Target, list[str]] = {}
        for target, name in own:
            names.setdefault(target, []).append(name)
        read_labels = self._each(lambda target: labels_of_parts(self.store(target).reader, names[target], list(LABELS)), names)
        found = []
        for target, labels in zip(names, read_labels):
            for name in names[target]:
                reason = self._overtaken(target, name, labels, own[target, name])
                found += [{"profile": target.profile, "region": target.region, "name": name, "reason": reason}] if reason else []
        return found

    def _overtaken(self, target: Target, name: str, labels: label_moves.Labels, own: Own) -> str:
        reason = label_moves.overtaken(name, labels, own)
        if not reason or labels[name].get(HOLD):
            return reason
        # Two runs that publish the same content at the same moment make two versions of it.
        label = LIVE if own.released else CANDIDATE
        there = label_moves.versions_at(labels, name, label)
        if set(there) != set(own.versions):
            return reason
        words = [[f"{part}:{version}" for part, version in versions.items()] for versions in (own.versions, there)]
        values = read_selected(self.store(target).reader, [*words[0], *words[1]], decrypt=False)
        texts = [[(values.get(word) or {}).get("Value") for word in some] for some in words]
        return "" if texts[0] == texts[1] and None not in texts[0] else reason

    def move_to(self, selection: Selection, announce: Callable[[str], None]) -> Outcome:
        """Move live to the version that was selected, and hold it there.

        Raises:
            AwsError: a call failed.
            ConfigError: live cannot go there; nothing was moved then.
        """
        target, name = selection.target, selection.name
        reader = self.store(target).reader
        release = release_to_go_back_to(selection, histories(reader, [name])[name])
        labels = labels_of_parts(reader, [name], list(LABELS))
        moved = label_moves.moves_to(name, labels, {part: version.number for part, version in release.parts.items()})
        lines = label_moves.move_lines(name, moved, labels)
        moves = [{"profile": target.profile, "region": target.region, **line} for line in lines]
        outcome = Outcome(moves=moves, live=[_live(target, name, labels, moved)])
        desired = {target: [Desired(parameter, label_versions=at) for parameter, at in moved.items()]}
        return self._announced(outcome, desired, announce)

    def _announced(self, outcome: Outcome, desired: Mapping[Target, list[Desired]], announce: Callable[[str], None]) -> Outcome:
        for move in outcome.moves:
            announce(f"{move['region']}/{label_moves.shown(move)}")
        return self._present(outcome, desired)

    def _present(self, outcome: Outcome, desired: Mapping[Target, list[Desired]]) -> Outcome:
        def ensure(target: Target) -> tuple[bool, list[Change]]:
            store = self.store(target)
            changed, _before, after = ensure_present(store, desired[target], read(store.reader, desired[target]), self.check_mode)
            return changed, after

        for changed, after in self._each(ensure, desired):
            outcome.changed = outcome.changed or changed
            outcome.changes += after
        return outcome

    def prune(self, names: Mapping[Target, list[str]], users: Mapping[Target, Users]) -> Outcome:
        """Delete the parts of large configurations that no label and no host uses.

        Args:
            names: of the configurations, by target.
            users: by target, the hosts that may have fetched from it.
        """

        def unused(target: Target) -> tuple[list[str], dict[str, str]]:
            reader = self.store(target).reader
            found = names_beginning(reader, [part_name(name, 2)[:-1] for name in names[target]])
            parts = label_moves.unused_parts(names[target], labels_of(reader, found, list(LABELS)))
            reasons = needed(parts, parameter_histories(reader, parts), users[target])
            return [part for part in parts if part not in reasons], reasons

        outcome = Outcome()
        for target, (parts, reasons) in zip(names, self._each(unused, names)):
            where = {"profile": target.profile, "region": target.region}
            outcome.retained += [{**where, "name": part, "reason": reason} for part, reason in reasons.items()]
            changed, existing, _left = ensure_absent(self.store(target), parts, self.check_mode)
            outcome.changed = outcome.changed or changed
            outcome.deleted += existing
        return outcome


def _live(target: Target, name: str, labels: label_moves.Labels, moved: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    parts = [{"name": part, "version": version} for part, version in label_moves.live_after(name, labels, moved).items()]
    return {"profile": target.profile, "region": target.region, "name": name, "parts": parts}


def _desired(publications: Iterable[Publication], tags: Mapping[str, str], origins: Mapping[str, str]) -> list[Desired]:
    return [
        Desired(**options) for publication in publications for options in parameters(publication, tags, origins.get(publication.key, ""))
    ]


def _foreign(target: Target, desired: Iterable[Desired], current: Mapping[str, Any]) -> list[str]:
    """Refusals to write over what another inventory has published. Only a write reads descriptions, so an unchanged run pays nothing."""
    found = []
    for entry in desired:
        there = current[entry.name]
        theirs = note_of(str((there.described or {}).get("Description") or ""))
        ours = note_of(entry.note)
        if ours and theirs and ours.origin and theirs.origin not in ("", ours.origin) and needs_write(entry, there):
            found.append(
                f"{target.region}/{entry.name}: version {there.version} was published from the inventory {theirs.origin}, this run is "
                f"from {ours.origin}: they would overwrite each other for ever. Hint: set cw_agent_environment in one of them "
                "(it becomes part of the names), or run once with cw_agent_takeover: true if the inventory was moved"
            )
    return found


def _further_live_parts(reader: Any, name: str, number: int) -> list[dict[str, Any]]:
    """The parts of the live release from *number* on (0: none is asked for)."""
    found: list[dict[str, Any]] = []
    while number:
        word = f"{part_name(name, number)}:{LIVE}"
        parameter = read_selected(reader, [word]).get(word)
        if parameter is None:
            break
        found.append({"name": parameter["Name"], "version": int(parameter["Version"]), "value": str(parameter["Value"])})
        number += 1
    return found
