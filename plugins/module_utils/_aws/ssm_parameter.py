# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parameter Store: read in batches, write once, detect what cannot be prevented. Private to this collection.

PutParameter takes no version condition and answers only with the version it made, so a write between our read and our write shows
in that number alone. An answer that got lost is looked for in Parameter Store before anything is written again.
"""

from __future__ import annotations

import dataclasses
import functools
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable

from . import ssm_api as api
from .errors import AwsError
from .rate_limiter import RateLimiter
from .ssm_changes import (
    Change,
    Current,
    Desired,
    change_of,
    label_moves,
    needs_write,
    problems,
    refusals,
)
from .ssm_values import same_value

LOST_ATTEMPTS = 5
SIDE_BY_SIDE = 4
"""Reads at the same moment: Parameter Store allows 40 a second by default, for everybody in the account."""


@dataclasses.dataclass
class Store:
    """Parameter Store of one account and region.

    Args:
        reader: an SSM client that repeats failed calls.
        make_writer: gives an SSM client that never does; only asked when there is something to write.
        limiter: of the writes.
        warn: takes one sentence for the user.
    """

    reader: Any
    make_writer: Callable[[], Any]
    limiter: RateLimiter
    warn: Callable[[str], None]

    @functools.cached_property
    def writer(self) -> Any:
        """The client for writes."""
        return self.make_writer()

    def write(self, call: Callable[..., Any], *args: Any) -> Any:
        """The answer of a write that may be repeated without harm, repeated after lost answers."""
        attempt = 0
        while True:
            attempt += 1
            try:
                return self.limiter.run(call, self.writer, *args)
            except AwsError as error:
                if not error.unsure or attempt == LOST_ATTEMPTS:
                    raise


def read_selected(reader: Any, asked: list[str], decrypt: bool = True) -> dict[str, dict[str, Any]]:
    """What GetParameters answers to *asked* (``name``, ``name:version``, ``name:label``), by the asked word; absent ones are missing.

    Calls are made side by side: an unchanged run waits for the slowest, not for their sum.
    """
    found = {}
    batches = api.distinct_batches(asked, api.GET_NAMES)
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        answers = list(pool.map(lambda names: api.get_parameters(reader, names, decrypt), batches))
    for answer in answers:
        for parameter in answer["Parameters"]:
            selector = str(parameter.get("Selector") or "").lstrip(":")
            found[f"{parameter['Name']}:{selector}" if selector else parameter["Name"]] = parameter
    return found


def describe(reader: Any, names: list[str]) -> dict[str, dict[str, Any]]:
    """DescribeParameters' entries of *names*, by name."""
    found: dict[str, dict[str, Any]] = {}
    for batch in api.batches(names, api.DESCRIBE_NAMES):
        token = None
        while True:
            answer = api.describe_parameters(reader, batch, token)
            found.update({entry["Name"]: entry for entry in answer["Parameters"]})
            token = answer.get("NextToken")
            if not token:
                break
    return found


def read(reader: Any, desired: list[Desired]) -> dict[str, Current]:
    """What there is of *desired*, by name: the fewest GetParameters, and descriptions and tags only where they are asked for.

    Raises:
        AwsError: the request is against Parameter Store's rules, or a read failed; a refused read is never "absent".
    """
    wrong = problems(desired)
    if wrong:
        raise AwsError("; ".join(wrong))
    asked = [entry.name for entry in desired if entry.needs_parameter]
    for label in dict.fromkeys(label for entry in desired for label in entry.selectors):
        asked += [f"{entry.name}:{label}" for entry in desired if label in entry.selectors]
    found = read_selected(reader, asked)
    current = {entry.name: _current(entry, found) for entry in desired}
    _add_descriptions(reader, [current[entry.name] for entry in desired if entry.needs_description])
    _add_descriptions(reader, [current[entry.name] for entry in desired if needs_write(entry, current[entry.name])])
    for entry in desired:
        if entry.tags is not None and current[entry.name].version:
            current[entry.name].tags = api.list_tags(reader, entry.name)
    return current


def _current(entry: Desired, found: dict[str, dict[str, Any]]) -> Current:
    labels = {label: found[f"{entry.name}:{label}"] for label in entry.selectors if f"{entry.name}:{label}" in found}
    at = {label: (int(parameter["Version"]), str(parameter["Value"])) for label, parameter in labels.items()}
    parameter = found.get(entry.name)
    if parameter is None:
        kinds = {str(labelled["Type"]) for labelled in labels.values()}
        return Current(entry.name, kind="SecureString" if "SecureString" in kinds else "", labels=at)
    return Current(
        name=entry.name,
        version=int(parameter["Version"]),
        kind=str(parameter["Type"]),
        value=str(parameter["Value"]),
        arn=str(parameter.get("ARN", "")),
        data_type=str(parameter.get("DataType", "")),
        labels=at,
    )


def _add_descriptions(reader: Any, entries: list[Current]) -> None:
    missing = {entry.name: entry for entry in entries if entry.version and entry.described is None}
    described = describe(reader, list(missing))
    for name, entry in missing.items():
        entry.described = described.get(name)


def plan(desired: list[Desired], current: dict[str, Current]) -> list[Change]:
    """What has to be done.

    Raises:
        AwsError: some of it cannot be done; all reasons in one message.
    """
    changes = [change_of(entry, current[entry.name]) for entry in desired]
    wrong = [reason for change in changes for reason in refusals(change)]
    if wrong:
        raise AwsError("; ".join(wrong))
    return changes


def ensure_present(
    store: Store, desired: list[Desired], current: dict[str, Current], check_mode: bool
) -> tuple[bool, list[Current], list[Change]]:
    """Makes the parameters as *desired*; in check mode only says what that would be.

    All values are written before the first label moves, and no label moves unless every write was clean: labels never show a release of
    which a part is somebody else's.

    Returns:
        changed; what there was; what was done (or would be).
    """
    changes = plan(desired, current)
    if not check_mode:
        _write(store, changes)
    return any(change.parts for change in changes), [change.current for change in changes], changes


def _write(store: Store, changes: list[Change]) -> None:
    written: list[str] = []
    try:
        for change in changes:
            if change.request is not None:
                change.version = _put(store, change)
                written.append(f"{change.desired.name}:{change.version}")
        for change in changes:
            if change.add_tags:
                store.write(api.add_tags, change.desired.name, change.add_tags)
            if change.drop_tags:
                store.write(api.remove_tags, change.desired.name, change.drop_tags)
        for change in changes:
            _move_labels(store, change)
    except AwsError as error:
        error.details["written"] = written
        raise
    created = [change.desired.name for change in changes if change.request is not None and not change.current.version]
    for name, parameter in read_selected(store.reader, created).items():
        for change in changes:
            if change.desired.name == name:
                change.current.arn = str(parameter.get("ARN", ""))


def _move_labels(store: Store, change: Change) -> None:
    """Removals first: a label that leaves a part must not be seen there beside the new release."""
    change.label_moves = label_moves(change)
    name, before = change.desired.name, change.current.labels
    gone: dict[int, list[str]] = {}
    moved: dict[int, list[str]] = {}
    for label, to in sorted(change.label_moves.items()):
        (moved.setdefault(to, []) if to else gone.setdefault(before[label][0], [])).append(label)
    for version, labels in gone.items():
        store.write(api.unlabel_version, name, version, labels)
    for version, labels in moved.items():
        refused = store.write(api.label_version, name, version, labels).get("InvalidLabels")
        if refused:
            raise AwsError(f"{name}: Parameter Store refuses the labels {', '.join(refused)}: see its rules for labels")


def _put(store: Store, change: Change) -> int:
    """Writes one version and returns its number, clean or reported.

    Raises:
        AwsError: it could not be written, or somebody else wrote other content meanwhile.
    """
    name, base = change.desired.name, change.current.version
    attempt = 0
    while True:
        attempt += 1
        try:
            answer = store.limiter.run(api.put_parameter, store.writer, name, change.request)
        except AwsError as error:
            if error.code == "ParameterAlreadyExists":
                return _already_there(store, change, asked_before=attempt > 1)
            if not error.unsure:
                raise
            landed = _landed(store, change)
            if landed:
                return landed
            if attempt == LOST_ATTEMPTS:
                raise
        else:
            return _settled(store, change, int(answer["Version"]), base)


def _already_there(store: Store, change: Change, asked_before: bool) -> int:
    name = change.desired.name
    existing = read_selected(store.reader, [name]).get(name)
    if existing is None:
        raise AwsError(f"{name}: was created and deleted by somebody else meanwhile: run again")
    version = int(existing["Version"])
    if not same_value(change.text, str(existing["Value"])):
        raise AwsError(
            f"{name}: was created by somebody else meanwhile (version {version}) with other content; ours (version 1) was not written "
            f"and no label was moved: look at {name}:{version}, then run again"
        )
    if not asked_before:
        store.warn(f"{name}: was created by somebody else meanwhile (version {version}) with the desired content; nothing was written.")
        change.parts = []
    return version


def _landed(store: Store, change: Change) -> int:
    """The version that a write without an answer has made; 0: none, it can be written again."""
    name, base = change.desired.name, change.current.version
    latest = read_selected(store.reader, [name]).get(name)
    if latest is None or int(latest["Version"]) == base:
        return 0
    end = int(latest["Version"])
    versions = _versions(store, name, range(base + 1, end + 1))
    ours = [version for version, value in versions.items() if value == change.text]
    if ours:
        return _settled(store, change, min(ours), base)
    raise AwsError(
        f"{name}: the answer to our write (version {base + 1}) was lost, and version {end} holds somebody else's content: "
        f"no label was moved; look at {name}:{end}, then run again"
    )


def _settled(store: Store, change: Change, version: int, base: int) -> int:
    """*version*, if nobody else's content was overwritten by it."""
    name = change.desired.name
    if version == base + 1:
        return version
    if version <= base:
        raise AwsError(f"{name}: was deleted and created anew while we wrote (read version {base}, wrote version {version}): run again")
    between = _versions(store, name, range(base + 1, version))
    for other, value in between.items():
        if not same_value(change.text, value):
            raise AwsError(
                f"{name}: somebody else wrote version {other} with other content after we read version {base}; ours is version {version}, "
                f"which has taken its place, no label was moved: compare {name}:{other} with {name}:{version}, then publish the right one"
            )
    others = ", ".join(map(str, between)) or "unknown"
    store.warn(f"{name}: somebody else wrote the same content meanwhile (version {others}); ours is version {version}.")
    return version


def _versions(store: Store, name: str, numbers: range) -> dict[int, str]:
    found = read_selected(store.reader, [f"{name}:{number}" for number in numbers])
    return {int(parameter["Version"]): str(parameter["Value"]) for parameter in found.values()}


def ensure_absent(store: Store, names: list[str], check_mode: bool) -> tuple[bool, list[str], list[str]]:
    """Deletes the parameters *names*.

    Returns:
        changed; which of them existed; which of them exist afterwards (none).
    """
    existing = sorted(read_selected(store.reader, list(dict.fromkeys(names)), decrypt=False))
    if existing and not check_mode:
        for batch in api.batches(existing, api.GET_NAMES):
            store.write(api.delete_parameters, batch)
    return bool(existing), existing, []
