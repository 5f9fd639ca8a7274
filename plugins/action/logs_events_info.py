# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read, follow or query log events of several log groups and regions in one controller task."""

from __future__ import annotations

import time
from typing import Any, Mapping, Sequence

from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.log_events import Followed, Follower, Reader, Selection
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.log_queries import GROUPS, ROWS, Query
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.log_events import (
    Answer,
    Window,
    awaited,
    event_lines,
    events_result,
    not_arrived,
    nowhere,
    query_result,
    window,
)
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.aws import AwsAction
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.interruption import Interruption, InterruptionError

ARGUMENTS: dict[str, dict[str, Any]] = {
    "log_groups": {"type": "list", "elements": "str", "required": True},
    "log_streams": {"type": "list", "elements": "str"},
    "log_stream_prefix": {"type": "str"},
    "pattern": {"type": "str"},
    "query": {"type": "str"},
    "regions": {"type": "list", "elements": "str", "default": []},
    "since": {"type": "str", "default": "15m"},
    "until": {"type": "str"},
    "limit": {"type": "int", "default": 1000},
    "wait_events": {"type": "int"},
    "wait_message": {"type": "str"},
    "timeout": {"type": "int", "default": 60},
    "max_scanned": {"type": "bytes", "default": "10GB"},
    "table": {"type": "bool", "default": False},
}
EXCLUSIVE = [
    *(["query", name] for name in ("log_streams", "log_stream_prefix", "pattern", "wait_events", "wait_message")),
    ["log_streams", "log_stream_prefix"],
    ["wait_events", "until"],
    ["wait_message", "until"],
]
MOST_EVENTS = 100_000


class ActionModule(AwsAction):
    """The controller's side of logs_events_info; no host is contacted, and nothing is written to AWS."""

    arguments = ARGUMENTS
    rules = {"mutually_exclusive": EXCLUSIVE}

    def perform(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return what was found; fail with one message."""
        now = time.time()
        _refuse(options)
        read = window(options["since"], options["until"], now)
        # Which region is the task's own, its client alone knows.
        logs = {client.meta.region_name: client for client in (self.client("logs", "", region) for region in options["regions"] or [""])}
        try:
            found = (self._queried if options["query"] else self._events)(options, logs, read, now + options["timeout"])
        except InterruptionError:
            return self.failed("interrupted")
        return {"changed": False, **found}

    def _events(self, options: Mapping[str, Any], logs: Mapping[str, Any], read: Window, deadline: float) -> dict[str, Any]:
        selection = Selection(tuple(options["log_streams"] or ()), options["log_stream_prefix"] or "", options["pattern"] or "")
        reader = Reader(logs, options["log_groups"], selection, deadline)
        wanted = awaited(options["wait_events"], options["wait_message"])
        waits = wanted is not None and not self._task.check_mode  # in check mode, what was to bring the events was not done
        if wanted is not None and waits:
            follower = Follower(reader, wanted, options["limit"], lambda new: self._show(options, list(event_lines(new))))
            found = follower.run(read)
            missed = found.matched < wanted.events
            text = not_arrived(wanted, found.matched, found.part, options["log_groups"], list(logs), found.waited) if missed else ""
        else:
            found = Followed(reader.once(read, options["limit"]))
            text = nowhere(found.part.missing, list(logs)) if wanted is None else ""
        result = events_result(found.part)
        self._show(options, result["table"][-1:] if waits else result["table"])
        # Returned and not raised, so that failed_when and until see it.
        return {**result, "matched": found.matched, "waited": round(found.waited, 1), **({"failed": True, "msg": text} if text else {})}

    def _queried(self, options: Mapping[str, Any], logs: Mapping[str, Any], read: Window, deadline: float) -> dict[str, Any]:
        """One region after the other: what one has scanned, the next may not scan any more."""
        answers: dict[str, Answer] = {}
        with Interruption() as interruption:
            query = Query(options["log_groups"], options["query"], read, options["limit"], deadline, sleep=interruption.sleep)
            for region, client in logs.items():
                left = options["max_scanned"] - sum(answer.bytes_scanned for answer in answers.values())
                answers[region] = query.run(client, region, left)
        result = query_result(answers, options["limit"])
        self._show(options, result["table"])
        return {**result, "matched": sum(answer.records_matched for answer in answers.values()), "waited": 0.0}

    def _show(self, options: Mapping[str, Any], lines: Sequence[str]) -> None:
        """On the terminal whatever the callback shows of results, unless the task is not to be logged."""
        if options["table"] and not self._task.no_log:
            self._display.display("\n".join(lines))


def _refuse(options: Mapping[str, Any]) -> None:
    most = ROWS if options["query"] else MOST_EVENTS
    if not 1 <= options["limit"] <= most:
        raise ConfigError(f"limit is {options['limit']}. Hint: give a number from 1 to {most}.")
    if options["timeout"] < 0:
        raise ConfigError(f"timeout is {options['timeout']}. Hint: give seconds, 0 or more.")
    if not options["log_groups"]:
        raise ConfigError("log_groups is empty. Hint: name at least one log group.")
    if options["query"] and len(options["log_groups"]) > GROUPS:
        count = len(options["log_groups"])
        raise ConfigError(f"log_groups has {count} names, and a query takes {GROUPS}. Hint: ask in several tasks.")
