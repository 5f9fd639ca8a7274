# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents: those of AWS's own and those of the account, with versions."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

import yaml

from aws.answer import AwsError
from aws.systems_manager import content as contents
from aws.systems_manager.amazon_documents import DOCUMENTS
from aws.systems_manager.clock import moment

LARGEST = 64 * 1024


@dataclass
class Version:
    """One version: its text in the form in which it was given, and what that says."""

    number: int
    text: str
    form: str
    content: dict[str, Any]
    created: float
    name: str | None = None

    @property
    def digest(self) -> str:
        """Its SHA-256."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def shown(self, form: str) -> str:
        """The text in a form (JSON or YAML)."""
        if form == self.form:
            return self.text
        return json.dumps(self.content, indent=2) if form == "JSON" else yaml.safe_dump(self.content, sort_keys=False)


@dataclass
class Document:
    """A document: its versions, oldest first, which is the default, what has been said of all of them."""

    name: str
    owner: str
    kind: str = "Command"
    versions: list[Version] = field(default_factory=list)
    default: int = 1
    tags: dict[str, str] = field(default_factory=dict)
    target_type: str | None = None

    def version(self, wanted: str | None, name: str | None = None) -> Version:
        """A version by its number, $DEFAULT, $LATEST or its name; raises InvalidDocumentVersion."""
        if name:
            found = next((version for version in self.versions if version.name == name), None)
        elif wanted == "$LATEST":
            found = self.versions[-1]
        else:
            number = self.default if wanted in (None, "", "$DEFAULT") else int(wanted) if str(wanted).isdigit() else 0
            found = next((version for version in self.versions if version.number == number), None)
        if found is None:
            raise AwsError("InvalidDocumentVersion", f"The document version {name or wanted} of {self.name} does not exist.")
        return found

    def described(self, version: Version) -> dict[str, Any]:
        """A version as DescribeDocument shows it."""
        parameters = [
            {
                "Name": name,
                "Type": "StringList" if parameter["type"] == "StringList" else "String",
                "Description": parameter.get("description"),
                "DefaultValue": _default(parameter),
            }
            for name, parameter in (version.content.get("parameters") or {}).items()
        ]
        return {
            "Hash": version.digest,
            "HashType": "Sha256",
            "Name": self.name,
            "VersionName": version.name,
            "Owner": self.owner,
            "CreatedDate": moment(version.created),
            "Status": "Active",
            "DocumentVersion": str(version.number),
            "Description": version.content.get("description"),
            "Parameters": parameters,
            "PlatformTypes": contents.platforms(version.content) if self.kind in ("Command", "Policy") else list(contents.PLATFORMS),
            "DocumentType": self.kind,
            "SchemaVersion": str(version.content.get("schemaVersion")),
            "LatestVersion": str(self.versions[-1].number),
            "DefaultVersion": str(self.default),
            "DocumentFormat": version.form,
            "TargetType": self.target_type,
            "Tags": [{"Key": key, "Value": value} for key, value in self.tags.items()],
        }


def _default(parameter: dict[str, Any]) -> str | None:
    value = parameter.get("default")
    return value if value is None or isinstance(value, str) else json.dumps(value)


class Documents:
    """All documents that an account sees in a region."""

    def __init__(self, account: str) -> None:
        self.account = account
        self.found: dict[str, Document] = {}
        for name, content in DOCUMENTS.items():
            version = Version(1, json.dumps(content, indent=2), "JSON", content, 1767225600.0)
            self.found[name] = Document(name, "Amazon", versions=[version])

    def get(self, name: str) -> Document:
        """A document by its name or ARN; raises InvalidDocument."""
        document = self.found.get(name.rpartition(":document/")[2])
        if document is None:
            raise AwsError("InvalidDocument", f"Document with name {name} does not exist.")
        return document

    def own(self, name: str) -> Document:
        """A document of the account; others may not be changed."""
        document = self.get(name)
        if document.owner == "Amazon":
            raise AwsError("InvalidDocumentOperation", f"The document {name} belongs to Amazon.")
        return document


def parsed(params: dict[str, Any], kind: str) -> tuple[str, str, dict[str, Any]]:
    """Text, form and content of what CreateDocument or UpdateDocument sends, if AWS takes it."""
    text, form = str(params["Content"]), str(params.get("DocumentFormat") or "JSON")
    if len(text.encode()) > LARGEST:
        raise AwsError("MaxDocumentSizeExceeded", f"The size of the document is limited to {LARGEST} bytes.")
    content = contents.parse(text, form)
    if kind in ("Command", "Policy"):
        contents.check(content)
    return text, form, content
