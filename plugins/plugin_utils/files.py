# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What actions write on the controller."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail


def write_json(option: str, path: Path, data: Any) -> None:
    """Write *data* as indented JSON.

    Raises:
        AnsibleActionFail: it cannot be written; *option* names what to correct.
    """
    try:
        path.write_text(json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False, default=str) + "\n", encoding="utf-8")
    except OSError as error:
        hint = "Hint: name a path on the controller in a directory that exists and can be written."
        raise AnsibleActionFail(f"{option}: {path} cannot be written: {error.strerror}. {hint}") from error
