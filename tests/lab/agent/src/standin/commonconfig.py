# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""common-config.toml: which profile, proxy and CA bundle the downloader and the translator use."""

from __future__ import annotations

import os
import pwd

from . import toml
from .golog import FatalError

ONPREM_PROFILE = "AmazonCloudWatchAgent"
ONPREM_MODES = ("onPremise", "onPrem")


def load(path: str) -> dict:
    """Return the tables of the file ({} without a path); an unreadable file is fatal."""
    if not path:
        return {}
    try:
        with open(path, encoding="utf-8") as handle:
            return toml.loads(handle.read())
    except ValueError as error:
        raise FatalError(f"failed to parse common-config file {path} with error: {error}") from error
    except OSError as error:
        raise FatalError(
            "failed to open common-config file {0} with error: open {0}: {1}".format(path, (error.strerror or "").lower())
        ) from error


def export(config: dict) -> None:
    """Put proxy and CA bundle into this process's environment."""
    proxy = config.get("proxy", {})
    for key in ("http_proxy", "https_proxy", "no_proxy"):
        if proxy.get(key):
            os.environ[key.upper()] = str(proxy[key])
    bundle = config.get("ssl", {}).get("ca_bundle_path")
    if bundle:
        os.environ["AWS_CA_BUNDLE"] = str(bundle)


def profile(config: dict, mode: str) -> dict:
    """Return {'profile', 'file'} to use, {} for the default chain; on-prem assumes a profile name."""
    section = config.get("credentials", {})
    name, file = section.get("shared_credential_profile", ""), section.get("shared_credential_file", "")
    if not name and mode in ONPREM_MODES:
        name = ONPREM_PROFILE
    if not name and not file:
        return {}
    return {"profile": name or "default", "file": file or os.path.join(home(), ".aws", "credentials")}


def home() -> str:
    """Return the calling user's home from the password database, not from HOME."""
    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        return "/"
