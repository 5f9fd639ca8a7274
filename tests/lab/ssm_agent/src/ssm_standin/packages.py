# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""aws:configurePackage: packages of Distributor, installed by the scripts that they bring along.

The agent keeps what it believes to be installed in a file beside the package. It asks the package itself only where that has validate.sh.
"""

from __future__ import annotations

import hashlib
import json
import os
import pathlib
import platform
import shutil
import subprocess
import time
import urllib.error
import urllib.request
import zipfile
from typing import Any

from standin.awshttp import AwsError

from . import places
from .identity import Service
from .shell import Outcome

IN_PLACE = "In-place update"


class PackageError(Exception):
    """The step fails with this text."""


def system() -> tuple[str, str]:
    """Platform and its version as manifests name them."""
    fields = {}
    for line in (places.ROOT / "etc/os-release").read_text().splitlines():
        key, _equals, value = line.partition("=")
        fields[key] = value.strip('"')
    names = {"amzn": "amazon", "rhel": "redhat"}
    name = names.get(fields.get("ID", ""), fields.get("ID", "linux"))
    return name, fields.get("VERSION_ID", "")


class Package:
    """One package of the step: the service's word on it, and where it lies on this host."""

    def __init__(self, service: Service, inputs: dict[str, Any]) -> None:
        self.service = service
        self.inputs = inputs
        self.said: list[str] = []
        self.wanted = str(inputs.get("version") or "") or "latest"
        self.manifest = self._manifest(str(inputs["name"]), self.wanted)
        self.arn, self.version = self.manifest["packageArn"], self.manifest["version"]
        self.place = places.PACKAGES / hashlib.sha256(self.arn.encode()).hexdigest()[:24]

    def _manifest(self, name: str, version: str) -> dict[str, Any]:
        try:
            text = self.service.call("ssm", "GetManifest", PackageName=name, PackageVersion=version)["Manifest"]
        except AwsError as error:
            if error.code == "ResourceNotFoundException":
                try:
                    self.service.call("ssm", "DescribeDocument", Name=name)
                except AwsError as second:
                    error = second
            raise PackageError(f"failed to find package manifest: {error}") from error
        return dict(json.loads(text))

    @property
    def installed(self) -> str:
        """The version that the agent believes to be installed, '' for none."""
        found = places.read(self.place / "installstate")
        return str(found["version"]) if found and found["state"] == "Installed" else ""

    def _unpack(self) -> pathlib.Path:
        """Ask again by the exact version, download, compare the checksum, unpack."""
        self.manifest = self._manifest(self.arn, self.version)
        name, version = system()
        versions = self.manifest["packages"].get(name) or self.manifest["packages"].get("_any") or {}
        found = versions.get(version) or versions.get("_any") or {}
        choice = found.get(platform.machine()) or found.get("_any")
        if choice is None:
            raise PackageError(f"no manifest found for platform: {name}, version {version}, architecture {platform.machine()}")
        file = self.manifest["files"][choice["file"]]
        target = self.place / self.version
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        try:
            with urllib.request.urlopen(file["downloadLocation"], timeout=60) as answer:
                content = answer.read()
        except (OSError, urllib.error.URLError) as error:
            raise PackageError(f"failed to download installation package reliably, {error}") from error
        if hashlib.sha256(content).hexdigest() != file["checksums"]["sha256"]:
            raise PackageError("failed to download installation package reliably: checksum mismatch")
        (target / "package.zip").write_bytes(content)
        with zipfile.ZipFile(target / "package.zip") as packed:
            packed.extractall(target)
        (target / "package.zip").unlink()
        return target

    def script(self, name: str, action: str, place: pathlib.Path | None = None) -> bool:
        """Run one of the package's scripts; False where it has none."""
        place = place or self.place / (self.installed or self.version)
        if not (place / name).exists():
            return False
        system_name, version = system()
        names = {"BWS_ACTION_NAME": action, "BWS_PLATFORM_NAME": system_name, "BWS_PLATFORM_VERSION": version}
        own = {key: str(value) for key, value in (self.inputs.get("additionalArguments") or {}).items() if key.startswith("SSM_")}
        environment = {**os.environ, **names, "BWS_ARCHITECTURE": platform.machine(), **own}
        words = ["sh", name]
        done = subprocess.run(words, cwd=place, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        self.said += [text.rstrip("\n") for text in (done.stdout, done.stderr) if text.strip()]
        if done.returncode:
            raise PackageError(f"Failed to {action.lower()} package; {name} exit status {done.returncode}")
        return True

    def remember(self, state: str) -> None:
        """Note what is believed from now on."""
        places.write(self.place / "installstate", {"state": state, "version": self.version, "time": time.time()})

    def _valid(self) -> bool:
        try:
            self.script("validate.sh", "validate")
        except PackageError:
            return False
        return True

    def install(self) -> None:
        """Install, or bring an older version to this one."""
        old = self.installed
        if old == self.version and self._valid():
            self.said.append(f"{self.arn} {self.version} is already installed")
            return
        self.said.append(f"Initiating {self.arn} {self.version} install")
        target = self._unpack()
        if old and old != self.version:
            if self.inputs.get("installationType") == IN_PLACE:
                if not self.script("update.sh", "update", target):
                    raise PackageError(f"missing update script for {self.arn} {self.version}")
                self._installed()
                return
            self.script("uninstall.sh", "uninstall", self.place / old)
        if not self.script("install.sh", "install", target):
            raise PackageError(f"missing install script for {self.arn} {self.version}")
        self._installed()

    def _installed(self) -> None:
        self.remember("Installed")
        self.said.append(f"Successfully installed {self.arn} {self.version}")

    def uninstall(self) -> None:
        """Uninstall what is believed to be installed."""
        if not self.installed or self.wanted not in ("latest", self.installed):
            self.said.append(f"version: {self.version} is not installed")
            return
        self.said.append(f"Initiating {self.arn} {self.installed} uninstall")
        self.script("uninstall.sh", "uninstall")
        self.remember("Uninstalled")
        self.said.append(f"Successfully uninstalled {self.arn} {self.version}")


def run(inputs: dict[str, Any], service: Service) -> Outcome:
    """The step."""
    said: list[str] = []
    try:
        package = Package(service, inputs)
        said = package.said
        (package.uninstall if inputs.get("action") == "Uninstall" else package.install)()
    except (PackageError, AwsError, OSError, zipfile.BadZipFile) as error:
        return Outcome("Failed", 1, "\n".join(said) + "\n" if said else "", str(error))
    asked = {"PackageName": package.arn, "PackageVersion": package.version, "Operation": str(inputs.get("action")), "OverallTiming": 0}
    try:
        service.call("ssm", "PutConfigurePackageResult", **asked, Result=0, Attributes={})
    except AwsError:
        said.append("the result could not be reported")
    return Outcome("Success", 0, "\n".join(said) + "\n", "")
