# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection's own document for associations, made and brought up to date. Private to this collection. Controller only."""

from __future__ import annotations

from typing import Any

from .._commands.standing import DOCUMENT, same, text
from .command_api import get_document
from .errors import FLEET, AwsError, aws_call

MISSING, EXISTS, DUPLICATE = "InvalidDocument", "DocumentAlreadyExists", "DuplicateDocumentContent"


@aws_call("create the document {name}", FLEET)
def _create(client: Any, name: str) -> None:
    client.create_document(Name=name, Content=text(), DocumentType="Command", DocumentFormat="JSON")


@aws_call("update the document {name}", FLEET)
def _update(client: Any, name: str) -> str:
    request = {"Name": name, "Content": text(), "DocumentFormat": "JSON", "DocumentVersion": "$LATEST"}
    return str(client.update_document(**request)["DocumentDescription"]["DocumentVersion"])


@aws_call("make version {version} of the document {name} its default", FLEET)
def _default(client: Any, name: str, version: str) -> None:
    client.update_document_default_version(Name=name, DocumentVersion=version)


def ensure(client: Any, check: bool) -> bool:
    """Make the document what it shall be; return whether that changes it. Another run may make it at the same moment.

    Raises:
        AwsError: a call was refused.
    """
    try:
        if same(str(get_document(client, DOCUMENT, "")["Content"])):
            return False
    except AwsError as error:
        if error.code != MISSING:
            raise
        if not check:
            _made(client)
        return True
    if not check:
        _default(client, DOCUMENT, _newest(client))
    return True


def _made(client: Any) -> None:
    try:
        _create(client, DOCUMENT)
    except AwsError as error:
        if error.code != EXISTS:
            raise


def _newest(client: Any) -> str:
    """The version with this content, which an earlier run may have made without getting further."""
    try:
        return _update(client, DOCUMENT)
    except AwsError as error:
        latest = get_document(client, DOCUMENT, "$LATEST") if error.code == DUPLICATE else {}
        if not same(str(latest.get("Content", ""))):
            raise
        return str(latest["DocumentVersion"])
