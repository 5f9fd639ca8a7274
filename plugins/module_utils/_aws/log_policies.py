# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Resource policies and account policies of CloudWatch Logs. Private to this collection. Controller only."""

from __future__ import annotations

import json
import time
from typing import Any, Callable, Iterable

from .._account.log_policies import RESOURCE, Found, Wanted
from .._account.steps import Step
from .errors import LOG_GROUPS, AwsError, aws_call

ATTEMPTS, STEP_SECONDS = 6, 0.5


def read(logs: Any, wanted: Iterable[Wanted], arns: Iterable[str]) -> list[Found]:
    """The policies of the types that are wanted, and the resource policies of log groups by their ARNs."""
    kinds = sorted({one.kind for one in wanted})
    found = [_resource(item) for item in (_resource_policies(logs) if RESOURCE in kinds else [])]
    found += [_resource(item) for arn in arns for item in _of_log_group(logs, arn)]
    found += [_account(item) for kind in kinds if kind != RESOURCE for item in _account_policies(logs, kind)]
    return found


def _of_log_group(logs: Any, arn: str) -> list[dict[str, Any]]:
    try:
        return _resource_policies(logs, resourceArn=arn, policyScope="RESOURCE")
    except AwsError as error:
        if error.code == "ResourceNotFoundException":  # a log group that an earlier task of the play makes
            return []
        raise


def _resource(item: dict[str, Any]) -> Found:
    document = json.loads(item["policyDocument"])
    return Found(RESOURCE, item["policyName"], document, "", item.get("resourceArn") or "", item.get("revisionId") or "")


def _account(item: dict[str, Any]) -> Found:
    return Found(item["policyType"], item["policyName"], json.loads(item["policyDocument"]), item.get("selectionCriteria") or "")


@aws_call("read the resource policies", LOG_GROUPS)
def _resource_policies(logs: Any, **asked: Any) -> list[dict[str, Any]]:
    pages = logs.get_paginator("describe_resource_policies").paginate(**asked)
    return [item for page in pages for item in page.get("resourcePolicies") or []]


@aws_call("read the policies of the account of type {kind}", LOG_GROUPS)
def _account_policies(logs: Any, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    asked: dict[str, Any] = {"policyType": kind}
    while True:  # botocore has no paginator for it
        answer = logs.describe_account_policies(**asked)
        found += answer.get("accountPolicies") or []
        if not answer.get("nextToken"):
            return found
        asked["nextToken"] = answer["nextToken"]


def ensure(logs: Any, label: str, planned: Iterable[Step], sleep: Callable[[float], None] = time.sleep) -> None:
    """Make the steps of a policy, again while somebody else changes policies; a removal of what is gone is done.

    Raises:
        AwsError: a step was refused.
    """
    for step in planned:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                _made(logs, "delete" if step.operation.startswith("delete_") else "write", label, step)
                break
            except AwsError as error:
                if error.code == "ResourceNotFoundException" and step.operation.startswith("delete_"):
                    break
                if error.code != "OperationAbortedException" or attempt == ATTEMPTS:
                    raise
            sleep(STEP_SECONDS * 2 ** (attempt - 1))


@aws_call("{verb} {label}", LOG_GROUPS)
def _made(logs: Any, verb: str, label: str, step: Step) -> None:  # noqa: ARG001 # verb and label are for messages
    getattr(logs, step.operation)(**step.arguments)
