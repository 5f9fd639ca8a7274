# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules, one module a topic. Importing a module registers its rules."""

from __future__ import annotations


def load_rules() -> None:
    """Register all rules; again costs nothing."""
    # Rules import what this package's users import, so they are imported last, in the order in which problems are listed.
    from . import structure, metrics, dimensions, regexes, files, groups, collectors, listeners, platforms, templates, composition  # noqa: F401, I001, PLC0415
