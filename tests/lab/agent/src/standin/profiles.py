# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Profiles in files of the AWS kind, apart from all that needs a connection: the translator asks for a region alone."""

from __future__ import annotations

import configparser
import os


def section(path: str, names: list[str]) -> dict:
    """Return a section of an INI file of the AWS kind, {} where it is not there; OSError where the file is not readable."""
    parser = configparser.RawConfigParser()
    with open(path, encoding="utf-8") as handle:
        parser.read_string(handle.read())
    for name in names:
        if parser.has_section(name):
            return dict(parser.items(name))
    return {}


def region_of(profile: dict) -> str:
    """Return the region of a profile: environment, then the credentials file, then the file `config` beside it."""
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or ""
    name = profile["profile"]
    beside = os.path.join(os.path.dirname(profile["file"]), "config")
    for path in (beside, profile["file"]):
        try:
            region = region or section(path, ["profile " + name, name]).get("region", "")
        except (OSError, configparser.Error):  # noqa: PERF203 (one failure does not end the loop)
            continue
    return region
