# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Distributor, as nodes see it: the manifest of a package, and where its files are.

Packages come from `POST /_lab/packages {"name": "AmazonCloudWatchAgent", "version": "1.2.3", "files": [{"platform": "debian", "arch":
"x86_64", "file": "x.zip", "url": "https://…", "sha256": "…", "size": 1}]}`; the last version that was posted is the latest.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Callable

from aws.answer import AwsError

if TYPE_CHECKING:
    from aws.systems_manager.service import SystemsManager


def add(packages: dict[str, dict[str, Any]], content: dict[str, Any]) -> dict[str, Any]:
    """Keeps a version of a package as its manifest, which is returned; raises KeyError for a field that is missing."""
    manifest: dict[str, Any] = {
        "schemaVersion": "2.0",
        "packageArn": f"arn:aws:ssm:::package/{content['name']}",
        "version": str(content["version"]),
        "packages": {},
        "files": {},
    }
    for item in content["files"]:
        versions = manifest["packages"].setdefault(item["platform"], {}).setdefault(item.get("platform_version", "_any"), {})
        versions[item["arch"]] = {"file": item["file"]}
        checksums = {"sha256": item["sha256"]}
        manifest["files"][item["file"]] = {"checksums": checksums, "downloadLocation": item["url"], "size": int(item["size"])}
    kept = packages.setdefault(str(content["name"]), {})
    kept.pop(manifest["version"], None)
    kept[manifest["version"]] = manifest
    return manifest


def manifest(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """GetManifest, by name or ARN, by version or `latest`."""
    name, version = str(params["PackageName"]), str(params.get("PackageVersion") or "latest")
    versions = service.packages.get(name.rpartition(":package/")[2], {})
    found = next(reversed(versions.values()), None) if version == "latest" else versions.get(version)
    if found is None:
        raise AwsError("ResourceNotFoundException", f"The package {name} {version} does not exist.")
    return {"Manifest": json.dumps(found)}


def result(service: SystemsManager, params: dict[str, Any]) -> dict[str, Any]:
    """PutConfigurePackageResult."""
    return {}


OPERATIONS: dict[str, Callable[[SystemsManager, dict[str, Any]], dict[str, Any]]] = {
    "GetManifest": manifest,
    "PutConfigurePackageResult": result,
}
