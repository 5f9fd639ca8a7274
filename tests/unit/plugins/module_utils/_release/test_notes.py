# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The description of a version is read as it was written."""

from __future__ import annotations

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.notes import Note, note_of

WORDS = "Configuration of the Amazon CloudWatch agent, published by cloudwatch.agent"


@pytest.mark.parametrize(
    ("note", "text"),
    [
        (Note(), WORDS),
        (Note("staging"), f"{WORDS} from inventory staging"),
        (Note("a, b", 2, 3), f"{WORDS} from inventory a, b, part 2 of 3"),
        (Note("staging", 1, 12, True), f"{WORDS} from inventory staging, part 1 of 12, with values out of Ansible Vault"),
        (Note(vaulted=True), f"{WORDS}, with values out of Ansible Vault"),
    ],
)
def test_a_note_is_read_as_it_was_written(note: Note, text: str) -> None:
    assert (str(note), note_of(text)) == (text, note)


@pytest.mark.parametrize("text", ["", "mine", f"{WORDS} and changed by hand", f"not a {WORDS}"])
def test_the_descriptions_of_others(text: str) -> None:
    assert note_of(text) is None
