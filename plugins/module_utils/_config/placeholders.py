# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the agent fills in, and where (contract 4.6, 4.7)."""

from __future__ import annotations

import re
from typing import Any

LOG_NAMES = frozenset({"instance_id", "hostname", "local_hostname", "ip_address", "aws_region", "account_id", "date"})
"""``{name}`` in names of log groups and streams."""

TIMESTAMP = "{timestamp_format}"
"""As the whole of multi_line_start_pattern: the expression of the entry's timestamp_format."""

GLOBAL_DIMENSIONS = {name: "${aws:" + name + "}" for name in ("ImageId", "InstanceId", "InstanceType", "AutoScalingGroupName")}
"""The pairs that metrics.append_dimensions knows."""

PLUGIN_DIMENSIONS = frozenset({*GLOBAL_DIMENSIONS.values(), "${aws:VolumeId}"})
"""The values that a plugin's append_dimensions resolves."""

_MARKED = re.compile(r"[${]|aws:", re.IGNORECASE)
_NOISE = re.compile(r"[^a-z]")


def misspelt_dimension(text: str) -> str:
    """The value of PLUGIN_DIMENSIONS that *text* is meant for, written with the wrong signs or letters; '' if it is none or right."""
    if text in PLUGIN_DIMENSIONS or not _MARKED.search(text):
        return ""
    return {_letters(value): value for value in PLUGIN_DIMENSIONS}.get(_letters(text), "")


def _letters(text: str) -> str:
    letters = _NOISE.sub("", text.lower())
    return letters[3:] if letters.startswith("aws") else letters


def unquoted(value: Any) -> str:
    """The placeholder that YAML has read as a mapping, because ``{name}`` stood there without quotes; '' if *value* is none."""
    if isinstance(value, dict) and len(value) == 1:
        (name, inner), *_rest = value.items()
        if inner is None and (name in LOG_NAMES or "{" + str(name) + "}" == TIMESTAMP):
            return "{" + str(name) + "}"
    return ""
