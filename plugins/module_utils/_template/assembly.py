# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that an inventory asks of its accounts as templates, a series for each account and region. Pure."""

from __future__ import annotations

from typing import Any, Iterable, Iterator, Mapping, NamedTuple

from .._account import alarms, dashboards, flow_logs, log_groups, trails
from .._commands.errors import CommandError
from .._commands.standing import unknown_targets
from .._config.errors import ConfigError
from .._config.words import listed
from .._release import iam
from .._release.publications import Publication, Target, publications
from . import account, delivery
from . import hosts as of_hosts
from .stack import ACCOUNT, Resource, account_of

Options = Mapping[str, Any]
"""Validated options of the module that makes a part by calls of the API."""


class Parts(NamedTuple):
    """What templates are made of, by the options of the module of each part; None leaves a part out."""

    log_groups: Options | None = None
    alarms: Options | None = None
    dashboards: Options | None = None
    flow_logs: Options | None = None
    trails: Options | None = None
    iam: Options | None = None
    parameters: Options | None = None
    association: Options | None = None


class Hosts(NamedTuple):
    """What the inventory says of the hosts of a plan: what alarms are made of, and what each shall be to IAM."""

    alarms: Mapping[str, alarms.Host]
    identities: Mapping[str, iam.Wanted]


class Stacks(NamedTuple):
    """By target the resources in the order in which they can be made, and ``notes``: what templates do not say."""

    resources: dict[Target, list[Resource]]
    notes: list[str]


def assembled(plan: Mapping[str, Any], hosts: Hosts, parts: Parts, region: str) -> Stacks:
    """The resources of *plan* and of what *parts* name. *region*: of what says none and belongs to no host.

    Raises:
        ConfigError: everything that cannot be, one sentence a line.
    """
    wrong = [
        f"{item['name']}: its configuration holds values out of Ansible Vault, and a template would show them."
        " Hint: take them out of the configuration, or make what it needs by the roles."
        for item in plan.get("configurations", [])
        if item.get("vaulted")
    ]
    _refuse(wrong)
    maker = _Maker(plan, hosts, parts, region, wrong)
    found: dict[Target, dict[str, Resource]] = {}
    for target, one in maker.resources():
        known = found.setdefault(target, {}).setdefault(one.id, one)
        if known != one:
            wrong.append(f"{target.region}: {one.kind} {one.id} is wanted in two ways. Hint: give one of them another name.")
    wrong += [
        f"Nothing says in which region {listed(sorted(found[target]))} belongs. Hint: give region." for target in found if not target.region
    ]
    _refuse(wrong)
    return Stacks({target: list(named.values()) for target, named in found.items()}, list(dict.fromkeys(maker.notes)))


def _refuse(wrong: list[str]) -> None:
    if wrong:
        raise ConfigError("\n".join(dict.fromkeys(wrong)))


class _Maker:
    """Makes the resources; ``notes`` and *wrong* get what is to be said."""

    def __init__(self, plan: Mapping[str, Any], hosts: Hosts, parts: Parts, region: str, wrong: list[str]) -> None:
        self._plan, self._hosts, self._parts, self._region, self._wrong = plan, hosts, parts, region, wrong
        self.notes: list[str] = []
        self._regions: dict[str, list[str]] = {}
        for item in plan.get("configurations", []):
            self._regions.setdefault(item["profile"], []).append(item["region"])

    def resources(self) -> Iterator[tuple[Target, Resource]]:
        """Those of every part, what others need first."""
        makers = {
            "iam": self._iam,
            "parameters": self._parameters,
            "association": self._associations,
            "log_groups": self._log_groups,
            "flow_logs": self._flow_logs,
            "trails": self._trails,
            "alarms": self._alarms,
            "dashboards": self._dashboards,
        }
        for part, make in makers.items():
            options = getattr(self._parts, part)
            if options is not None:
                yield from make(options)

    def _placed(self, entries: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Entries with the region of the task where neither they nor the hosts say one; those that are to go are left out."""
        found = []
        for entry in self._present(entries):
            of_hosts_region = entry["profile"] in self._regions or (self._regions and not entry["profile"])
            found.append(entry if entry.get("region") or of_hosts_region else {**entry, "region": self._region})
        return found

    def _present(self, entries: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        for entry in entries:
            if entry.get("state") != log_groups.ABSENT:
                yield entry
                continue
            name = entry.get("name") or listed(entry["resource_ids"])
            self.notes.append(f"{name}: a template makes nothing absent. Hint: the role that owns it does.")

    def _log_groups(self, given: Options) -> Iterator[tuple[Target, Resource]]:
        defaults = log_groups.Defaults(
            given["retention_in_days"], tuple(given["kms_key_ids"]), given["group_tags"], given["deletion_protection"]
        )
        wanted = log_groups.desired(self._plan, self._placed(given["groups"]), defaults)
        names = sorted({one["name"] for one in wanted.skipped})
        if names:
            self.notes.append(f"{listed(names)}: in no template, since only the host knows the name; the agent makes it.")
        for target, groups in wanted.groups.items():
            yield from ((target, one) for one in account.of_log_groups(groups, self._wrong))

    def _alarms(self, given: Options) -> Iterator[tuple[Target, Resource]]:
        self._wrong += alarms.wrong_topics(given["topics"], given["alarms"])
        wanted = alarms.desired(
            self._plan, self._hosts.alarms, self._placed(given["alarms"]), self._placed(given["log_patterns"]), given["prefix"]
        )
        self.notes += wanted.notes
        for target, named in wanted.alarms.items():
            for group in alarms.filtered(named.values())[0]:
                yield from ((target, one) for one in account.of_metric_filters(group.name, group.metric_filters))
            made = account.of_alarms(target, named.values(), given["topics"], given["alarm_tags"], self._wrong)
            yield from ((target, one) for one in made)

    def _dashboards(self, given: Options) -> Iterator[tuple[Target, Resource]]:
        found = alarms.desired(self._plan, self._hosts.alarms, [], [], given["alarm_prefix"]).alarms
        arns = {
            (target.profile, target.region): alarms.alarm_arns(account_of(target.region), target.region, named.values())
            for target, named in found.items()
        }
        for one in dashboards.desired(self._plan, self._placed(given["dashboards"]), arns):
            yield from ((self._home(one.profile), resource) for resource in account.of_dashboards([one]))

    def _flow_logs(self, given: Options) -> Iterator[tuple[Target, Resource]]:
        wanted = flow_logs.desired(self._homed(given["flow_logs"]))
        yield from delivery.of_flow_logs(wanted, given["delivery_role"], self._wrong)

    def _trails(self, given: Options) -> Iterator[tuple[Target, Resource]]:
        wanted = trails.desired(self._homed(given["trails"]))
        yield from delivery.of_trails(wanted, given["delivery_role"], given["make_buckets"], self.notes, self._wrong)

    def _homed(self, entries: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Entries with a region: their own, that of the task, or the only one of the hosts of their profile."""
        found: list[Mapping[str, Any]] = []
        for entry in self._present(entries):
            regions = sorted(set(self._regions.get(entry["profile"], [])))
            region = entry["region"] or self._region or (regions[0] if len(regions) == 1 else "")
            found.append({**entry, "region": region})
        return found

    def _iam(self, given: Options) -> Iterator[tuple[Target, Resource]]:
        options = iam.Options(
            given["path"], given["identity_tags"], tuple(given["managed_policies"]), given["generated"], given["create_groups"]
        )
        iam.check(options)
        for profile in self._regions:  # profiles may be accounts of their own, and only AWS knows
            wanted = {host: one for host, one in self._hosts.identities.items() if self._plan["hosts"][host]["profile"] == profile}
            for principal in iam.principals(self._plan, wanted, {profile: ACCOUNT}, options):
                made = of_hosts.of_principal(principal, options, given["boundary"])
                yield from ((Target(profile, principal.region), one) for one in made)

    def _published(self) -> list[Publication]:
        return publications(self._plan) if self._regions else []

    def _parameters(self, given: Options) -> Iterator[tuple[Target, Resource]]:
        for publication in self._published():
            yield from ((publication.target, one) for one in of_hosts.of_publication(publication, given["parameter_tags"]))

    def _associations(self, given: Options) -> Iterator[tuple[Target, Resource]]:
        if not given["targets"]:
            return
        known = self._published()
        self._wrong += unknown_targets(given["targets"], (one.name for one in known))
        try:
            yield from of_hosts.of_associations(self._plan, known, given)
        except CommandError as error:
            self._wrong.append(str(error))

    def _home(self, profile: str) -> Target:
        """Where what belongs to a whole account is made."""
        return Target(profile, sorted(self._regions.get(profile, [self._region]))[0])
