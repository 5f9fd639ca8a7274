# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hosts' principals may do, beside what their configurations need: pure, from IAM's own simulation."""

from __future__ import annotations

from typing import Any, Iterable, Mapping, NamedTuple, Sequence

from .._config.policy import Need, account_of, config_needs, config_policy
from .._config.subject import Subject as Configuration
from .._config.words import listed
from .publications import publications

ALLOWED, MISSING, UNKNOWN = "allowed", "missing", "unknown"
BLIND = (
    "IAM's simulation sees no resource policies, no policies of sessions, VPC endpoints and KMS keys, and no conditions that it was not "
    "asked about; the role verify proves the rest"
)
CONDITIONS = "conditions "
WHY = {
    "implicitDeny": "no statement allows it",
    "explicitDeny": "a statement denies it",
    "boundary": "the permissions boundary does not allow it",
    "organizations": "a policy of the organization does not allow it",
}
_ANYWAY = "Set cw_agent_permissions_check: never for the host where what IAM simulates is not what holds there."


class Batch(NamedTuple):
    """What is asked in one simulation: every action on every resource, with these condition keys."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    context: tuple[tuple[str, str], ...]


Decisions = Mapping[tuple[str, str, tuple[tuple[str, str], ...]], str]
"""By action, resource and context: '' where it is allowed, else implicitDeny, explicitDeny, boundary or organizations.

Or CONDITIONS with the condition keys on which it depends, of which IAM was told nothing.
"""


class Identity(NamedTuple):
    """A host's principal: its ARN, or why it has or shows none. ``certain``: whether it is known that there is none."""

    arn: str
    reason: str = ""
    certain: bool = True


class Subject(NamedTuple):
    """A principal with one of its configurations, and the ``hosts`` that have both; ``profile``: the controller's, of its account."""

    identity: Identity
    configuration: str
    profile: str
    region: str
    hosts: tuple[str, ...]
    needs: tuple[Need, ...]
    policy: Mapping[str, Any]


def subjects(plan: Mapping[str, Any], identities: Mapping[str, Identity], create_groups: bool) -> list[Subject]:
    """Every principal with each of its configurations. *identities*: by host; *create_groups*: whether the agent creates its log groups.

    Raises:
        ConfigError: a configuration that Parameter Store cannot hold.
    """
    configurations = {item["key"]: item for item in plan["configurations"]}
    parts = {item.key: item.names[:-1] for item in publications(plan)}
    together: dict[tuple[str, Identity], list[str]] = {}
    for host, identity in identities.items():
        together.setdefault((plan["hosts"][host]["key"], identity), []).append(host)
    found = []
    for (key, identity), hosts in together.items():
        item = configurations[key]
        configuration = Configuration(item["configuration"], item["build"], item["platform"], item["mode"])
        asked = (configuration, parts[key], item["region"], account_of(identity.arn), create_groups)
        needs, policy = tuple(config_needs(*asked)), config_policy(*asked)
        found.append(Subject(identity, key, item["profile"], item["region"], tuple(hosts), needs, policy))
    return found


def batches(needs: Iterable[Need]) -> list[Batch]:
    """The fewest simulations in which nothing is asked that is not needed."""
    actions: dict[tuple[Any, str], list[str]] = {}
    for need in needs:
        for resource in (need.resource, *need.or_as):
            known = actions.setdefault((need.context, resource), [])
            if need.action not in known:
                known.append(need.action)
    resources: dict[tuple[Any, tuple[str, ...]], list[str]] = {}
    for (context, resource), names in actions.items():
        resources.setdefault((context, tuple(names)), []).append(resource)
    return [Batch(names, tuple(found), context) for (context, names), found in resources.items()]


def entry(subject: Subject, decisions: Decisions | None, refused: str = "") -> dict[str, Any]:
    """What is said of a principal with a configuration.

    *decisions* None: nobody was asked, *refused* says why; a principal that certainly is not there lacks everything.
    """
    identity = subject.identity
    found: dict[str, Any] = {
        "principal": identity.arn,
        "configuration": subject.configuration,
        "region": subject.region,
        "hosts": list(subject.hosts),
        "policy": subject.policy,
        "missing": [],
        "reason": identity.reason or refused,
    }
    if decisions is None and (identity.arn or not identity.certain):
        return {**found, "state": UNKNOWN}
    lacking = judged(subject.needs, decisions or {})
    found["missing"] = [_missing(need, why, subject.policy) for need, why in lacking if not why.startswith(CONDITIONS)]
    undecided = [f"{need.action} on {need.resource} ({why[len(CONDITIONS) :]})" for need, why in lacking if why.startswith(CONDITIONS)]
    if undecided:
        found["reason"] = f"a policy's conditions decide, with keys that a simulation is not given: {'; '.join(undecided)}"
    return {**found, "state": MISSING if found["missing"] else UNKNOWN if undecided else ALLOWED}


def judged(needs: Iterable[Need], decisions: Decisions) -> list[tuple[Need, str]]:
    """The needs that are not allowed, and why: a key of ``WHY``, or CONDITIONS with the condition keys that decide."""
    return [(need, why) for need in needs if (why := _decision(need, decisions))]


def _decision(need: Need, decisions: Decisions) -> str:
    """What holds for a need: a denial under any name of its resource, else a grant under any."""
    found = [decisions.get((need.action, resource, need.context), "implicitDeny") for resource in (need.resource, *need.or_as)]
    if "explicitDeny" in found:
        return "explicitDeny"
    return "" if "" in found else next((one for one in found if one.startswith(CONDITIONS)), found[0])


def _missing(need: Need, why: str, policy: Mapping[str, Any]) -> dict[str, Any]:
    statement: dict[str, Any] = next((one for one in policy["Statement"] if one["Sid"] == need.sid), {})
    return {
        "action": need.action,
        "resource": need.resource,
        "keys": list(need.keys),
        "because": WHY[why],
        "statement": statement,
    }


def message(entries: Iterable[Mapping[str, Any]]) -> str:
    """One text that names every missing action with its resource, the keys that need it, and the statement to add; '' without any."""
    lines: list[str] = []
    for item in entries:
        if item["state"] == MISSING:
            lines.append(f"{listed(item['hosts'])} ({item['principal'] or 'no principal'}), {item['configuration']}:")
            lines += [f"  {item['reason']}"] * bool(item["reason"])
            lines += [f"  {line}" for line in _lines(item["missing"])]
    return "\n".join(["Permissions are missing.", *lines]) if lines else ""


def _lines(missing: Sequence[Mapping[str, Any]]) -> list[str]:
    return [
        f"{one['action']} on {one['resource']}: {one['because']}; needed by {_needing(one['keys'])}. "
        f"Hint: add the statement {one['statement'].get('Sid', '')} of the policy."
        for one in missing
    ]


def _needing(keys: Sequence[str]) -> str:
    return listed([key or "the configuration itself" for key in keys])


def refusals(entries: Iterable[Mapping[str, Any]], instances: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """By host, all that keeps its agent from sending, in one text; hosts of which nothing of that kind is known are left out.

    *instances*: by host what ``instances.entry`` says.
    """
    found: dict[str, list[str]] = {}
    for item in entries:
        if item["state"] == MISSING:
            lines = [*_lines(item["missing"]), _ANYWAY] if item["principal"] else [f"{item['reason']}."]
            text = f"permissions are missing ({item['principal'] or 'no principal'}): {' '.join(lines)}"
            found |= {host: [text] for host in item["hosts"]}
    for host, known in instances.items():
        said = "".join(found.get(host, []))
        found.setdefault(host, []).extend(f"{problem}." for problem in known["problems"] if problem not in said)
    return {host: " ".join(texts) for host, texts in found.items() if texts}


def is_changing(observed: Any) -> bool:
    """Whether a run is about to change a host: it differs, and nothing forbids it. *observed*: result of ``cw_agent_info``."""
    return (
        isinstance(observed, Mapping) and observed.get("converged") is False and not (observed.get("problems") or observed.get("conflict"))
    )


def table(entries: Sequence[Mapping[str, Any]]) -> list[str]:
    """The entries as lines for people, the bad ones first."""
    order = (MISSING, UNKNOWN, ALLOWED)
    rows = [("principal", "configuration", "hosts", "state", "missing")]
    for item in sorted(entries, key=lambda one: (order.index(one["state"]), one["principal"], one["configuration"])):
        principal = item["principal"].rpartition(":")[2] or "-"
        actions = sorted({one["action"] for one in item["missing"]})
        rows.append((principal, item["configuration"], str(len(item["hosts"])), item["state"], ", ".join(actions) or "-"))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
