# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a role's trust policy lets EC2 assume it: pure."""

from __future__ import annotations

import fnmatch
from typing import Any, Callable, Mapping

ALLOWED, DENIED, UNKNOWN = "allowed", "denied", "unknown"
_ACTION = "sts:assumerole"
_EC2 = ("ec2.amazonaws.com", "ec2.amazonaws.com.cn", "*")


def of_ec2(policy: Mapping[str, Any]) -> str:
    """``allowed``, ``denied``, or ``unknown`` where conditions decide, or nobody has shown the policy ({}).

    A denial wins over what allows; what has conditions does neither for certain.
    """
    if not policy:
        return UNKNOWN
    given = policy.get("Statement", [])
    statements = [one for one in (given if isinstance(given, list) else [given]) if _concerns_ec2(one)]
    certain = {one.get("Effect") for one in statements if not one.get("Condition")}
    conditional = {one.get("Effect") for one in statements} - certain
    if "Deny" in certain or not statements or "Allow" not in certain | conditional:
        return DENIED
    return ALLOWED if "Allow" in certain and "Deny" not in conditional else UNKNOWN


def _concerns_ec2(statement: Mapping[str, Any]) -> bool:
    return _holds(statement, "Action", _has_action) and _holds(statement, "Principal", _has_service)


def _holds(statement: Mapping[str, Any], element: str, has: Callable[[Any], bool]) -> bool:
    """Whether an element of a statement takes EC2's call in; ``NotAction`` and ``NotPrincipal`` take in all but what they name."""
    negated = f"Not{element}"
    return not has(statement[negated]) if negated in statement else has(statement.get(element, []))


def _has_action(value: Any) -> bool:
    return any(fnmatch.fnmatchcase(_ACTION, pattern.lower()) for pattern in _texts(value))


def _has_service(principal: Any) -> bool:
    services = principal.get("Service", []) if isinstance(principal, Mapping) else principal
    return bool({*_texts(services)} & {*_EC2})


def _texts(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [str(item) for item in value]
