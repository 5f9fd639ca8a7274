# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls for documents: create, update, read, list, delete."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Callable

from aws.answer import AwsError
from aws.systems_manager.clock import moment
from aws.systems_manager.documents import Document, Version, parsed
from aws.systems_manager.paging import page

if TYPE_CHECKING:
    from aws.systems_manager.service import SystemsManager


def create(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """CreateDocument."""
    name, kind = str(params["Name"]), str(params.get("DocumentType") or "Command")
    if name in service.documents.found:
        raise AwsError("DocumentAlreadyExists", f"Document with same name {name} already exists")
    if name.lower().startswith(("aws", "amazon", "amzn")):
        raise AwsError("ValidationException", f"The document name {name} begins with a reserved prefix.")
    text, form, content = parsed(params, kind)
    tags = {tag["Key"]: tag["Value"] for tag in params.get("Tags") or []}
    document = Document(name, service.account, kind, tags=tags, target_type=params.get("TargetType"))
    document.versions.append(Version(1, text, form, content, time.time(), params.get("VersionName")))
    service.documents.found[name] = document
    return {"DocumentDescription": document.described(document.versions[0])}


def update(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """UpdateDocument: a new version, which does not become the default."""
    document = service.documents.own(str(params["Name"]))
    if params.get("DocumentVersion") not in ("$LATEST", str(document.versions[-1].number)):
        raise AwsError("InvalidDocumentVersion", "The document version is not valid: only the latest version can be updated.")
    text, form, content = parsed(params, document.kind)
    version = Version(document.versions[-1].number + 1, text, form, content, time.time(), params.get("VersionName"))
    if version.digest in (old.digest for old in document.versions):
        raise AwsError("DuplicateDocumentContent", "The content of the document is that of another version.")
    document.versions.append(version)
    return {"DocumentDescription": document.described(version)}


def update_default(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """UpdateDocumentDefaultVersion."""
    document = service.documents.own(str(params["Name"]))
    document.default = document.version(str(params["DocumentVersion"])).number
    return {"Description": {"Name": document.name, "DefaultVersion": str(document.default)}}


def delete(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """DeleteDocument: a version or all."""
    document = service.documents.own(str(params["Name"]))
    if any(association.document == document.name for association in service.associations.values()):
        raise AwsError("AssociatedInstances", "You must disassociate a document from all nodes before you can delete it.")
    if not params.get("DocumentVersion"):
        del service.documents.found[document.name]
        return {}
    version = document.version(params["DocumentVersion"])
    if version.number == document.default:
        raise AwsError("InvalidDocumentOperation", "The default version of a document cannot be deleted.")
    document.versions.remove(version)
    return {}


def get(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """GetDocument: JSON unless YAML is asked for."""
    document = service.documents.get(str(params["Name"]))
    version = document.version(params.get("DocumentVersion"), params.get("VersionName"))
    form = str(params.get("DocumentFormat") or "JSON")
    return {
        "Name": document.name,
        "CreatedDate": moment(version.created),
        "VersionName": version.name,
        "DocumentVersion": str(version.number),
        "Status": "Active",
        "Content": version.shown(form),
        "DocumentType": document.kind,
        "DocumentFormat": form,
    }


def describe(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """DescribeDocument."""
    document = service.documents.get(str(params["Name"]))
    return {"Document": document.described(document.version(params.get("DocumentVersion"), params.get("VersionName")))}


def versions(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """ListDocumentVersions, the newest first."""
    document = service.documents.get(str(params["Name"]))
    items = [
        {
            "Name": document.name,
            "DocumentVersion": str(version.number),
            "VersionName": version.name,
            "CreatedDate": moment(version.created),
            "IsDefaultVersion": version.number == document.default,
            "DocumentFormat": version.form,
            "Status": "Active",
        }
        for version in reversed(document.versions)
    ]
    return page(items, params, "DocumentVersions", 50)


def _listed(document: Document) -> dict[str, Any]:
    kept = ("Name", "CreatedDate", "Owner", "VersionName", "PlatformTypes", "DocumentVersion", "DocumentType", "SchemaVersion")
    described = document.described(document.version(None))
    return {key: described[key] for key in (*kept, "DocumentFormat", "TargetType", "Tags")}


def _matches(document: Document, shown: dict[str, Any], key: str, values: list[str], account: str) -> bool:
    if key == "Owner":
        owners = {"Self": account, "Amazon": "Amazon"}
        return any(value == "All" or owners.get(value, "") == document.owner for value in values)
    if key == "Name":
        return any(document.name.startswith(value) for value in values)
    if key == "PlatformTypes":
        return any(value in shown["PlatformTypes"] for value in values)
    if key == "DocumentType":
        return document.kind in values
    if key.startswith("tag:"):
        return document.tags.get(key[4:]) in values
    raise AwsError("InvalidFilterKey", f"The filter key {key} is not valid.")


def list_all(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """ListDocuments, with both kinds of filters."""
    old = [(item["key"], [item["value"]]) for item in params.get("DocumentFilterList") or []]
    filters = old + [(item["Key"], item["Values"]) for item in params.get("Filters") or []]
    found = [(document, _listed(document)) for document in service.documents.found.values()]
    items = [shown for document, shown in found if all(_matches(document, shown, key, values, service.account) for key, values in filters)]
    return page(items, params, "DocumentIdentifiers", 50)


OPERATIONS: dict[str, Callable[[SystemsManager, dict[str, Any]], dict[str, Any]]] = {
    "CreateDocument": create,
    "UpdateDocument": update,
    "UpdateDocumentDefaultVersion": update_default,
    "DeleteDocument": delete,
    "GetDocument": get,
    "DescribeDocument": describe,
    "ListDocumentVersions": versions,
    "ListDocuments": list_all,
}
