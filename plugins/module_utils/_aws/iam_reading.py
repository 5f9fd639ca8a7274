# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What IAM holds of roles, users, policies and instance profiles. Private to this collection. Controller only."""

from __future__ import annotations

from typing import Any, Callable, Iterable, NamedTuple, TypeVar

from .errors import AwsError, aws_call

Value = TypeVar("Value")


class Found(NamedTuple):
    """A role or user: its path, tags, the names of its inline policies, the ARNs of its managed ones.

    ``trust``: a role's trust policy; ``boundary``: the ARN of its permissions boundary, '' for none.
    """

    path: str
    tags: dict[str, str]
    inline: tuple[str, ...]
    attached: tuple[str, ...]
    trust: dict[str, Any] = {}
    boundary: str = ""


@aws_call("find out the account of the controller's credentials")
def account_of(sts: Any) -> str:
    """The account that a client's calls go to."""
    return str(sts.get_caller_identity()["Account"])


def existing(read: Callable[..., Value], *arguments: Any) -> Value | None:
    """What *read* gives; None where IAM has no such thing."""
    try:
        return read(*arguments)
    except AwsError as error:
        if error.code == "NoSuchEntity":
            return None
        raise


@aws_call("read the {kind} {name}")
def principal(iam: Any, kind: str, name: str) -> Found:
    """A role or user (*kind*), with the names of its policies."""
    named = {f"{kind.title()}Name": name}
    answer = getattr(iam, f"get_{kind}")(**named)[kind.title()]
    inline = _pages(iam, f"list_{kind}_policies", "PolicyNames", **named)
    attached = _pages(iam, f"list_attached_{kind}_policies", "AttachedPolicies", **named)
    arns = tuple(item["PolicyArn"] for item in attached)
    boundary = (answer.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn", "")
    return Found(answer["Path"], _tags(answer), tuple(inline), arns, answer.get("AssumeRolePolicyDocument") or {}, boundary)


@aws_call("read the inline policy {policy} of the {kind} {name}")
def inline_policy(iam: Any, kind: str, name: str, policy: str) -> dict[str, Any]:
    """The document of an inline policy."""
    document: dict[str, Any] = getattr(iam, f"get_{kind}_policy")(**{f"{kind.title()}Name": name}, PolicyName=policy)["PolicyDocument"]
    return document


@aws_call("read the policy {arn}")
def managed_policy(iam: Any, arn: str) -> dict[str, Any]:
    """The document of a managed policy, in its default version."""
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document: dict[str, Any] = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    return document


@aws_call("read the roles of the instance profile {name}")
def roles_of(iam: Any, name: str) -> list[str]:
    """The names of the roles of an instance profile."""
    return [role["RoleName"] for role in iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]["Roles"]]


@aws_call("read the policy {arn}")
def tags_of_policy(iam: Any, arn: str) -> dict[str, str]:
    """The tags of a managed policy."""
    return _tags(iam.get_policy(PolicyArn=arn)["Policy"])


@aws_call("read the names of AWS's own policies")
def names_of_aws(iam: Any) -> set[str]:
    """The names of the managed policies that AWS owns."""
    return {item["PolicyName"] for item in _pages(iam, "list_policies", "Policies", Scope="AWS")}


def _pages(iam: Any, operation: str, key: str, **arguments: Any) -> Iterable[Any]:
    return [item for page in iam.get_paginator(operation).paginate(**arguments) for item in page[key]]


def _tags(item: dict[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in item.get("Tags") or []}
