# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API of State Manager: one call a function, botocore's exceptions as AwsError. Private to this collection."""

from __future__ import annotations

from typing import Any

from .errors import FLEET, aws_call

PAGE = 50


def _more(token: str | None) -> dict[str, str]:
    return {"NextToken": token} if token else {}


@aws_call("list the associations named {name}", FLEET)
def list_associations(client: Any, name: str, token: str | None) -> dict[str, Any]:
    filters = [{"key": "AssociationName", "value": name}]
    return client.list_associations(AssociationFilterList=filters, MaxResults=PAGE, **_more(token))


@aws_call("list the associations that run {document}", FLEET)
def list_by_document(client: Any, document: str, token: str | None) -> dict[str, Any]:
    filters = [{"key": "Name", "value": document}]
    return client.list_associations(AssociationFilterList=filters, MaxResults=PAGE, **_more(token))


@aws_call("read the association {association_id}", FLEET)
def describe_association(client: Any, association_id: str) -> dict[str, Any]:
    return client.describe_association(AssociationId=association_id)["AssociationDescription"]


@aws_call("create the association {name}", FLEET)
def create_association(client: Any, name: str, request: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001 # the name is for messages
    return client.create_association(**request)["AssociationDescription"]


@aws_call("update the association {name}", FLEET)
def update_association(client: Any, name: str, request: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001 # the name is for messages
    return client.update_association(**request)["AssociationDescription"]


@aws_call("delete the association {association_id}", FLEET)
def delete_association(client: Any, association_id: str) -> None:
    client.delete_association(AssociationId=association_id)


@aws_call("run the association {association_id} now", FLEET)
def start_association(client: Any, association_id: str) -> None:
    client.start_associations_once(AssociationIds=[association_id])


@aws_call("read the runs of the association {association_id}", FLEET)
def describe_executions(client: Any, association_id: str, token: str | None) -> dict[str, Any]:
    return client.describe_association_executions(AssociationId=association_id, MaxResults=PAGE, **_more(token))


@aws_call("read the nodes of a run of the association {association_id}", FLEET)
def describe_targets(client: Any, association_id: str, execution_id: str, token: str | None) -> dict[str, Any]:
    return client.describe_association_execution_targets(
        AssociationId=association_id, ExecutionId=execution_id, MaxResults=PAGE, **_more(token)
    )
