# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One spelling for equal data."""

from __future__ import annotations

from ansible_collections.cloudwatch.agent.plugins.module_utils._config.canonical import canonical_text, digest


def test_equal_data_give_equal_text() -> None:
    assert canonical_text({"b": [1, "ü"], "a": None}) == '{"a":null,"b":[1,"ü"]}'
    assert digest(canonical_text({"a": 1, "b": 2})) == digest(canonical_text({"b": 2, "a": 1}))
    assert len(digest("")) == 64
