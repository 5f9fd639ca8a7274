# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hybrid activations: how machines outside EC2 become nodes, and the keys that such nodes are given."""

from __future__ import annotations

import re
import secrets
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Callable

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from aws.answer import AwsError
from aws.systems_manager.clock import moment
from aws.systems_manager.nodes import Node
from aws.systems_manager.paging import page

if TYPE_CHECKING:
    from aws.systems_manager.service import SystemsManager

DAY = 86_400.0
LONGEST_DAYS = 30
TOKEN_SECONDS = 3600
_NODE = re.compile(r"Credential=(mi-[0-9a-f]{17})/")


@dataclass
class Activation:
    """An activation; its code is shown by CreateActivation alone."""

    id: str
    code: str = field(repr=False)
    role: str = ""
    limit: int = 1
    created: float = 0.0
    expires: float = 0.0
    description: str = ""
    node_name: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    count: int = 0

    def shown(self, now: float) -> dict[str, Any]:
        """The activation as DescribeActivations shows it."""
        return {
            "ActivationId": self.id,
            "Description": self.description,
            "DefaultInstanceName": self.node_name,
            "IamRole": self.role,
            "RegistrationLimit": self.limit,
            "RegistrationsCount": self.count,
            "ExpirationDate": moment(self.expires),
            "Expired": now >= self.expires,
            "CreatedDate": moment(self.created),
            "Tags": [{"Key": key, "Value": value} for key, value in self.tags.items()],
        }


def _seconds(value: Any) -> float:
    if isinstance(value, (int, float)):
        return float(value)
    return datetime.fromisoformat(str(value).replace("Z", "+00:00")).timestamp()


def create(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """CreateActivation: one node, 24 hours, unless asked otherwise."""
    now, role = service.clock.now(), str(params.get("IamRole") or "")
    name = role.rpartition("/")[2]
    found = next((one for one in iam_backends[service.account]["aws"].roles.values() if one.name == name), None)
    if found is None or "ssm.amazonaws.com" not in str(found.assume_role_policy_document):
        message = "Nonexistent role or missing ssm service principal in trust policy: "
        raise AwsError("ValidationException", f"{message}arn:aws:iam::{service.account}:role/{role}")
    expires = _seconds(params["ExpirationDate"]) if params.get("ExpirationDate") else now + DAY
    if not now < expires <= now + LONGEST_DAYS * DAY:
        raise AwsError("InvalidParameters", f"The expiration date must lie in the future, within {LONGEST_DAYS} days.")
    limit = int(params.get("RegistrationLimit") or 1)
    if not 1 <= limit <= 1000:
        raise AwsError("ValidationException", "RegistrationLimit must be 1 to 1000.")
    activation = Activation(
        id=str(uuid.uuid4()),
        code=secrets.token_hex(10),
        role=role,
        limit=limit,
        created=now,
        expires=expires,
        description=str(params.get("Description") or ""),
        node_name=str(params.get("DefaultInstanceName") or ""),
        tags={tag["Key"]: tag["Value"] for tag in params.get("Tags") or []},
    )
    service.activations[activation.id] = activation
    return {"ActivationId": activation.id, "ActivationCode": activation.code}


def describe(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """DescribeActivations."""
    found = [activation.shown(service.clock.now()) for activation in service.activations.values()]
    keys = {"ActivationIds": "ActivationId", "DefaultInstanceName": "DefaultInstanceName", "IamRole": "IamRole"}
    for item in params.get("Filters") or []:
        if item["FilterKey"] not in keys:
            raise AwsError("InvalidFilter", f"The filter key {item['FilterKey']} is not valid.")
        found = [shown for shown in found if shown[keys[item["FilterKey"]]] in item["FilterValues"]]
    return page(found, params, "ActivationList", 50)


def delete(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """DeleteActivation; nodes that were registered by it stay."""
    if service.activations.pop(str(params["ActivationId"]), None) is None:
        raise AwsError("InvalidActivationId", f"The activation {params['ActivationId']} does not exist.")
    return {}


def register(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """RegisterManagedInstance: unsigned, by id and code."""
    activation, now = service.activations.get(str(params.get("ActivationId"))), service.clock.now()
    good = activation is not None and secrets.compare_digest(activation.code, str(params.get("ActivationCode")))
    if activation is None or not good or now >= activation.expires or activation.count >= activation.limit:
        raise AwsError("InvalidActivation", "The activation is not valid.")
    activation.count += 1
    node = Node(f"mi-{secrets.token_hex(9)[:17]}", now, now, own_tags=dict(activation.tags))
    node.registration = {"activation": activation.id, "role": activation.role, "fingerprint": params["Fingerprint"]}
    node.registration["name"] = activation.node_name
    service.nodes.found[node.id] = node
    return {"InstanceId": node.id}


def token(service: SystemsManager, params: dict[str, Any], authorization: str) -> dict[str, Any]:
    """RequestManagedInstanceRoleToken: keys of the activation's role, as a session with the node's name, for at most an hour."""
    named = _NODE.search(authorization)
    node = service.nodes.found.get(named[1]) if named else None
    if node is None or node.registration.get("fingerprint") != params.get("Fingerprint"):
        raise AwsError("MachineFingerprintDoesNotMatch", "Fingerprint doesn't match")
    seconds = min(TOKEN_SECONDS, int(service.clock.settings["credential_seconds"]))
    role = node.registration["role"]
    session = sts_backends[service.account]["aws"].assume_role(
        region_name=service.region,
        role_session_name=node.id,
        role_arn=f"arn:aws:iam::{service.account}:role/{role}",
        policy="",
        duration=seconds,
        external_id="",
    )
    return {
        "AccessKeyId": session.access_key_id,
        "SecretAccessKey": session.secret_access_key,
        "SessionToken": session.session_token,
        "TokenExpirationDate": service.clock.now() + seconds,
        "UpdateKeyPair": False,
    }


OPERATIONS: dict[str, Callable[[SystemsManager, dict[str, Any]], dict[str, Any]]] = {
    "CreateActivation": create,
    "DescribeActivations": describe,
    "DeleteActivation": delete,
    "RegisterManagedInstance": register,
}
