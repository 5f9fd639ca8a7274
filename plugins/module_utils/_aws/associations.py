# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Associations of State Manager: found by name, made, updated without a loss, run, and waited for. Private to this collection."""

from __future__ import annotations

import time
from functools import partial
from typing import Any, Callable, Mapping, NamedTuple, Sequence

from .._commands import associations as pure
from .._commands.verdicts import BY_STATE, FAILED, OK, RUNNING, SKIPPED, UNDELIVERED, UNKNOWN, Node
from . import association_api as api
from .command_api import pages
from .commands import read as read_commands
from .errors import AwsError
from .rate_limiter import RateLimiter

GONE = "AssociationDoesNotExist"
WRITES_A_SECOND = 3.0
POLL_SECONDS = 3.0
LOST_SECONDS = 20.0
"""So long a write whose answer got lost is looked for."""
ENDED = frozenset(("Success", "Failed", "Skipped", "TimedOut", "Cancelled", "Rejected", "AssociationLimitExceeded"))
"""States of a run, or of a node in it, that stay."""


class Store(NamedTuple):
    """How State Manager is asked: by clients that repeat calls, and one that does not."""

    reader: Any
    single: Callable[[], Any]
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    @property
    def members(self) -> frozenset[str]:
        """The fields that UpdateAssociation takes, and clears where they are not sent."""
        return frozenset(self.reader.meta.service_model.operation_model("UpdateAssociation").input_shape.members)


def find(store: Store, name: str, document: str | None = None) -> dict[str, Any]:
    """The association of that name as AWS describes it; empty where there is none.

    Raises:
        AwsError: it cannot be read, or there are several.
    """
    listed = pages(partial(api.list_associations, store.reader, name), "Associations")
    found = [item for item in listed if item.get("AssociationName") == name]
    if len(found) > 1:
        found = [item for item in found if document in (None, item["Name"])]
    if len(found) > 1:
        ids = ", ".join(sorted(item["AssociationId"] for item in found))
        raise AwsError(
            f"{len(found)} associations have the name {name}: {ids}. Hint: delete all but one of them; names need not be unique."
        )
    return api.describe_association(store.reader, found[0]["AssociationId"]) if found else {}


def ensure_present(
    store: Store, current: Mapping[str, Any], wanted: Mapping[str, Any], tags: Mapping[str, str], check: bool
) -> tuple[bool, dict[str, Any], dict[str, Any]]:
    """Make the association what is *wanted*; return whether that changes it, and its description before and after."""
    members = store.members
    after = pure.desired(current, wanted, members)
    before = pure.shown(current, members)
    if current and not pure.differences(before, after):
        return False, dict(current), dict(current)
    if check:
        return True, dict(current), {**{key: current[key] for key in pure.ADDRESS if key in current}, **after}
    write = partial(_update, current) if current else partial(_create, tags)
    return True, dict(current), write(store, str(wanted["AssociationName"]), after)


def _create(tags: Mapping[str, str], store: Store, name: str, after: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return _limited(api.create_association, store.single(), name, pure.creation(after, tags))
    except AwsError as error:
        return _looked_for(store, error, lambda: find(store, name, str(after["Name"])))


def _update(current: Mapping[str, Any], store: Store, name: str, after: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return _limited(api.update_association, store.single(), name, pure.update(current, after))
    except AwsError as error:

        def written() -> dict[str, Any]:
            now = api.describe_association(store.reader, current["AssociationId"])
            return {} if pure.differences(pure.shown(now, store.members), after) else now

        return _looked_for(store, error, written)


def _looked_for(store: Store, error: AwsError, look: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What a write without an answer has made. It may show late, and is not written again.

    Raises:
        AwsError: the write was refused; or nobody can say what came of it, which counts as a change.
    """
    if not error.unsure:
        raise error
    until, denied = store.clock() + LOST_SECONDS, ""
    while True:
        try:
            found = look()
        except AwsError as refused:
            found, denied = {}, f" {refused}"
        if found:
            return found
        if denied or store.clock() >= until:
            text = f"{str(error).rstrip('.')}.{denied} Nobody can say whether it was done: it is not visible, and it was not repeated."
            raise AwsError(f"{text} Hint: run again; what was done is recognised.", error.code, True, {"changed": True}) from error
        store.sleep(POLL_SECONDS)


def _limited(call: Callable[..., dict[str, Any]], *arguments: Any) -> dict[str, Any]:
    found: dict[str, Any] = RateLimiter(WRITES_A_SECOND).run(call, *arguments)
    return found


def ensure_absent(store: Store, current: Mapping[str, Any], check: bool) -> bool:
    """Delete the association; return whether there was one."""
    if current and not check:
        try:
            api.delete_association(store.reader, current["AssociationId"])
        except AwsError as error:
            if error.code != GONE:
                raise
    return bool(current)


def executions(store: Store, association_id: str) -> list[dict[str, Any]]:
    """The runs of an association, the newest first as far as AWS sorts them."""
    return list(pages(partial(api.describe_executions, store.reader, association_id), "AssociationExecutions"))


def start(store: Store, association_id: str) -> None:
    """Start a run now."""
    api.start_association(store.reader, association_id)


class Awaited(NamedTuple):
    """A run that was waited for: its state in AWS's words, '' where none was seen, and what came of it on each node."""

    execution_id: str
    state: str
    nodes: list[Node]


def wait(store: Store, association_id: str, known: Sequence[str], seconds: float) -> Awaited:
    """Wait for a run that is none of *known*, and for its end.

    Raises:
        AwsError: a call was refused.
    """
    until = store.clock() + seconds
    new: dict[str, Any] = {}
    while True:
        fresh = [item for item in executions(store, association_id) if item["ExecutionId"] not in known]
        new = fresh[-1] if fresh else {}
        if new.get("Status") in ENDED or store.clock() + POLL_SECONDS > until:
            break
        store.sleep(POLL_SECONDS)
    if not new:
        return Awaited("", "", [])
    items = list(pages(partial(api.describe_targets, store.reader, association_id, new["ExecutionId"]), "AssociationExecutionTargets"))
    return Awaited(new["ExecutionId"], str(new.get("Status") or ""), _nodes(store, items))


def _nodes(store: Store, items: Sequence[Mapping[str, Any]]) -> list[Node]:
    """The verdicts: by the command that a run was, where there is one, and else by the state of the run on the node."""
    sources = [item.get("OutputSource") or {} for item in items]
    ids = sorted(
        {str(one["OutputSourceId"]) for one in sources if one.get("OutputSourceType") == "RunCommand" and one.get("OutputSourceId")}
    )
    by_command = {node.instance_id: node for node in read_commands(store.reader, ids)[1]} if ids else {}
    return [by_command.get(item["ResourceId"]) or _node(item) for item in items]


def _node(item: Mapping[str, Any]) -> Node:
    status, details = str(item.get("Status") or ""), str(item.get("DetailedStatus") or "")
    words = {"Skipped": SKIPPED, "Rejected": FAILED, "AssociationLimitExceeded": FAILED, "DeliveryTimedOut": UNDELIVERED}
    verdict = {**BY_STATE, **words}.get(details or status, BY_STATE.get(status, UNKNOWN)) if status in ENDED else RUNNING
    return Node(item["ResourceId"], verdict, "" if verdict == OK else details or status, details=details or status)
