# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How clients of AWS wait and repeat."""

from __future__ import annotations

from typing import Any

try:
    from botocore.config import Config
except ImportError:  # amazon.aws says so in its own words
    Config = None  # type: ignore[misc,assignment]

ATTEMPTS = 10
CONNECT_SECONDS = 10
READ_SECONDS = 20


def client_config(repeat: bool, service: str = "") -> Any:
    """botocore's configuration of a client that repeats throttles and lost answers (adaptive mode), or of one that never repeats a call."""
    # botocore signs S3's URLs in the old way by default, which buckets with a KMS key and newer partitions refuse.
    version = "s3v4" if service == "s3" else None
    retries: Any = {"mode": "adaptive", "total_max_attempts": ATTEMPTS} if repeat else {"mode": "standard", "total_max_attempts": 1}
    return Config(retries=retries, signature_version=version, connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS)
