# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every message that the code can give stands in the guide of messages, with what to do."""

from __future__ import annotations

import textwrap
from pathlib import Path

from agent_guides import FOLDER
from product_messages import hints, messages

GUIDE = " ".join((FOLDER / "guide_messages.rst").read_text(encoding="utf-8").replace("\\", "").split())


def test_every_message_has_a_hint_of_its_own_or_one_in_the_table() -> None:
    lacking = [f"{message.file}: {message.text}" for message in messages() if not message.hint and message.text not in hints()]
    assert not lacking, "add what to do to tests/support/message_hints.yml:\n" + "\n".join(lacking)


def test_the_table_has_no_message_that_nobody_gives() -> None:
    assert set(hints()) - {message.text for message in messages() if not message.hint} == set()


def test_every_message_is_found_in_the_guide() -> None:
    assert [message for message in messages() if message.text not in GUIDE] == []


def written(tmp_path: Path, code: str) -> list[tuple[str, str]]:
    """Text and hint of the messages of a file."""
    place = tmp_path / "plugins" / "module_utils" / "_host"
    place.mkdir(parents=True)
    (place / "a.py").write_text(textwrap.dedent(code))
    return [(message.text, message.hint) for message in messages(tmp_path)]


def test_messages_are_taken_from_what_is_raised_and_from_texts_with_a_hint(tmp_path: Path) -> None:
    code = '''
    """Documentation. Hint: none of this is a message of the product."""

    END = "Hint: write the whole of it again"

    def one(path, error, found):
        """More documentation. Hint: nor is this one of them."""
        hint = "take it out of the file"
        if found:
            raise HostError(f"{path} cannot be read at all: {error.strerror}. Hint: {hint}")
        raise ConfigError("this one has no hint at all, " f"and two parts: {', '.join(found)}")

    def two(name):
        yield f"the name {name!r} is not one that can be used. {END}"
        raise ValueError("what is raised inside of the code only")
        return problem("the clock of the host is wrong", "5 min", "set it by a time server")
    '''
    assert sorted(written(tmp_path, code)) == [
        ("PATH cannot be read at all: STRERROR", "take it out of the file"),
        ("the clock of the host is wrong", "set it by a time server"),
        ("the name NAME is not one that can be used", "write the whole of it again"),
        ("this one has no hint at all, and two parts: …", ""),
    ]
