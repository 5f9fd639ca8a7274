# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths in the ways they are written."""

from __future__ import annotations

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.pointer import at, dotted, pointer, spoken, steps, walk


def test_pointers_are_escaped() -> None:
    assert pointer(("a/b", 0, "c~d")) == "/a~1b/0/c~0d"
    assert steps("/a~1b/0/c~0d") == ("a/b", "0", "c~d")
    assert pointer(()) == ""


def test_paths_in_words() -> None:
    assert spoken(()) == "the configuration"
    assert spoken(("metrics", "mem")) == "mem"
    assert spoken(("procstat", 2)) == "entry 3 of procstat"
    assert dotted(("logs", "files", 0, "x")) == "logs.files.x"


def test_everything_is_walked_in_its_order() -> None:
    assert [path for path, _value in walk({"a": [1, {"b": 2}], "c": 3})] == [(), ("a",), ("a", 0), ("a", 1), ("a", 1, "b"), ("c",)]


def test_what_a_path_leads_to() -> None:
    value = {"procstat": [{"exe": "a"}, {"exe": "b"}]}
    assert at(value, ("procstat", 1, "exe")) == "b"
    assert at(value, ()) is value
    with pytest.raises(LookupError):
        at(value, ("procstat", 2))
