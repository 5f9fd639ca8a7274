# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changed hosts are observed once more before anything is said of them: a daemon may die later than it was watched."""

from __future__ import annotations

from typing import Any, Container, Iterable, Mapping

from .account import failure_of
from .hosts import facts
from .message import missing_message
from .states import FAILED, FAILURES, MISSING, words

HINT = "look at the agent's log on the host; go back with the playbook cloudwatch.agent.rollback, or correct the fragments and run again"


def to_observe(entries: Iterable[Mapping[str, Any]], observed_again: Container[str] = ()) -> dict[str, str]:
    """The hosts that have to be observed again, with the InvocationID that their service had.

    They are those that this run has changed and, with '', those whose agent may have said more by now; but for those of *observed_again*,
    which were when they were changed.
    """
    others = (item for item in entries if item["host"] not in observed_again)
    again = (item for item in others if item.get("invocation_id") or (item["state"] == MISSING and item["changed"]))
    return {item["host"]: item.get("invocation_id") or "" for item in again}


def rechecked(entries: Iterable[Mapping[str, Any]], again: Mapping[str, Any], restored: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The account after the changed hosts were observed again.

    Args:
        entries: the account so far.
        again: by host, newer results of ``cw_agent_info``.
        restored: by host, results of ``cw_agent_config`` with state ``restored``.
    """
    return [_restored(_rechecked(entry, again.get(entry["host"])), restored.get(entry["host"])) for entry in entries]


def _rechecked(entry: Mapping[str, Any], newer: Any) -> dict[str, Any]:
    failure = failure_of(None, newer)
    if failure:
        return {
            **entry,
            "state": failure["state"],
            "cause": f"it could not be observed again after its change: {failure['reason']}",
            "hint": "",
            "service": "not known",
        }
    service = ((newer or {}).get("agent") or {}).get("service") or {}
    if not service.get("died"):
        return dict(entry)
    state = f"{service.get('active_state')}/{service.get('sub_state')}"
    cause = f"the agent has died, or was restarted, since it was watched after its change (its service is {state} by now)"
    errors = newer["agent"].get("errors") or []
    said = cause + (f"; its log: {errors[-1]}" if errors else "")
    return {**entry, "state": FAILED, "cause": said, "hint": HINT, "service": facts(newer["agent"], [])["service"]}


def _restored(entry: dict[str, Any], result: Any) -> dict[str, Any]:
    if not isinstance(result, Mapping) or not result or result.get("skipped"):
        return entry
    if result.get("failed") or result.get("unreachable"):
        done = f"the previous configuration could not be brought back: {result.get('msg')}"
    elif result.get("changed"):
        done = "the previous configuration is active again (cw_agent_rollback_on)"
    else:
        done = "; ".join(result.get("warnings") or ["there was no previous configuration that worked, so the new one stays"])
    # What the host runs by now, and not what it ran when it was evaluated.
    now = facts(result["agent"], []) if result.get("agent") else {}
    return {**entry, **{name: now[name] for name in ("configurations", "service") if name in now}, "rollback": done}


def failing(entries: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Why each host fails that does, by host."""
    found = {}
    for entry in entries:
        text = ""
        if entry["state"] == MISSING:
            text = missing_message([entry])
        elif entry["state"] in FAILURES:
            text = f"{words(entry['state'])}: {entry['cause'] or 'no reason was given'}"
            text += f". Hint: {entry['hint']}" if entry["hint"] else ""
        elif entry["refused"]:
            text = "; ".join(f"CloudWatch could not be asked: {reason}" for reason in entry["refused"])
        if text:
            found[entry["host"]] = text + (f"; {entry['rollback']}" if entry.get("rollback") else "")
    return found
