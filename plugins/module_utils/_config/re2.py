# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a regular expression is one for RE2, the engine of the agent: a reader of its syntax, linear in the length of the text.

Source: the syntax that Go's package regexp documents. Python's own engine accepts other things (look-around, back-references), refuses
some that RE2 takes, and can be slow, so it is no help here.
"""

from __future__ import annotations

import re

_REPEAT = re.compile(r"\{(\d+)(?:(,)(\d*))?\}")
_NAME = re.compile(r"\w+", re.ASCII)
_FLAGS = re.compile(r"([imsU]*)(?:-([imsU]+))?([:)])")
_POSIX = frozenset("alnum alpha ascii blank cntrl digit graph lower print punct space upper word xdigit".split())  # noqa: SIM905
_PLAIN_ESCAPES = {"a": "\a", "f": "\f", "t": "\t", "n": "\n", "r": "\r", "v": "\v"}
_CLASS_ESCAPES = frozenset("dDsSwW")
_EMPTY_ESCAPES = frozenset("AbBz")
_CATEGORIES = re.compile(r"\^?(Any|Assigned|LC|C[cfos]?|L[lmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|S[ckmo]?|Z[lps]?|[A-Z][a-z]+(_[A-Z][a-z]+)*)")
_MOST = 1000
_WORDS = {"(?=": "look-ahead", "(?!": "look-ahead", "(?<=": "look-behind", "(?<!": "look-behind", "(?>": "an atomic group"}


class _RefusedError(Exception):
    pass


def refusal(pattern: str) -> str:
    """Why RE2 refuses *pattern*; '' if it takes it."""
    try:
        _Reader(pattern).read()
    except _RefusedError as reason:
        return str(reason)
    return ""


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.open: list[int] = []
        self.names: set[str] = set()
        self.operand = False
        self.repeated = False
        self.weights: list[int] = [1]
        self.last_weight = 1

    def read(self) -> None:
        while self.at < len(self.text):
            self._step(self.text[self.at])
        if self.open:
            raise _RefusedError(f"a parenthesis is not closed: {self.text[self.open[-1] : self.open[-1] + 20]}")

    def _step(self, char: str) -> None:
        if char == "(":
            self._group()
        elif char == ")":
            self._close()
        elif char == "|":
            self.at += 1
            self.operand = self.repeated = False
        elif char in "*+?":
            self._repeat(self.at + 1, 1)
        elif char == "{" and (match := _REPEAT.match(self.text, self.at)):
            self._repeat(match.end(), self._count(match))
        elif char == "[":
            self._char_class()
            self._operand()
        elif char == "\\":
            self._escape()
        else:
            self.at += 1
            self._operand()

    def _operand(self) -> None:
        self.operand, self.repeated, self.last_weight = True, False, 1

    def _count(self, match: re.Match[str]) -> int:
        least = int(match[1])
        most = least if match[2] is None else int(match[3]) if match[3] else -1
        if least > _MOST or most > _MOST or 0 <= most < least:
            raise _RefusedError(f"{match[0]} repeats more often than 1000 times, or backwards")
        return max(least, most, 1)

    def _repeat(self, end: int, count: int) -> None:
        operator = self.text[self.at : end]
        if self.repeated:
            raise _RefusedError(f"{operator} follows another repetition (RE2 knows no possessive ones)")
        if not self.operand:
            raise _RefusedError(f"{operator} has nothing to repeat")
        if end < len(self.text) and self.text[end] == "?":
            end += 1
        self.last_weight *= count
        if self.last_weight > _MOST:
            raise _RefusedError(f"{operator} repeats repetitions, more than 1000 times in all")
        self.weights[-1] = max(self.weights[-1], self.last_weight)
        self.at, self.repeated = end, True

    def _group(self) -> None:
        start = self.at
        self.at += 1
        if self.text.startswith("?", self.at):
            self._extension(start)
            if self.text[self.at - 1] == ")":
                self.repeated = False
                return
        self.open.append(start)
        if len(self.open) > _MOST:
            raise _RefusedError("groups nest deeper than 1000 levels")
        self.weights.append(1)
        self.operand = self.repeated = False

    def _extension(self, start: int) -> None:
        """What follows ``(?``: a name or flags; leaves the position after it."""
        for sign, word in _WORDS.items():
            if self.text.startswith(sign, start):
                raise _RefusedError(f"{self.text[start : start + 12]} is {word}, which RE2 does not have")
        named = "(?P<" if self.text.startswith("(?P<", start) else "(?<" if self.text.startswith("(?<", start) else ""
        if named:
            name = _NAME.match(self.text, start + len(named))
            if not name or not self.text.startswith(">", name.end()) or name[0] in self.names:
                raise _RefusedError(f"{self.text[start : start + 20]} has no name, a wrong one, or one that is taken")
            self.names.add(name[0])
            self.at = name.end() + 1
            return
        flags = _FLAGS.match(self.text, start + 2)
        if not flags or (flags[2] is None and self.text[start + 2 : start + 3] == "-"):
            raise _RefusedError(f"{self.text[start : start + 12]} is no group that RE2 knows")
        self.at = flags.end()

    def _close(self) -> None:
        if not self.open:
            raise _RefusedError("a parenthesis is closed that was not opened")
        self.open.pop()
        weight = self.weights.pop()
        self.at += 1
        self._operand()
        self.last_weight = weight

    def _escape(self) -> None:
        following = self.text[self.at + 1 : self.at + 2]
        if following == "Q":
            end = self.text.find("\\E", self.at + 2)
            quoted = self.text[self.at + 2 :] if end < 0 else self.text[self.at + 2 : end]
            self.at = len(self.text) if end < 0 else end + 2
            self.repeated = False
            if quoted:
                self._operand()
            return
        if following in _EMPTY_ESCAPES and following:
            self.at += 2
        else:
            self._char_escape()
        self._operand()

    def _char_escape(self) -> str | None:
        """Pass over the escape at the position; the character that it means, or None for a class of characters."""
        start, self.at = self.at, self.at + 2
        char = self.text[start + 1 : self.at]
        if not char:
            raise _RefusedError("it ends with a backslash")
        if char in _CLASS_ESCAPES:
            return None
        if char in "pP":
            self._unicode_class(start)
            return None
        if char == "x":
            return self._hexadecimal(start)
        if char in "01234567" and (octal := re.compile(r"0[0-7]{0,2}|[1-7][0-7]{1,2}").match(self.text, start + 1)):
            self.at = octal.end()
            return chr(int(octal[0], 8))
        if char in _PLAIN_ESCAPES:
            return _PLAIN_ESCAPES[char]
        if char.isascii() and not char.isalnum():
            return char
        reason = "is a back-reference, which RE2 does not have" if char in "123456789" else "is no escape that RE2 knows"
        raise _RefusedError(f"\\{char} {reason}")

    def _unicode_class(self, start: int) -> None:
        name = self.text[self.at : self.at + 1]
        end = self.at + 1
        if name == "{":
            closing = self.text.find("}", self.at)
            name, end = self.text[self.at + 1 : closing], closing + 1
            if closing < 0:
                name = ""
        if not _CATEGORIES.fullmatch(name):
            raise _RefusedError(f"{self.text[start : start + 12]} names no class of characters")
        self.at = end

    def _hexadecimal(self, start: int) -> str:
        match = re.compile(r"\{([0-9A-Fa-f]{1,8})\}|([0-9A-Fa-f]{2})").match(self.text, self.at)
        value = int(match[1] or match[2], 16) if match else -1
        if not match or value > 0x10FFFF:
            raise _RefusedError(f"{self.text[start : start + 10]} is no character's number")
        self.at = match.end()
        return chr(value)

    def _char_class(self) -> None:
        start = self.at
        self.at += 1
        if self.text.startswith("^", self.at):
            self.at += 1
        first = True
        while first or not self.text.startswith("]", self.at):
            if self.at >= len(self.text):
                raise _RefusedError(f"a bracket is not closed: {self.text[start : start + 20]}")
            self._class_item(first)
            first = False
        self.at += 1

    def _class_item(self, first: bool) -> None:
        start = self.at
        if self.text.startswith("-", start) and not first and self.text[start + 1 : start + 2] not in ("]", ""):
            # a hyphen that joins nothing may stand first or last only; Perl's syntax, which the agent uses, lets it stand
            self.at += 1
            return
        if self.text.startswith("[:", start):
            end = self.text.find(":]", start + 2)
            if end >= 0:
                if self.text[start + 2 : end].lstrip("^") not in _POSIX:
                    raise _RefusedError(f"{self.text[start : end + 2]} names no class of characters")
                self.at = end + 2
                return
        low = self._class_char()
        if low is None:
            return
        if self.text.startswith("-", self.at) and self.text[self.at + 1 : self.at + 2] not in ("]", ""):
            self.at += 1
            high = self._class_char()
            if high is None or high < low:
                raise _RefusedError(f"{self.text[start : self.at]} is no range of characters")

    def _class_char(self) -> str | None:
        if self.text.startswith("\\", self.at):
            return self._char_escape()
        if self.at >= len(self.text):
            raise _RefusedError("a bracket is not closed")
        self.at += 1
        return self.text[self.at - 1]
