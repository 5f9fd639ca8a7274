# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which hosts of a roll-out run the candidate first, and in which batches the others follow."""

from __future__ import annotations

import math
import re
from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from typing import Any, Callable, Collection, Iterable, Mapping, NamedTuple, Sequence

from .._config.errors import ConfigError
from .._config.words import counted, listed

_SIZE = re.compile(r"-?\d+%?")


class Concerned(NamedTuple):
    """A host that the roll-out is about. ``differs``: it has to be changed; else it runs a candidate that is not live.

    ``key``: its configuration's, '' where it is to have no agent; ``refused``: it cannot be changed.
    """

    name: str
    key: str
    zone: str
    differs: bool
    refused: bool = False


@dataclass(frozen=True)
class Waves:
    """The order of a roll-out.

    ``canaries``: the hosts that go first, ``changing``: those of them that have yet to be changed; ``rest``: the hosts that follow;
    ``candidates``: keys of the configurations that the canaries try and that are not live; ``tried``: keys of all configurations with a
    canary, and of those that need none, because what is live has the same texts; ``by_run_command``: hosts that follow
    when all others have.
    """

    canaries: list[str] = field(default_factory=list)
    changing: list[str] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)
    candidates: list[str] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    by_run_command: list[str] = field(default_factory=list)

    def result(self) -> dict[str, list[str]]:
        """As a module returns it."""
        return asdict(self)


def concerned(
    plan: Mapping[str, Any],
    published: Mapping[str, Any],
    observed: Mapping[str, Any],
    zones: Mapping[str, str],
    beside: Collection[str] = (),
) -> list[Concerned]:
    """The hosts of *plan* that differ, and those that run a candidate which is not live, be it from a roll-out that was interrupted.

    Args:
        plan: result of ``cw_agent_plan``.
        published: result of ``cw_agent_release`` with state published.
        observed: by host, result of ``cw_agent_info``; a host that could not be observed is left out.
        zones: by host, its availability zone as far as it is known.
        beside: hosts that cannot be changed either, for their permissions.
    """
    unreleased = set(candidates(published))
    found = []
    for name, entry in plan["hosts"].items():
        seen = observed.get(name) or {}
        if "converged" not in seen:
            continue
        key, differs = str(entry.get("key") or ""), bool(seen["problems"]) or not seen["converged"]
        refused = bool(seen["problems"]) or name in beside
        if differs or key in unreleased:
            found.append(Concerned(name, key, zones.get(name, ""), differs, refused))
    return found


def candidates(published: Mapping[str, Any]) -> list[str]:
    """The keys of the configurations that hosts get and that differ from what is live."""
    return [item["key"] for item in published["configurations"] if not (item["released"] or item["on_hold"] or item["same_as_live"])]


def waves(
    hosts: Iterable[Concerned],
    published: Mapping[str, Any],
    canary: str,
    matching: Callable[[str], Collection[str]],
    ssm_hosts: Collection[str] = (),
) -> Waves:
    """Choose the canaries among *hosts*.

    Every configuration of hosts that can be changed gets one. Hosts that run a candidate already are canaries of it, as many as there are.

    Args:
        hosts: what ``concerned`` returns.
        published: result of ``cw_agent_release`` with state published.
        canary: a number of hosts, a percentage of *hosts*, or a pattern of hosts.
        matching: the hosts that a pattern means.
        ssm_hosts: hosts that SSH does not reach, none of which can be a canary.

    Raises:
        ConfigError: *canary* is no number from 1 on and no percentage from 1% to 100%, or names no host of a configuration; or a candidate
            has no host that can be a canary.
    """
    check_canary(canary)
    everybody = list(hosts)
    known = [host for host in everybody if host.name not in ssm_hosts]
    others = [host for host in everybody if host.name in ssm_hosts]
    _require_canaries(known, others, candidates(published))
    chosen = _chosen(known, candidates(published), canary, matching)
    canaries = [host for host in known if host.name in chosen]
    same = [item["key"] for item in published["configurations"] if item["same_as_live"] and not item["on_hold"]]
    tried = list(dict.fromkeys([*(host.key for host in canaries), *same]))
    return Waves(
        canaries=[host.name for host in canaries],
        changing=[host.name for host in canaries if host.differs],
        rest=[host.name for host in known if host.differs and host.name not in chosen],
        candidates=[key for key in candidates(published) if key in tried],
        tried=tried,
        by_run_command=[host.name for host in others if host.differs],
    )


def _chosen(
    hosts: Iterable[Concerned], unreleased: Sequence[str], canary: str, matching: Callable[[str], Collection[str]]
) -> Collection[str]:
    """The names of the canaries among the hosts that can be changed."""
    pools: dict[str, list[Concerned]] = {}
    for host in hosts:
        if host.key and not host.refused:
            pools.setdefault(host.key, []).append(host)
    if _SIZE.fullmatch(canary):
        return _counted(pools, size(canary, sum(map(len, pools.values()))))
    return _named(pools, unreleased, canary, set(matching(canary)))


def _require_canaries(known: Iterable[Concerned], others: Iterable[Concerned], unreleased: Collection[str]) -> None:
    reached = {host.key for host in known if not host.refused}
    lacking: dict[str, list[str]] = {}
    for host in others:
        if host.key in unreleased and host.key not in reached:
            lacking.setdefault(host.key, []).append(host.name)
    if lacking:
        hosts = "; ".join(f"{key}: {listed(names)}" for key, names in lacking.items())
        raise ConfigError(
            f"cw_agent_transport is ssm on every host that could try a configuration first ({hosts}), and canaries are reached by ssh. "
            "No host was changed. Hint: roll it out with cloudwatch.agent.run_command, of which a wave that fails goes back "
            "(cw_agent_run_command_waves), and leave its hosts out of this run (--limit)."
        )


def check_canary(canary: str) -> None:
    """Refuse a number or percentage of canaries that means none.

    Raises:
        ConfigError: it is 0 or less, or more than 100%.
    """
    if _SIZE.fullmatch(canary) and (int(canary.rstrip("%")) < 1 or (canary.endswith("%") and int(canary[:-1]) > 100)):
        raise ConfigError(
            f"cw_agent_canary is {canary}. Hint: give a number of hosts from 1 on, a percentage such as '10%', or a pattern of hosts; "
            "to roll out without canaries, run cloudwatch.agent.site."
        )


def size(canary: str, hosts: int) -> int:
    """The number of canaries that a number or a percentage of so many *hosts* means, rounded up."""
    number = int(canary.rstrip("%"))
    return math.ceil(hosts * number / 100) if canary.endswith("%") else number


def _named(pools: Mapping[str, Sequence[Concerned]], unreleased: Collection[str], pattern: str, names: Collection[str]) -> set[str]:
    """The hosts of *names*. A configuration that is live already was tried, and needs none of them."""
    chosen = {host.name for pool in pools.values() for host in pool if host.name in names or not host.differs}
    lacking = {key: pool for key, pool in pools.items() if key in unreleased and not any(host.name in chosen for host in pool)}
    if lacking:
        hosts = "; ".join(f"{key}: {listed([host.name for host in pool])}" for key, pool in lacking.items())
        raise ConfigError(
            f"cw_agent_canary is {pattern!r}, and of {counted(len(lacking), 'configuration')} none of these hosts is to be changed. "
            f"No host was changed. Hint: add one of each ({hosts}), or give a number."
        )
    return chosen


def _counted(pools: Mapping[str, Sequence[Concerned]], wanted: int) -> set[str]:
    shares = _shares({key: len(pool) for key, pool in pools.items()}, wanted)
    taken: Counter[str] = Counter()
    chosen: set[str] = set()
    for key, pool in pools.items():
        running = [host for host in pool if not host.differs]
        taken.update(host.zone for host in running)
        picked = _spread([host for host in pool if host.differs], shares[key] - len(running), taken)
        chosen |= {host.name for host in (*running, *picked)}
    return chosen


def _shares(sizes: Mapping[str, int], wanted: int) -> dict[str, int]:
    """How many of *wanted* each key gets: one, and the others go where a canary stands for the most hosts."""
    found = dict.fromkeys(sizes, 1)
    for _more in range(min(wanted, sum(sizes.values())) - len(sizes)):
        found[max((key for key in sizes if found[key] < sizes[key]), key=lambda key: sizes[key] / found[key])] += 1
    return found


def _spread(hosts: Iterable[Concerned], count: int, taken: Counter[str]) -> list[Concerned]:
    """*count* of *hosts*, each from the zone of which the fewest are *taken*; those count from then on."""
    zones: dict[str, deque[Concerned]] = {}
    for host in hosts:
        zones.setdefault(host.zone, deque()).append(host)
    found: list[Concerned] = []
    while len(found) < count and zones:
        zone = min(zones, key=lambda name: taken[name])
        found.append(zones[zone].popleft())
        taken[zone] += 1
        if not zones[zone]:
            del zones[zone]
    return found


def batches(hosts: Sequence[str], sizes: Sequence[int]) -> list[list[str]]:
    """*hosts* as a play with ``serial`` takes them: batches of these sizes, the last of which repeats."""
    found: list[list[str]] = []
    begin = 0
    while begin < len(hosts):
        count = sizes[min(len(found), len(sizes) - 1)]
        found.append(list(hosts[begin : begin + count]))
        begin += count
    return found


def lines(order: Waves, parts: Sequence[Sequence[str]], hosts: int) -> list[str]:
    """The waves for people: *parts* are the batches of the rest, *hosts* the number of all hosts of the run."""
    if not (order.canaries or order.rest or order.by_run_command):
        return [f"Roll-out: nothing differs on {counted(hosts, 'host')}"]
    changing = len(order.changing) + len(order.rest) + len(order.by_run_command)
    known = f"{counted(changing, 'host')} of {hosts} to be changed"
    found = [f"Roll-out: {known}, {counted(len(order.candidates), 'configuration')} to be released"]
    already = [name for name in order.canaries if name not in order.changing]
    more = f" (the candidate runs on {listed(already)} already)" if already else ""
    found += [f"  canaries: {counted(len(order.canaries), 'host')}: {listed(order.canaries)}{more}"] if order.canaries else []
    found += [f"  batch {number}: {counted(len(part), 'host')}: {listed(list(part))}" for number, part in enumerate(parts, 1)]
    last = order.by_run_command
    return found + ([f"  finally, by Run Command: {counted(len(last), 'host')}: {listed(last)}"] if last else [])
