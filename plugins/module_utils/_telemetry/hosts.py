# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts of a run with what is expected of each, from what its stages have left: plan, observations, changes, sources."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Iterable, Mapping, Sequence, TypeVar

from .._config.words import listed
from .active import Active, Configurations
from .evidence import Evidence
from .expectations import expectations
from .expected_metrics import Metric
from .expected_streams import Stream
from .sharing import Name, Sender, Senders, names_of_no_host
from .states import ABSENT

WAITS = ("changed", "all", "none")


@dataclass(frozen=True)
class Host:
    """One host of the question. ``changed``: its telemetry counts from ``since``; ``clock``: the host's, when it was observed. Both are
    seconds since the epoch by the host's own clock, None where they are not known. ``facts``: what the account shows beside telemetry.
    ``outdated``: the host runs another configuration than the plan's, and this run has left it so. ``machine``: what tells it from others,
    an instance's id where there is one: two names of an inventory may mean one."""

    name: str
    region: str
    profile: str = ""
    changed: bool = False
    since: float | None = None
    clock: float | None = None
    streams: tuple[Stream, ...] = ()
    metrics: tuple[Metric, ...] = ()
    evidence: Evidence = field(default_factory=Evidence)
    unverified: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    outdated: bool = False
    machine: str = ""


_Item = TypeVar("_Item", Stream, Metric)


@dataclass
class Run:
    """What the stages of a run have left.

    ``plan``: result of ``cw_agent_plan``. By host: ``observed`` and ``converged`` (results of ``cw_agent_info`` and ``cw_agent_config``),
    ``changes`` (results of stages before converging, oldest first), ``sources`` (what it has fetched). ``wait``: one of ``WAITS``.
    ``beside``: what hosts outside the run send to.
    """

    plan: Mapping[str, Any]
    observed: Mapping[str, Any]
    converged: Mapping[str, Any] = field(default_factory=dict)
    changes: Mapping[str, list[Any]] = field(default_factory=dict)
    sources: Mapping[str, Any] = field(default_factory=dict)
    wait: str = "changed"
    beside: Iterable[Sender] = ()

    def __post_init__(self) -> None:
        self._configurations = {item["key"]: item["configuration"] for item in self.plan["configurations"]}
        self._planned = {item["key"]: sender_of(item) for item in self.plan["configurations"]}
        self._senders = Senders([*self._planned.values(), *self.beside])
        self._read = Configurations()

    def hosts(self, names: Iterable[str]) -> list[Host]:
        """Those of *names* that are to have the agent and were observed."""
        known = {name: entry for name, entry in self.plan["hosts"].items() if entry.get("state") != ABSENT}
        return apart([self._host(name, known[name]) for name in names if name in known and _mapping(self.observed.get(name)).get("agent")])

    def _host(self, name: str, planned: Mapping[str, Any]) -> Host:
        before = self.observed[name]["agent"]
        results = [_mapping(item) for item in [*self.changes.get(name, []), self.converged.get(name)]]
        agent = dict(before)
        for result in results:
            agent.update(_mapping(result.get("agent")))
        changed_at = _changed_at(before, agent, results)
        started_at = float(_mapping(agent.get("service")).get("started_at") or 0)
        # Where access was given since, the files come with that result; no other change looks at files.
        looked = [files for files in (_mapping(result.get("agent")).get("files") for result in results) if files]
        agent["files"] = _files(looked[-1] if looked else before.get("files") or [], started_at)
        sources = _sources(self.sources.get(name))
        active = self._active(planned, sources)
        others = self._others(planned["key"], active.configuration)
        expected = expectations(active.configuration, agent, str(planned.get("region") or ""), others)
        return Host(
            name=name,
            region=expected.region,
            profile=str(planned.get("profile") or ""),
            changed=self.wait == "all" or (self.wait == "changed" and changed_at is not None),
            since=max(started_at, changed_at or 0),
            clock=float(agent.get("clock") or 0) or None,
            streams=tuple(expected.streams),
            metrics=tuple(expected.metrics),
            evidence=Evidence.of(agent, expected.region),
            unverified=(active.refused,) if active.refused else tuple(expected.unverified),
            facts={
                **facts(agent, sources, changed_at is not None),
                "invocation_id": _invocation_id(agent) if changed_at is not None else "",
            },
            machine=str(_mapping(agent.get("identity")).get("instance_id") or name),
            outdated="configuration" in (self.observed[name].get("differing") or []) and not _ran(self.converged.get(name)),
        )

    def _others(self, key: str, active: Mapping[str, Any]) -> frozenset[Name]:
        """What hosts beside one with the configuration *key*, which runs the *active* one, send to."""
        planned, names = self._planned[key], names_of_no_host(active)
        # Where a release is on hold, the other hosts of the configuration run it as well.
        return names if planned.hosts > 1 else self._senders.others(planned, names)

    def _active(self, planned: Mapping[str, Any], sources: list[Mapping[str, Any]]) -> Active:
        """The planned configuration, or the one that a host has fetched instead (a release on hold), its parts merged as the agent does."""
        texts = tuple(str(item.get("content") or "") for item in sources)
        digests = [item.get("digest") for item in sources]
        if not all(texts) or not texts or digests == [planned.get("digest")]:
            return self._read.of(self._configurations[planned["key"]])
        return self._read.merged(texts)


def apart(hosts: Sequence[Host]) -> list[Host]:
    """*hosts*, with what two of them have under one name marked as shared: two machines may have one host name."""
    machines: dict[Any, set[str]] = {}
    for host in hosts:
        for key in [*(_key(host, item) for item in host.streams), *(_key(host, item) for item in host.metrics)]:
            machines.setdefault(key, set()).add(host.machine)
    both = {key for key, found in machines.items() if len(found) > 1}

    def marked(host: Host, items: Iterable[_Item]) -> tuple[_Item, ...]:
        return tuple(item._replace(shared=True) if _key(host, item) in both else item for item in items)

    return (
        [replace(host, streams=marked(host, host.streams), metrics=marked(host, host.metrics)) for host in hosts] if both else list(hosts)
    )


def twins(hosts: Iterable[Host]) -> list[str]:
    """Sentences about machines that an inventory has under several names: each run converges and counts them several times."""
    names: dict[str, list[str]] = {}
    for host in hosts:
        names.setdefault(host.machine, []).append(host.name)
    hint = "Hint: keep one of the names, or leave the others out of the hosts of the run"
    return [
        f"{listed(found)} are one machine ({machine}) under several names, and count as several. {hint}."
        for machine, found in names.items()
        if len(found) > 1
    ]


def _key(host: Host, item: Stream | Metric) -> tuple[Any, ...]:
    place = (host.profile, host.region)
    if isinstance(item, Stream):
        return (*place, item.log_group_name, item.log_stream_name)
    return (*place, item.namespace, item.name, *sorted(item.dimensions.items()))


def sender_of(configuration: Mapping[str, Any]) -> Sender:
    """What the hosts of an entry of the plan's ``configurations`` send to."""
    given = configuration["configuration"]
    region = str(_mapping(given.get("agent")).get("region") or configuration.get("region") or "")
    hosts = max(1, len(configuration.get("hosts") or []))
    return Sender(str(configuration.get("profile") or ""), region, names_of_no_host(given), hosts)


def facts(agent: Mapping[str, Any], sources: list[Mapping[str, Any]], coming: bool = False) -> dict[str, Any]:
    """What the account shows of an agent: ``mode``, ``build``, ``configurations``, ``service``.

    ``coming``: whether a run gives, or in check mode would give, its *sources* to an agent that has no configuration.
    """
    # The agent names its files after the location; what cannot be in a file name is an underscore there.
    names = {_file_name(str(item["location"])): str(item["location"]).split(":", 1)[-1] for item in sources}
    active = [str(item.get("file")) for item in agent.get("configurations") or []]
    service = _mapping(agent.get("service"))
    return {
        "mode": str(agent.get("mode") or ""),
        "build": str(_mapping(agent.get("package")).get("build") or ""),
        "configurations": [names.get(file) or _parameter(file) for file in active] or (list(names.values()) if coming else []),
        "service": "running" if service.get("active_state") == "active" else str(service.get("active_state") or "absent"),
    }


def _file_name(location: str) -> str:
    return location.translate(str.maketrans("/ :", "___"))


def _parameter(file: str) -> str:
    """``NAME:VERSION`` of a file that the agent has named after a parameter, else its own name."""
    stem, _underscore, version = file.rpartition("_")
    return f"{stem[len('ssm_') :]}:{version}" if stem.startswith("ssm_") and version.isdigit() else file


def _invocation_id(agent: Mapping[str, Any]) -> str:
    return str(_mapping(agent.get("service")).get("invocation_id") or "")


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _ran(result: Any) -> bool:
    """Whether a task has come to its result, in check mode as well: it was not left out by tags or conditions."""
    return isinstance(result, Mapping) and "changed" in result and not result.get("skipped")


def _sources(fetched: Any) -> list[Mapping[str, Any]]:
    listed = fetched.get("sources") if isinstance(fetched, Mapping) else fetched
    return [item for item in listed or [] if isinstance(item, Mapping) and item.get("location")]


def _files(files: Iterable[Mapping[str, Any]], started_at: float) -> list[dict[str, Any]]:
    """The files, which are observed before a change: what they held then was sent by the process that has ended since."""
    return [{**item, "grown": item.get("grown") and float(item.get("mtime") or 0) >= started_at} for item in files]


def _changed_at(before: Mapping[str, Any], after: Mapping[str, Any], results: Iterable[Mapping[str, Any]]) -> float | None:
    """When the last change was made, None without any.

    A result that does not say when it was made was made after the observation. A new process counts from its start, which is known.
    """
    changes = [float(result.get("changed_at") or before.get("clock") or 0) for result in results if result.get("changed")]
    old, new = (_mapping(agent.get("service")).get("invocation_id") for agent in (before, after))
    if new and new != old:
        changes.append(float(_mapping(after.get("service")).get("started_at") or 0))
    return max(changes, default=None)
