# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Access keys of IAM users, each in a file of its own that only its owner reads. Private to this collection. Controller only.

A secret key is shown once, by the call that makes it: it goes into the file and nowhere else.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any, NamedTuple

from .errors import AwsError, aws_call

KEYS = 2
"""Access keys of a user, by IAM's limit."""
ID, SECRET = "cw_agent_credentials_access_key_id", "cw_agent_credentials_secret_access_key"
_VAULT = "$ANSIBLE_VAULT;"
_ID = re.compile(rf'^{ID}: "?(\w+)"?$', re.M)


class Decision(NamedTuple):
    """Whether a key has to be made, or why it cannot be; ``key``: the id of the one that the file has."""

    make: bool
    problem: str = ""
    key: str = ""


@aws_call("read the access keys of the user {user}")
def keys_of(iam: Any, user: str) -> dict[str, str]:
    """The status of each access key by its id."""
    pages = iam.get_paginator("list_access_keys").paginate(UserName=user)
    return {item["AccessKeyId"]: item["Status"] for page in pages for item in page["AccessKeyMetadata"]}


@aws_call("make an access key for the user {user}")
def _create(iam: Any, user: str) -> dict[str, str]:
    key: dict[str, str] = iam.create_access_key(UserName=user)["AccessKey"]
    return key


@aws_call("delete the access key {key} of the user {user}")
def _delete(iam: Any, user: str, key: str) -> None:
    iam.delete_access_key(UserName=user, AccessKeyId=key)


def decide(path: Path, keys: dict[str, str]) -> Decision:
    """What a file and the user's *keys* ask for. A file that Ansible Vault has encrypted stays as it is.

    Raises:
        OSError: the file cannot be read.
    """
    if path.exists():
        text = path.read_text(encoding="utf-8")
        match = _ID.search(text)
        if text.startswith(_VAULT):
            return Decision(False)
        if match and keys.get(match[1]) == "Active":
            return Decision(False, key=match[1])
        state = "is inactive" if match and match[1] in keys else "is not there"
        return Decision(False, f"{path} has an access key that {state}. Hint: remove the file, and a new key is made.")
    if len(keys) >= KEYS:
        return Decision(False, f"{path} is missing, and its user has {KEYS} access keys already. Hint: delete one of them in IAM.")
    return Decision(True)


def make(iam: Any, user: str, path: Path) -> str:
    """Make a key and write it into the new file *path*; return its id. A key that cannot be written is deleted again.

    Raises:
        AwsError: IAM refused, or the file cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise AwsError(f"{path} cannot be written: {error.strerror}. Hint: name a directory that exists and can be written.") from error
    key: dict[str, str] = {}
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            key = _create(iam, user)
            file.write(f"---\n{ID}: {json.dumps(key['AccessKeyId'])}\n{SECRET}: {json.dumps(key['SecretAccessKey'])}\n")
    except (AwsError, OSError) as error:
        path.unlink(missing_ok=True)
        if key:
            _delete(iam, user, key["AccessKeyId"])
        raise AwsError(str(error) if isinstance(error, AwsError) else f"{path} cannot be written: {error.strerror}") from None
    return key["AccessKeyId"]
