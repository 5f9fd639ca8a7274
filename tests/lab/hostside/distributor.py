# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent as a package of Distributor: a zip with scripts for each kind of host, served by the mirror, known to the AWS stand-in."""

from __future__ import annotations

import hashlib
import pathlib
import zipfile

from . import cloud, mirror
from .base import LabError
from .state import Lab

NAME = "AmazonCloudWatchAgent"
PLATFORMS = {"deb": ("debian", "ubuntu"), "rpm": ("amazon", "redhat", "centos")}
ARCHITECTURES = {"amd64": "x86_64", "arm64": "arm64"}
FOLDER = "distributor"
SCRIPTS = {
    "deb": ("dpkg --install -E ./agent.deb", "dpkg --remove amazon-cloudwatch-agent"),
    "rpm": (
        "rpm --upgrade --oldpackage ./agent.rpm",
        "! rpm --query amazon-cloudwatch-agent || rpm --erase amazon-cloudwatch-agent",
    ),
}
"""Install, and uninstall also what is not there any more. What AWS's own package holds is not known: no validate.sh, no update.sh here."""
_TIME = (2026, 1, 1, 0, 0, 0)


def publish(lab: Lab) -> None:
    """Make the zips of the builds that the mirror serves, the latest last, and tell the AWS stand-in where they are."""
    served = lab.data["mirror"]
    builds = [build for build in (served["upgrade"], served["latest"]) if build]
    for build in builds:
        files = []
        for kind in PLATFORMS:
            package = mirror.stand_in(kind, build) if build == served["upgrade"] else pathlib.Path(served[kind])
            files += _files(lab, kind, build, package)
        status, body = cloud.request(lab, "POST", "/_lab/packages", {"name": NAME, "version": build, "files": files})
        if status >= 400:
            raise LabError(f"the AWS stand-in refused the package {NAME} {build}: {body.decode(errors='replace')[:300]}")


def _files(lab: Lab, kind: str, build: str, package: pathlib.Path) -> list[dict[str, object]]:
    name = f"{NAME}-{build}-{kind}.zip"
    path = lab.directory / "mirror" / FOLDER / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _pack(path, kind, package)
    content = path.read_bytes()
    fact = {"file": name, "url": f"https://amazoncloudwatch-agent.s3.amazonaws.com/{FOLDER}/{name}", "size": len(content)}
    digest = hashlib.sha256(content).hexdigest()
    arch = ARCHITECTURES.get(mirror.architecture(), mirror.architecture())
    return [{**fact, "sha256": digest, "platform": platform, "arch": arch} for platform in PLATFORMS[kind]]


def _pack(path: pathlib.Path, kind: str, package: pathlib.Path) -> None:
    install, uninstall = SCRIPTS[kind]
    contents = {f"agent.{kind}": package.read_bytes()}
    for name, line in (("install.sh", install), ("uninstall.sh", uninstall)):
        contents[name] = f"#!/bin/sh\nset -e\n{line}\n".encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in contents.items():
            packed.writestr(zipfile.ZipInfo(name, _TIME), content)
