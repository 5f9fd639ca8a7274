# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM: the sizes that it takes, without whitespace, a list that moto does not have, and the simulation. The rest stays moto's own."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Iterator

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.iam.models import iam_backends

from aws.answer import AwsError, constraint
from aws.call import unfold

if TYPE_CHECKING:
    from aws.call import Call

MANAGED = 6_144
INLINE = {"Role": 10_240, "User": 2_048}
TRUST, NAME, ATTACHED = 2_048, 64, 10


def _size(document: Any) -> int:
    return len(re.sub(r"\s", "", document if isinstance(document, str) else json.dumps(document)))


def _as_texts(account: str, name: str) -> None:
    """The inline policies of a role as texts: moto keeps those of a stack as data, and answers in Python's spelling."""
    for role in iam_backends[account]["aws"].roles.values():
        if role.name == name:
            role.policies = {key: one if isinstance(one, str) else json.dumps(one) for key, one in role.policies.items()}


def _policies(account: str, arn: str) -> list[IAMPolicy]:
    """Those of a user or role, attached ones included."""
    backend = iam_backends[account]["aws"]
    kind, _slash, path = arn.rpartition(":")[2].partition("/")
    name = path.rpartition("/")[2]
    holders = backend.roles if kind == "role" else backend.users if kind == "user" else {}
    if ":assumed-role/" in arn:
        raise AwsError("InvalidInput", f"Invalid Entity Arn: {arn} does not clearly define entity type and name.")
    if not any(one.arn == arn for one in holders.values()):
        raise AwsError("NoSuchEntity", f"No entity with ARN {arn} was found.", 404)
    if kind == "role":
        inline = [backend.get_role_policy(name, one)[1] for one in backend.list_role_policies(name)]
        attached = backend.list_attached_role_policies(name)[0]
    else:
        inline = [backend.get_user_policy(name, one) for one in backend.list_user_policies(name)]
        attached = backend.list_attached_user_policies(name)[0]
    return [IAMPolicy(one) for one in (*inline, *attached)]


def _simulated(call: Call, account: str) -> dict[str, Any]:
    """Every action on every resource, by moto's own evaluation of identity policies; boundaries and conditions: see `enforcing`."""
    asked = unfold(call.params)
    wild = [action for action in asked["ActionNames"] if "*" in action]
    if wild:
        raise AwsError("InvalidInput", f"Invalid Action: {wild[0]} has a wildcard")
    policies = _policies(account, asked["PolicySourceArn"])
    context = {one["ContextKeyName"]: one["ContextKeyValues"][0] for one in asked.get("ContextEntries", [])}

    def decisions(action: str) -> Iterator[dict[str, Any]]:
        for resource in asked.get("ResourceArns") or ["*"]:
            found = {policy.is_action_permitted(action, resource, incoming_condition_values=context) for policy in policies}
            denied, allowed = PermissionResult.DENIED in found, PermissionResult.PERMITTED in found
            decision = "explicitDeny" if denied else "allowed" if allowed else "implicitDeny"
            yield {"EvalResourceName": resource, "EvalResourceDecision": decision}

    results = []
    for action in asked["ActionNames"]:
        found = list(decisions(action))
        worst = next((one["EvalResourceDecision"] for one in found if one["EvalResourceDecision"] != "allowed"), "allowed")
        results.append({"EvalActionName": action, "EvalResourceName": "*", "EvalDecision": worst, "ResourceSpecificResults": found})
    return {"EvaluationResults": results, "IsTruncated": "false"}


def _check_role(call: Call, account: str) -> None:
    """What IAM refuses of roles beyond moto: long names, names that differ in their case alone, large trust, an eleventh managed policy."""
    roles = iam_backends[account]["aws"].roles.values()
    name = str(call.params.get("RoleName") or "")
    if call.operation == "CreateRole" and len(name) > NAME:
        raise constraint("ValidationError", name, "roleName", f"Member must have length less than or equal to {NAME}")
    if call.operation == "CreateRole" and any(one.name.lower() == name.lower() for one in roles):
        raise AwsError("EntityAlreadyExists", f"Role with name {name} already exists.", 409)
    trust = call.params.get("AssumeRolePolicyDocument") or (call.params.get("PolicyDocument", "") if "AssumeRole" in call.operation else "")
    if call.operation in ("CreateRole", "UpdateAssumeRolePolicy") and _size(trust) > TRUST:
        raise AwsError("LimitExceeded", f"Cannot exceed quota for ACLSizePerRole: {TRUST}", 409)
    if call.operation == "AttachRolePolicy":
        attached = next((set(one.managed_policies) for one in roles if one.name == name), set())
        if len(attached | {call.params.get("PolicyArn")}) > ATTACHED:
            raise AwsError("LimitExceeded", f"Cannot exceed quota for PoliciesPerRole: {ATTACHED}", 409)


def answer(call: Call, account: str) -> dict[str, Any] | None:
    """What is answered instead of moto, None for what moto answers; raises AwsError for a policy that is too large."""
    if call.operation == "ListServiceSpecificCredentials":
        return {"ServiceSpecificCredentials": "", "IsTruncated": "false"}
    if call.operation == "GetRolePolicy":
        _as_texts(account, str(call.params.get("RoleName") or ""))
    if call.operation == "SimulatePrincipalPolicy":
        return _simulated(call, account)
    _check_role(call, account)
    document = call.params.get("PolicyDocument", "")
    if call.operation in ("CreatePolicy", "CreatePolicyVersion") and _size(document) > MANAGED:
        raise AwsError("LimitExceeded", f"Cannot exceed quota for PolicySize: {MANAGED}", 409)
    kind = {"PutRolePolicy": "Role", "PutUserPolicy": "User"}.get(call.operation)
    if kind:
        name = call.params[f"{kind}Name"]
        backend = iam_backends[account]["aws"]
        holder = next((one for one in (backend.roles if kind == "Role" else backend.users).values() if one.name == name), None)
        others = {key: value for key, value in (holder.policies if holder else {}).items() if key != call.params["PolicyName"]}
        if _size(document) + sum(map(_size, others.values())) > INLINE[kind]:
            raise AwsError("LimitExceeded", f"Maximum policy size of {INLINE[kind]} bytes exceeded for {kind.lower()} {name}", 409)
    return None
