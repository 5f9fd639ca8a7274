# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`amazon-ssm-agent -register`: becomes a node of Systems Manager by an activation."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid

from standin.awshttp import AwsError

from . import identity, places


def public_key() -> str:
    """The public half of a new key pair, base64 of DER as the API takes it."""
    key = places.STATE / "Vault" / "Store" / "RegistrationKey"
    key.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    old = os.umask(0o077)
    try:
        subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], check=True, capture_output=True)
    finally:
        os.umask(old)
    text = subprocess.run(["openssl", "rsa", "-in", str(key), "-pubout"], check=True, capture_output=True, text=True).stdout
    return "".join(text.splitlines()[1:-1])


def register(code: str, activation: str, region: str, yes: bool) -> int:
    """Register; returns the exit status. What is registered already needs -y or a terminal that says so."""
    if places.REGISTRATION.exists() and not yes:
        print("Instance already registered. Would you like to override existing with new registration information? [Yes/No]: ")
        if not sys.stdin.isatty() or input().strip().lower() not in ("y", "yes"):
            return 1
    fingerprint = str(uuid.uuid4())
    asked = {"ActivationCode": code, "ActivationId": activation, "Fingerprint": fingerprint, "PublicKey": public_key()}
    try:
        found = identity.unsigned(region, "RegisterManagedInstance", {**asked, "PublicKeyType": "Rsa"})
    except AwsError as error:
        print(f"Registration failed due to error registering the instance with AWS SSM. {error}", file=sys.stderr)
        return 1
    node_id = found["InstanceId"]
    places.write(places.REGISTRATION, {"ManagedInstanceID": node_id, "Region": region, "Fingerprint": fingerprint})
    print(f"Successfully registered the instance with AWS SSM using Managed instance-id: {node_id}")
    return 0
