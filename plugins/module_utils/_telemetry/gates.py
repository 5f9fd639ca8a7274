# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gates between the canaries of a roll-out and its other hosts: what has to hold of every canary, and what is said where not."""

from __future__ import annotations

import re
from typing import Any, Iterable, Mapping, NamedTuple, Sequence

from .._config.words import counted, listed
from .account import account
from .evaluation import OUTDATED
from .explanation import explained
from .recheck import failing, rechecked
from .states import FAILED, FAILURES, NOT_REACHED

HEALTH = "health"
"""The host was changed and can be reached, and its agent is the process that was started then."""

TELEMETRY = "telemetry"
"""No stream or metric is missing since the change."""

LOG = "log"
"""The agent's log has no error that it had not before."""

RELEASE = "release"
"""What it runs is still the candidate that this run has published: nobody has published another one, or put it on hold."""

_VARYING = re.compile(r"^\S*\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d\S*|\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\d+")


class Failure(NamedTuple):
    """A canary that did not pass. ``state``: of ``FAILURES``, for the account."""

    host: str
    gate: str
    reason: str
    state: str = FAILED


def failures(
    canaries: Sequence[str],
    evaluations: Iterable[Mapping[str, Any]],
    earlier: Mapping[str, Mapping[str, Any]],
    again: Mapping[str, Any],
    before: Mapping[str, Iterable[str]],
) -> list[Failure]:
    """The canaries that do not pass, with the first gate that stops each.

    Args:
        canaries: hosts.
        evaluations: what CloudWatch has of them, entries of the result of ``cw_agent_telemetry_info``.
        earlier: by host, ``state`` and ``reason`` where it could not be changed.
        again: by host, result of ``cw_agent_info`` after the bake time.
        before: by host, the lines that its agent's log had before the change.
    """
    entries = account(canaries, [item for item in evaluations if item["state"] not in FAILURES], earlier, canaries)
    entries = [entry if entry["host"] in earlier else _again(entry, again) for entry in entries]
    said = failing(entries)
    found = []
    for entry in entries:
        host, state = str(entry["host"]), str(entry["state"])
        if host in said:
            telemetry = state not in FAILURES
            reason = said[host].removeprefix(f"{FAILED}: ")
            found.append(Failure(host, TELEMETRY if telemetry else HEALTH, reason, FAILED if telemetry else state))
            continue
        if entry.get("outdated"):
            found.append(Failure(host, HEALTH, OUTDATED))
            continue
        errors = new_errors(before.get(host, ()), ((again.get(host) or {}).get("agent") or {}).get("errors") or ())
        if errors:
            more = f" and {counted(len(errors) - 1, 'other')}" if len(errors) > 1 else ""
            found.append(Failure(host, LOG, f"its agent's log has an error that was not there before: {errors[-1]}{more}"))
    return found


def _again(entry: Mapping[str, Any], again: Mapping[str, Any]) -> dict[str, Any]:
    (found,) = rechecked(explained([entry], again), again, {})
    return found


def new_errors(before: Iterable[str], now: Iterable[str]) -> list[str]:
    """The lines of *now* that differ from all of *before* in more than times, numbers and identifiers."""
    known = {_VARYING.sub("#", line) for line in before}
    return [line for line in now if _VARYING.sub("#", line) not in known]


def unobserved(found: Sequence[Failure], again: Mapping[str, Any]) -> list[Failure]:
    """*found*, with the canaries that were not observed again: of these nobody knows how they are. *again*: as for ``failures``."""
    known = {item.host for item in found}
    lost = [host for host, result in again.items() if host not in known and "agent" not in (result or {})]
    return [*found, *(Failure(host, HEALTH, "it was not observed again after its change") for host in lost)]


def overtaken(found: Sequence[Failure], reasons: Mapping[str, str], earlier: Iterable[str]) -> list[Failure]:
    """*found*, with the canaries whose candidate is somebody else's matter by now, which explains whatever else was seen of them.

    ``reasons``: by canary; ``earlier``: hosts that could not be changed, for a reason of their own.
    """
    hit = {host: reason for host, reason in reasons.items() if host not in earlier}
    return [item for item in found if item.host not in hit] + [Failure(host, RELEASE, reason) for host, reason in hit.items()]


def recorded(found: Sequence[Failure], canaries: Iterable[str]) -> dict[str, dict[str, str]]:
    """Where a gate stops a roll-out, what the account says of each canary: ``state`` and ``reason``."""
    stopped = {item.host: {"state": item.state, "reason": f"gate {item.gate}: {item.reason}"} for item in found}
    others = f"it was taken back with {listed([item.host for item in found])}"
    return {host: stopped.get(host, {"state": NOT_REACHED, "reason": others}) for host in canaries} if found else {}


def back(results: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, str]:
    """What each canary runs now, in words; of one whose change has failed, its reason says that.

    By host, results of ``cw_agent_config``: ``changes`` of the change, ``results`` of what took it back ({} where nothing did).
    """
    found = {}
    for host, result in results.items():
        change = changes.get(host) or {}
        if not result or result.get("skipped"):
            if any(text.startswith("configuration: ") for text in change.get("differences") or []):
                found[host] = "there was no configuration before that worked, so the new one stays"
            elif not change.get("failed"):
                found[host] = "its configuration is the one before"
        elif result.get("failed") or result.get("unreachable"):
            found[host] = f"it could not be taken back, and the next run does it: {result.get('msg')}"
        elif result.get("changed"):
            found[host] = "the configuration before is active again"
        else:
            found[host] = "; ".join(result.get("warnings") or ["the configuration before is active"])
    return found


def stopped_message(
    found: Sequence[Failure], back: Mapping[str, str], held: Sequence[str], unheld: Sequence[str], others: Mapping[str, str]
) -> str:
    """One message: which hosts, which gate, why, and what to do.

    Args:
        found: the canaries that did not pass.
        back: by canary, what it runs now, in words.
        held: configurations whose label hold was set.
        unheld: configurations that have no live version to stay at.
        others: configurations whose label hold could not be set or was not this run's to set, with the reason.
    """
    text = ["The roll-out has stopped at its canaries; it has not moved live, and has changed no other host."]
    text += [f"* {item.host}, gate {item.gate}: {item.reason}" for item in found]
    states: dict[str, list[str]] = {}
    for host, words in back.items():
        states.setdefault(words, []).append(host)
    text += [f"{listed(hosts)}: {words}" for words, hosts in states.items()]
    if held:
        text.append(f"On hold at the live version: {listed(list(held))}.")
    if unheld:
        text.append(f"Without a live version, so that cloudwatch.agent.site would give it to its hosts: {listed(list(unheld))}.")
    text += [f"Not put on hold: {name}: {reason}." for name, reason in others.items()]
    hint = "correct the cause or the fragments, and run cloudwatch.agent.rollout again"
    if all(item.gate == RELEASE for item in found):
        hint = "see with cloudwatch.agent.releases who has published what, agree with them, and run cloudwatch.agent.rollout again"
    text.append(f"Hint: {hint}{' with -e cw_agent_release_hold=lift' if held else ''}.")
    return "\n".join(text)


def ended_message(reasons: Mapping[str, str]) -> str:
    """What is said beside the hosts that have failed of those that were not reached for it. *reasons*: by host."""
    whys = "; ".join(dict.fromkeys(reason.rstrip(".") for reason in reasons.values()))
    return (
        f"The roll-out has stopped: {whys}. Not reached, and as they were: {listed(list(reasons))}. Hint: correct the cause and run "
        "cloudwatch.agent.rollout again, which goes on with them; or go back with cloudwatch.agent.rollback, then cloudwatch.agent.site."
    )
