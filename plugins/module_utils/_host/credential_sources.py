# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials that win over the role of the instance: the AWS SDK takes the first it finds, and asks the metadata service last."""

from __future__ import annotations

import glob
import json
import os
import pwd
import re
from typing import Iterable, NamedTuple

from . import credentials, safe_files, service
from .layout import UNIT
from .system import Host

_BY_VARIABLE = {
    "AWS_ACCESS_KEY_ID": "environment",
    "AWS_ACCESS_KEY": "environment",
    "AWS_PROFILE": "environment",
    "AWS_SHARED_CREDENTIALS_FILE": "environment",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "web_identity",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "container",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "container",
}
_ENVIRONMENT = re.compile(r"^\s*Environment\s*=(.*)$", re.MULTILINE)


class Found(NamedTuple):
    """``name``: as ``cw_agent_credential_sources`` has it; ``where`` it stands, without any value; ``hint``: what to do about it."""

    name: str
    where: str
    hint: str


def _variables(names: Iterable[str], where: str, remove: str) -> list[Found]:
    found = []
    for name in sorted(set(names) & set(_BY_VARIABLE)):
        source = _BY_VARIABLE[name]
        found.append(Found(source, f"{name} in {where}", f"{remove}, or allow it: cw_agent_credential_sources: [{source}]"))
    return found


def _environment_file(host: Host) -> list[str]:
    try:
        known = json.loads(safe_files.read_text(f"{host.layout.etc}/env-config.json") or "{}")
    except ValueError:
        return []
    return list(known) if isinstance(known, dict) else []


def _drop_ins(host: Host) -> list[str]:
    """The variables that drop-ins set for the agent's unit, which systemd does not say before the unit is there."""
    texts = [safe_files.read_text(path) for path in sorted(glob.glob(host.layout.at(f"/etc/systemd/system/{UNIT}.d/*.conf")))]
    return [one for text in texts for line in _ENVIRONMENT.findall(text) for one in service.assigned(line)]


def found(host: Host, variables: Iterable[str]) -> list[Found]:
    """What of it there is. ``variables``: names of those of the agent's unit and of its daemon."""
    result = _variables([*variables, *_drop_ins(host)], "the environment of the service", "take it out of the unit's drop-ins")
    result += _variables(_environment_file(host), "env-config.json", f"take it out of {host.layout.etc}/env-config.json")
    # The agent's control program, and with it the downloader, gets the environment of this module.
    result += _variables(os.environ, "the environment of the task", "take it out of the task's environment, or of root's")
    file = host.layout.at(os.path.join(pwd.getpwuid(0).pw_dir, ".aws/credentials"))
    if credentials.read("default", file).exists:
        where = f"profile default in {file}, which the agent's downloader reads"
        result.append(Found("shared_file", where, "take it out, or allow it: cw_agent_credential_sources: [shared_file]"))
    return list(dict.fromkeys(result))
