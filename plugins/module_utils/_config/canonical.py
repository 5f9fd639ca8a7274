# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one spelling of a configuration, and its digest."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def canonical_text(configuration: Any) -> str:
    """*configuration* (JSON data) as minified JSON with sorted keys; equal data give equal text."""
    return json.dumps(configuration, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(text: str) -> str:
    """The sha256 of *text* in UTF-8, as 64 hex digits."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
