# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The document is made once, brought up to date, and made default, also where an earlier run did not get so far."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import own_document
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.tests.support.fake_commands import client_error


class Documents:
    """One document of SSM: its versions, and which is the default."""

    def __init__(self, *versions: str) -> None:
        self.versions, self.default, self.asked = list(versions), len(versions), [""]

    def get_document(self, **request: Any) -> dict[str, Any]:
        if not self.versions:
            raise client_error("InvalidDocument", "GetDocument")
        number = len(self.versions) if request.get("DocumentVersion") == "$LATEST" else self.default
        return {"Content": self.versions[number - 1], "DocumentVersion": str(number)}

    def create_document(self, **request: Any) -> None:
        self.asked.append("create")
        self.versions, self.default = [request["Content"]], 1

    def update_document(self, **request: Any) -> dict[str, Any]:
        self.asked.append("update")
        if request["Content"] == self.versions[-1]:
            raise client_error("DuplicateDocumentContent", "UpdateDocument")
        self.versions.append(request["Content"])
        return {"DocumentDescription": {"DocumentVersion": str(len(self.versions))}}

    def update_document_default_version(self, **request: Any) -> None:
        self.asked.append("default")
        self.default = int(request["DocumentVersion"])


def test_made_once_and_left_alone() -> None:
    client = Documents()
    assert own_document.ensure(client, True) and client.versions == []
    assert own_document.ensure(client, False) and not own_document.ensure(client, False)
    assert client.asked[1:] == ["create"]


def test_an_older_one_is_brought_up_to_date_and_a_run_that_was_cut_off_is_finished() -> None:
    client = Documents("{}")
    assert own_document.ensure(client, True) and len(client.versions) == 1
    assert own_document.ensure(client, False) and (len(client.versions), client.default) == (2, 2)
    client.default = 1
    assert own_document.ensure(client, False) and (len(client.versions), client.default) == (2, 2)
    assert not own_document.ensure(client, False)


def test_a_version_with_another_content_never_becomes_the_default() -> None:
    client = Documents("{}", "[]")
    client.default = 1

    def duplicate(**_request: Any) -> dict[str, Any]:
        raise client_error("DuplicateDocumentContent", "UpdateDocument")

    client.update_document = duplicate  # type: ignore[method-assign]
    with pytest.raises(AwsError, match="DuplicateDocumentContent"):
        own_document.ensure(client, False)
    assert client.default == 1


def test_a_race_is_no_failure_and_a_refusal_is_one() -> None:
    client = Documents()

    def raced(**_request: Any) -> None:
        raise client_error("DocumentAlreadyExists", "CreateDocument")

    client.create_document = raced  # type: ignore[method-assign]
    assert own_document.ensure(client, False)

    def denied(**_request: Any) -> None:
        raise client_error("AccessDeniedException", "CreateDocument")

    client.create_document = denied  # type: ignore[method-assign]
    with pytest.raises(AwsError, match="allow ssm:CreateDocument"):
        own_document.ensure(client, False)
