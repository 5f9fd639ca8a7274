# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run Command: commands are sent, followed in bulk to their end, and cancelled. Private to this collection. Controller only.

A poll asks for a command and for fifty of its invocations a call, whatever the number of nodes. What is not visible yet counts as open.
"""

from __future__ import annotations

import math
import time
import uuid
from collections import deque
from contextlib import contextmanager
from datetime import datetime, timezone
from functools import partial
from typing import Any, Callable, Iterable, Iterator, NamedTuple, Sequence

from .._commands.documents import COMMAND, Document, document_of
from .._commands.limits import Chunk
from .._commands.nodes import ONLINE
from .._commands.outputs import completed, step_of
from .._commands.requests import Wanted, request, with_mark
from .._commands.verdicts import (
    CANCELLED,
    ENDED,
    NO_MATCH,
    TERMINATED,
    UNDELIVERED,
    UNKNOWN,
    Node,
    Step,
    counts,
    errors,
    evaluate,
    is_open,
    state_of,
)
from . import command_api as api
from .errors import AwsError
from .managed_nodes import by_ids
from .rate_limiter import RateLimiter

FIRST_SECONDS = 1.0
STRAGGLERS_SECONDS = 30.0
"""So long after its end a command may still show invocations as open, or not at all."""
CANCEL_SECONDS = 30.0
"""So long cancelled invocations are waited for: AWS promises nothing."""
LOST_SECONDS = 20.0
CLOCKS_SECONDS = 60
"""By so much the controller's clock may be ahead of AWS's."""
NOT_VISIBLE, OFFLINE = "InvocationDoesNotExist", "InvalidInstanceId"
SENDS_A_SECOND = 5.0
Notify = Callable[[dict[str, int], int], None]
"""Takes the number of nodes by verdict, and how many nodes there are so far, whenever the numbers have changed."""


def read_document(client: Any, name: str, version: str, kinds: tuple[str, ...] = (COMMAND,)) -> Document:
    """The document, of one of the types *kinds*, with the platforms that it is for.

    Raises:
        AwsError: it cannot be read.
        CommandError: it is none for commands.
    """
    answer = api.get_document(client, name, version)
    found = document_of(answer, (), kinds)
    return found._replace(platforms=tuple(api.describe_document(client, name, version).get("PlatformTypes") or []))


class Sender:
    """Sends commands, each once: throttles are repeated, and a command whose answer got lost is looked for.

    Args:
        once: a client that never repeats a call by itself.
        reader: one that does.
    """

    def __init__(self, once: Any, reader: Any, clock: Callable[[], float] = time.time, sleep: Callable[[float], None] = time.sleep) -> None:
        self._once, self._reader, self._clock, self._sleep = once, reader, clock, sleep
        self._limiter = RateLimiter(SENDS_A_SECOND)

    def send(self, asked: dict[str, Any]) -> str:
        """The id of the command that *asked*, a request of SendCommand, has made.

        Raises:
            AwsError: it was refused, or nobody can say whether it was sent.
        """
        begun, marked = self._clock(), {**asked, "Comment": with_mark(str(asked.get("Comment") or ""), uuid.uuid4().hex)}
        try:
            return str(self._limiter.run(api.send_command, self._once, marked)["CommandId"])
        except AwsError as error:
            if not error.unsure:
                raise
            return self._lost(marked, begun, error)

    def _lost(self, asked: dict[str, Any], begun: float, error: AwsError) -> str:
        """The command of a request without an answer. It is not sent again: it would run twice."""
        since = datetime.fromtimestamp(begun - CLOCKS_SECONDS, timezone.utc)
        until = self._clock() + LOST_SECONDS
        denied = ""
        while True:
            stamp = since.strftime("%Y-%m-%dT%H:%M:%SZ")
            try:
                listed = api.pages(partial(api.list_commands, self._reader, stamp, str(asked["DocumentName"])), "Commands")
                found = [item["CommandId"] for item in listed if item.get("Comment") == asked["Comment"]]
            except AwsError as refused:
                found, denied = [], f" {refused}"
            if found:
                return str(found[0])
            if denied or self._clock() >= until:
                text = f"{error}{denied} Nobody can say whether the command runs: it is not visible, and it was not sent again."
                hint = f"Hint: look at the commands of {asked['DocumentName']} since {stamp}."
                raise AwsError(f"{text} {hint}", error.code, True, {"changed": True})
            self._sleep(FIRST_SECONDS)


class Sent(NamedTuple):
    """A command that was sent; ``chunk``: None where it has targets."""

    command_id: str
    chunk: Chunk | None


class Settings(NamedTuple):
    """How commands are followed: seconds; ``full``: output that a listing cuts is read in full, as far as AWS has it."""

    wait: float
    poll: float = 5.0
    full: bool = True


class Outcome(NamedTuple):
    """What came of all commands. ``timed_out``: the wait was over before them, and they were cancelled."""

    nodes: list[Node]
    command_ids: list[str]
    timed_out: bool = False
    no_match: bool = False


class _Followed:
    """One command under way, as the last poll has seen it."""

    def __init__(self, sent: Sent) -> None:
        self.sent = sent
        self.command: dict[str, Any] = {}
        self.invocations: list[dict[str, Any]] = []
        self.ended_at: float | None = None

    @property
    def ended(self) -> bool:
        return self.command.get("Status") in ENDED

    @property
    def expected(self) -> int:
        chunk = self.sent.chunk
        return max(len(chunk.nodes) if chunk else 0, int(self.command.get("TargetCount") or 0))

    @property
    def complete(self) -> bool:
        """Whether the command has ended and every invocation shows its end."""
        return self.ended and len(self.invocations) >= self.expected and not any(is_open(state_of(item)) for item in self.invocations)


class Run:
    """Commands that belong together, from the first that is sent to the verdict on the last node.

    Args:
        client: for reading and cancelling, one that repeats calls.
        sender: for sending.
        notify: is told of progress.
        clock, sleep: of :mod:`time`, in seconds; tests bring their own.
    """

    def __init__(
        self,
        client: Any,
        sender: Sender,
        settings: Settings,
        notify: Notify = lambda _counts, _total: None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client, self._sender, self._settings, self._notify = client, sender, settings, notify
        self._clock, self._sleep = clock, sleep
        self._followed: list[_Followed] = []
        self._refused: list[Node] = []
        self._waiting: deque[Chunk] = deque()
        self._reported: tuple[dict[str, int], int] = ({}, 0)

    @property
    def command_ids(self) -> list[str]:
        """Ids of the commands that were sent so far."""
        return [one.sent.command_id for one in self._followed]

    def send(self, wanted: Wanted, chunk: Chunk | None = None) -> None:
        """Send one command: to the nodes of *chunk*, or to the targets. AWS refuses it for all because of one that has gone offline."""
        try:
            self._followed.append(_Followed(Sent(self._sender.send(request(wanted, chunk)), chunk)))
        except AwsError as error:
            if error.code != OFFLINE or chunk is None:
                raise
            online = {one for one, node in by_ids(self._client, chunk.nodes).items() if node["ping_status"] == ONLINE}
            rest = tuple(one for one in chunk.nodes if one in online)
            if len(rest) == len(chunk.nodes):
                raise
            gone = (one for one in chunk.nodes if one not in online)
            self._refused += [Node(one, UNDELIVERED, "its SSM agent went offline just before the command was sent") for one in gone]
            if rest:
                self.send(wanted, chunk._replace(nodes=rest))

    def start(self, wanted: Wanted, chunks: Sequence[Chunk | None]) -> Outcome:
        """Send the commands of *chunks*, None for the one of the targets, and wait for none of them.

        Raises:
            AwsError: a call was refused; its ``details`` name the commands that were sent.
        """
        with self._naming():
            for chunk in chunks:
                self.send(wanted, chunk)
        return Outcome(list(self._refused), self.command_ids)

    def follow(self, wanted: Wanted | None = None, chunks: Sequence[Chunk] = (), at_once: int = 1, budget: float = math.inf) -> Outcome:
        """Send the commands of *chunks*, *at_once* of them at a time, and follow all to their end.

        Errors of all nodes together that are more than *budget* stop what has not begun. When the wait is over, all is cancelled.

        Raises:
            AwsError: a call was refused; its ``details`` name the commands that were sent.
        """
        self._waiting = deque(chunks)
        until, pause, stopped = self._clock() + self._settings.wait, FIRST_SECONDS, False
        with self._naming():
            while True:
                while wanted and self._waiting and not stopped and len(self._active()) < at_once:
                    self.send(wanted, self._waiting.popleft())
                self._poll(self._active())
                stopped = stopped or self._stop_beyond(budget)
                if not self._active() and (stopped or not self._waiting):
                    return self._outcome(False)
                if self._clock() + pause > until:
                    self.cancel()
                    return self._outcome(True)
                self._sleep(pause)
                pause = min(pause * 1.5, max(self._settings.poll, FIRST_SECONDS))

    @contextmanager
    def _naming(self) -> Iterator[None]:
        """An error that ends it names the commands that were sent."""
        try:
            yield
        except AwsError as error:
            ids = self.command_ids
            text = f"{error} What was sent before goes on: {', '.join(ids)}." if ids else str(error)
            raise AwsError(text, error.code, error.unsure, {**error.details, "command_ids": ids}) from error

    def cancel(self, wait: float = CANCEL_SECONDS) -> None:
        """Cancel what has not ended, and look *wait* seconds long for its end.

        Raises:
            AwsError: after all were tried, the first refusal.
        """
        refused = [error for error in map(self._cancelled, self._active()) if error]
        until = self._clock() + wait
        while not refused and self._active() and self._clock() < until:
            self._poll(self._active())
            if self._active():
                self._sleep(FIRST_SECONDS)
        if refused:
            raise refused[0]

    def _cancelled(self, one: _Followed) -> AwsError | None:
        try:
            api.cancel_command(self._client, one.sent.command_id, [])
        except AwsError as error:
            return error
        return None

    def _active(self) -> list[_Followed]:
        now = self._clock()
        return [
            one for one in self._followed if not one.complete and not (one.ended_at is not None and now - one.ended_at > STRAGGLERS_SECONDS)
        ]

    def _poll(self, followed: Iterable[_Followed]) -> None:
        for one in followed:
            one.command = api.list_command(self._client, one.sent.command_id) or one.command
            one.invocations = self._invocations(one, False)
            if one.ended and one.ended_at is None:
                one.ended_at = self._clock()
        nodes = self._seen()
        now = (counts(nodes), sum(max(one.expected, len(one.invocations)) for one in self._followed))
        if now != self._reported:
            self._notify(*now)
        self._reported = now

    def _invocations(self, one: _Followed, details: bool) -> list[dict[str, Any]]:
        call = partial(api.list_invocations, self._client, one.sent.command_id, details)
        return list({item["InstanceId"]: item for item in api.pages(call, "CommandInvocations")}.values())

    def _seen(self) -> list[Node]:
        return [evaluate(item, ()) for one in self._followed for item in one.invocations]

    def _stop_beyond(self, budget: float) -> bool:
        """Stop what has not begun when there are too many errors; AWS sees those of one command alone."""
        if len(self._followed) + len(self._waiting) < 2 or errors(self._seen()) <= budget:
            return False
        for one in self._active():
            waiting = [item["InstanceId"] for item in one.invocations if state_of(item) == "Pending"]
            if waiting:
                api.cancel_command(self._client, one.sent.command_id, waiting)
        return True

    def _outcome(self, timed_out: bool) -> Outcome:
        nodes = [*self._refused, *(node for one in self._followed for node in self._nodes(one))]
        reason = "not sent: wait_timeout was over" if timed_out else "not sent: more errors than max_errors"
        nodes += [Node(one, CANCELLED if timed_out else TERMINATED, reason) for chunk in self._waiting for one in chunk.nodes]
        no_match = any(one.command.get("StatusDetails") == NO_MATCH for one in self._followed)
        return Outcome(nodes, self.command_ids, timed_out, no_match)

    def _nodes(self, one: _Followed) -> list[Node]:
        found = [evaluate(item, self._steps(item)) for item in self._invocations(one, True)]
        seen = {node.instance_id for node in found}
        state = one.command.get("StatusDetails") or "the command"
        lost = [node for node in (one.sent.chunk.nodes if one.sent.chunk else ()) if node not in seen]
        text = f"AWS shows no invocation for this node; of the command it says: {state}"
        return found + [Node(node, UNKNOWN, text, command_id=one.sent.command_id) for node in lost]

    def _steps(self, item: dict[str, Any]) -> tuple[Step, ...]:
        steps = tuple(step_of(plugin) for plugin in item.get("CommandPlugins") or [])
        return tuple(self._whole(item, step) if step.truncated and self._settings.full else step for step in steps)

    def _whole(self, item: dict[str, Any], step: Step) -> Step:
        """The step with as much of its output as AWS has; as it was where AWS does not show it yet."""
        try:
            return completed(step, api.get_invocation(self._client, item["CommandId"], item["InstanceId"], step.name))
        except AwsError as error:
            if error.code != NOT_VISIBLE:
                raise
            return step


def read(client: Any, command_ids: Sequence[str], full: bool = True) -> tuple[list[dict[str, Any]], list[Node]]:
    """The commands that exist, as AWS shows them, and what has come of them by now."""
    run = Run(client, Sender(client, client), Settings(0, full=full))
    followed = [_Followed(Sent(one, None)) for one in command_ids]
    for one in followed:
        one.command = api.list_command(client, one.sent.command_id)
    there = [one for one in followed if one.command]
    return [one.command for one in there], [node for one in there for node in run._nodes(one)]
