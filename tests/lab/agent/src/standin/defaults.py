# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The built-in configuration, used where none is given."""

from __future__ import annotations

import json

PAIRS = {name: f"${{aws:{name}}}" for name in ("ImageId", "InstanceId", "InstanceType", "AutoScalingGroupName")}


def configuration(mode: str, platform: str = "linux") -> dict:
    """Return the built-in configuration of a mode."""
    collected: dict = {"mem": {"measurement": ["mem_used_percent"]}, "disk": {"measurement": ["used_percent"], "resources": ["*"]}}
    if platform == "windows":
        collected = {
            "Memory": {"measurement": ["% Committed Bytes In Use"]},
            "LogicalDisk": {"measurement": ["% Free Space"], "resources": ["*"]},
        }
    metrics: dict = {"metrics_collected": collected}
    if mode == "ec2":
        metrics["append_dimensions"] = dict(PAIRS)
    return {"agent": {"run_as_user": "cwagent"}, "metrics": metrics} if platform != "windows" else {"metrics": metrics}


def text(mode: str) -> str:
    """Return it as JSON text."""
    return json.dumps(configuration(mode), indent="\t") + "\n"
