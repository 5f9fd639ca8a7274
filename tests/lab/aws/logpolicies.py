# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies of CloudWatch Logs for an account, and resource policies of log groups: moto has some of them, and takes any text."""

from __future__ import annotations

import json
import uuid
from typing import Any, Callable

from aws.answer import AwsError
from aws.loggroups import backend, constraint, group_of, invalid, page

Place = tuple[str, str]
Params = dict[str, Any]
RESOURCES = 10
TYPES = (
    *("DATA_PROTECTION_POLICY", "SUBSCRIPTION_FILTER_POLICY", "FIELD_INDEX_POLICY", "TRANSFORMER_POLICY", "METRIC_EXTRACTION_POLICY"),
    "RETENTION_POLICY",
)
SINGLE = ("DATA_PROTECTION_POLICY", "SUBSCRIPTION_FILTER_POLICY")
CRITERIA = ("SUBSCRIPTION_FILTER_POLICY", "FIELD_INDEX_POLICY", "TRANSFORMER_POLICY", "RETENTION_POLICY")
ACTIONS = {"logs:PutLogEvents", "logs:CreateLogStream"}


def _known(place: Place) -> list[Params]:
    """The policies of a region as they are described."""
    found: list[Params] = backend(*place).__dict__.setdefault("lab_policies_of_account", [])
    return found


def _find(place: Place, **wanted: Any) -> Params | None:
    return next((one for one in _known(place) if all(one.get(key) == value for key, value in wanted.items())), None)


def _document(params: Params) -> Any:
    try:
        return json.loads(params.get("policyDocument") or "")
    except ValueError as error:
        raise invalid("The policy document is not valid JSON.") from error


def _resource_key(place: Place, params: Params) -> Params:
    """What a resource policy is known by: its log group, else its name."""
    arn = params.get("resourceArn")
    if not arn:
        return {"policyScope": "ACCOUNT", "policyName": params.get("policyName")}
    if str(arn).endswith(":*"):
        raise invalid("Invalid resourceArn.")
    group_of(*place, {"logGroupIdentifier": arn})
    return {"policyScope": "RESOURCE", "resourceArn": arn}


def put_resource(place: Place, params: Params) -> Params:
    """PutResourcePolicy: for services of AWS alone; a change of a log group's needs its revision."""
    document = _document(params)
    statements = document.get("Statement") or []
    for one in statements if isinstance(statements, list) else [statements]:
        actions = one.get("Action")
        if set([actions] if isinstance(actions, str) else actions or [""]) - ACTIONS:
            raise invalid("Resource policies support logs:PutLogEvents and logs:CreateLogStream.")
    key = _resource_key(place, params)
    there = _find(place, **key)
    count = len([one for one in _known(place) if one.get("policyScope") == "ACCOUNT"])
    if there is None and key["policyScope"] == "ACCOUNT" and count >= RESOURCES:
        raise AwsError("LimitExceededException", "Resource limit exceeded.")
    if key["policyScope"] == "RESOURCE" and params.get("expectedRevisionId") != (there or {}).get("revisionId"):
        raise invalid("The expected revision ID is not that of the policy.")
    made = {**key, "policyName": params.get("policyName"), "policyDocument": params["policyDocument"], "revisionId": uuid.uuid4().hex}
    if there:
        _known(place).remove(there)
    _known(place).append(made)
    return {"resourcePolicy": made, "revisionId": made["revisionId"]}


def describe_resource(place: Place, params: Params) -> Params:
    """DescribeResourcePolicies: those of the account, or that of a log group."""
    scope, arn = params.get("policyScope") or "ACCOUNT", params.get("resourceArn")
    if arn:
        group_of(*place, {"logGroupIdentifier": arn})
    found = [one for one in _known(place) if one.get("policyScope") == scope and arn in (None, one.get("resourceArn"))]
    shown, token = page(found, params)
    return {"resourcePolicies": shown, "nextToken": token}


def delete_resource(place: Place, params: Params) -> Params:
    """DeleteResourcePolicy."""
    there = _find(place, **_resource_key(place, params))
    if there is None:
        raise AwsError("ResourceNotFoundException", "Policy does not exist.")
    _known(place).remove(there)
    return {}


def put_account(place: Place, params: Params) -> Params:
    """PutAccountPolicy: a policy of the same type and name is replaced."""
    kind, name = params["policyType"], params["policyName"]
    if kind not in TYPES:
        raise constraint(kind, "policyType", f"Member must satisfy enum value set: [{', '.join(TYPES)}]")
    _document(params)
    if params.get("selectionCriteria") and kind not in CRITERIA:
        raise invalid("selectionCriteria is not supported for this policy type.")
    there = _find(place, policyType=kind, policyName=name)
    if there is None and kind in SINGLE and _find(place, policyType=kind):
        raise AwsError("LimitExceededException", "Resource limit exceeded.")
    if there:
        _known(place).remove(there)
    made = {key: params[key] for key in ("policyName", "policyDocument", "policyType", "selectionCriteria") if params.get(key)}
    made.update(scope="ALL", accountId=place[0])
    _known(place).append(made)
    return {"accountPolicy": made}


def describe_account(place: Place, params: Params) -> Params:
    """DescribeAccountPolicies, of one type."""
    name = params.get("policyName")
    found = [one for one in _known(place) if one.get("policyType") == params["policyType"] and name in (None, one["policyName"])]
    shown, token = page(found, params)
    return {"accountPolicies": shown, "nextToken": token}


def delete_account(place: Place, params: Params) -> Params:
    """DeleteAccountPolicy."""
    there = _find(place, policyType=params["policyType"], policyName=params["policyName"])
    if there is None:
        raise AwsError("ResourceNotFoundException", "Policy does not exist.")
    _known(place).remove(there)
    return {}


OPERATIONS: dict[str, Callable[[Place, Params], Params]] = {
    "PutResourcePolicy": put_resource,
    "DescribeResourcePolicies": describe_resource,
    "DeleteResourcePolicy": delete_resource,
    "PutAccountPolicy": put_account,
    "DescribeAccountPolicies": describe_account,
    "DeleteAccountPolicy": delete_account,
}
"""What is answered instead of moto, by operation."""
