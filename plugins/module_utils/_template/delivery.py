# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Flow logs and trails of an account as resources of a template, with the roles and buckets that they need. Pure."""

from __future__ import annotations

from typing import Any, Iterable, Iterator, Mapping, NamedTuple

from .._account import bucket_policy, delivery_roles, flow_log_changes, flow_logs, trail_changes, trails
from .._account.steps import aws_tags
from .._release.publications import Target
from .account import GROUP
from .stack import Resource, account_of, resource_id

ROLE = "Role"


class Placed(NamedTuple):
    """A resource, and where it is made."""

    target: Target
    resource: Resource


def of_flow_logs(wanted: Mapping[Target, Iterable[flow_logs.Wanted]], role: str, wrong: list[str]) -> Iterator[Placed]:
    """The flow logs, and for each account the role of the task that delivers those which name none."""
    wrong += delivery_roles.wrong_name(role, "flow_logs.delivery_role")
    made: set[str] = set()
    for target, ones in wanted.items():
        default = delivery_roles.of_flow_logs(role, account_of(target.region)) if role else None
        for one in ones:
            delivered = one.destination.kind == flow_logs.LOGS and not one.role
            if delivered and default is None:
                wrong.append(f"{one.said}: {one.label} needs a role. Hint: give it role_arn, or the task delivery_role.")
            elif delivered and default and target.profile not in made:
                made.add(target.profile)
                yield Placed(target, _of_role(default))
            request = flow_log_changes.request(
                flow_log_changes.Change(one, flow_log_changes.CREATE), [one.resource], default.arn if default else ""
            )
            after = (resource_id(GROUP, one.destination.name), *([resource_id(ROLE, default.name)] if delivered and default else []))
            name = f"{one.resource} {one.traffic} {one.destination.text}"
            yield Placed(target, Resource(resource_id("FlowLog", name), "AWS::EC2::FlowLog", _flow_log(request), after))


def _flow_log(request: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of CreateFlowLogs for one resource as properties."""
    found = {key: value for key, value in request.items() if key not in ("ResourceIds", "TagSpecifications")}
    options = {"FileFormat": "plain-text", "HiveCompatiblePartitions": False, "PerHourPartition": False}
    if found.get("DestinationOptions"):  # CloudFormation wants all three of them
        found["DestinationOptions"] = {**options, **found["DestinationOptions"]}
    tags = [tag for one in request.get("TagSpecifications") or [] for tag in one["Tags"]]
    return {"ResourceId": request["ResourceIds"][0], **found, "Tags": tags}


def of_trails(wanted: Iterable[trails.Wanted], role: str, make_buckets: bool, notes: list[str], wrong: list[str]) -> Iterator[Placed]:
    """The trails, which have their region, the role of the task that delivers their events, and buckets where they are made."""
    wrong += delivery_roles.wrong_name(role, "trails.delivery_role")
    known = list(wanted)
    contexts = [_context(one, role) for one in known]
    after = [trail_changes.after(one, None, context) for one, context in zip(known, contexts)]
    yield from _roles_of_trails(role, known, contexts, after)
    yield from _buckets([(one, context) for one, context in zip(known, contexts) if make_buckets and one.merge_policy])
    for one, context, trail in zip(known, contexts, after):
        wrong += [f"{one.region}: {line}" for line in trail_changes.problems(one, None, context)]
        if one.bucket and not (make_buckets and one.merge_policy):
            notes.append(f"The policy of the bucket {one.bucket} has to let the trail {one.name} write; no template changes it.")
        name = delivery_roles.of_trails(role, context.account, {}).name
        yield Placed(Target(one.profile, one.region), _of_trail(one, trail, name))


def _context(one: trails.Wanted, role: str) -> trail_changes.Context:
    account = account_of(one.region)
    return trail_changes.Context(account, one.region, delivery_roles.of_trails(role, account, {}).arn if role else "")


def _roles_of_trails(
    role: str, wanted: list[trails.Wanted], contexts: list[trail_changes.Context], after: list[trail_changes.Found]
) -> Iterator[Placed]:
    """The role of the task for each account whose trails use it."""
    using: dict[str, dict[str, dict[str, str]]] = {}
    homes: dict[str, str] = {}
    for one, context, trail in zip(wanted, contexts, after):
        if role and trail.log_group and trail.role == context.role:
            homes.setdefault(one.profile, one.region)
            organization = one.organization_id if trail.organization else ""
            of_trail = {"region": one.region, "log_group": one.log_group or "", "organization": organization}
            using.setdefault(one.profile, {})[f"{one.region}-{one.name}"] = of_trail
    for profile, of_account in using.items():
        made = delivery_roles.of_trails(role, account_of(homes[profile]), of_account)
        yield Placed(Target(profile, homes[profile]), _of_role(made))


def _of_role(role: delivery_roles.Role) -> Resource:
    properties = {
        "RoleName": role.name,
        "Path": role.path or None,
        "AssumeRolePolicyDocument": role.trust,
        "Policies": [{"PolicyName": name, "PolicyDocument": document} for name, document in role.policies.items()],
        "Tags": aws_tags(dict([delivery_roles.TAG])),
    }
    return Resource(resource_id(ROLE, role.name), "AWS::IAM::Role", properties)


def _buckets(wanted: list[tuple[trails.Wanted, trail_changes.Context]]) -> Iterator[Placed]:
    """Buckets with policies of what all of their trails need. They outlive the stack, as their files have to."""
    policies: dict[tuple[Target, str], dict[str, Any]] = {}
    for one, context in wanted:
        if one.bucket:
            key = (Target(one.profile, one.region), one.bucket)
            organization = one.organization_id if one.organization else ""
            delivery = bucket_policy.Delivery(context.trail(one.name), context.account.number, one.bucket, one.prefix or "", organization)
            policies[key] = bucket_policy.merged(policies.get(key, {}), delivery)
    for (target, bucket), policy in policies.items():
        made = Resource(resource_id("Bucket", bucket), "AWS::S3::Bucket", {"BucketName": bucket}, retained=True)
        yield Placed(target, made)
        properties = {"Bucket": bucket, "PolicyDocument": policy}
        yield Placed(target, Resource(resource_id("BucketPolicy", bucket), "AWS::S3::BucketPolicy", properties, (made.id,), retained=True))


def _of_trail(wanted: trails.Wanted, trail: trail_changes.Found, role: str) -> Resource:
    selectors = wanted.selectors
    properties = {
        "TrailName": wanted.name,
        "S3BucketName": trail.bucket,
        "S3KeyPrefix": trail.prefix or None,
        "IsMultiRegionTrail": trail.multi_region,
        "IncludeGlobalServiceEvents": trail.global_events,
        "EnableLogFileValidation": trail.validation,
        "IsOrganizationTrail": trail.organization or None,
        "CloudWatchLogsLogGroupArn": trail.log_group or None,
        "CloudWatchLogsRoleArn": trail.role or None,
        "KMSKeyId": trail.key or None,
        "IsLogging": trail.logging,
        "EventSelectors": list(selectors.basic) if selectors else None,
        "AdvancedEventSelectors": list(selectors.advanced) if selectors else None,
        "InsightSelectors": [dict(one) for one in trail.insights.values()],
        "Tags": aws_tags(trail.tags),
    }
    after = [resource_id("BucketPolicy", trail.bucket), resource_id(GROUP, wanted.log_group or ""), resource_id(ROLE, role)]
    return Resource(resource_id("Trail", wanted.name), "AWS::CloudTrail::Trail", properties, tuple(after))
