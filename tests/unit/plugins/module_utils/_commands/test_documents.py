# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents: what of a value is refused before anything is sent, and what SendCommand gets of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.documents import checked, document_of
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.errors import CommandError
from ansible_collections.cloudwatch.agent.tests.support.fake_commands import DOCUMENTS


def document(name: str = "Two", **more: Any) -> Any:
    return document_of({"Name": name, "DocumentVersion": "3", "Content": json.dumps(DOCUMENTS[name]), **more}, ("Linux",))


def test_a_document_has_parameters_steps_and_its_own_time_out() -> None:
    found = document()
    assert (found.version, found.steps, found.platforms, found.timeout) == ("3", ("first", "second"), ("Linux",), 3600)
    assert [name for name, parameter in found.parameters.items() if parameter.required] == ["action"]
    script = document("AWS-RunShellScript")
    assert (script.steps, script.timeout) == (("aws:runShellScript",), 3600)


def test_what_is_no_document_for_commands_is_refused() -> None:
    with pytest.raises(CommandError, match="is of type Automation"):
        document(DocumentType="Automation")
    with pytest.raises(CommandError, match="is no JSON"):
        document(Content="---")


def test_values_become_lists_of_texts() -> None:
    given = {"action": ["Install"], "count": 3, "flag": False, "map": {"a": 1}, "word": "abc"}
    assert checked(document(), given) == {
        "action": ["Install"],
        "count": ["3"],
        "flag": ["false"],
        "map": ['{"a":1}'],
        "word": ["abc"],
    }
    assert checked(document("AWS-RunShellScript"), {"commands": "date"}) == {"commands": ["date"]}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "parameters.action is missing"),
        ({"action": None}, "parameters.action is missing"),
        ({"action": "install"}, "'install' is none of 'Install', 'Uninstall'"),
        ({"action": ["Install", "Install"]}, "it is a list of 2"),
        ({"action": {"a": 1}}, "it holds a list or a dictionary"),
        ({"action": "Install", "verb": "x"}, "no such parameter. Hint: it has action, count, flag, map, word"),
        ({"action": "Install", "word": "A"}, r"'A' does not match \^\[a-z\]\*\$"),
        ({"action": "Install", "word": "abcdefghi"}, "it has 9 characters, and at most 8 are allowed"),
    ],
)
def test_what_the_document_does_not_allow_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        checked(document(), given)


def test_all_problems_are_one_message_and_an_empty_list_is_one() -> None:
    with pytest.raises(CommandError) as refused:
        checked(document(), {"word": "A", "verb": 1})
    assert len(str(refused.value).splitlines()) == 3
    with pytest.raises(CommandError, match="0 items, and at least 1"):
        checked(document("AWS-RunShellScript"), {"commands": []})


def test_what_the_node_resolves_is_left_to_the_node_and_so_is_a_foreign_pattern() -> None:
    assert checked(document(), {"action": "{{ssm:ACTION}}", "word": "{{ ssm:A }}"})["action"] == ["{{ssm:ACTION}}"]
    content = {"parameters": {"a": {"type": "String", "allowedPattern": "^[\\p{L}]*$"}}}
    assert checked(document(Content=json.dumps(content)), {"a": "x"}) == {"a": ["x"]}
