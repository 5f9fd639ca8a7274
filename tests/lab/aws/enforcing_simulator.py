# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SimulatePrincipalPolicy for ministack: every action on every resource, with context keys and the permissions boundary.

As AWS answers: a result an action with the template of its resources' ARNs, and the decisions a resource below it; an assumed role's ARN is
no principal, and a path that is not the role's own finds none. Runs in ministack's own environment.
"""

from __future__ import annotations

from typing import Any

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id
from ministack.services import iam

DECISIONS = {"Allow": "allowed", "Deny": "explicitDeny", "ImplicitDeny": "implicitDeny"}


def _members(parameters: Any, name: str) -> list[str]:
    found: list[str] = []
    while True:
        value = iam._p(parameters, f"{name}.member.{len(found) + 1}")
        if not value:
            return found
        found.append(str(value))


def _context(parameters: Any) -> dict[str, Any]:
    entries: dict[str, Any] = {}
    number = 1
    while True:
        base = f"ContextEntries.member.{number}"
        key = iam._p(parameters, f"{base}.ContextKeyName")
        if not key:
            return entries
        values = _members(parameters, f"{base}.ContextKeyValues")
        entries[str(key).lower()] = values[0] if len(values) == 1 else values
        number += 1


def _principal(arn: str, account: str) -> tuple[list[Any], list[Any]] | None:
    """The policies and the boundary of a user or role; None where there is none of this very ARN."""
    kind, _slash, rest = arn.rpartition(":")[2].partition("/")
    name = rest.rpartition("/")[2]
    store, gather = {
        "user": (iam._users, iam_evaluator._gather_user_policies),
        "role": (iam._roles, iam_evaluator._gather_role_policies),
    }.get(kind, (None, None))
    found = store.get_scoped(account, None, name) if store is not None else None
    if not found or found["Arn"] != arn:
        return None
    return gather(name, account), iam_evaluator._permissions_boundary(store, name, account)


def simulate(parameters: Any) -> Any:
    """The answer to SimulatePrincipalPolicy."""
    arn, account = str(iam._p(parameters, "PolicySourceArn")), str(get_account_id())
    if ":assumed-role/" in arn:
        return iam._error(400, "InvalidInput", f"Invalid Entity Arn: {arn} does not clearly define entity type and name.")
    found = _principal(arn, account)
    if found is None:
        return iam._error(404, "NoSuchEntity", f"No entity with ARN {arn} was found.")
    policies, boundary = found
    context, resources = _context(parameters), _members(parameters, "ResourceArns") or ["*"]
    results = ""
    for action in _members(parameters, "ActionNames"):
        if "*" in action:
            return iam._error(400, "InvalidInput", f"Invalid Action Names: {action}")
        results += _result(action, resources, arn, account, context, policies, boundary)
    body = f"<EvaluationResults>{results}</EvaluationResults><IsTruncated>false</IsTruncated>"
    return iam._xml(200, "SimulatePrincipalPolicyResponse", f"<SimulatePrincipalPolicyResult>{body}</SimulatePrincipalPolicyResult>")


def _result(action: str, resources: list[str], arn: str, account: str, context: Any, policies: Any, boundary: Any) -> str:
    specific, decisions, bounded = "", [], True
    for resource in resources:
        asked = iam_evaluator.EvalContext(
            principal_arn=arn,
            principal_type="User",
            principal_account=account,
            action=action,
            resource_arn=resource,
            region=str(context.get("aws:requestedregion", "us-east-1")),
            service_context=context,
        )
        decision = DECISIONS[iam_evaluator.evaluate(asked, policies, *boundary).decision]
        within = all(iam_evaluator.evaluate(asked, limit).decision == "Allow" for limit in boundary)
        decisions.append(decision)
        bounded = bounded and within
        specific += (
            f"<member><EvalResourceName>{resource}</EvalResourceName><EvalResourceDecision>{decision}</EvalResourceDecision>"
            f"<MatchedStatements/><MissingContextValues/>{_boundary(boundary, within)}</member>"
        )
    whole = "allowed" if set(decisions) == {"allowed"} else next(one for one in decisions if one != "allowed")
    template = resources[0] if len(resources) == 1 else f"arn:${{Partition}}:{action.partition(':')[0]}:${{Region}}:${{Account}}:*"
    return (
        f"<member><EvalActionName>{action}</EvalActionName><EvalResourceName>{template}</EvalResourceName><EvalDecision>{whole}</EvalDecision>"
        f"<MatchedStatements/><MissingContextValues/>{_boundary(boundary, bounded)}"
        f"<ResourceSpecificResults>{specific}</ResourceSpecificResults></member>"
    )


def _boundary(boundary: Any, within: bool) -> str:
    said = f"<AllowedByPermissionsBoundary>{str(within).lower()}</AllowedByPermissionsBoundary>"
    return f"<PermissionsBoundaryDecisionDetail>{said}</PermissionsBoundaryDecisionDetail>" if boundary else ""
