# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""RE2's syntax and the agent's timestamps. The expectations are those of Go's package regexp."""

from __future__ import annotations

import re

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.encodings import is_encoding
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.re2 import refusal
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.timestamps import TOKENS, expression, format_refusal, unknown_tokens

TAKEN = (  # noqa: SIM905
    r"""
a|b||c  (a)  (?:a)  (?i)a  (?i:a)  (?s-i:a)  (?P<n>a)  (?<n>a)  []a]  [^]a]  [[:alpha:]]  [[:^alpha:]]  [\d-x]  [a\]b]  [-a]  [a-]  [--a]
\d+\D\s\S\w\W  \bx\B  \A.\z  \Qa*+\E  x{2}  x{2,}  x{2,3}?  x{,3}  {  a{  a{x}  ^*  $^  \x41  \x{10FFFF}  \pL  \p{Greek}  \P{^Greek}  \.\/\-
\077  \12  ()  (|a)  a*?  a+?  a??  (a*)*  (?:x{10}){10}  a*(?U)*  (?i)(?-i)a
"""
).split()
REFUSED = (  # noqa: SIM905
    r"""
(  a)  *  +a  a**  a*+  a++  a{2}{3}  x{2}*  (?=a)  (?!a)  (?<=a)  (?<!a)  (?>a)  \1  \8  \Z  \G  \h  [\Z]  [a  [z-a]  [a-\d]  [[:foo:]]
\  x{1001}  x{3,2}  (?:x{100}){11}  (?P<n>a)(?P<n>b)  (?P<>a)  (?P<a  (?P=n)  (?#c)  (?z)  (?-)  (?i  |*  {2}a  \p{Nope1}  \xZ  \Q\E{2}
"""
).split()


@pytest.mark.parametrize("pattern", ["", *TAKEN])
def test_re2_takes(pattern: str) -> None:
    assert refusal(pattern) == ""


@pytest.mark.parametrize("pattern", REFUSED)
def test_re2_refuses(pattern: str) -> None:
    assert refusal(pattern)


@pytest.mark.parametrize(
    ("pattern", "word"), [("(?=a)", "look-ahead"), ("(a)\\1", "back-reference"), ("a++", "possessive"), ("(a", "not closed")]
)
def test_the_reason_is_in_words(pattern: str, word: str) -> None:
    assert word in refusal(pattern)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("%Y-%m-%dT%H:%M:%S.%f%z", "2026-01-02T03:04:05.123+0100"),
        ("%b %-d %H:%M:%S", "Jan  2 03:04:05"),
        ("[%d/%b/%Y:%H:%M:%S %z]", "[02/Jan/2026:03:04:05 +0000]"),
        ("%-m/%-d/%y %-I:%M:%S %p", "1/2/26 3:04:05 PM"),
        ("%A, %B (%Z)", "Monday, January (UTC)"),
    ],
)
def test_formats_match_their_lines(text: str, line: str) -> None:
    assert not unknown_tokens(text)
    assert not format_refusal(text)
    assert re.search(expression(text), line)


@pytest.mark.parametrize(
    ("text", "unknown"), [("%Y %j", ["%j"]), ("%e %T", ["%e", "%T"]), ("100%", ["%"]), ("%-H", ["%-H"]), ("%%", ["%%"])]
)
def test_unknown_tokens(text: str, unknown: list[str]) -> None:
    assert unknown_tokens(text) == unknown


def test_every_token_makes_an_expression() -> None:
    for token in TOKENS:
        assert not format_refusal(token)


@pytest.mark.parametrize(
    "name", ["utf-8", "UTF-8", " utf8 ", "latin1", "windows-1252", "Shift_JIS", "gb18030", "cp1047", "ISO_8859-1:1987"]
)
def test_known_encodings(name: str) -> None:
    assert is_encoding(name) == (name != "cp1047")


@pytest.mark.parametrize("name", ["", "utf_8", "utf 8", "latin-1", "cp1047", "base64"])
def test_unknown_encodings(name: str) -> None:
    assert not is_encoding(name)
