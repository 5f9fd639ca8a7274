# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who the hosts are to IAM, and what IAM says that they may do. Private to this collection. Controller only.

Limits of the API references: 100 entries a page of SimulatePrincipalPolicy unless told, 1,000 at most; no wildcard in action names.
"""

from __future__ import annotations

from typing import Any, Iterable

from .._release.instances import Instance, Role
from .._release.permissions import CONDITIONS, Batch
from .errors import aws_call

PAGE = 1000
INSTANCES = 100
ACTIONS, RESOURCES = 50, 50
"""What is asked in one call, so that an answer stays within a page."""


@aws_call("find out who the controller is")
def caller(sts: Any) -> str:
    """The ARN of the credentials of a client."""
    return str(sts.get_caller_identity()["Arn"])


@aws_call("read the instances {ids}")
def instances(ec2: Any, ids: list[str]) -> dict[str, Instance]:
    """By id; those that are gone are left out."""
    found: dict[str, Instance] = {}
    for start in range(0, len(ids), INSTANCES):
        wanted = [{"Name": "instance-id", "Values": ids[start : start + INSTANCES]}]
        for page in ec2.get_paginator("describe_instances").paginate(Filters=wanted):
            for one in (item for reservation in page["Reservations"] for item in reservation["Instances"]):
                found[one["InstanceId"]] = _instance(one)
    return found


def _instance(item: dict[str, Any]) -> Instance:
    options = item.get("MetadataOptions") or {}
    return Instance(
        item["InstanceId"],
        (item.get("IamInstanceProfile") or {}).get("Arn", ""),
        options.get("HttpEndpoint", ""),
        options.get("HttpTokens", ""),
        int(options.get("HttpPutResponseHopLimit") or 0),
    )


@aws_call("read the role of the instance profile {arn}")
def role_of_profile(iam: Any, arn: str) -> Role:
    """The role of an instance profile, with its path and its trust policy."""
    roles = iam.get_instance_profile(InstanceProfileName=arn.rpartition("/")[2])["InstanceProfile"]["Roles"]
    return Role(str(roles[0]["Arn"]), roles[0].get("AssumeRolePolicyDocument") or {}) if roles else Role("")


@aws_call("read the role {name}")
def role_named(iam: Any, name: str) -> str:
    """The ARN of a role, with its path."""
    return str(iam.get_role(RoleName=name)["Role"]["Arn"])


@aws_call("read whose access key {key} is")
def user_of_key(iam: Any, key: str) -> str:
    """The ARN of the user of an access key."""
    name = iam.get_access_key_last_used(AccessKeyId=key)["UserName"]
    return str(iam.get_user(UserName=name)["User"]["Arn"])


@aws_call("ask IAM what {principal} may do")
def simulate(iam: Any, principal: str, batch: Batch, region: str) -> dict[tuple[str, str, tuple[tuple[str, str], ...]], str]:
    """IAM's decisions for a batch, as ``Decisions`` has them."""
    given = (*batch.context, ("aws:RequestedRegion", region))
    context = [{"ContextKeyName": key, "ContextKeyType": "string", "ContextKeyValues": [value]} for key, value in given]
    found: dict[tuple[str, str, tuple[tuple[str, str], ...]], str] = {}
    for actions in _slices(batch.actions, ACTIONS):
        for resources in _slices(batch.resources, RESOURCES):
            pages = iam.get_paginator("simulate_principal_policy").paginate(
                PolicySourceArn=principal,
                ActionNames=actions,
                ResourceArns=resources,
                ContextEntries=context,
                PaginationConfig={"PageSize": PAGE},
            )
            for result in (item for page in pages for item in page["EvaluationResults"]):
                for resource, decision in _by_resource(result):
                    found[(result["EvalActionName"], resource, batch.context)] = decision
    return found


def _slices(items: tuple[str, ...], size: int) -> Iterable[list[str]]:
    return (list(items[start : start + size]) for start in range(0, len(items), size))


def _by_resource(result: dict[str, Any]) -> Iterable[tuple[str, str]]:
    """Resource and decision; the result's own resource is an ARN template where there are specific ones."""
    specific = result.get("ResourceSpecificResults")
    if not specific:
        return [(result["EvalResourceName"], _decision(result, result["EvalDecision"], result))]
    return [(item["EvalResourceName"], _decision(item, item["EvalResourceDecision"], result)) for item in specific]


def _decision(item: dict[str, Any], decision: str, result: dict[str, Any]) -> str:
    if decision == "allowed":
        return ""
    unanswered = item.get("MissingContextValues") or ([] if "EvalResourceDecision" in item else result.get("MissingContextValues"))
    if unanswered:
        return f"{CONDITIONS}{', '.join(sorted(unanswered))}"
    boundary = item.get("PermissionsBoundaryDecisionDetail") or result.get("PermissionsBoundaryDecisionDetail") or {}
    organizations = result.get("OrganizationsDecisionDetail") or {}
    if boundary.get("AllowedByPermissionsBoundary") is False:
        return "boundary"
    if organizations.get("AllowedByOrganizations") is False:
        return "organizations"
    return decision
