# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The exception of this package."""

from __future__ import annotations


class CommandError(Exception):
    """A command or an association that cannot be right; the text says what, which value, and how to correct it."""
