# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where things are: everything hangs off the directory this package was unpacked to."""

from __future__ import annotations

import os

BASE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
BIN = os.path.join(BASE, "bin")
ETC = os.path.join(BASE, "etc")
DDIR = os.path.join(ETC, "amazon-cloudwatch-agent.d")
LOGS = os.path.join(BASE, "logs")
VAR = os.path.join(BASE, "var")
LEGACY = os.path.join(ETC, "amazon-cloudwatch-agent.json")
TOML = os.path.join(ETC, "amazon-cloudwatch-agent.toml")
COMMON = os.path.join(ETC, "common-config.toml")
ENVCONFIG = os.path.join(ETC, "env-config.json")
LOGFILE = os.path.join(LOGS, "amazon-cloudwatch-agent.log")
STATE = os.path.join(LOGS, "state")
SCHEMA = os.path.join(BASE, "doc", "amazon-cloudwatch-agent-schema.json")
YAML_NAME = "amazon-cloudwatch-agent.yaml"


def version() -> str:
    """Return the full build string, such as 1.300060.0b1248."""
    with open(os.path.join(BIN, "CWAGENT_VERSION"), encoding="ascii") as handle:
        return handle.read().strip()


def at_least(release: int) -> bool:
    """Return whether the build is of that release or a later one, such as 300071."""
    part = version().split(".")[1]
    return part.isdigit() and int(part) >= release
