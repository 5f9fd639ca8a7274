# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is desired of a parameter, what there is, and what has to be done about it. Pure; private to this collection."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from .._config.canonical import canonical_text
from .._release.parts import STANDARD_BYTES
from .ssm_values import (
    label_problems,
    name_problems,
    readable,
    same_value,
    size,
    text_of,
    value_problems,
)

SECURE = "SecureString"
SECURE_SHOWN = "(a SecureString, not shown)\n"
NO_POLICIES = "[]"
DESCRIBED = {"key_id": "KeyId", "description": "Description", "allowed_pattern": "AllowedPattern"}


@dataclasses.dataclass(frozen=True)
class Desired:
    """One entry of the module's C(parameters); field names and meanings are those of the options, None is "not set".

    ``note``: the description that goes with a new version, and is no reason to make one.
    """

    name: str
    value: Any = None
    string_type: str | None = None
    tier: str | None = None
    key_id: str | None = None
    description: str | None = None
    allowed_pattern: str | None = None
    policies: list[dict[str, Any]] | None = None
    data_type: str | None = None
    tags: dict[str, str] | None = None
    purge_tags: bool = True
    labels: list[str] = dataclasses.field(default_factory=list)
    label_versions: dict[str, int] = dataclasses.field(default_factory=dict)
    report_labels: list[str] = dataclasses.field(default_factory=list)
    expected_version: int | None = None
    overwrite_value: str = "changed"
    note: str = ""

    @property
    def needs_parameter(self) -> bool:
        """Whether more is asked than labels of stated versions."""
        return (
            bool(self.labels)
            or any(item is not None for item in (self.value, self.string_type, self.data_type, self.expected_version, self.tags))
            or self.needs_description
            or not (self.label_versions or self.report_labels)
        )

    @property
    def needs_description(self) -> bool:
        """Whether only DescribeParameters can tell if something differs."""
        stated = (self.key_id, self.description, self.allowed_pattern, self.policies)
        return self.tier in ("Standard", "Advanced") or any(item is not None for item in stated)

    @property
    def selectors(self) -> list[str]:
        """The labels whose versions have to be known."""
        return list(dict.fromkeys([*self.labels, *self.label_versions, *self.report_labels]))


@dataclasses.dataclass
class Current:
    """What Parameter Store holds under a name; version 0: nothing.

    ``labels`` maps a label asked for to its ``(version, value)``; ``described`` is DescribeParameters' entry, None while unread.
    """

    name: str
    version: int = 0
    kind: str = ""
    value: str = ""
    arn: str = ""
    data_type: str = ""
    labels: dict[str, tuple[int, str]] = dataclasses.field(default_factory=dict)
    described: dict[str, Any] | None = None
    tags: dict[str, str] = dataclasses.field(default_factory=dict)

    @property
    def tier(self) -> str:
        """Standard or Advanced, ``""`` while not described."""
        return str((self.described or {}).get("Tier", ""))


@dataclasses.dataclass
class Change:
    """What has to be done about one parameter, and how it ends: ``version`` and ``label_moves`` are predictions until written."""

    desired: Desired
    current: Current
    parts: list[str]
    text: str
    version: int
    request: dict[str, Any] | None = None
    add_tags: dict[str, str] = dataclasses.field(default_factory=dict)
    drop_tags: list[str] = dataclasses.field(default_factory=list)
    label_moves: dict[str, int] = dataclasses.field(default_factory=dict)

    @property
    def secret(self) -> bool:
        """Whether the desired or the existing value must not be shown."""
        return SECURE in (self.desired.string_type, self.current.kind)


def problems(desired: list[Desired]) -> list[str]:
    """What can be refused before anything is read."""
    names = [entry.name for entry in desired]
    twice = sorted({name for name in names if names.count(name) > 1})
    found = [f"{name}: named {names.count(name)} times in one call: name it once" for name in twice]
    for entry in desired:
        found += name_problems(entry.name) + label_problems(entry.name, entry.selectors)
        found += [f"{entry.name}: label {label!r}: version {to} is below 0" for label, to in entry.label_versions.items() if to < 0]
        both = sorted(set(entry.labels) & set(entry.label_versions))
        if both:
            found.append(f"{entry.name}: {', '.join(both)} in labels and in label_versions: leave it out of one of them")
    return found


def _policy_texts(described: dict[str, Any]) -> list[Any]:
    return [json.loads(policy["PolicyText"]) for policy in described.get("Policies") or []]


def _differing(desired: Desired, current: Current, text: str) -> list[str]:
    """The options that an existing parameter does not fulfil, but tags and labels."""
    described = current.described or {}
    parts = []
    if desired.value is not None and not same_value(text, current.value):
        parts.append("value")
    for option, field in DESCRIBED.items():
        stated = getattr(desired, option)
        if stated is not None and not _same_setting(option, stated, described.get(field) or ""):
            parts.append(option)
    if desired.data_type is not None and desired.data_type != (current.data_type or "text"):
        parts.append("data_type")
    if desired.tier == "Advanced" and current.tier == "Standard":
        parts.append("tier")
    policies = [sorted(map(canonical_text, texts)) for texts in (desired.policies or [], _policy_texts(described))]
    if desired.policies is not None and policies[0] != policies[1]:
        parts.append("policies")
    return parts


def _same_setting(option: str, stated: str, existing: str) -> bool:
    if option != "key_id":
        return stated == existing
    return stated.rsplit(":", 1)[-1].removeprefix("key/") == existing.rsplit(":", 1)[-1].removeprefix("key/")


def resulting_tier(desired: Desired, current: Current, text: str) -> str:
    """Standard or Advanced, as it will be after a write; never lower than the existing one."""
    if "Advanced" in (desired.tier, current.tier):
        return "Advanced"
    if desired.tier in ("auto", "Intelligent-Tiering") and (size(text) > STANDARD_BYTES or desired.policies):
        return "Advanced"
    return "Standard"


def _request(desired: Desired, current: Current, text: str) -> dict[str, Any]:
    """PutParameter's request but its name: what is desired, else what exists, so that nothing is lost by an overwrite."""
    described = current.described or {}
    kind = desired.string_type or current.kind or "String"
    request: dict[str, Any] = {"Value": text, "Type": kind, "Overwrite": bool(current.version)}
    tier = resulting_tier(desired, current, text)
    request["Tier"] = "Intelligent-Tiering" if desired.tier == "Intelligent-Tiering" else tier
    for option, field in DESCRIBED.items():
        stated = getattr(desired, option)
        value = described.get(field) if stated is None else stated
        if value or stated is not None:
            request[field] = value
    if desired.note and desired.description is None:
        request["Description"] = desired.note
    if kind != SECURE:
        request.pop("KeyId", None)
    data_type = desired.data_type or current.data_type
    if desired.data_type or data_type not in ("", "text"):
        request["DataType"] = data_type
    policies = _policy_texts(described) if desired.policies is None else desired.policies
    if policies:
        request["Policies"] = canonical_text(policies)
    elif desired.policies is not None and current.version:
        request["Policies"] = NO_POLICIES
    if desired.tags and not current.version:
        request["Tags"] = [{"Key": key, "Value": value} for key, value in sorted(desired.tags.items())]
    return request


def refusals(change: Change) -> list[str]:
    """Why *change* cannot be made, known before any write."""
    desired, current = change.desired, change.current
    name = desired.name
    found = []
    if not current.version and desired.needs_parameter and desired.value is None:
        found.append(f"{name}: does not exist, and no value is given to create it with: give value, or correct the name")
    if current.version and desired.string_type not in (None, current.kind):
        found.append(f"{name}: is a {current.kind}, not a {desired.string_type}: a type cannot change, delete and create it")
    if desired.tier == "Standard" and current.tier == "Advanced":
        found.append(f"{name}: is Advanced, which never goes back to Standard: delete and create it, or ask for tier auto")
    if desired.key_id and (desired.string_type or current.kind or "String") != SECURE:
        found.append(f"{name}: key_id is for a SecureString: leave it out or set string_type")
    if change.request is not None and desired.value is not None:
        found += value_problems(name, change.text, resulting_tier(desired, current, change.text))
    if change.request is not None and desired.expected_version not in (None, current.version):
        found.append(
            f"{name}: expected_version is {desired.expected_version}, Parameter Store holds version {current.version}: "
            f"look at {name}:{current.version}, then expect that version"
        )
    return found


def needs_write(desired: Desired, current: Current) -> bool:
    """Whether a new version has to be made, as far as is known without a description that was not needed yet."""
    if not current.version:
        return desired.needs_parameter
    if desired.overwrite_value == "never":
        return False
    text = text_of(desired.value, desired.string_type or current.kind)
    return (desired.overwrite_value == "always" and desired.value is not None) or bool(_differing(desired, current, text))


def change_of(desired: Desired, current: Current) -> Change:
    """What has to be done to make *current* as *desired*; *current* is described if a write is needed."""
    text = current.value if desired.value is None else text_of(desired.value, desired.string_type or current.kind)
    change = Change(desired, current, [], text, current.version)
    if needs_write(desired, current):
        change.request = _request(desired, current, text)
        change.version = current.version + 1
        change.parts += _differing(desired, current, text) or ["value"]
    if not current.version and desired.needs_parameter:
        change.parts = ["created"]
    elif desired.tags is not None:
        change.add_tags = {key: tag for key, tag in desired.tags.items() if current.tags.get(key) != tag}
        purged = (key for key in current.tags if key not in (desired.tags or {}) and not key.startswith("aws:"))
        change.drop_tags = sorted(purged) if desired.purge_tags else []
        change.parts += ["tags"] if change.add_tags or change.drop_tags else []
    change.label_moves = label_moves(change)
    change.parts += ["labels"] if change.label_moves else []
    return change


def label_moves(change: Change) -> dict[str, int]:
    """Label → the version it has to move to (0: it goes away), for the labels that are not there yet."""
    aims = {**dict.fromkeys(change.desired.labels, change.version), **change.desired.label_versions}
    return {label: to for label, to in aims.items() if change.current.labels.get(label, (0, ""))[0] != to}


def labels_before(change: Change) -> dict[str, int]:
    """Label → version of the labels asked for, as read; 0: no version carries it."""
    return {label: change.current.labels.get(label, (0, ""))[0] for label in change.desired.selectors}


def labels_after(change: Change) -> dict[str, int]:
    """Label → version of the labels asked for, after the change; 0: no version carries it."""
    return {**labels_before(change), **change.label_moves}


def result_of(change: Change) -> dict[str, Any]:
    """The module's return of one parameter, without its value."""
    desired, current = change.desired, change.current
    tier: str | None = current.tier or None
    if change.request is not None:
        tier = resulting_tier(desired, current, change.text)
    others = {
        label: None if change.secret else value
        for label, (version, value) in current.labels.items()
        if label in desired.report_labels and version != change.version
    }
    return {
        "name": desired.name,
        "arn": current.arn or None,
        "version": change.version,
        "type": current.kind or desired.string_type or ("String" if change.request else None),
        "data_type": (change.request or {}).get("DataType") or current.data_type or "text",
        "tier": tier,
        "labels": labels_after(change),
        "labelled_values": others,
        "stored_value": current.value if change.request is None and not change.secret and change.text != current.value else None,
        "changed": bool(change.parts),
        "changed_parts": change.parts,
    }


def _page(change: Change, version: int, labels: dict[str, int], tags: dict[str, str], settings: dict[str, Any], text: str) -> str:
    if not version and not any(labels.values()):
        return ""
    lines = [f"version: {version}"] if version else []
    lines += [f"{key}: {settings[key]}" for key in sorted(settings) if settings[key]]
    lines += [f"label {label}: version {at}" for label, at in sorted(labels.items()) if at]
    lines += [f"tag {key}: {tags[key]}" for key in sorted(tags)] if change.desired.tags is not None else []
    return "\n".join(lines) + "\n" + text


def diff_of(change: Change) -> dict[str, str]:
    """One entry of the module's ``diff``: settings, labels and tags a line each, then the value (JSON indented)."""
    desired, current, request = change.desired, change.current, change.request
    described = current.described or {}
    settings = {key: described.get(field) for key, field in {**DESCRIBED, "tier": "Tier"}.items()}
    now = {**settings, "type": current.kind, "policies": canonical_text(_policy_texts(described)) if described.get("Policies") else None}
    later = dict(now)
    if request is not None:
        later = {key: request.get(field) for key, field in {**DESCRIBED, "type": "Type", "policies": "Policies"}.items()}
        later["tier"] = resulting_tier(desired, current, change.text)
    tags = {key: tag for key, tag in {**current.tags, **(desired.tags or {})}.items() if key not in change.drop_tags}
    before, after = readable(current.value) if current.version else "", readable(change.text) if change.version else ""
    absent = " (absent)" if desired.needs_parameter else ""
    if change.secret:
        before, after = SECURE_SHOWN, ("(another SecureString, not shown)\n" if "value" in change.parts else SECURE_SHOWN)
    return {
        "before_header": f"{desired.name}:{current.version}" if current.version else f"{desired.name}{absent}",
        "after_header": f"{desired.name}:{change.version}" if change.version else desired.name,
        "before": _page(change, current.version, labels_before(change), current.tags, now, before),
        "after": _page(change, change.version, labels_after(change), tags, later, after),
    }
