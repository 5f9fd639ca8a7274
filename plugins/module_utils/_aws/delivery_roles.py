# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Roles by which services deliver logs, in IAM. Private to this collection. Controller only."""

from __future__ import annotations

from typing import Any

from .._account.delivery_roles import Account, Found, Role, steps
from .._account.steps import Step
from .errors import IAM_OF_DELIVERY, AwsError, aws_call


@aws_call("find out the account of the controller's credentials")
def account(sts: Any) -> Account:
    """The account that a client's calls go to, and its partition."""
    answer = sts.get_caller_identity()
    return Account(answer["Arn"].split(":")[1], answer["Account"])


def read(iam: Any, role: Role) -> Found | None:
    """The role as it is, with those of its inline policies that are wanted."""
    item = _existing(_role, iam, role.name)
    if item is None:
        return None
    policies = {name: document for name in role.policies if (document := _existing(_policy, iam, role.name, name)) is not None}
    tags = {tag["Key"]: tag["Value"] for tag in item.get("Tags") or []}
    return Found(item["Arn"], item.get("AssumeRolePolicyDocument") or {}, tags, policies)


def ensure(iam: Any, role: Role, found: Found | None, done: list[Step]) -> None:
    """Make the role what it shall be; a call that is repeated after a lost answer finds its own role.

    ``done`` gets every step that was made, also where a later one fails.
    """
    for step in steps(role, found):
        try:
            _made(iam, role.name, step)
        except AwsError as error:
            if error.code != "EntityAlreadyExists":
                raise
        done.append(step)


def _existing(call: Any, *arguments: Any) -> Any:
    try:
        return call(*arguments)
    except AwsError as error:
        if error.code == "NoSuchEntity":
            return None
        raise


@aws_call("read the role {name}", IAM_OF_DELIVERY)
def _role(iam: Any, name: str) -> dict[str, Any]:
    return dict(iam.get_role(RoleName=name)["Role"])


@aws_call("read the inline policy {policy} of the role {name}", IAM_OF_DELIVERY)
def _policy(iam: Any, name: str, policy: str) -> dict[str, Any]:
    return dict(iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"])


@aws_call("make the role {name}", IAM_OF_DELIVERY)
def _made(iam: Any, name: str, step: Step) -> None:  # noqa: ARG001 # the name is for messages
    getattr(iam, step.operation)(**step.arguments)
