# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation shows what is drawn."""

from __future__ import annotations

from ansible_collections.cloudwatch.agent.plugins.module_utils._picture.shapes import svg
from dashboard_example import FILE, drawn


def test_the_picture_is_up_to_date() -> None:
    assert FILE.read_text(encoding="utf-8") == svg(drawn()), "run: tests/tools/run python tests/support/dashboard_example.py"
