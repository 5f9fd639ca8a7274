# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What variables take out of Ansible Vault, by the types that ansible-core gives it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.vaulted import Vaulted
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.vault import VaultReader


class EncryptedString:
    """As ansible-core has it: no str, and decrypted as text."""

    def __str__(self) -> str:
        return "hidden"


def taken(raw: Any, rendered: Any, **variables: Any) -> Vaulted:
    return VaultReader().of("fragment", raw, rendered, variables)


@pytest.mark.parametrize(
    ("raw", "rendered", "variables", "names", "texts"),
    [
        ({"a": [EncryptedString()]}, {"a": ["hidden"]}, {}, {"fragment"}, {"hidden"}),
        ({"a": "{{ secret }}"}, {"a": "hidden"}, {"secret": EncryptedString()}, {"secret"}, {"hidden"}),
        (
            {"a": "{{ b }}"},
            {"a": "HIDDEN!"},
            {"b": "{{ secret | upper }}!", "secret": EncryptedString()},
            {"secret"},
            {"hidden", "HIDDEN!"},
        ),
        ("{{ all }}", {"x": ["hidden", 1]}, {"all": {"x": [EncryptedString(), 1]}}, {"all"}, {"hidden", "1"}),
        ({"a": "{{ b }}"}, {"a": "x"}, {"b": "{{ b }}", "secret": EncryptedString()}, set(), set()),
        ({"a": "secret"}, {"a": "secret"}, {"secret": EncryptedString()}, set(), set()),
    ],
)
def test_names_and_texts(raw: Any, rendered: Any, variables: dict[str, Any], names: set[str], texts: set[str]) -> None:
    assert taken(raw, rendered, **variables) == Vaulted(frozenset(names), frozenset(texts))


def test_a_variable_that_contains_itself_takes_nothing() -> None:
    value: list[Any] = []
    value.append(value)
    assert taken({"a": "{{ b }}"}, {"a": "x"}, b=value) == Vaulted()


@pytest.mark.parametrize(("header", "secret"), [("$ANSIBLE_VAULT;1.1;AES256\n", True), ("secret: x\n", False)])
def test_values_of_an_encrypted_file(tmp_path: Any, header: str, secret: bool) -> None:
    file = tmp_path / "vars.yml"
    file.write_text(header, encoding="utf-8")

    class Positioned(str):
        ansible_pos = (str(file), 1, 1)

    assert bool(taken({"a": Positioned("x")}, {"a": "x"}).names) is secret
