# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on demand: which calls fail, how, and how often; for the controller's and the hosts' calls alike."""

from __future__ import annotations

import fnmatch
import itertools
import random
import threading
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from aws.answer import AwsError
from aws.fault_cli import KINDS
from aws.identity import expired_token

if TYPE_CHECKING:
    from aws.call import Call
    from aws.identity import Principal

CONTROLLER = "controller"
_NAMES = {"cloudwatch": "monitoring"}
_ACTIONS = {"monitoring": "cloudwatch"}


@dataclass
class Fault:
    """A rule. Absent service, operation, host, region mean any; names may hold shell wildcards. `count`: hits left, None for no end."""

    id: int
    kind: str
    service: str | None = None
    operation: str | None = None
    host: str | None = None
    region: str | None = None
    count: int | None = None
    probability: float = 1.0
    seconds: float = 300.0
    hits: int = 0

    def matches(self, service: str, operation: str, host: str, region: str | None) -> bool:
        """Whether the rule is about such a call."""
        wanted = (_NAMES.get(self.service or "", self.service), self.operation, self.host, self.region)
        have = (service, operation, host, region or "")
        return all(mask is None or fnmatch.fnmatchcase(name.lower(), mask.lower()) for mask, name in zip(wanted, have))


class Faults:
    """The rules in force, oldest first; the first that matches a call takes it."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def add(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """A new rule from its fields; raises ValueError with the reason when it makes no sense."""
        known = {"kind", "service", "operation", "host", "region", "count", "probability", "seconds"}
        unknown = sorted(set(wanted) - known)
        if unknown:
            raise ValueError(f"unknown field {unknown[0]}; known: {', '.join(sorted(known))}")
        if wanted.get("kind") not in KINDS:
            raise ValueError(f"unknown kind {wanted.get('kind')}; known: {', '.join(KINDS)}")
        with self._lock:
            rule = Fault(id=next(self._numbers), **{key: value for key, value in wanted.items() if value is not None})
            self._rules.append(rule)
        return asdict(rule)

    def clear(self, number: int | None = None) -> int:
        """Removes one rule or all; returns how many."""
        with self._lock:
            before = len(self._rules)
            self._rules = [rule for rule in self._rules if number is not None and rule.id != number]
            return before - len(self._rules)

    def listed(self) -> list[dict[str, Any]]:
        """The rules, spent ones included, with their hits."""
        with self._lock:
            return [asdict(rule) for rule in self._rules]

    def take(self, service: str, operation: str, host: str, region: str | None) -> Fault | None:
        """The rule that a call falls under, counted."""
        if not self._rules:
            return None
        with self._lock:
            for rule in self._rules:
                if rule.count != 0 and rule.matches(service, operation, host, region) and random.random() < rule.probability:
                    rule.hits += 1
                    rule.count = None if rule.count is None else rule.count - 1
                    return rule
        return None


def refusal(kind: str, call: Call, principal: Principal) -> AwsError:
    """The error that a fault of kind throttle, 5xx, denied, expired or early answers with, in the words of the called service."""
    return {"throttle": throttle, "5xx": broken, "expired": expired_token, "early": early}.get(
        kind, lambda asked: denied(asked, principal)
    )(call)


def incomplete(call: Call, result: dict[str, Any]) -> dict[str, Any]:
    """A good answer that does not hold what is there yet; any other operation's stays as it is."""
    if call.operation == "FilterLogEvents":
        return {**result, "events": [], "nextToken": str(call.params.get("nextToken") or "0")}
    if call.operation == "GetMetricData":
        none = {"Timestamps": [], "Values": [], "StatusCode": "InternalError"}
        return {**result, "MetricDataResults": [{**one, **none} for one in result["MetricDataResults"]]}
    return result


def throttle(call: Call) -> AwsError:
    """Too many requests."""
    if call.service == "ec2":
        return AwsError("RequestLimitExceeded", "Request limit exceeded.", 503)
    if call.service == "s3":
        return AwsError("SlowDown", "Please reduce your request rate.", 503)
    return AwsError("ThrottlingException", "Rate exceeded", 400, "Throttling")


def broken(call: Call) -> AwsError:
    """A failure of the service itself."""
    code = {"ssm": "InternalServerError", "ec2": "InternalError"}.get(call.service, "InternalFailure")
    return AwsError(code, "An error occurred on the server side.", 500)


def early(call: Call) -> AwsError:
    """What IAM has made a moment ago, asked for where it is not known yet."""
    if call.service == "ec2":
        message = "Value (new) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name"
        return AwsError("InvalidParameterValue", message, 400)
    return AwsError("NoSuchEntity", "The role with name new cannot be found.", 404)


def denied(call: Call, principal: Principal) -> AwsError:
    """No identity-based policy allows the call."""
    action = f"{_ACTIONS.get(call.service, call.service)}:{call.operation}"
    resource = _resource(call, principal.account)
    where = f" on resource: {resource}" if resource else ""
    message = (
        f"User: {principal.arn} is not authorized to perform: {action}{where} because no identity-based policy allows the {action} action"
    )
    if call.service == "ec2":
        return AwsError("UnauthorizedOperation", f"You are not authorized to perform this operation. {message}", 403)
    return AwsError("AccessDeniedException", message, 403 if call.protocol in ("query", "rest") else 400, "AccessDenied")


def _resource(call: Call, account: str) -> str | None:
    params, place = call.params, f"{call.region}:{account}"
    if call.service == "ssm" and (params.get("DocumentName") or "Document" in call.operation):
        owner = "" if str(params.get("DocumentName") or params.get("Name")).startswith(("AWS-", "Amazon")) else account
        return f"arn:aws:ssm:{call.region}:{owner}:document/{params.get('DocumentName') or params.get('Name')}"
    if call.service == "ssm":
        name = params.get("Name") or params.get("ResourceId") or next(iter(params.get("Names") or []), None) or params.get("Path")
        if not name:
            return f"arn:aws:ssm:{place}:*"
        return name if str(name).startswith("arn:") else f"arn:aws:ssm:{place}:parameter/{str(name).split(':', maxsplit=1)[0].lstrip('/')}"
    if call.service == "logs":
        group = params.get("logGroupName") or str(params.get("logGroupIdentifier") or "").rsplit(":log-group:", maxsplit=1)[-1]
        return f"arn:aws:logs:{place}:log-group:{group}:log-stream:{params.get('logStreamName') or ''}"
    return None
