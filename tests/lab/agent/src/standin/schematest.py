# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""-schematest: opens the TOML as the daemon would open its inputs, and looks at nothing else."""

from __future__ import annotations

import os
import shutil

from . import toml
from .golog import FatalError, say

TYPES = "/usr/share/collectd/types.db"


def run(path: str) -> int:
    """Return 0 when every input can be set up."""
    try:
        with open(path, encoding="utf-8") as handle:
            document = toml.loads(handle.read())
    except OSError as error:
        raise FatalError("Error loading config file {0}: open {0}: {1}".format(path, (error.strerror or "").lower())) from error
    inputs = document.get("inputs", {})
    for table in inputs.get("socket_listener", []):
        for types in table.get("collectd_typesdb") or [TYPES]:
            if not os.access(types, os.R_OK):
                raise FatalError(
                    f"Error loading config file {path}: error parsing socket_listener, open {types}: no such file or directory"
                )
    if "nvidia_gpu" in inputs and not shutil.which("nvidia-smi"):
        raise FatalError(f"Error loading config file {path}: error parsing nvidia_smi, nvidia-smi binary not found")
    say(f"I! Config has been loaded and tested: {path}")
    return 0
