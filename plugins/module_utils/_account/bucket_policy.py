# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a trail needs in the policy of its bucket, merged into what is there. Pure."""

from __future__ import annotations

import hashlib
from typing import Any, Mapping, NamedTuple

SERVICE = "cloudtrail.amazonaws.com"
VERSION = "2012-10-17"


class Delivery(NamedTuple):
    """Who writes where: the ARN of the trail, its account, bucket and prefix ('' for none), and the organisation's id ('' for none)."""

    trail: str
    account: str
    bucket: str
    prefix: str = ""
    organization: str = ""


def statements(delivery: Delivery) -> list[dict[str, Any]]:
    """The statements that AWS asks for; their ids are those of this trail alone."""
    partition = delivery.trail.split(":")[1]
    bucket = f"arn:{partition}:s3:::{delivery.bucket}"
    logs = f"{bucket}/{delivery.prefix}/AWSLogs" if delivery.prefix else f"{bucket}/AWSLogs"
    folders = [f"{logs}/{owner}/*" for owner in (delivery.account, delivery.organization) if owner]
    mine = hashlib.sha256(delivery.trail.encode()).hexdigest()[:12]
    common = {"Effect": "Allow", "Principal": {"Service": SERVICE}}
    trail = {"aws:SourceArn": delivery.trail}
    return [
        {
            "Sid": f"CloudTrailAcl{mine}",
            **common,
            "Action": "s3:GetBucketAcl",
            "Resource": bucket,
            "Condition": {"StringEquals": trail},
        },
        {
            "Sid": f"CloudTrailWrite{mine}",
            **common,
            "Action": "s3:PutObject",
            "Resource": folders if len(folders) > 1 else folders[0],
            "Condition": {"StringEquals": {**trail, "s3:x-amz-acl": "bucket-owner-full-control"}},
        },
    ]


def merged(policy: Mapping[str, Any], delivery: Delivery) -> dict[str, Any]:
    """The policy with what is missing for a trail; equal to *policy* where nothing is.

    A statement that says the same by another id, or of more, is left as it is, and so is everything else. A statement with an id of
    ours that says something else is replaced.
    """
    there = _statements(policy)
    missing = [one for one in statements(delivery) if not any(_covers(other, one) for other in there)]
    if not missing:
        return dict(policy)
    ids = {one["Sid"] for one in missing}
    left = [one for one in there if one.get("Sid") not in ids]
    return {**policy, "Version": policy.get("Version") or VERSION, "Statement": [*left, *missing]}


def _statements(policy: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = policy.get("Statement") or []
    return [found] if isinstance(found, Mapping) else list(found)


def _covers(there: Mapping[str, Any], needed: Mapping[str, Any]) -> bool:
    """Whether a statement allows at least what *needed* does, as far as it can be read literally."""
    if there.get("Effect") != "Allow" or {"NotAction", "NotResource", "NotPrincipal"} & set(there):
        return False
    principal = there.get("Principal")
    services = _listed(principal.get("Service")) if isinstance(principal, Mapping) else []
    return (
        SERVICE in services
        and set(_listed(needed["Action"])) <= set(_listed(there.get("Action")))
        and set(_listed(needed["Resource"])) <= set(_listed(there.get("Resource")))
        and _conditions(there) <= _conditions(needed)
    )


def _conditions(statement: Mapping[str, Any]) -> set[tuple[str, str, tuple[str, ...]]]:
    return {
        (operator, key.lower(), tuple(sorted(_listed(value))))
        for operator, keys in (statement.get("Condition") or {}).items()
        for key, value in keys.items()
    }


def _listed(value: Any) -> list[str]:
    return [] if value is None else [str(one) for one in value] if isinstance(value, (list, tuple)) else [str(value)]
