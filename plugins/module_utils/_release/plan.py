# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what each host's inventory says to the plan: which configuration each host gets, each distinct one validated once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Iterable, Mapping

from .._config.canonical import canonical_text, digest
from .._config.causes import LACKING
from .._config.check import findings_of
from .._config.compose import Composition, compose
from .._config.errors import ConfigError
from .._config.findings import ERROR, WARNING, Finding, did_you_mean
from .._config.log_groups import collects
from .._config.pointer import pointer, walk
from .._config.presets import preset
from .._config.problems import Rule, check_silenced, problem
from .._config.regions import is_likely, meant_region
from .._config.rules import load_rules
from .._config.rules.composition import NULL, composed_findings
from .._config.subject import Subject
from .._config.vaulted import Mask, Vaulted
from .messages import about_hosts, by_configurations, names, sentences
from .settings import ABSENT, SETTINGS, check_debug, check_settings, config_name, language_version, region_of, settings_beside
from .transport import check_transport

FATAL_FOR_PUBLISHING = frozenset({"parameter-template"})
"""Rules that the agent does not care about, but Parameter Store does."""

_LISTED = 5


@dataclass
class HostInput:
    """A host of the inventory. ``fragments``: variable name → configuration; ``settings``: as SETTINGS; ``placement``: its EC2 region.

    ``origin``: a name for the inventory that it comes from. ``vaulted``: fragment → what it takes out of Ansible Vault;
    ``vaulted_environment``: what cw_agent_environment_variables takes of it; ``credentials``: its variables that give the agent keys;
    ``unknown``: variables that look like ours, and what each is meant for.
    """

    name: str
    fragments: Mapping[str, Any]
    settings: Mapping[str, Any]
    placement: str = ""
    origin: str = ""
    vaulted: Mapping[str, Vaulted] = field(default_factory=dict)
    vaulted_environment: Vaulted = field(default_factory=Vaulted)
    credentials: tuple[str, ...] = ()
    unknown: tuple[tuple[str, str], ...] = ()


@dataclass
class _Composed:
    composition: Composition
    text: str
    digest: str
    problems: list[dict[str, Any]]
    collects: dict[str, Any]
    overrides: list[dict[str, Any]]
    vaulted: list[str]
    requirements: list[dict[str, str]]


@dataclass
class Plan:
    """``hosts`` and ``configurations`` are what later stages read; ``errors`` and ``notes`` are sentences about hosts."""

    hosts: dict[str, dict[str, Any]] = field(default_factory=dict)
    configurations: dict[str, dict[str, Any]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

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
        else:
            self.plan.notes += [f"{host.name}: {unknown_text(*each)}" for each in host.unknown]

    def _add(self, host: HostInput) -> None:
        settings = {**SETTINGS, **host.settings}
        check_settings(settings)
        check_transport(settings, host.credentials)
        if settings["cw_agent_state"] == ABSENT:
            self.plan.hosts[host.name] = _absent(settings, host.vaulted_environment)
            return
        region = region_of(settings, host.placement)
        name = _name(settings, host)
        _check_vaulted(host.vaulted, settings)
        if not is_likely(region):
            self.plan.notes.append(f"{host.name}: {_unlikely_text(region)}")
        composed = self._compose(host.fragments, settings, host.vaulted)
        check_debug(settings, composed.composition.configuration)
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
            **_entry(settings, host.vaulted_environment),
            "name": name,
            "region": region,
            "digest": composed.digest,
            "key": key,
            "run_as_user": _run_as_user(composed.composition.configuration),
            "files": composed.collects["files"],
            "journald": composed.collects["journald"],
            "requirements": composed.requirements,
            "vaulted": bool(composed.vaulted),
        }

    def _compose(self, fragments: Mapping[str, Any], settings: Mapping[str, Any], vaulted: Mapping[str, Vaulted]) -> _Composed:
        silenced = settings["cw_agent_silenced_rules"] or {}
        basis = (*(str(settings[name]) for name in ("cw_agent_preset", "cw_agent_mode", "cw_agent_platform")), language_version(settings))
        texts = frozenset(text for each in vaulted.values() for text in each.texts)
        key = (*basis, canonical_text(silenced), texts, *((name, id(fragments[name])) for name in sorted(fragments)))
        known = self._composed.get(key)
        if known is None:
            self._alive.append(list(fragments.values()))  # an id speaks for its object only while that lives
            known = self._composed[key] = _validated(fragments, settings, silenced, Mask(texts))
        return known


def _entry(settings: Mapping[str, Any], vaulted: Vaulted) -> dict[str, Any]:
    """What the plan says of every host, whether it is to have the agent or not."""
    return {
        "state": settings["cw_agent_state"],
        "transport": settings["cw_agent_transport"],
        "build": settings["cw_agent_build"],
        "repository": settings["cw_agent_package_repository"],
        "settings": settings_beside(settings, vaulted),
        "profile": settings["cw_agent_profile"],
        "mode": settings["cw_agent_mode"],
        "platform": settings["cw_agent_platform"],
        "log_access": settings["cw_agent_log_access"],
        "create_user": settings["cw_agent_create_user"],
        "identity_check": settings["cw_agent_identity_check"],
        "credential_sources": settings["cw_agent_credential_sources"],
    }


def _absent(settings: Mapping[str, Any], vaulted: Vaulted) -> dict[str, Any]:
    """The entry of a host without the agent: there is no configuration that could be wrong, and nobody to read it."""
    nothing = {"name": "", "region": "", "digest": "", "key": "", "run_as_user": "", "files": [], "vaulted": False}
    unread = {"journald": False, "requirements": []}
    return {**_entry(settings, vaulted), **nothing, **unread, "purge": settings["cw_agent_uninstall_purge"]}


def _validated(fragments: Mapping[str, Any], settings: Mapping[str, Any], silenced: Mapping[str, str], mask: Mask) -> _Composed:
    load_rules()
    check_silenced(silenced)
    name, platform, mode = settings["cw_agent_preset"], settings["cw_agent_platform"], settings["cw_agent_mode"]
    parts = [("cw_agent_preset", preset(name, platform, mode))] + [(key, _mapping(key, fragments[key])) for key in sorted(fragments)]
    composition = compose(parts)
    subject = Subject(composition.configuration, language_version(settings), platform, mode)
    findings = findings_of(subject, silenced)
    problems = [_problem(source, finding, _variables(composition, finding)) for source, finding in findings]
    problems += [_problem(source, found, [by]) for source, found, by in composed_findings(composition) if source.id not in silenced]
    text = canonical_text(composition.configuration)
    overrides = [mask(item._asdict()) for item in composition.overrides]
    pointers = mask.pointers(composition.configuration) if mask else []
    needs = [mask(item) for item in _requirements(findings)]
    return _Composed(
        composition, text, digest(text), [mask(item) for item in _with_nulls(problems)], collects(subject), overrides, pointers, needs
    )


def _requirements(findings: Iterable[tuple[Rule, Finding]]) -> list[dict[str, str]]:
    """The files and programs that a host must have: ``name``, and the ``rule``, its reason (``why``) and ``hint``."""
    return [
        {"name": name, "rule": source.id, "why": source.why, "hint": finding.hint or source.hint}
        for source, finding in findings
        for name in finding.needs
    ]


def _variables(composition: Composition, finding: Finding) -> list[str]:
    """The variables that set what *finding* is about, in the order of its paths."""
    paths = [*finding.related, finding.path]
    return list(dict.fromkeys(name for path in paths for name in composition.sources(pointer(path))))


def _problem(source: Rule, finding: Finding, variables: list[str]) -> dict[str, Any]:
    found = {**problem(source, finding), "variables": variables}
    if found["rule"] in FATAL_FOR_PUBLISHING:
        found["severity"] = ERROR
    return found


def _with_nulls(problems: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """*problems*; where a section lacks what stands in a variable without a value, that is the error, and the only one."""
    nulls = {item["path"]: item for item in problems if item["rule"] == NULL}
    causes: dict[str, str] = {}
    for item in problems:
        around = item["path"] + "/"
        if item["rule"] in LACKING:
            inside = [path for path in nulls if path.startswith(around) and "/" not in path[len(around) :]]
            causes.update(
                {path: item["path"] for path in inside if item["rule"] == "schema-size" or path[len(around) :] in item["message"]}
            )
    lacking = set(causes.values())
    kept = [item for item in problems if not (item["path"] in lacking and item["rule"] in LACKING)]
    return [_valueless(item) if item["path"] in causes and item["rule"] == NULL else item for item in kept]


def _valueless(found: Mapping[str, Any]) -> dict[str, Any]:
    key = found["path"].rpartition("/")[2]
    message = f"{key} has no value, and null takes a key out."
    return {**found, "severity": ERROR, "message": message, "hint": "Give it a value, or remove the key."}


def _run_as_user(configuration: Mapping[str, Any]) -> str:
    agent = configuration.get("agent")
    return str((agent if isinstance(agent, Mapping) else {}).get("run_as_user") or "root")


def _mapping(name: str, value: Any) -> Mapping[str, Any]:
    if isinstance(value, Mapping):
        return value
    if value is None or value is False or value == "":
        what = "has no value" if value is None else f"is {'empty text' if value == '' else 'false'}"
        raise ConfigError(f"{name} {what}. Hint: write {{}} for an empty fragment, or remove the variable.")
    if isinstance(value, str):
        raise ConfigError(
            f"{name} is text, but a fragment is a mapping in the agent's own vocabulary (agent, metrics, logs, traces). "
            "Hint: text that is JSON, of a file for instance, becomes a mapping with | from_json; YAML with | from_yaml."
        )
    kind = "a list" if isinstance(value, list) else f"{value!r}"
    raise ConfigError(
        f"{name} is {kind}, but a fragment is a mapping in the agent's own vocabulary. Hint: start it with agent, metrics, logs or traces."
    )


def _check_vaulted(vaulted: Mapping[str, Vaulted], settings: Mapping[str, Any]) -> None:
    allowed = settings["cw_agent_allow_vaulted"] or []
    if not isinstance(allowed, list) or not all(isinstance(name, str) for name in allowed):
        raise ConfigError("cw_agent_allow_vaulted must be a list. Hint: write the names of variables, such as [my_secret].")
    for fragment in sorted(vaulted):
        used = sorted(vaulted[fragment].names - set(allowed))
        if used:
            source = "holds" if used == [fragment] else f"uses {', '.join(used)}:"
            raise ConfigError(
                f"{fragment} {source} a value out of Ansible Vault, and a configuration is plain text, in Parameter Store and on the host. "
                f"Hint: take it out, or allow it by name: cw_agent_allow_vaulted: [{', '.join(used)}]."
            )


def _name(settings: Mapping[str, Any], host: HostInput) -> str:
    try:
        return config_name(settings, host.fragments)
    except ConfigError as error:
        # What is there under a misspelt name explains why there is nothing.
        unknown = " ".join(unknown_text(*each) for each in host.unknown)
        raise ConfigError(f"{error} {unknown}".rstrip()) from error


def _unlikely_text(region: str) -> str:
    question = did_you_mean(meant_region(region))
    return f"the region is {region!r}, and AWS is not known to have such a region.{question} Hint: correct cw_agent_region."


def unknown_text(name: str, meant: str) -> str:
    """That the variable *name* means nothing, and what is probably *meant* ('' for nothing)."""
    guess = f" Did you mean {meant}?" if meant else ""
    return f"{name} is no variable of this collection, and nothing uses it.{guess}"


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
        "overrides": composed.overrides,
        "vaulted": composed.vaulted,
        "collects": composed.collects,
        "platform": settings["cw_agent_platform"],
        "mode": settings["cw_agent_mode"],
        "build": language_version(settings),
    }


def _add_problems(known: list[dict[str, Any]], more: Iterable[dict[str, Any]]) -> None:
    known.extend(item for item in more if item not in known)


def _clash(name: str, region: str, entry: Mapping[str, Any], composed: _Composed) -> str:
    paths = differing_paths(entry["configuration"], composed.composition.configuration)
    more = f" and {len(paths) - _LISTED} more" if len(paths) > _LISTED else ""
    variables = sorted({source for path in paths for source in composed.composition.sources(path)})
    return (
        f"its configuration {name} in {region} differs from that of {entry['hosts'][0]} under the same name, "
        f"at {', '.join(paths[:_LISTED])}{more} (set by {', '.join(variables) or 'the other host alone'}). "
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
    count = len(plan.problems(ERROR)) + len(plan.errors)
    if not count:
        return ""
    errors = "1 error" if count == 1 else f"{count} errors"
    lines = [f"{errors} in the configurations of the agent; no host and nothing in AWS was touched."]
    lines += [f"* {error}" for error in about_hosts(plan.errors)]
    return "\n".join(lines + by_configurations(sentences(plan.configurations.values(), ERROR)))


def warnings(plan: Plan) -> list[str]:
    """A sentence for each warning, about hosts or configurations; equal ones once."""
    found = sentences(plan.configurations.values(), WARNING)
    return about_hosts(plan.notes) + [f"{names(item.configurations)}: {item.text}" for item in found]
