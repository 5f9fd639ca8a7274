# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Log groups: what AWS has of them, and the calls that change them. Private to this collection. Controller only.

Others make groups meanwhile, the agent above all: CloudWatch Logs answers OperationAbortedException while two change one group, and
ResourceAlreadyExistsException to the one that comes late, which is also the answer to a call that is repeated after a lost answer.
"""

from __future__ import annotations

import json
import time
from typing import Any, Callable, Iterable, Iterator

from .._account.log_group_changes import FILTERS, Found, problems, steps
from .._account.log_groups import FOR_EVER, STANDARD, Wanted
from .._account.steps import Step
from .errors import LOG_GROUPS, AwsError, aws_call

NAMES = 50
"""Log groups that DescribeLogGroups takes by their names in one call."""
RACES = 3
ATTEMPTS, STEP_SECONDS = 6, 0.5
OF_ONE_GROUP = frozenset(
    (
        "AccessDeniedException",
        "InvalidOperationException",
        "InvalidParameterException",
        "LimitExceededException",
        "OperationAbortedException",
        "ResourceNotFoundException",
        "TooManyTagsException",
        "ValidationException",
    )
)
"""Refusals after which other groups are still worth a call."""
KEY = "The key must be symmetric and enabled, and its policy must let logs.REGION.amazonaws.com use it"
OLD = "This botocore knows no {missing}. Hint: install a newer boto3 and botocore on the controller."
INDEX = "describe_index_policies"
VERBS = {
    "create_log_group": "create the log group {name}",
    "delete_log_group": "delete the log group {name}",
    "put_retention_policy": "set the retention of the log group {name}",
    "delete_retention_policy": "remove the retention of the log group {name}",
    "associate_kms_key": "give the log group {name} its KMS key",
    "disassociate_kms_key": "take its KMS key from the log group {name}",
    "tag_resource": "tag the log group {name}",
    "untag_resource": "remove tags from the log group {name}",
    "put_log_group_deletion_protection": "set the deletion protection of the log group {name}",
    "put_metric_filter": "write a metric filter of the log group {name}",
    "delete_metric_filter": "delete a metric filter of the log group {name}",
    "put_subscription_filter": "write a subscription filter of the log group {name}",
    "delete_subscription_filter": "delete a subscription filter of the log group {name}",
    "put_index_policy": "write the index policy of the log group {name}",
    "delete_index_policy": "delete the index policy of the log group {name}",
    "put_data_protection_policy": "write the data protection policy of the log group {name}",
    "delete_data_protection_policy": "delete the data protection policy of the log group {name}",
}


def read(logs: Any, wanted: Iterable[Wanted]) -> dict[str, Found]:
    """The groups that are there, by name, with as much as is wanted of each."""
    by_name = {one.name: one for one in wanted}
    found = {item["logGroupName"]: _found(item) for item in _described(logs, list(by_name)) if item["logGroupName"] in by_name}
    return {name: _completed(logs, by_name[name], one) for name, one in found.items()}


@aws_call("read the log groups {names}", LOG_GROUPS)
def _described(logs: Any, names: list[str]) -> list[dict[str, Any]]:
    paginator = logs.get_paginator("describe_log_groups")
    members = logs.meta.service_model.operation_model("DescribeLogGroups").input_shape.members
    asked: list[dict[str, Any]]
    if "logGroupIdentifiers" in members:
        asked = [{"logGroupIdentifiers": names[start : start + NAMES]} for start in range(0, len(names), NAMES)]
    else:  # an older botocore; longer names come as well
        asked = [{"logGroupNamePrefix": name} for name in names]
    return [item for arguments in asked for page in paginator.paginate(**arguments) for item in page["logGroups"]]


def _found(item: dict[str, Any]) -> Found:
    return Found(
        arn=item.get("logGroupArn") or item["arn"].removesuffix(":*"),
        retention=item.get("retentionInDays") or FOR_EVER,
        policy=item.get("retentionPolicyName") or "",
        log_class=item.get("logGroupClass") or STANDARD,
        key=item.get("kmsKeyId") or "",
        protection=bool(item.get("deletionProtectionEnabled")),
        stored=item.get("storedBytes") or 0,
    )


def _completed(logs: Any, wanted: Wanted, found: Found) -> Found:
    tags = _tags(logs, found.arn) if wanted.tags or wanted.purge_tags else {}
    filters: dict[str, Any] = {
        field: _filters(logs, wanted.name, name) for field, (_rules, name) in FILTERS.items() if getattr(wanted, field)
    }
    index = _index(logs, wanted.name) if wanted.index_policy is not None else {}
    protection = _data_protection(logs, wanted.name) if wanted.data_protection_policy is not None else {}
    return found._replace(tags=tags, index_policy=index, data_protection_policy=protection, **filters)


@aws_call("read the tags of {arn}", LOG_GROUPS)
def _tags(logs: Any, arn: str) -> dict[str, str]:
    return dict(logs.list_tags_for_resource(resourceArn=arn).get("tags") or {})


@aws_call("read the {kind}s of the log group {group}", LOG_GROUPS)
def _filters(logs: Any, group: str, kind: str) -> dict[str, dict[str, Any]]:
    key = "metricFilters" if kind == "metric_filter" else "subscriptionFilters"
    pages = logs.get_paginator(f"describe_{kind}s").paginate(logGroupName=group)
    return {item["filterName"]: item for page in pages for item in page[key]}


@aws_call("read the index policy of the log group {group}", LOG_GROUPS)
def _index(logs: Any, group: str) -> dict[str, Any]:
    """The group's own policy; the account's is not."""
    if INDEX not in logs.meta.method_to_api_mapping:
        raise AwsError(OLD.format(missing=INDEX))
    found = logs.describe_index_policies(logGroupIdentifiers=[group]).get("indexPolicies") or []
    own = [item["policyDocument"] for item in found if item.get("source") != "ACCOUNT"]
    return dict(json.loads(own[0])) if own else {}


def _data_protection(logs: Any, group: str) -> dict[str, Any]:
    try:
        return _protection(logs, group)
    except AwsError as error:
        if error.code == "ResourceNotFoundException":  # none was ever there
            return {}
        raise


@aws_call("read the data protection policy of the log group {group}", LOG_GROUPS)
def _protection(logs: Any, group: str) -> dict[str, Any]:
    return dict(json.loads(logs.get_data_protection_policy(logGroupIdentifier=group).get("policyDocument") or "{}"))


def unknown(logs: Any, planned: Iterable[Step]) -> Iterator[str]:
    """What this botocore does not know of the steps, which would fail halfway."""
    for step in planned:
        operation = logs.meta.method_to_api_mapping.get(step.operation)
        known = logs.meta.service_model.operation_model(operation).input_shape.members if operation else {}
        missing = [name for name in step.arguments if name not in known]
        if missing:
            yield OLD.format(missing=f"{missing[0]} of {step.operation}")


def ensure(logs: Any, wanted: Wanted, found: Found | None, done: list[Step], sleep: Callable[[float], None] = time.sleep) -> None:
    """Make the group what it shall be. ``done`` gets every step that was made, also where a later one fails, and a creation that
    finds the group: nobody can say whether botocore's own call, whose answer was lost, has made it.

    Raises:
        AwsError: a step was refused.
    """
    for race in range(1, RACES + 1):
        planned = steps(wanted, found)
        try:
            for step in planned:
                _patient(logs, wanted.name, step, sleep)
                done.append(step)
            return
        except AwsError as error:
            if error.code != "ResourceAlreadyExistsException" or race == RACES:
                raise
            done += planned[:1]  # the creation
        sleep(STEP_SECONDS)
        found = read(logs, [wanted]).get(wanted.name)
        refused = list(problems(wanted, found))
        if refused:
            raise AwsError("\n".join(refused))


def _patient(logs: Any, name: str, step: Step, sleep: Callable[[float], None]) -> None:
    """Make a step, again while somebody else changes the group; a removal of what is gone already is done."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            _made(logs, VERBS[step.operation].format(name=name), step)
            return
        except AwsError as error:
            if error.code == "ResourceNotFoundException" and step.operation.startswith("delete_"):
                return
            if error.code != "OperationAbortedException" or attempt == ATTEMPTS:
                raise _with_key(step, error) from error
        sleep(STEP_SECONDS * 2 ** (attempt - 1))


@aws_call("{verb}", LOG_GROUPS)
def _made(logs: Any, verb: str, step: Step) -> None:  # noqa: ARG001 # the verb is for messages
    getattr(logs, step.operation)(**step.arguments)


def _with_key(step: Step, error: AwsError) -> AwsError:
    """The error, with what AWS leaves out where a key may be its cause."""
    if "kmsKeyId" not in step.arguments or error.code not in ("AccessDeniedException", "InvalidParameterException"):
        return error
    return AwsError(f"{str(error).rstrip('.')}. {KEY} (it is {step.arguments['kmsKeyId']}).", error.code)
