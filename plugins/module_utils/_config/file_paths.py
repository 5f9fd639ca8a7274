# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the agent makes of a file_path: its patterns (plugins/inputs/logfile/globpath of the agent), and what it never finds."""

from __future__ import annotations

import re

_DRIVE = re.compile(r"[A-Za-z]:($|[\\/])|\\\\[^\\]")
_META = re.compile(r"[*?\[]")
_WILD = re.compile(r"\*+|\?|\[[^\]]*\]|\{[^{}]*\}")
_ALTERNATIVES = re.compile(r"\{[^{}]*,[^{}]*\}")
_BRACES = re.compile(r"\{[^{},]*\}")
_FILLED_IN = re.compile(r"\$\{\w+\}|\$[A-Z][A-Z_]+|%[A-Za-z]\w+%|^~")
_SETS = re.compile(r"\[[^\]]+\]")
_BRACE = re.compile(r"[{}]")
_GROUPS = re.compile(r"\{[^{}]*\}")
_SEVERAL = re.compile(r"[^{},]*,\s*(/|[A-Za-z]:[\\/])[^{},]*")
_STRFTIME = re.compile(r"%-?[YmdHMSyjB]")
_SEPARATORS = {"windows": re.compile(r"[\\/]+")}
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff]")
_IN_TEXT = frozenset("\t\n\r\u00a0\u2028\u2029")
_ESCAPES = {
    "\0": "\\0", "\a": "\\a", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\v": "\\v", "\f": "\\f", "\r": "\\r", "\x1b": "\\e",
    "\x85": "\\N", "\xa0": "\\_", "\u2028": "\\L", "\u2029": "\\P",
}  # fmt: skip
"""How YAML writes a character in double quotes."""


def foreign(name: str, platform: str) -> str:
    """The platform that the path *name* is of, if it is another one than *platform*; '' if not."""
    if platform == "windows":
        return "Linux" if name.startswith("/") and not name.startswith("//") else ""
    return "Windows" if _DRIVE.match(name) or ("\\" in name and "/" not in name) else ""


def control_characters(value: str, text: bool = False) -> list[str]:
    """The control characters in *value* as YAML escapes them; of *text* (no path) tabs, ends of lines and odd spaces are no mistake."""
    found = dict.fromkeys(char for char in _CONTROLS.findall(value) if not (text and char in _IN_TEXT))
    return [_ESCAPES.get(char, f"\\x{ord(char):02x}") for char in found]


def never_matches(name: str, platform: str, braces: bool) -> tuple[str, str]:
    """(what is wrong with *name*, hint) where no file can match it, or another than meant; ('', '') where one may.

    *braces*: the agent knows {a,b} outside of patterns with **.
    """
    template = "{{" in name  # which another rule reports
    checks = (
        (not name.strip(), "is empty: it matches no file", ""),
        (name.startswith(('"', "'")), "begins with a quote, which the agent takes for a part of the name", "Take the quotes out."),
        (name != name.strip(" "), "begins or ends with a blank, which the agent takes for a part of the name", "Take the blank out."),
        (bool(_SEVERAL.fullmatch(name)), "is taken for the path of one file, comma and all", "Make an entry for each of the files."),
        (name.endswith(("/", "\\")), "is a directory, which the agent passes over", "Name the files in it, such as /var/log/app/*.log."),
        (
            not template and any(pattern.search(name) for pattern in (_FILLED_IN, _STRFTIME, _BRACES)),
            "is taken as it stands: the agent fills in nothing in file_path, so it matches no file",
            "Write * for what changes, and let a template of Ansible fill in what does not.",
        ),
        (
            not _absolute(name, platform),
            "is no absolute path: it counts from the directory in which the service runs",
            "Write the path from the root on.",
        ),
        (
            not template and ("[" in _SETS.sub("", name) or bool(_BRACE.search(_GROUPS.sub("", name)))),
            "has a bracket without its partner: it matches no file",
            "",
        ),
        (
            platform == "windows" and "**" in name and "/" in name,
            "matches no file: patterns with ** need backslashes on Windows",
            "Write the path with backslashes.",
        ),
    )
    first = next(((reason, hint) for wrong, reason, hint in checks if wrong), None)
    return first or (_braces_reason(name, platform, braces) if _ALTERNATIVES.search(name) else ("", ""))


def _absolute(name: str, platform: str) -> bool:
    return bool(_DRIVE.match(name)) if platform == "windows" else name.startswith(("/", "**"))


def _braces_reason(name: str, platform: str, braces: bool) -> tuple[str, str]:
    hint = "Make an entry for each of the alternatives, or write * for them."
    if not braces and "**" not in name:
        return "matches no file: before agent 1.300028 {a,b} works together with ** only", hint
    for step in _steps(name, platform)[:-1]:
        if _META.search(step):
            break
        if "{" in step:
            return "matches no file: {a,b} in a directory works only behind a directory with *, ? or [ ]", hint
    return "", ""


def _steps(name: str, platform: str) -> list[str]:
    separators = _SEPARATORS.get(platform)
    return separators.split(name) if separators else name.split("/")


def different_logs(name: str, platform: str) -> bool:
    """Whether the pattern *name* means several logs, not one under changing names (such as app.log* or app-*.log)."""
    *directories, last = _steps(name, platform)
    if any(_WILD.search(step) for step in directories) or "**" in last or _ALTERNATIVES.search(last):
        return True
    stem = last.split(".")[0] if not last.startswith(".") else last
    return bool(_WILD.search(stem)) and not _WILD.sub("", stem)
