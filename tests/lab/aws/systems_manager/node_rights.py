# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a node's role lets it do: the one place where this stand-in looks at policies, for a node without rights never comes online."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.iam.models import iam_backends

from aws.answer import AwsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aws.identity import Principal


def _policies(role: Any) -> Iterator[Any]:
    yield from role.managed_policies.values()
    for document in role.policies.values():
        yield document if isinstance(document, str) else {"policy_document": document}


def check_rights(principal: Principal, action: str) -> None:
    """Refuses the caller, a role's session, an action that no policy of the role allows."""
    name = principal.arn.split("/")[-2]
    role = next((role for role in iam_backends[principal.account]["aws"].roles.values() if role.name == name), None)
    if role is not None:
        results = [IAMPolicy(policy).is_action_permitted(action) for policy in _policies(role)]
        if PermissionResult.PERMITTED in results and PermissionResult.DENIED not in results:
            return
    message = f"User: {principal.arn} is not authorized to perform: {action} because no identity-based policy allows the {action} action"
    raise AwsError("AccessDeniedException", message)
