# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a trust policy says of EC2."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.trust import ALLOWED, DENIED, UNKNOWN, of_ec2

CONDITION = {"Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}}


def statement(**fields: Any) -> dict[str, Any]:
    """One that allows it, unless told otherwise."""
    return {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole", **fields}


def without(name: str, **fields: Any) -> dict[str, Any]:
    return {key: value for key, value in statement(**fields).items() if key != name}


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        ([statement()], ALLOWED),
        (statement(), ALLOWED),
        ([statement(Principal={"Service": ["ssm.amazonaws.com", "ec2.amazonaws.com"]})], ALLOWED),
        ([statement(Principal={"Service": "ec2.amazonaws.com.cn"})], ALLOWED),
        ([statement(Principal="*")], ALLOWED),
        ([statement(Action=["sts:TagSession", "sts:assumerole"])], ALLOWED),
        ([statement(Action="sts:*")], ALLOWED),
        ([statement(Action="sts:Assume*")], ALLOWED),
        ([without("Action", NotAction="sts:TagSession")], ALLOWED),
        ([without("Principal", NotPrincipal={"Service": "lambda.amazonaws.com"})], ALLOWED),
        ([statement(), statement(Effect="Deny", Principal={"Service": "lambda.amazonaws.com"})], ALLOWED),
        ([statement(), statement(**CONDITION)], ALLOWED),
        ([], DENIED),
        ([statement(Principal={"Service": "lambda.amazonaws.com"})], DENIED),
        ([statement(Principal={"AWS": "arn:aws:iam::123456789012:root"})], DENIED),
        ([statement(Action="sts:TagSession")], DENIED),
        ([without("Action", NotAction="sts:*")], DENIED),
        ([without("Principal", NotPrincipal={"Service": "ec2.amazonaws.com"})], DENIED),
        ([statement(Effect="Deny")], DENIED),
        ([statement(), statement(Effect="Deny")], DENIED),
        ([statement(Effect="Deny", **CONDITION)], DENIED),
        ([statement(**CONDITION)], UNKNOWN),
        ([statement(), statement(Effect="Deny", **CONDITION)], UNKNOWN),
    ],
)
def test_what_a_policy_says(statements: Any, said: str) -> None:
    assert of_ec2({"Version": "2012-10-17", "Statement": statements}) == said


def test_nobody_has_shown_the_policy() -> None:
    assert of_ec2({}) == UNKNOWN
