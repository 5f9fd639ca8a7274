# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What actions write on the controller."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail


def json_text(data: Any) -> str:
    """*data* as indented JSON."""
    return json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False, default=str) + "\n"


def write_json(option: str, path: Path, data: Any) -> None:
    """Write *data* as indented JSON.

    Raises:
        AnsibleActionFail: it cannot be written; *option* names what to correct.
    """
    try:
        path.write_text(json_text(data), encoding="utf-8")
    except OSError as error:
        raise _not_written(option, path, error) from error


def replace_text(option: str, path: Path, text: str, mode: int = 0o644) -> None:
    """Let *path* hold *text*, which whoever reads it sees whole or not at all.

    Raises:
        AnsibleActionFail: it cannot be written; *option* names what to correct.
    """
    replace_bytes(option, path, text.encode("utf-8", "backslashreplace"), mode)


def replace_bytes(option: str, path: Path, content: bytes, mode: int = 0o644) -> None:
    """As ``replace_text``, for any content."""
    target = path.resolve()  # a symbolic link stays one
    beside = ""
    try:
        # With a name that no collector of files takes for one of its own.
        descriptor, beside = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            os.fchmod(file.fileno(), mode)
        os.replace(beside, target)
    except OSError as error:
        if beside:
            Path(beside).unlink(missing_ok=True)
        raise _not_written(option, path, error) from error


def _not_written(option: str, path: Path, error: OSError) -> AnsibleActionFail:
    hint = "Hint: name a path on the controller in a directory that exists and can be written."
    return AnsibleActionFail(f"{option}: {path} cannot be written: {error.strerror}. {hint}")
