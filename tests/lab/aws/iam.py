# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM: the sizes that it takes, without whitespace, and a list that moto does not have. The rest stays moto's own."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from moto.iam.models import iam_backends

from aws.answer import AwsError

if TYPE_CHECKING:
    from aws.call import Call

MANAGED = 6_144
INLINE = {"Role": 10_240, "User": 2_048}


def _size(document: Any) -> int:
    return len(re.sub(r"\s", "", document if isinstance(document, str) else json.dumps(document)))


def answer(call: Call, account: str) -> dict[str, Any] | None:
    """What is answered instead of moto, None for what moto answers; raises AwsError for a policy that is too large."""
    if call.operation == "ListServiceSpecificCredentials":
        return {"ServiceSpecificCredentials": "", "IsTruncated": "false"}
    document = call.params.get("PolicyDocument", "")
    if call.operation in ("CreatePolicy", "CreatePolicyVersion") and _size(document) > MANAGED:
        raise AwsError("LimitExceeded", f"Cannot exceed quota for PolicySize: {MANAGED}", 409)
    kind = {"PutRolePolicy": "Role", "PutUserPolicy": "User"}.get(call.operation)
    if kind:
        name = call.params[f"{kind}Name"]
        backend = iam_backends[account]["aws"]
        holder = next((one for one in (backend.roles if kind == "Role" else backend.users).values() if one.name == name), None)
        others = {key: value for key, value in (holder.policies if holder else {}).items() if key != call.params["PolicyName"]}
        if _size(document) + sum(map(_size, others.values())) > INLINE[kind]:
            raise AwsError("LimitExceeded", f"Maximum policy size of {INLINE[kind]} bytes exceeded for {kind.lower()} {name}", 409)
    return None
