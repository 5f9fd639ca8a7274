# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what each host's inventory says to the plan: which configuration each host gets, each distinct one validated once."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Iterable, Mapping

from .._config.canonical import canonical_text, digest
from .._config.check import problems_of
from .._config.compose import Composition, compose
from .._config.errors import ConfigError
from .._config.findings import ERROR, REQUIREMENT
from .._config.log_groups import collects
from .._config.pointer import pointer, walk
from .._config.presets import preset
from .._config.problems import check_silenced
from .._config.rules import load_rules
from .._config.subject import MODES, PLATFORMS, Subject

FRAGMENT = "cw_agent_fragment_"
SETTINGS: dict[str, Any] = {
    "cw_agent_preset": "none",
    "cw_agent_config_name": "",
    "cw_agent_environment": "",
    "cw_agent_region": "",
    "cw_agent_mode": "ec2",
    "cw_agent_platform": "linux",
    "cw_agent_build": "",
    "cw_agent_silenced_rules": {},
    "cw_agent_profile": "",
}
"""The host variables beside the fragments, with the defaults of the role ``config``."""

FATAL_FOR_PUBLISHING = frozenset({"parameter-template"})
"""Rules that the agent does not care about, but Parameter Store does."""

_FRAGMENT_NAME = re.compile(r"[a-z0-9_]+")
_PARAMETER = re.compile(r"[A-Za-z0-9_./-]+")
_PART = re.compile(r"\.part\d+$")
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d")
_ENVIRONMENT = re.compile(r"[A-Za-z0-9_.]+")
_LISTED_HOSTS = 5


@dataclass
class HostInput:
    """A host of the inventory. ``fragments``: variable name → configuration; ``settings``: as SETTINGS; ``placement``: its EC2 region.

    ``origin``: a name for the inventory that it comes from.
    """

    name: str
    fragments: Mapping[str, Any]
    settings: Mapping[str, Any]
    placement: str = ""
    origin: str = ""


@dataclass
class _Composed:
    composition: Composition
    text: str
    digest: str
    problems: list[dict[str, Any]]
    collects: dict[str, Any]


@dataclass
class Plan:
    """``hosts`` and ``configurations`` are what later stages read; ``errors`` are sentences that concern hosts, not configurations."""

    hosts: dict[str, dict[str, Any]] = field(default_factory=dict)
    configurations: dict[str, dict[str, Any]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def problems(self, *severities: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """(configuration, problem) of these severities."""
        return [(item, found) for item in self.configurations.values() for found in item["problems"] if found["severity"] in severities]


class Planner:
    """Builds a Plan host by host; whatever two hosts have in common is done once."""

    def __init__(self) -> None:
        self.plan = Plan()
        self._composed: dict[tuple[Any, ...], _Composed] = {}
        self._alive: list[Any] = []

    def add(self, host: HostInput) -> None:
        """Put *host* into the plan; what is wrong with it goes to the plan's errors."""
        try:
            self._add(host)
        except ConfigError as error:
            self.plan.errors.append(f"{host.name}: {error}")

    def _add(self, host: HostInput) -> None:
        settings = {**SETTINGS, **host.settings}
        _check_settings(settings)
        region = _region(settings, host.placement)
        name = config_name(settings, host.fragments)
        composed = self._compose(host.fragments, settings)
        key = "/".join(filter(None, (settings["cw_agent_profile"], region, name)))
        entry = self.plan.configurations.get(key)
        if entry is None:
            entry = self.plan.configurations[key] = _configuration(key, name, region, settings, composed)
        elif entry["digest"] != composed.digest:
            raise ConfigError(_clash(name, region, entry, composed))
        else:
            _add_problems(entry["problems"], composed.problems)
        entry["hosts"].append(host.name)
        if host.origin and host.origin not in entry["origins"]:
            entry["origins"].append(host.origin)
        self.plan.hosts[host.name] = {
            "name": name,
            "region": region,
            "profile": settings["cw_agent_profile"],
            "digest": composed.digest,
            "mode": settings["cw_agent_mode"],
            "platform": settings["cw_agent_platform"],
            "key": key,
            "run_as_user": _run_as_user(composed.composition.configuration),
            "files": composed.collects["files"],
        }

    def _compose(self, fragments: Mapping[str, Any], settings: Mapping[str, Any]) -> _Composed:
        silenced = settings["cw_agent_silenced_rules"] or {}
        basis = tuple(str(settings[name]) for name in ("cw_agent_preset", "cw_agent_mode", "cw_agent_platform", "cw_agent_build"))
        key = (*basis, canonical_text(silenced), *((name, id(fragments[name])) for name in sorted(fragments)))
        known = self._composed.get(key)
        if known is None:
            self._alive.append(list(fragments.values()))  # an id speaks for its object only while that lives
            known = self._composed[key] = _validated(fragments, settings, silenced)
        return known


def _validated(fragments: Mapping[str, Any], settings: Mapping[str, Any], silenced: Mapping[str, str]) -> _Composed:
    load_rules()
    check_silenced(silenced)
    name, platform, mode = settings["cw_agent_preset"], settings["cw_agent_platform"], settings["cw_agent_mode"]
    parts = [("cw_agent_preset", preset(name, platform, mode))] + [(key, _mapping(key, fragments[key])) for key in sorted(fragments)]
    composition = compose(parts)
    subject = Subject(composition.configuration, str(settings["cw_agent_build"]), platform, mode)
    problems = []
    for item in problems_of(subject, silenced):
        found = {**item, "variables": composition.sources(item["path"])}
        if found["rule"] in FATAL_FOR_PUBLISHING:
            found["severity"] = ERROR
        problems.append(found)
    text = canonical_text(composition.configuration)
    return _Composed(composition, text, digest(text), problems, collects(subject))


def _run_as_user(configuration: Mapping[str, Any]) -> str:
    agent = configuration.get("agent")
    return str((agent if isinstance(agent, Mapping) else {}).get("run_as_user") or "root")


def _mapping(name: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ConfigError(
            f"{name} is {type(value).__name__}: a fragment is a mapping in the agent's own vocabulary (agent, metrics, logs, traces)."
        )
    return value


def _configuration(key: str, name: str, region: str, settings: Mapping[str, Any], composed: _Composed) -> dict[str, Any]:
    return {
        "key": key,
        "name": name,
        "region": region,
        "profile": settings["cw_agent_profile"],
        "digest": composed.digest,
        "text": composed.text,
        "configuration": composed.composition.configuration,
        "hosts": [],
        "origins": [],
        "problems": list(composed.problems),
        "overrides": [item._asdict() for item in composed.composition.overrides],
        "collects": composed.collects,
        "platform": settings["cw_agent_platform"],
        "mode": settings["cw_agent_mode"],
        "build": str(settings["cw_agent_build"]),
    }


def _add_problems(known: list[dict[str, Any]], more: Iterable[dict[str, Any]]) -> None:
    known.extend(item for item in more if item not in known)


def _check_settings(settings: Mapping[str, Any]) -> None:
    for name, allowed in (("cw_agent_mode", MODES), ("cw_agent_platform", PLATFORMS)):
        if settings[name] not in allowed:
            raise ConfigError(f"{name} is {settings[name]!r}: expected one of {', '.join(allowed)}.")
    if not isinstance(settings["cw_agent_silenced_rules"] or {}, Mapping):
        raise ConfigError("cw_agent_silenced_rules must be a mapping: rule id → reason.")


def _region(settings: Mapping[str, Any], placement: str) -> str:
    region = str(settings["cw_agent_region"] or placement or "")
    if not region:
        raise ConfigError("no region is known. Hint: set cw_agent_region (EC2 inventories give placement.region).")
    if not _REGION.fullmatch(region):
        raise ConfigError(f"the region is {region!r}, which is not an AWS region's name such as us-east-1. Hint: correct cw_agent_region.")
    if placement and region != placement:
        raise ConfigError(
            f"cw_agent_region is {region!r}, and the inventory's placement says {placement!r}: the configuration would be published where "
            f"the host does not look for it. Hint: remove cw_agent_region for this host, or set it to {placement}."
        )
    return region


def config_name(settings: Mapping[str, Any], fragments: Mapping[str, Any]) -> str:
    """The name of a host's configuration in Parameter Store: ``cw_agent_config_name``, else made of environment, preset and fragments."""
    names = sorted(name[len(FRAGMENT) :] for name in fragments)
    for name in names:
        if not _FRAGMENT_NAME.fullmatch(name):
            raise ConfigError(f"the variable {FRAGMENT}{name} has a name that no fragment may have: use a-z, 0-9 and _ after {FRAGMENT}.")
    chosen = str(settings["cw_agent_preset"])
    if chosen == "none" and not names:
        raise ConfigError(f"there is nothing to compose: set cw_agent_preset, or a variable {FRAGMENT}<name> in the inventory.")
    given = str(settings["cw_agent_config_name"] or "")
    if _PART.search(given):
        raise ConfigError(f"cw_agent_config_name is {given!r}: names ending in .part and a number are kept for configurations in parts.")
    if given and not _PARAMETER.fullmatch(given):
        raise ConfigError(f"cw_agent_config_name is {given!r}: a parameter's name has letters, digits, and _ . - / only.")
    if given:
        return given
    environment = str(settings["cw_agent_environment"] or "")
    if environment and not _ENVIRONMENT.fullmatch(environment):
        raise ConfigError(
            f"cw_agent_environment is {environment!r}: it becomes part of a parameter's name. Hint: use letters, digits, _ and ."
        )
    first = [] if chosen == "none" else [chosen if settings["cw_agent_mode"] == "ec2" else f"{chosen}-onprem"]
    return "AmazonCloudWatch-" + "-".join([environment] * bool(environment) + first + names)


def _clash(name: str, region: str, entry: Mapping[str, Any], composed: _Composed) -> str:
    paths = differing_paths(entry["configuration"], composed.composition.configuration)
    more = f" and {len(paths) - _LISTED_HOSTS} more" if len(paths) > _LISTED_HOSTS else ""
    variables = sorted({source for path in paths for source in composed.composition.sources(path)})
    return (
        f"its configuration {name} in {region} differs from that of {entry['hosts'][0]} under the same name, "
        f"at {', '.join(paths[:_LISTED_HOSTS])}{more} (set by {', '.join(variables) or 'the other host alone'}). "
        "Give one of them its own cw_agent_config_name, or make the values equal."
    )


def differing_paths(one: Any, other: Any) -> list[str]:
    """JSON pointers of the leaves in which two configurations differ."""
    leaves = [
        {pointer(path): value for path, value in walk(side) if not isinstance(value, (dict, list)) or not value} for side in (one, other)
    ]
    return [
        path for path in {**leaves[0], **leaves[1]} if path not in leaves[0] or path not in leaves[1] or leaves[0][path] != leaves[1][path]
    ]


def failure(plan: Plan) -> str:
    """One message with everything that forbids going on, or ''."""
    errors = plan.problems(ERROR)
    if not errors and not plan.errors:
        return ""
    count = len(errors) + len(plan.errors)
    lines = [f"{count} {'error' if count == 1 else 'errors'} in the configurations of the agent; no host and nothing in AWS was touched."]
    lines += [f"* {error}" for error in plan.errors]
    for item in plan.configurations.values():
        found = [problem for problem in item["problems"] if problem["severity"] == ERROR]
        if found:
            lines.append(f"{item['key']} ({hosts_text(item['hosts'])}):")
            lines += [f"* {sentence(problem)}" for problem in found]
    return "\n".join(lines)


def warnings(plan: Plan) -> list[str]:
    """A sentence for each warning of each configuration."""
    return [f"{item['key']}: {sentence(found)}" for item, found in plan.problems("warning")]


def requirements(plan: Plan) -> list[str]:
    """A sentence for each requirement of each configuration."""
    return [f"{item['key']}: {sentence(found)}" for item, found in plan.problems(REQUIREMENT)]


def sentence(found: Mapping[str, Any]) -> str:
    """A problem in one line: path, variable, what is wrong, hint, rule."""
    variables = ", ".join(found.get("variables") or [])
    where = f" (from {variables})" if variables else ""
    return f"{found['path'] or '/'}{where}: {found['message']} Hint: {found['hint']} [{found['rule']}]"


def hosts_text(hosts: list[str]) -> str:
    """*hosts* in words, the first few by name."""
    named = ", ".join(hosts[:_LISTED_HOSTS])
    more = f" and {len(hosts) - _LISTED_HOSTS} more" if len(hosts) > _LISTED_HOSTS else ""
    return f"{'host' if len(hosts) == 1 else 'hosts'} {named}{more}"
