# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""-schematest: opens the TOML as the daemon would open its inputs, and looks at nothing else."""

from __future__ import annotations

import os
import shutil

from . import toml
from .golog import Fatal, say

TYPES = "/usr/share/collectd/types.db"


def run(path: str) -> int:
    """Return 0 when every input can be set up."""
    try:
        with open(path, encoding="utf-8") as handle:
            document = toml.loads(handle.read())
    except OSError as error:
        raise Fatal("Error loading config file %s: open %s: %s" % (path, path, (error.strerror or "").lower())) from error
    inputs = document.get("inputs", {})
    for table in inputs.get("socket_listener", []):
        for types in table.get("collectd_typesdb") or [TYPES]:
            if not os.access(types, os.R_OK):
                raise Fatal("Error loading config file %s: error parsing socket_listener, open %s: no such file or directory" % (path, types))
    if "nvidia_gpu" in inputs and not shutil.which("nvidia-smi"):
        raise Fatal("Error loading config file %s: error parsing nvidia_smi, nvidia-smi binary not found" % path)
    say("I! Config has been loaded and tested: %s" % path)
    return 0
