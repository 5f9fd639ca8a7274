# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles by which a service of AWS writes to CloudWatch Logs: their documents, and what differs. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, Iterator, Mapping, NamedTuple

from .._release.iam import TAG as TAG_OF_IAM
from .steps import Step

TAG = (TAG_OF_IAM[0], "cloudwatch.agent.account")
"""What says of a role that this collection made it, and may change it."""
FLOW_LOGS, CLOUDTRAIL = "vpc-flow-logs.amazonaws.com", "cloudtrail.amazonaws.com"
LONGEST = 128
"""Characters of the name of an inline policy."""
_NAME = re.compile(r"(?P<path>/(?:[\w+=,.@-]+/)*)?(?P<name>[\w+=,.@-]{1,64})", re.ASCII)


class Account(NamedTuple):
    """An account, and the partition that it is in, such as ``aws``."""

    partition: str
    number: str


class Role(NamedTuple):
    """What a role shall be. ``policies``: inline documents by name; others that it has stay; ``path``: '' where nobody says one."""

    name: str
    account: Account
    trust: Mapping[str, Any]
    policies: Mapping[str, Mapping[str, Any]]
    path: str = ""

    @property
    def arn(self) -> str:
        """The ARN that it gets; one that is there keeps its own, whose path AWS never changes."""
        return f"arn:{self.account.partition}:iam::{self.account.number}:role{self.path or '/'}{self.name}"

    def named_by(self, arn: str) -> bool:
        """Whether an ARN is that of this role, whatever its path: an account has one role of a name."""
        return arn.split(":")[4:5] == [self.account.number] and arn.rpartition("/")[2] == self.name


class Found(NamedTuple):
    """A role as IAM has it; ``policies``: those of the inline policies that are wanted."""

    arn: str
    trust: Mapping[str, Any]
    tags: Mapping[str, str]
    policies: Mapping[str, Mapping[str, Any]]


def wrong_name(name: str, where: str) -> Iterator[str]:
    """That no role can have the name."""
    if name and not _NAME.fullmatch(name):
        yield f"{where} is {name!r}. Hint: the name of a role, 1 to 64 letters, digits and + = , . @ - _, or /PATH/NAME."


def _split(name: str) -> tuple[str, str]:
    """Name and path of a role that is given as NAME or as /PATH/NAME."""
    match = _NAME.fullmatch(name)
    return (match["name"], match["path"] or "") if match else (name, "")


def of_flow_logs(name: str, account: Account) -> Role:
    """The role of flow logs of all regions of an account: assumed for these alone, writes to its log groups alone."""
    flow_logs = f"arn:{account.partition}:ec2:*:{account.number}:vpc-flow-log/*"
    condition = {"StringEquals": {"aws:SourceAccount": account.number}, "ArnLike": {"aws:SourceArn": flow_logs}}
    groups = f"arn:{account.partition}:logs:*:{account.number}:log-group:*"
    writing = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    policy = _document(_allow(writing, groups), _allow(["logs:DescribeLogGroups"], "*"))
    alone, path = _split(name)
    return Role(alone, account, _trust(FLOW_LOGS, condition), {"flow-logs": policy}, path)


def of_trails(name: str, account: Account, trails: Mapping[str, Mapping[str, str]]) -> Role:
    """The role of trails: each may write to its log streams of its log group.

    *trails*: by name, ``region``, ``log_group`` and ``organization`` (the id of the organisation, '' for a trail of the account alone).
    """
    alone, path = _split(name)
    policies = {_policy_name(key): _of_trail(account, one) for key, one in sorted(trails.items())}
    return Role(alone, account, _trust(CLOUDTRAIL, {}), policies, path)


def _policy_name(trail: str) -> str:
    name = f"trail-{trail}"
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 9]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _of_trail(account: Account, trail: Mapping[str, str]) -> dict[str, Any]:
    streams = f"arn:{account.partition}:logs:{trail['region']}:{account.number}:log-group:{trail['log_group']}:log-stream:"
    prefixes = [f"{account.number}_CloudTrail_{trail['region']}*", *([f"{trail['organization']}_*"] if trail["organization"] else [])]
    return _document(_allow(["logs:CreateLogStream", "logs:PutLogEvents"], [f"{streams}{prefix}" for prefix in prefixes]))


def _document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _allow(actions: list[str], resource: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


def _trust(service: str, condition: Mapping[str, Any]) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return _document({**statement, **({"Condition": condition} if condition else {})})


def problems(role: Role, found: Found | None) -> Iterator[str]:
    """Why the role cannot become what it shall be: it has another path, or others have made it, and it differs."""
    if found and role.path and found.arn != role.arn:
        yield (
            f"The role {role.name} is there as {found.arn}, and {role.path}{role.name} is asked for: AWS moves no role to another path."
            f" Hint: write {found.arn.split(':role', 1)[1]}, or choose another name."
        )
    if found is None or found.tags.get(TAG[0]) == TAG[1] or not steps(role, found):
        return
    yield (
        f"The role {role.name} is there without the tag {TAG[0]}={TAG[1]}, and differs from what is needed."
        f" Hint: give its ARN ({found.arn}) as role_arn to use it as it is, or choose another name."
    )


def steps(role: Role, found: Found | None) -> list[Step]:
    """The calls that make the role what it shall be; nothing for what holds already."""
    named = {"RoleName": role.name}
    made = []
    if found is None:
        tags = [{"Key": TAG[0], "Value": TAG[1]}]
        path = {"Path": role.path} if role.path else {}
        made.append(Step("create_role", {**named, **path, "AssumeRolePolicyDocument": json.dumps(role.trust), "Tags": tags}))
    elif found.trust != role.trust:
        made.append(Step("update_assume_role_policy", {**named, "PolicyDocument": json.dumps(role.trust)}))
    for name, document in role.policies.items():
        if found is None or found.policies.get(name) != document:
            made.append(Step("put_role_policy", {**named, "PolicyName": name, "PolicyDocument": json.dumps(document)}))
    return made


def shown(role: Role, found: Found | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """The role before and after the steps."""
    before = {"state": "absent"} if found is None else {"state": "present", "trust": found.trust, "policies": dict(found.policies)}
    return before, {"state": "present", "trust": dict(role.trust), "policies": dict(role.policies)}
