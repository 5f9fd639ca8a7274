# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies of CloudWatch Logs for an account and region, and resource policies of single log groups: what can be, what differs. Pure."""

from __future__ import annotations

import json
from typing import Any, Iterable, Iterator, Mapping, NamedTuple

from .._config.errors import ConfigError
from .._release.publications import Target
from . import policies
from .steps import Step

PRESENT, ABSENT = "present", "absent"
VARIABLE = "cw_agent_log_groups_policies"
RESOURCE = "RESOURCE_POLICY"
ACCOUNT = ("DATA_PROTECTION_POLICY", "SUBSCRIPTION_FILTER_POLICY", "FIELD_INDEX_POLICY", "TRANSFORMER_POLICY", "METRIC_EXTRACTION_POLICY")
"""The types of PutAccountPolicy, but RETENTION_POLICY, which could delete the events of log groups that nobody has named."""
TYPES = (RESOURCE, *ACCOUNT)
SINGLE = ("DATA_PROTECTION_POLICY", "SUBSCRIPTION_FILTER_POLICY")
"""Types of which an account has one."""
RESOURCES = 10
"""Resource policies of an account and region, beside those of log groups."""
CRITERIA = ("SUBSCRIPTION_FILTER_POLICY", "FIELD_INDEX_POLICY", "TRANSFORMER_POLICY")
ACTIONS = {"logs:PutLogEvents", "logs:CreateLogStream"}


class Wanted(NamedTuple):
    """What a policy shall be. ``log_group``: its log group, '' for the account; ``criteria``: which log groups, None: as it is."""

    kind: str
    name: str
    said: str
    state: str = PRESENT
    document: Any = None
    log_group: str = ""
    criteria: str | None = None

    @property
    def label(self) -> str:
        """The policy in a sentence."""
        return f"the {self.kind} {self.name}{f' of {self.log_group}' if self.log_group else ''}"


class Found(NamedTuple):
    """A policy as AWS has it. ``resource``: the ARN of its log group, '' for the account; ``revision``: of a log group's."""

    kind: str
    name: str
    document: Any
    criteria: str = ""
    resource: str = ""
    revision: str = ""


def desired(entries: Iterable[Mapping[str, Any]]) -> dict[Target, list[Wanted]]:
    """The policies of *entries*, as the module documents them, each with its region.

    Raises:
        ConfigError: everything that cannot be or that contradicts itself, one sentence a line.
    """
    wrong: list[str] = []
    found: dict[Target, list[Wanted]] = {}
    for index, entry in enumerate(entries):
        where = f"{VARIABLE}[{index}]"
        one = Wanted(
            kind=entry["type"],
            name=entry["name"],
            said=where,
            state=entry["state"],
            document=entry["document"],
            log_group=entry["log_group_name"],
            criteria=entry["selection_criteria"],
        )
        wrong += [f"{where} ({one.name}): {problem}" for problem in _problems(one)]
        named = found.setdefault(Target(entry["profile"], entry["region"]), [])
        twice = [other for other in named if _key(other) == _key(one)]
        wrong += [f"{where}: {other.said} names the same policy, {one.label}. Hint: make one entry of them." for other in twice]
        named.append(one)
    if wrong:
        raise ConfigError("\n".join(wrong))
    return found


def _key(one: Wanted) -> tuple[str, str]:
    """What there can be one of: a policy of a name, and a resource policy of a log group."""
    return (one.kind, f"group {one.log_group}") if one.log_group else (one.kind, one.name)


def _problems(one: Wanted) -> Iterator[str]:
    if not one.name or one.name.startswith("aws/"):
        yield f"name is {one.name!r}. Hint: at least a character, and not aws/ at its beginning."
    if one.log_group and one.kind != RESOURCE:
        yield f"log_group_name is for {RESOURCE} alone. Hint: selection_criteria says which log groups a policy of the account is about."
    if one.criteria and one.kind not in CRITERIA:
        yield f"selection_criteria is for {', '.join(CRITERIA)} alone. Hint: take it out."
    if one.state == ABSENT:
        return
    if not one.document or not isinstance(one.document, (dict, list)):
        yield f"document is {one.document!r}. Hint: write the policy as AWS documents it, as YAML."
    elif one.kind == "DATA_PROTECTION_POLICY":
        yield from policies.wrong({policies.INDEX: None, policies.DATA_PROTECTION: one.document}, "document:")
    elif one.kind == "FIELD_INDEX_POLICY":
        yield from policies.wrong({policies.INDEX: one.document, policies.DATA_PROTECTION: None}, "document:")
    elif one.kind == RESOURCE:
        yield from _problems_of_resource_policy(one.document)


def _problems_of_resource_policy(document: Any) -> Iterator[str]:
    statements = document.get("Statement") if isinstance(document, dict) else None
    for one in (statements if isinstance(statements, list) else [statements]) or [{}]:
        statement: dict[str, Any] = one if isinstance(one, dict) else {}
        principal, actions = statement.get("Principal"), statement.get("Action") or []
        strange = set([actions] if isinstance(actions, str) else actions) - ACTIONS
        if not isinstance(principal, dict) or set(principal) != {"Service"}:
            yield f"a statement has the Principal {principal!r}. Hint: CloudWatch Logs enforces these policies for services of AWS alone."
        if strange or not actions:
            yield f"a statement has the Action {', '.join(sorted(strange)) or 'none'}. Hint: {' and '.join(sorted(ACTIONS))} alone."


def _meant(wanted: Wanted, existing: Iterable[Found]) -> Found | None:
    """The policy that is meant: a log group has one resource policy, whatever its name."""
    for one in existing:
        if one.kind == wanted.kind and bool(one.resource) == bool(wanted.log_group):
            of_group = one.resource.endswith(f":log-group:{wanted.log_group}")
            if of_group if wanted.log_group else one.name == wanted.name:
                return one
    return None


def problems(wanted: Iterable[Wanted], existing: list[Found]) -> Iterator[str]:
    """Why the policies of a region cannot become what they shall be."""
    names: dict[str, set[str]] = {}
    for found in existing:
        if not found.resource:
            names.setdefault(found.kind, set()).add(found.name)
    for one in sorted(wanted, key=lambda other: other.state != ABSENT):
        known = names.setdefault(one.kind, set())
        meant = _meant(one, existing)
        if one.log_group and meant and meant.name != one.name:
            yield f"{one.said}: {one.log_group} has the resource policy {meant.name}, and may have one. Hint: name that one."
        if one.state == ABSENT:
            known.discard(one.name)
        elif not one.log_group:
            most = 1 if one.kind in SINGLE else RESOURCES if one.kind == RESOURCE else None
            if most and len(known | {one.name}) > most:
                others = ", ".join(sorted(known - {one.name}))
                yield f"{one.said}: AWS takes {most} {one.kind} at most, and there is {others}. Hint: name that one, or remove it first."
            known.add(one.name)


def steps(wanted: Wanted, existing: list[Found], arn: str = "") -> list[Step]:
    """The calls that make a policy what it shall be. ``arn``: of its log group, without ``:*``."""
    found = _meant(wanted, existing)
    named: dict[str, Any] = {"policyName": wanted.name}
    if wanted.kind != RESOURCE:
        named["policyType"] = wanted.kind
    if wanted.log_group:
        named["resourceArn"] = arn
        if found and found.revision:
            named["expectedRevisionId"] = found.revision
    verb = "resource" if wanted.kind == RESOURCE else "account"
    if wanted.state == ABSENT:
        return [Step(f"delete_{verb}_policy", named)] if found else []
    criteria = found.criteria if found and wanted.criteria is None else wanted.criteria or ""
    if found and _same(wanted, found) and criteria == found.criteria:
        return []
    given = {**named, "policyDocument": json.dumps(wanted.document), **({"selectionCriteria": criteria} if criteria else {})}
    return [Step(f"put_{verb}_policy", given)]


def _same(wanted: Wanted, found: Found) -> bool:
    if wanted.kind == "FIELD_INDEX_POLICY" and isinstance(found.document, dict):
        return policies.same(wanted.document, found.document)
    return bool(wanted.document == found.document)


def shown(wanted: Wanted, existing: list[Found]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The policy before and after."""
    found = _meant(wanted, existing)
    before: dict[str, Any] = {"state": ABSENT}
    if found:
        before = {"state": PRESENT, "document": found.document, **({"selection_criteria": found.criteria} if found.criteria else {})}
    if wanted.state == ABSENT:
        return before, {"state": ABSENT}
    criteria = found.criteria if found and wanted.criteria is None else wanted.criteria
    document = found.document if found and _same(wanted, found) else wanted.document
    return before, {"state": PRESENT, "document": document, **({"selection_criteria": criteria} if criteria else {})}
