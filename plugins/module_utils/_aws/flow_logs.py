# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Flow logs: what EC2 has of them, and the calls that change them. Private to this collection. Controller only.

CreateFlowLogs and DeleteFlowLogs answer 200 and name in ``Unsuccessful`` what they have not done. A call that botocore repeats after a lost
answer has the same ClientToken, so that it makes nothing twice.
"""

from __future__ import annotations

import json
import time
import uuid
from typing import Any, Callable, Iterable

from .._account.flow_log_changes import CREATE, DELETE, NONE, REPLACE, RETAG, Change, Found, parsed, request, restored, retagging
from .._account.flow_logs import GATEWAYS
from .._account.steps import Step
from .errors import FLOW_LOGS, HINTS, AwsError, aws_call

RESOURCES, GATEWAY_RESOURCES = 300, 25
"""Resources that CreateFlowLogs takes in one call."""
FILTER_VALUES = 200
WAIT_SECONDS, STEP_SECONDS = 120.0, 3.0
EARLY = "Unable to assume given IAM role"
THERE = "FlowLogAlreadyExists"
GONE = "InvalidFlowLogId.NotFound"
CHANGED = {"changed": True}
"""Details of an error after which something is not as it was."""

Sleep = Callable[[float], None]


@aws_call("read the flow logs of {resources}", FLOW_LOGS)
def read(ec2: Any, resources: list[str]) -> list[Found]:
    """The flow logs of resources."""
    paginator = ec2.get_paginator("describe_flow_logs")
    some = [resources[start : start + FILTER_VALUES] for start in range(0, len(resources), FILTER_VALUES)]
    pages = [page for values in some for page in paginator.paginate(Filters=[{"Name": "resource-id", "Values": values}])]
    return [parsed(item) for page in pages for item in page["FlowLogs"]]


def ensure(ec2: Any, changes: Iterable[Change], role: str, sleep: Sleep = time.sleep) -> dict[int, AwsError | None]:
    """Do what has to be done. ``role``: the ARN of the role that delivers where nothing says another one.

    Returns: by the number of a change what failed of it, None for what was done; what is not in it was left alone after a refusal that
    concerns all calls, such as a throttle. The details of an error have ``changed`` where something is not as it was.
    """
    numbered = list(enumerate(changes))
    outcome: dict[int, AwsError | None] = {}
    for numbers in _batches(numbered, role):
        refusal = _created(ec2, numbers, dict(numbered), role, outcome, sleep)
        if refusal and _concerns_all(refusal):
            return outcome
    for number, one in numbered:
        if one.kind not in (NONE, CREATE):
            refusal = outcome[number] = _tried(ec2, one, role, sleep)
            if refusal and _concerns_all(refusal):
                return outcome
    return outcome


def _concerns_all(error: AwsError) -> bool:
    """Whether no other call is worth making."""
    return error.throttled or error.unsure or (error.code in HINTS and error.code != "UnauthorizedOperation")


def _batches(numbered: list[tuple[int, Change]], role: str) -> list[list[int]]:
    """The numbers of new flow logs that one call can make."""
    alike: dict[str, list[int]] = {}
    for number, one in numbered:
        if one.kind == CREATE:
            alike.setdefault(json.dumps(request(one, [], role), sort_keys=True), []).append(number)
    kinds = {number: one.wanted.kind for number, one in numbered}
    found_batches = []
    for numbers in alike.values():
        most = GATEWAY_RESOURCES if kinds[numbers[0]] in GATEWAYS else RESOURCES
        found_batches += [numbers[start : start + most] for start in range(0, len(numbers), most)]
    return found_batches


def _created(
    ec2: Any, numbers: list[int], by_number: dict[int, Change], role: str, outcome: dict[int, AwsError | None], sleep: Sleep
) -> AwsError | None:
    """Make the flow logs of a batch; the refusal of the whole call, None where it was answered."""
    resources = {by_number[number].wanted.resource: number for number in numbers}
    try:
        _ids, failed = _patient(ec2, request(by_number[numbers[0]], list(resources), role), sleep)
    except AwsError as error:
        outcome.update(dict.fromkeys(numbers, error))
        return error
    outcome.update({number: failed.get(resource) for resource, number in resources.items()})
    return None


def _tried(ec2: Any, one: Change, role: str, sleep: Sleep) -> AwsError | None:
    if one.found is None:
        return None
    try:
        _DONE[one.kind](ec2, one, one.found, role, sleep)
    except AwsError as error:
        return error
    return None


def _patient(ec2: Any, arguments: dict[str, Any], sleep: Sleep) -> tuple[list[str], dict[str, AwsError]]:
    """Make flow logs, again while EC2 does not know a new role; the new ids, and what failed, by resource."""
    waited = 0.0
    ids: list[str] = []
    failed: dict[str, AwsError] = {}
    left: list[str] = arguments["ResourceIds"]
    while True:
        made, refused = _attempt(ec2, left, arguments)
        ids += made
        failed = {**{resource: error for resource, error in failed.items() if resource not in left}, **refused}
        left = [resource for resource, error in refused.items() if EARLY in str(error)]
        if not left or waited >= WAIT_SECONDS:
            return ids, failed
        sleep(STEP_SECONDS)
        waited += STEP_SECONDS


def _attempt(ec2: Any, resources: list[str], arguments: dict[str, Any]) -> tuple[list[str], dict[str, AwsError]]:
    try:
        return _create(ec2, resources, {**arguments, "ResourceIds": resources})
    except AwsError as error:
        if EARLY not in str(error):
            raise
        return [], dict.fromkeys(resources, error)


@aws_call("create the flow logs of {resources}", FLOW_LOGS)
def _create(ec2: Any, resources: list[str], arguments: dict[str, Any]) -> tuple[list[str], dict[str, AwsError]]:
    answer = ec2.create_flow_logs(**arguments, ClientToken=str(uuid.uuid4()))
    return answer.get("FlowLogIds") or [], _unsuccessful(answer, "create the flow log of", resources)


@aws_call("delete the flow logs {ids}", FLOW_LOGS)
def _delete(ec2: Any, ids: list[str]) -> dict[str, AwsError]:
    return _unsuccessful(ec2.delete_flow_logs(FlowLogIds=ids), "delete the flow log", ids)


def _unsuccessful(answer: dict[str, Any], verb: str, asked: list[str]) -> dict[str, AwsError]:
    """What an answer of 200 says it has not done; without an id it is said of all that were asked for."""
    failed: dict[str, AwsError] = {}
    for item in answer.get("Unsuccessful") or []:
        code, text = item["Error"]["Code"], (item["Error"].get("Message") or "no further text").rstrip(".")
        for name in [item["ResourceId"]] if item.get("ResourceId") else asked:
            failed[name] = AwsError(f"Failed to {verb} {name}: {code}: {text}.", code)
    return failed


def _gone(ec2: Any, flow_log: str) -> None:
    """Delete a flow log; one that is gone already is fine."""
    try:
        failed = _delete(ec2, [flow_log])
    except AwsError as error:
        failed = {flow_log: error}
    for refusal in failed.values():
        if refusal.code != GONE:
            raise refusal


def _deleted(ec2: Any, _one: Change, there: Found, _role: str, _sleep: Sleep) -> None:
    _gone(ec2, there.id)


def _replaced(ec2: Any, one: Change, old: Found, role: str, sleep: Sleep) -> None:
    """A new flow log, then the old one goes; the other way round only where AWS takes no second one."""
    try:
        ids = _single(ec2, request(one, [old.resource], role), sleep)
    except AwsError as error:
        if error.code != THERE:
            raise
        _gone(ec2, old.id)
        _made_or_restored(ec2, one, old, role, sleep)
        return
    try:
        _gone(ec2, old.id)
    except AwsError as error:
        if error.unsure and not _is_there(ec2, old, error):
            return
        _taken_back(ec2, ids, error)
        raise AwsError(f"{error} Nothing was changed: the new flow log was taken back.", error.code) from error


def _is_there(ec2: Any, old: Found, error: AwsError) -> bool:
    """Whether a flow log is still there whose deletion got no answer: without it, the new one must not go, too."""
    try:
        return any(one.id == old.id for one in read(ec2, [old.resource]))
    except AwsError as again:
        text = f"{error} The new flow log is there, and nobody knows whether {old.id} is, too: {again}"
        raise AwsError(text, again.code, details=CHANGED) from again


def _taken_back(ec2: Any, ids: list[str], error: AwsError) -> None:
    """Delete new flow logs again: two would be paid for, and nothing would say which is meant. *error*: why the old one is still there."""
    try:
        for new in ids:
            _gone(ec2, new)
    except AwsError as again:
        text = f"{error} The new flow log {', '.join(ids)} could not be taken back, and both are there: {again}"
        raise AwsError(text, again.code, details=CHANGED) from again


def _made_or_restored(ec2: Any, one: Change, old: Found, role: str, sleep: Sleep) -> None:
    try:
        _single(ec2, request(one, [old.resource], role), sleep)
    except AwsError as error:
        try:
            _single(ec2, restored(old, one.wanted.kind), sleep)
        except AwsError as again:
            text = f"{error} {old.id} had been deleted, and could not be made again: {again}"
            raise AwsError(text, again.code, details=CHANGED) from again
        raise AwsError(f"{error} {old.id} had been deleted, and one like it was made again.", error.code, details=CHANGED) from error


def _single(ec2: Any, arguments: dict[str, Any], sleep: Sleep) -> list[str]:
    ids, failed = _patient(ec2, arguments, sleep)
    for error in failed.values():
        raise error
    return ids


def _retagged(ec2: Any, one: Change, there: Found, _role: str, _sleep: Sleep) -> None:
    done = 0
    try:
        for step in retagging(one.wanted, there):
            _tag(ec2, one.wanted.label, step)
            done += 1
    except AwsError as error:
        raise AwsError(str(error), error.code, error.unsure, CHANGED if done else None) from error


@aws_call("set the tags of the flow log of {label}", FLOW_LOGS)
def _tag(ec2: Any, label: str, step: Step) -> None:  # noqa: ARG001 # the label is for messages
    getattr(ec2, step.operation)(**step.arguments)


_DONE: dict[str, Callable[[Any, Change, Found, str, Sleep], None]] = {REPLACE: _replaced, DELETE: _deleted, RETAG: _retagged}
