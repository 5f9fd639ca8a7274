# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The states of a stream or metric, and of a host in the account of a run."""

from __future__ import annotations

ARRIVED = "arrived"
"""CloudWatch has events or values."""

NO_DATA = "no_data"
"""There is nothing to send: the file has not grown, or the metric is not due yet."""

MISSING = "missing"
"""Something should have arrived and did not."""

UNVERIFIED = "unverified"
"""It cannot be known from here."""

PENDING = "pending"
"""A change that check mode did not make: what it would bring cannot have arrived."""

VERIFIED = "verified"
"""A host of which something has arrived, and nothing is missing."""

ABSENT = "absent"
"""A host that is to have no agent, and has none."""

FAILED = "failed"
UNREACHABLE = "unreachable"
NOT_REACHED = "not_reached"
"""A host that the run was asked for and never got to."""

FAILURES = (FAILED, UNREACHABLE, NOT_REACHED)
WORST_FIRST = (FAILED, UNREACHABLE, MISSING, NOT_REACHED, UNVERIFIED, PENDING, NO_DATA, VERIFIED, ABSENT)

WORDS = {NO_DATA: "no data", NOT_REACHED: "not reached"}
"""How people read a state that is written otherwise."""


def words(state: str) -> str:
    """*state* as people read it."""
    return WORDS.get(state, state)
