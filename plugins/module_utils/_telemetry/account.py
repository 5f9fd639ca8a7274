# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account of a run: every host of it, those of which telemetry was evaluated and those that never got as far."""

from __future__ import annotations

import re
from typing import Any, Callable, Iterable, Mapping

from .._config.errors import ConfigError
from .states import ABSENT, FAILED, FAILURES, MISSING, NOT_REACHED, PENDING, UNREACHABLE, UNVERIFIED, WORST_FIRST

NOT_OBSERVED = "the run ended before it was observed"
NOT_PLANNED = "the plan has no such host"
STILL_THERE = "the agent is to be removed (cw_agent_state is absent), and was not. Hint: run without --check, and with the tag install"
_UNANSWERED = re.compile(r"No start of json char found|MODULE FAILURE|module was not executed|deserialization failed", re.IGNORECASE)
"""How Ansible says that a module did not come to its answer."""
_OWN = frozenset(
    (
        "host",
        "state",
        "region",
        "profile",
        "changed",
        "outdated",
        "mode",
        "build",
        "service",
        "invocation_id",
        "events",
        "readable",
        "exists",
        "value",
        "newest",
    )
)
"""Keys of an entry whose values are no text of a configuration; by some of them later stages find hosts and decide."""


def failure_of(recorded: Any, observed: Any, later: Iterable[Any] = ()) -> dict[str, Any] | None:
    """Why a host did not get as far, from what a play has recorded of it (``state``, ``reason``, ``stderr``), else from its observation.

    ``later``: results of the stages after that. In one that lost the host, nobody knows how far it came, whatever the next ones say.
    """
    if isinstance(recorded, Mapping):
        reason = _reason(recorded.get("reason"), recorded.get("stderr"))
        return {"state": str(recorded.get("state") or FAILED), "reason": reason}
    lost = next((result for result in later if isinstance(result, Mapping) and result.get("unreachable")), None)
    if lost is not None:
        return {"state": UNREACHABLE, "reason": str(lost.get("msg") or "")}
    if not isinstance(observed, Mapping) or not (observed.get("unreachable") or observed.get("failed")):
        return None
    reason = _reason(observed.get("msg"), observed.get("module_stderr"))
    return {"state": UNREACHABLE if observed.get("unreachable") else FAILED, "reason": reason}


def _reason(said: Any, stderr: Any) -> str:
    """What was said, and of a module that could not answer the last line that its interpreter has left."""
    text, last = str(said or ""), [line.strip() for line in str(stderr or "").splitlines() if line.strip()][-1:]
    return f"{text} ({last[0]})" if last and _UNANSWERED.search(text) else text


def removals(planned: Mapping[str, Mapping[str, Any]], observed: Mapping[str, Any], removed: Mapping[str, Any]) -> dict[str, str]:
    """The state of each host that is to have no agent (``absent``, or ``pending`` where it is still there), as far as it was observed.

    ``planned``: the plan's hosts. By host, ``observed``: result of ``cw_agent_info``, ``removed``: of ``cw_agent_uninstall``.
    """
    found = {}
    for host, entry in planned.items():
        seen, done = observed.get(host), removed.get(host)
        if entry.get("state") != ABSENT or not isinstance(seen, Mapping) or "converged" not in seen:
            continue
        gone = seen["converged"] or (isinstance(done, Mapping) and done.get("absent"))
        found[host] = ABSENT if gone else PENDING
    return found


def account(
    hosts: Iterable[str],
    evaluations: Iterable[Mapping[str, Any]],
    failures: Mapping[str, Mapping[str, Any]],
    planned: Iterable[str],
    without_agent: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:
    """An entry for each of *hosts*, in their order: its evaluation, or why there is none (``state``, ``cause``).

    ``failures``: by host, ``state`` (one of ``FAILURES``) and ``reason``; ``planned``: hosts of the plan; ``without_agent``: the state of
    each host that is to have none.
    """
    known, expected, removed = {item["host"]: item for item in evaluations}, set(planned), without_agent or {}
    found = []
    for host in dict.fromkeys([*hosts, *failures]):
        failure = failures.get(host)
        if failure is not None:
            found.append(_unevaluated(host, _failure_state(host, failure), str(failure.get("reason") or ""), known.get(host)))
        elif host in removed:
            found.append(_unevaluated(host, removed[host], "" if removed[host] == ABSENT else STILL_THERE))
        elif host in known:
            found.append(dict(known[host]))
        else:
            found.append(_unevaluated(host, NOT_REACHED, NOT_OBSERVED if host in expected else NOT_PLANNED))
    return found


def _failure_state(host: str, failure: Mapping[str, Any]) -> str:
    state = str(failure.get("state") or FAILED)
    if state not in FAILURES:
        raise ConfigError(f"failures: the state of {host} is {state!r}. Hint: give one of {', '.join(FAILURES)}.")
    return state


def _unevaluated(host: str, state: str, cause: str, known: Mapping[str, Any] | None = None) -> dict[str, Any]:
    empty = {
        "region": "",
        "profile": "",
        "changed": False,
        "outdated": False,
        "streams": [],
        "metrics": [],
        "unverified": [],
        "refused": [],
        "hint": "",
    }
    return {**empty, **(known or {}), "host": host, "state": state, "cause": cause}


def doubts(entry: Mapping[str, Any]) -> list[str]:
    """Why something of a host is not known, once each: of the whole host, and of single streams and metrics."""
    items = [*entry["streams"], *entry["metrics"]]
    return list(dict.fromkeys([*entry["unverified"], *(item["cause"] for item in items if item["state"] == UNVERIFIED and item["cause"])]))


def totals(entries: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """How many hosts are in each state, the worst first; states without hosts are left out."""
    states = [item["state"] for item in entries]
    return {state: states.count(state) for state in WORST_FIRST if state in states}


def passed(entries: Iterable[Mapping[str, Any]]) -> list[str]:
    """The hosts that nothing speaks against, about whom CloudWatch could be asked, and that run what the plan says."""
    good = (item for item in entries if item["state"] not in (MISSING, *FAILURES) and not item["refused"])
    return [item["host"] for item in good if not item.get("outdated")]


def masked(value: Any, mask: Callable[[Any], Any]) -> Any:
    """Entries of an account, or parts of them, with *mask* over all that a configuration or the agent's log can have said in them."""
    if isinstance(value, list):
        return [masked(item, mask) for item in value]
    if not isinstance(value, dict):
        return mask(value)
    return {key: item if key in _OWN else mask(item) if key == "dimensions" else masked(item, mask) for key, item in value.items()}
