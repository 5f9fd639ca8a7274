# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the agent keeps what it keeps."""

from __future__ import annotations

import json
import os
import pathlib
from typing import Any

ROOT = pathlib.Path(os.environ.get("SSM_STANDIN_ROOT") or "/")
STATE = ROOT / "var/lib/amazon/ssm"
LOG = ROOT / "var/log/amazon/ssm/amazon-ssm-agent.log"
REGISTRATION = STATE / "registration"
PACKAGES = STATE / "packages"
VERSION = "3.3.1142.0"


def orchestration(node_id: str, command_id: str) -> pathlib.Path:
    """Where the scripts and outputs of a command lie."""
    return STATE / node_id / "document" / "orchestration" / command_id


def state(node_id: str, part: str) -> pathlib.Path:
    """Where commands stand: `current` (a directory for each that waits or runs), `completed`, `replies`, `associations`."""
    path = STATE / node_id / "document" / "state" / part
    path.mkdir(parents=True, exist_ok=True)
    return path


def write(path: pathlib.Path, content: Any, mode: int = 0o600) -> None:
    """Write JSON, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.new")
    unfinished.touch(mode)
    unfinished.write_text(json.dumps(content))
    unfinished.replace(path)


def read(path: pathlib.Path) -> Any:
    """Read JSON; None where there is none."""
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return None
