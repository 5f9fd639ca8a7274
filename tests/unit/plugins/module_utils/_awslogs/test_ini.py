# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The old agent's ini files, with the quirks of its parser."""

from __future__ import annotations

import json

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._awslogs.ini import CLI_KEYS, File, parse


def values(text: str) -> dict[str, dict[str, str]]:
    found = parse("awslogs.conf", text)
    assert not found.error
    return {section.name: section.values for section in found.sections}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a]\nfile = /x\n", "/x"),
        ("[a]\nFILE: /x\n", "/x"),
        ("\t[a]\n\t\tfile = /x\n\t\ttime_zone = UTC\n", "/x"),
        ("\ufeff[a]\r\nfile = /x\r\n", "/x"),
        ("[DEFAULT]\nfile = /x\n[a]\ntime_zone = UTC\n", "/x"),
        ("[a]\nfile = /x # not a comment\n", "/x # not a comment"),
        ("[a]\nfile = %(y)s %H\n", "%(y)s %H"),
        ("[a]\nfile = [x]\n# comment\n; comment\n", "[x]"),
        ("[a]\nfile = /x\n  /y\n  /z\n", "/x\n"),
        ("[a]\nfile =\n", ""),
    ],
)
def test_a_value_is_what_awslogs_reads(text: str, expected: str) -> None:
    assert values(text)["a"]["file"] == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("file = /x\n", "line 1 stands before the first [section]"),
        ("[a]\nfile = /x\n[a]\nfile = /y\n", "the section [a] stands twice, again in line 3"),
        ("[a]\nfile = /x\nFile = /y\n", "the section [a] has file twice, again in line 3"),
        ("[a]\nhunter2 = x\nhunter2 = y\n", "the section [a] has a key twice, again in line 3"),
        ("[a]\nfile = /x\nhunter2\nhunter3\n", "line 3, 4 is neither key = value nor [section]"),
    ],
)
def test_a_file_that_awslogs_cannot_read_has_a_reason_without_its_lines(text: str, reason: str) -> None:
    assert parse("awslogs.conf", text).error == reason


def test_values_of_other_keys_are_not_taken() -> None:
    text = "[default]\nregion = eu-west-1\naws_secret_access_key = hunter2\noutput = json\n"
    found = parse("awscli.conf", text, CLI_KEYS)
    assert found.sections[0].values == {"region": "eu-west-1"}
    assert found.sections[0].others == ("aws_secret_access_key", "output")
    assert found.secrets == ["aws_secret_access_key"]
    assert "hunter2" not in repr(found)


def test_a_secret_that_is_indented_by_mistake_is_not_taken() -> None:
    assert "hunter2" not in repr(parse("awslogs.conf", "[a]\nfile = /x\n  aws_secret_access_key = hunter2\n"))


def test_a_file_survives_json() -> None:
    found = parse("awslogs.conf", "[DEFAULT]\ntime_zone = UTC\n[a]\nfile = /x\nodd = 1\n")
    assert File.of(json.loads(json.dumps(found.data))) == found
