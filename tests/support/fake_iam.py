# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: N803 # arguments have AWS's names
"""Roles of IAM in a process."""

from __future__ import annotations

import json
from typing import Any

from .fake_logs import refused

ACCOUNT = "123456789012"


class Iam:
    """A client of one account. ``errors``: what GetRole raises."""

    def __init__(self) -> None:
        self.roles: dict[str, dict[str, Any]] = {}
        self.policies: dict[tuple[str, str], dict[str, Any]] = {}
        self.writes: list[str] = []
        self.errors: list[Exception] = []

    def get_caller_identity(self) -> dict[str, str]:
        """What STS answers."""
        return {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/u"}

    def get_role(self, RoleName: str) -> dict[str, Any]:
        for error in self.errors:
            raise error
        if RoleName not in self.roles:
            raise refused("NoSuchEntity")
        return {"Role": self.roles[RoleName]}

    def get_role_policy(self, RoleName: str, PolicyName: str) -> dict[str, Any]:
        if (RoleName, PolicyName) not in self.policies:
            raise refused("NoSuchEntity")
        return {"PolicyDocument": self.policies[RoleName, PolicyName]}

    def create_role(self, RoleName: str, AssumeRolePolicyDocument: str, Tags: list[dict[str, str]], Path: str = "/") -> None:
        self.writes.append("create_role")
        if RoleName in self.roles:
            raise refused("EntityAlreadyExists")
        arn = f"arn:aws:iam::{ACCOUNT}:role{Path}{RoleName}"
        self.roles[RoleName] = {"Arn": arn, "AssumeRolePolicyDocument": json.loads(AssumeRolePolicyDocument), "Tags": Tags}

    def update_assume_role_policy(self, RoleName: str, PolicyDocument: str) -> None:
        self.writes.append("update_assume_role_policy")
        self.roles[RoleName]["AssumeRolePolicyDocument"] = json.loads(PolicyDocument)

    def put_role_policy(self, RoleName: str, PolicyName: str, PolicyDocument: str) -> None:
        self.writes.append("put_role_policy")
        self.policies[RoleName, PolicyName] = json.loads(PolicyDocument)
