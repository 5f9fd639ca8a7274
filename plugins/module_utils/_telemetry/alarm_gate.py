# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate of CloudWatch alarms: none of those that a roll-out names may be in ALARM, before it and while its canaries run."""

from __future__ import annotations

from typing import Any, Iterable, Mapping, Sequence

from .._config.errors import ConfigError
from .._config.words import listed
from .gates import Failure

ALARM = "ALARM"
GATE = "alarm"


def targets(plan: Mapping[str, Any], hosts: Iterable[str]) -> list[tuple[str, str]]:
    """The AWS profiles and regions of these hosts of a plan; a host without a region has none."""
    entries = (plan["hosts"][host] for host in hosts)
    return sorted({(entry["profile"], entry["region"]) for entry in entries if entry["region"]})


def require_quiet(names: Sequence[str], alarms: Iterable[Mapping[str, Any]], begun: bool = False) -> None:
    """Refuse a roll-out of which an alarm does not exist, or is in ALARM already.

    Args:
        names: of the alarms that the roll-out names.
        alarms: what CloudWatch has of them, ``alarms`` of the result of ``cw_agent_alarm_info``.
        begun: whether canaries run the candidate already, so that the gate has to be evaluated whatever the alarms say.
    """
    known = list(alarms)
    missing = sorted(set(names) - {alarm["name"] for alarm in known})
    if missing:
        raise ConfigError(
            f"cw_agent_gate_alarms names {listed(missing)}, which CloudWatch does not have in the accounts and regions of the hosts. "
            "Hint: correct the name; alarms are looked for where the hosts send to."
        )
    loud = [alarm for alarm in known if alarm["state"] == ALARM]
    if loud and not begun:
        raise ConfigError(
            f"{'; '.join(map(_described, loud))}. Nothing was changed, because its gate could not open. "
            "Hint: wait until it is OK, or take it out of cw_agent_gate_alarms."
        )


def failures(
    plan: Mapping[str, Any], canaries: Sequence[str], names: Sequence[str], alarms: Sequence[Mapping[str, Any]], unread: str = ""
) -> list[Failure]:
    """The canaries that an alarm stops: those of its account and region, or all of them where it has none there.

    Args:
        plan: result of ``cw_agent_plan``.
        canaries: hosts.
        names: of the alarms that the roll-out names.
        alarms: what CloudWatch has of them since then.
        unread: why they could not be read; nobody knows then whether one went off.
    """
    missing = sorted(set(names) - {alarm["name"] for alarm in alarms})
    if unread or missing:
        reason = f"the alarms could not be read: {unread}" if unread else f"CloudWatch has no alarm {listed(missing)} any more"
        return [Failure(host, GATE, reason) for host in canaries]
    found = []
    for alarm in alarms:
        if not alarm["alarmed"]:
            continue
        near = [host for host in canaries if targets(plan, [host]) == [(alarm["profile"], alarm["region"])]]
        found += [Failure(host, GATE, _described(alarm)) for host in near or canaries]
    return found


def _described(alarm: Mapping[str, Any]) -> str:
    reason = str(alarm["reason"]).rstrip(".")
    now = "is in ALARM" if alarm["state"] == ALARM else "was in ALARM meanwhile"
    return f"the alarm {alarm['name']} ({alarm['region']}) {now}{f': {reason}' if reason else ''}"
