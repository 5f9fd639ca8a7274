# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where keys come from: a profile's static keys, the environment, the instance's role, an assumed role."""

from __future__ import annotations

import calendar
import configparser
import json
import os
import re
import time

from . import commonconfig, imds, profiles
from .awshttp import AwsError, Client

REREAD = 600.0
EARLY = 300.0
NO_KEYS = "no valid providers in chain. Deprecated.\n\tFor verbose messaging see aws.Config.CredentialsChainVerboseErrors"


class Profile:
    """Static keys of one profile of one file, read again every ten minutes."""

    def __init__(self, profile: dict) -> None:
        self.profile = profile
        self.keys: dict = {}
        self.read = 0.0

    def forget(self) -> None:
        """Read the file anew next time."""
        self.keys = {}

    def get(self) -> dict:
        """Return {'access', 'secret', 'token'}."""
        if not self.keys or time.monotonic() - self.read > REREAD:
            try:
                section = profiles.section(self.profile["file"], [self.profile["profile"]])
            except (OSError, configparser.Error) as error:
                raise AwsError("SharedCredsLoad", f"failed to load shared credentials file caused by: {_go_error(error)}") from error
            if "aws_access_key_id" not in section or "aws_secret_access_key" not in section:
                raise AwsError(
                    "SharedCredsAccessKey",
                    "shared credentials {} in {} did not contain keys".format(self.profile["profile"], self.profile["file"]),
                )
            self.keys = {
                "access": section["aws_access_key_id"],
                "secret": section["aws_secret_access_key"],
                "token": section.get("aws_session_token", ""),
            }
            self.read = time.monotonic()
        return self.keys


def _go_error(error: Exception) -> str:
    """Word an operating system error as Go does."""
    if isinstance(error, OSError):
        return "open {}: {}".format(error.filename, (error.strerror or "").lower())
    return str(error)


class Chain:
    """The default chain: environment, the home's default profile, the instance's role."""

    def __init__(self) -> None:
        self.keys: dict = {}
        self.until = 0.0

    def get(self) -> dict:
        """Return {'access', 'secret', 'token'}."""
        if self.keys and time.time() < self.until - EARLY:
            return self.keys
        fixed = self._fixed()
        if fixed:
            return fixed
        try:
            role = (imds.get("meta-data/iam/security-credentials/") or "").split("\n")[0].strip()
            found = json.loads(imds.get("meta-data/iam/security-credentials/" + role) or "{}") if role else {}
        except (imds.UnreachableError, ValueError):
            found = {}
        if not found.get("AccessKeyId"):
            if self.keys:
                return self.keys
            raise AwsError("NoCredentialProviders", NO_KEYS)
        self.keys = {"access": found["AccessKeyId"], "secret": found["SecretAccessKey"], "token": found.get("Token", "")}
        self.until = _epoch(found.get("Expiration", ""))
        return self.keys

    def forget(self) -> None:
        """Fetch the keys anew next time."""
        self.keys = {}

    def _fixed(self) -> dict:
        """Return keys of the environment or of ~/.aws where HOME is set."""
        if os.environ.get("AWS_ACCESS_KEY_ID") and os.environ.get("AWS_SECRET_ACCESS_KEY"):
            return {
                "access": os.environ["AWS_ACCESS_KEY_ID"],
                "secret": os.environ["AWS_SECRET_ACCESS_KEY"],
                "token": os.environ.get("AWS_SESSION_TOKEN", ""),
            }
        if not os.environ.get("HOME"):
            return {}
        path = os.environ.get("AWS_SHARED_CREDENTIALS_FILE") or os.path.join(commonconfig.home(), ".aws", "credentials")
        try:
            return Profile({"profile": os.environ.get("AWS_PROFILE") or "default", "file": path}).get()
        except AwsError:
            return {}


def _epoch(text: str) -> float:
    """Return a time such as 2026-01-02T03:04:05Z as seconds; an hour from now where it cannot be read."""
    try:
        return float(calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")))
    except ValueError:
        return time.time() + 3600


class AssumedRole:
    """Keys of a role assumed with another provider's keys."""

    def __init__(self, base: object, region: str, role: str) -> None:
        self.client = Client("sts", region, base)
        self.role = role
        self.keys: dict = {}
        self.until = 0.0

    def forget(self) -> None:
        """Assume the role anew next time."""
        self.keys = {}

    def get(self) -> dict:
        """Return {'access', 'secret', 'token'}."""
        if not self.keys or time.time() > self.until - EARLY:
            name = f"CWAgent-{time.time_ns()}"
            text = self.client.query(
                {"Action": "AssumeRole", "Version": "2011-06-15", "RoleArn": self.role, "RoleSessionName": name, "DurationSeconds": "900"}
            )
            found = dict(re.findall(r"<(AccessKeyId|SecretAccessKey|SessionToken|Expiration)>([^<]*)<", text))
            self.keys = {"access": found["AccessKeyId"], "secret": found["SecretAccessKey"], "token": found["SessionToken"]}
            self.until = _epoch(found.get("Expiration", ""))
        return self.keys


def provider(profile: dict) -> Profile | Chain:
    """Return the provider for a profile ({} means the default chain)."""
    return Profile(profile) if profile else Chain()
