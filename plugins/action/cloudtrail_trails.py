# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trails of all accounts and regions in one controller task, with the policies of their buckets and the delivery role."""

from __future__ import annotations

from typing import Any, Iterator, Mapping, NamedTuple

from ansible_collections.cloudwatch.agent.plugins.module_utils._account import bucket_policy
from ansible_collections.cloudwatch.agent.plugins.module_utils._account import delivery_roles as roles
from ansible_collections.cloudwatch.agent.plugins.module_utils._account import trail_changes as changes
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.steps import Step
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.trails import INSIGHTS, PRESENT, Wanted, desired
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import trails
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.publications import Target
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.aws import AwsAction, Clients
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.delivery import DeliveryRoles
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.results import of_region, summary, written

TRAIL: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "region": {"type": "str", "default": ""},
    "profile": {"type": "str", "default": ""},
    "s3_bucket_name": {"type": "str"},
    "s3_key_prefix": {"type": "str", "no_log": False},
    "merge_bucket_policy": {"type": "bool", "default": True},
    "log_group_name": {"type": "str"},
    "role_arn": {"type": "str"},
    "multi_region": {"type": "bool"},
    "global_service_events": {"type": "bool"},
    "log_file_validation": {"type": "bool"},
    "kms_key_id": {"type": "str"},
    "organization": {"type": "bool"},
    "organization_id": {"type": "str", "default": ""},
    "event_selectors": {"type": "list", "elements": "dict"},
    "advanced_event_selectors": {"type": "list", "elements": "dict"},
    "insight_selectors": {"type": "list", "elements": "str", "choices": list(INSIGHTS)},
    "logging": {"type": "bool"},
    "tags": {"type": "dict"},
    "purge_tags": {"type": "bool", "default": False},
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "trails": {"type": "list", "elements": "dict", "default": [], "options": TRAIL},
    "delivery_role": {"type": "str", "default": ""},
}


class _Trail(NamedTuple):
    """A trail: what it shall be, what is there, and what is missing of what it needs."""

    wanted: Wanted
    found: changes.Found | None
    context: changes.Context
    others: int
    missing: tuple[str, ...] = ()

    @property
    def target(self) -> Target:
        return Target(self.wanted.profile, self.context.region)

    @property
    def steps(self) -> list[Step]:
        return changes.steps(self.wanted, self.found, self.context)


class ActionModule(AwsAction):
    """The controller's side of cloudtrail_trails; no host is contacted."""

    _supports_diff = True
    arguments = ARGUMENTS

    def perform(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Read all trails, refuse all that cannot be, then write what differs."""
        self._policies = _Policies(self.client)
        wanted = desired(options["trails"])
        self._roles = DeliveryRoles(self.client, wanted[0].region if wanted else "")
        found = [self._read(one, options["delivery_role"]) for one in wanted]
        wrong = [*roles.wrong_name(options["delivery_role"], "delivery_role"), *self._refusals(found)]
        if not wrong:
            found = self._with_roles(found, options["delivery_role"])
            wrong += self._roles.problems()
        if wrong:
            return self.failed("\n".join(wrong))
        for one in found:
            for line in (*changes.notes(one.wanted, one.found, one.others), *one.missing):
                self._display.warning(of_region(one.target, line))
        return self._ensure_all(found)

    def _read(self, wanted: Wanted, role: str) -> _Trail:
        asked = self.client("cloudtrail", wanted.profile, wanted.region)
        region = str(asked.meta.region_name)
        there = trails.described(asked, region)
        item = changes.chosen(wanted, there, region)
        home = item["HomeRegion"] if item else region
        account = self._roles.account(wanted.profile)
        context = changes.Context(account, home, roles.of_trails(role, account, {}).arn if role else "")
        found = trails.read(self.client("cloudtrail", wanted.profile, home), wanted, item) if item else None
        trail = _Trail(wanted, found, context, len([one for one in there if one["Name"] != wanted.name]))
        return self._with_surroundings(trail) if wanted.state == PRESENT else trail

    def _with_surroundings(self, trail: _Trail) -> _Trail:
        """The trail with what is not there that it needs; the policy of its bucket gets what the trail needs of it."""
        wanted, context, missing = trail.wanted, trail.context, list[str]()
        if wanted.log_group and not trails.has_log_group(self.client("logs", *trail.target), wanted.log_group):
            missing.append(
                f"The trail {wanted.name} needs the log group {wanted.log_group}, which is not there."
                " Hint: name it in cw_agent_log_groups, and run the role log_groups first."
            )
        if changes.needs_bucket(wanted, trail.found, context):
            after = changes.after(wanted, trail.found, context)
            organization = wanted.organization_id if after.organization else ""
            arn, account = context.trail(wanted.name), context.account.number
            delivery = bucket_policy.Delivery(arn, account, after.bucket, after.prefix, organization)
            if not self._policies.merge(trail.target, delivery):
                missing.append(
                    f"The trail {wanted.name} needs the bucket {after.bucket}, which is not there."
                    " Hint: make it first; the role trail does with cw_agent_trails_make_buckets: true."
                )
        return trail._replace(missing=tuple(missing))

    def _refusals(self, found: list[_Trail]) -> Iterator[str]:
        at_home: dict[tuple[Target, str], Wanted] = {}
        for one in found:
            other = at_home.setdefault((one.target, one.wanted.name), one.wanted)
            if other is not one.wanted:  # one of them names no region
                text = f"{one.wanted.said}: {other.said} names the same trail, {one.wanted.name}. Hint: make one entry of them."
                yield of_region(one.target, text)
            yield from (of_region(one.target, line) for line in changes.problems(one.wanted, one.found, one.context))
            if not self._task.check_mode:  # an earlier task of the play may make it
                yield from (of_region(one.target, line) for line in one.missing)

    def _with_roles(self, found: list[_Trail], name: str) -> list[_Trail]:
        """The trails, once the delivery role of every account whose trails use it was looked at: one that is there has an ARN already."""
        using: dict[str, dict[str, dict[str, str]]] = {}
        for one in found:
            after = changes.after(one.wanted, one.found, one.context)
            role = roles.of_trails(name, one.context.account, {})
            if name and one.wanted.state == PRESENT and after.log_group and role.named_by(after.role):
                group = after.log_group.split(":log-group:", 1)[1].removesuffix(":*")
                organization = one.wanted.organization_id if after.organization else ""
                of_trail = {"region": one.context.region, "log_group": group, "organization": organization}
                using.setdefault(one.wanted.profile, {})[f"{one.context.region}-{one.wanted.name}"] = of_trail
        arns = {
            profile: self._roles.read(profile, roles.of_trails(name, self._roles.account(profile), of_account))
            for profile, of_account in using.items()
        }
        return [one._replace(context=one.context._replace(role=arns.get(one.wanted.profile, one.context.role))) for one in found]

    def _ensure_all(self, found: list[_Trail]) -> dict[str, Any]:
        entries = [_entry(one) for one in found]
        roles_sides, policies_sides = self._roles.sides(), self._policies.sides()
        sides = {side: {**roles_sides[side], **policies_sides[side]} for side in ("before", "after")}
        if self._task.check_mode:
            return summary("trails", entries, [], sides)
        try:
            self._roles.ensure()
            self._policies.ensure()
        except AwsError as error:
            return self.failed(str(error), changed=written(self._roles.changed or self._policies.changed, error))
        failures = [line for one, entry in zip(found, entries) for line in self._ensure(one, entry)]
        return summary("trails", entries, failures, sides)

    def _ensure(self, one: _Trail, entry: dict[str, Any]) -> Iterator[str]:
        done: list[Step] = []
        try:
            trails.ensure(self.client("cloudtrail", *one.target), one.wanted.name, one.steps, done, self._policies.changed)
        except AwsError as error:
            entry.update(changed=written(done, error), msg=str(error), after={})  # nobody has read what it is now
            yield of_region(one.target, str(error))


class _Policies:
    """The policies of buckets: read once, merged for each trail, written once."""

    def __init__(self, client: Clients) -> None:
        self._client = client
        self._targets: dict[tuple[str, str], Target] = {}
        self._there: dict[tuple[str, str], bool] = {}
        self._before: dict[tuple[str, str], dict[str, Any]] = {}
        self._after: dict[tuple[str, str], dict[str, Any]] = {}
        self.changed = False

    def merge(self, target: Target, delivery: bucket_policy.Delivery) -> bool:
        """Add what a trail needs; whether the bucket is there.

        Raises:
            AwsError: the policy cannot be read.
        """
        bucket = (target.profile, delivery.bucket)
        if bucket not in self._before:
            found = trails.policy_of(self._client("s3", *target), delivery.bucket)
            self._there[bucket] = found is not None
            self._before[bucket] = self._after[bucket] = found or {}
            self._targets[bucket] = target
        self._after[bucket] = bucket_policy.merged(self._after[bucket], delivery)
        return self._there[bucket]

    def sides(self) -> dict[str, dict[str, Any]]:
        """The policies that differ, before and after, by name."""
        names = {bucket: "/".join(filter(None, (bucket[0], "bucket", bucket[1]))) for bucket in self._differing()}
        return {
            "before": {name: self._before[bucket] for bucket, name in names.items()},
            "after": {name: self._after[bucket] for bucket, name in names.items()},
        }

    def ensure(self) -> None:
        """Write the policies that differ.

        Raises:
            AwsError: a call was refused.
        """
        for bucket in self._differing():
            trails.put_policy(self._client("s3", *self._targets[bucket]), bucket[1], self._after[bucket])
            self.changed = True

    def _differing(self) -> list[tuple[str, str]]:
        return [bucket for bucket in self._before if self._before[bucket] != self._after[bucket]]


def _entry(one: _Trail) -> dict[str, Any]:
    before, after = changes.shown(one.wanted, one.found, one.context)
    return {
        "name": one.wanted.name,
        **one.target._asdict(),
        "arn": one.found.arn if one.found else one.context.trail(one.wanted.name),
        "changed": bool(one.steps),
        "before": before,
        "after": after,
        "logging": bool(one.found and one.found.logging),
        "delivery_errors": dict(one.found.errors) if one.found else {},
    }
