# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guides say what the check says."""

from __future__ import annotations

import pytest
from agent_guides import FOLDER, GUIDES, MISTAKES, answer


@pytest.mark.parametrize("name", GUIDES)
def test_a_guide_is_up_to_date(name: str) -> None:
    written = (FOLDER / f"{name}.rst").read_text(encoding="utf-8")
    assert written == GUIDES[name](), "run: tests/tools/run python tests/support/agent_guides.py"


@pytest.mark.parametrize(("title", "variables"), MISTAKES)
def test_a_mistake_gets_one_message_with_the_mend(title: str, variables: str) -> None:
    message = answer(variables)
    assert message.startswith("1 error "), (title, message)
    assert message.count("* ") == 1
