# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a role's trust policy lets EC2 assume it: pure."""

from __future__ import annotations

import fnmatch
from typing import Any, Mapping

ALLOWED, DENIED, UNKNOWN = "allowed", "denied", "unknown"
_ACTION = "sts:assumerole"
_EC2 = ("ec2.amazonaws.com", "ec2.amazonaws.com.cn", "*")


def of_ec2(policy: Mapping[str, Any]) -> str:
    """``allowed``, ``denied``, or ``unknown`` where conditions decide, or nobody has shown the policy ({}).

    A denial wins over what allows; what has conditions does neither for certain.
    """
    given = policy.get("Statement", [])
    statements = [one for one in (given if isinstance(given, list) else [given]) if _concerns_ec2(one)]
    certain = {one.get("Effect") for one in statements if not one.get("Condition")}
    conditional = {one.get("Effect") for one in statements} - certain
    if not policy:
        return UNKNOWN
    if "Deny" in certain or not statements or "Allow" not in certain | conditional:
        return DENIED
    return ALLOWED if "Allow" in certain and "Deny" not in conditional else UNKNOWN


def _concerns_ec2(statement: Mapping[str, Any]) -> bool:
    return _names_action(statement) and _names_principal(statement)


def _names_action(statement: Mapping[str, Any]) -> bool:
    if "NotAction" in statement:
        return not _has_action(statement["NotAction"])
    return _has_action(statement.get("Action", []))


def _has_action(value: Any) -> bool:
    return any(fnmatch.fnmatchcase(_ACTION, pattern.lower()) for pattern in _texts(value))


def _names_principal(statement: Mapping[str, Any]) -> bool:
    if "NotPrincipal" in statement:
        return not _has_service(statement["NotPrincipal"])
    return _has_service(statement.get("Principal", {}))


def _has_service(principal: Any) -> bool:
    services = principal.get("Service", []) if isinstance(principal, Mapping) else principal
    return bool({*_texts(services)} & {*_EC2})


def _texts(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [str(item) for item in value]
