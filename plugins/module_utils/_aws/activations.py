# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Activations of Systems Manager for nodes outside EC2, each with its code in a file that its owner alone reads.

Private to this collection. Controller only. AWS shows a code once, to the call that makes the activation: it goes into the file and nowhere
else.
"""

from __future__ import annotations

import json
import os
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Mapping, NamedTuple

from .command_api import pages
from .errors import FLEET, AwsError, aws_call

ID, CODE, REGION, ACCOUNT = "ssm_activation_id", "ssm_activation_code", "ssm_activation_region", "ssm_activation_account"
GONE = "InvalidActivationId"
_VAULT = "$ANSIBLE_VAULT;"
_ID = re.compile(rf'^{ID}: "?([0-9a-f-]+)"?$', re.M)
_REGION = re.compile(rf'^{REGION}: "?([a-z0-9-]+)"?$', re.M)
_ACCOUNT = re.compile(rf'^{ACCOUNT}: "?([0-9]+)"?$', re.M)


class File(NamedTuple):
    """What a file says: id, region and account of its activation, '' for none; ``vaulted``: Ansible Vault has encrypted it."""

    exists: bool
    activation_id: str = ""
    vaulted: bool = False
    region: str = ""
    account: str = ""


def read_file(path: Path, region: str) -> File:
    """What is in the file *path*, for a task about *region*.

    Raises:
        AwsError: it cannot be read, is none of an activation, or is one of another region, where nobody would find the activation.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return File(False)
    except (OSError, UnicodeDecodeError) as error:
        raise AwsError(f"path: {path} cannot be read: {error}.") from error
    match = _ID.search(text)
    if not match and not text.startswith(_VAULT):
        raise AwsError(f"path: {path} is there, and no file of an activation. Hint: name another one; it would be overwritten.")
    made_in = _REGION.search(text)
    if made_in and made_in[1] != region:
        raise AwsError(
            f"path: {path} has an activation of {made_in[1]}, and the task is about {region}. Hint: name a file for each of the regions."
        )
    made_by = _ACCOUNT.search(text)
    found = [one[1] if one else "" for one in (match, made_in, made_by)]
    return File(True, found[0], text.startswith(_VAULT), found[1], found[2])


def refuse_other_account(path: Path, file: File, account: str) -> None:
    """Nobody finds an activation with the credentials of another account: it would be taken for one that is gone.

    Raises:
        AwsError: the file's activation is not of *account*.
    """
    if file.account not in ("", account):
        raise AwsError(
            f"path: {path} has an activation of the account {file.account}, and the task's credentials are of {account}."
            " Hint: correct the task's profile or credentials, or name a file for each of the accounts."
        )


@aws_call("read the activation {activation_id}", FLEET)
def _page(client: Any, activation_id: str, token: str | None) -> dict[str, Any]:
    filters = [{"FilterKey": "ActivationIds", "FilterValues": [activation_id]}]
    return client.describe_activations(Filters=filters, **({"NextToken": token} if token else {}))


def find(client: Any, activation_id: str) -> dict[str, Any]:
    """The activation as AWS describes it; empty where there is none."""
    try:
        found = list(pages(lambda token: _page(client, activation_id, token), "ActivationList"))
    except AwsError as error:
        if error.code != GONE:
            raise
        found = []
    return found[0] if found else {}


def usable(activation: Mapping[str, Any], now: datetime) -> bool:
    """Whether another node can register with it."""
    expires: Any = activation.get("ExpirationDate")
    late = bool(activation.get("Expired")) or (expires is not None and expires <= now)
    left = int(activation.get("RegistrationLimit") or 1) > int(activation.get("RegistrationsCount") or 0)
    return bool(activation) and not late and left


def request(params: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The arguments of CreateActivation."""
    asked: dict[str, Any] = {
        "IamRole": params["iam_role"],
        "RegistrationLimit": params["registration_limit"],
        "ExpirationDate": now + timedelta(hours=params["expires_in_hours"]),
        "DefaultInstanceName": params["default_instance_name"],
        "Description": params["description"],
        "Tags": [{"Key": key, "Value": str(value)} for key, value in sorted((params["tags"] or {}).items())],
    }
    return {key: value for key, value in asked.items() if value}


@aws_call("make an activation for the role {role}", FLEET)
def _create(client: Any, role: str, asked: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG001 # the role is for messages
    return client.create_activation(**asked)


@aws_call("delete the activation {activation_id}", FLEET)
def _delete(client: Any, activation_id: str) -> None:
    client.delete_activation(ActivationId=activation_id)


def make(client: Any, asked: Mapping[str, Any], path: Path, region: str, account: str) -> str:
    """Make an activation and write it into *path*; return its id. One whose code cannot be written is deleted again.

    Raises:
        AwsError: AWS refused, or the file cannot be written.
    """
    scratch, made = path.with_name(f".{path.name}.new"), {}
    try:
        scratch.unlink(missing_ok=True)
        descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            made = _create(client, str(asked["IamRole"]), asked)
            lines = {ID: made["ActivationId"], CODE: made["ActivationCode"], REGION: region, ACCOUNT: account}
            file.write("---\n" + "".join(f"{key}: {json.dumps(value)}\n" for key, value in lines.items()))
        scratch.replace(path)
    except (AwsError, OSError) as error:
        scratch.unlink(missing_ok=True)
        if made:
            _delete(client, made["ActivationId"])
        text = f"path: {path} cannot be written: {getattr(error, 'strerror', '')}. Hint: name a file in a directory that is there."
        raise error if isinstance(error, AwsError) else AwsError(text) from None
    return str(made["ActivationId"])


def delete(client: Any, activation_id: str, path: Path) -> None:
    """Delete the activation, if it is there, and the file. Nodes that are registered stay so."""
    try:
        _delete(client, activation_id)
    except AwsError as error:
        if error.code not in (GONE, "InvalidActivation"):
            raise
    path.unlink(missing_ok=True)


def utc_now() -> datetime:
    """The time by the controller's clock."""
    return datetime.now(timezone.utc)
