# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One word for one thing: nothing that users read has a word of our own where Ansible, AWS or Python have one."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Iterator

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]

PRIVATE = {
    r"mend(s|ed|ing)?": "hint, fix, correct",
    r"told(?! apart| otherwise)": "found, reported",
    r"judg(e|es|ed|ing|ement|ment)s?": "validate (configurations), evaluate (telemetry)",
    r"rooms?": "package",
    r"kept(?! out of)": "present, retained, unchanged",
    r"wish(es|ed)?": "desired",
    r"strangers?": "unmanaged",
    r"leftovers?": "stale files",
    r"(the|a|one|two|few|these|those|its|their|\d+) looks?|looks? (at|of) (a|the|every|each|all) hosts?|looked at": "observation, observed",
    r"held in parts|parts held": "multi-part",
    r"(?<!--)quiet(?!:|`|'|\"| (mode|machine|option))": "no data",
    r"shut(?!down| down)": "unreadable",
    r"pace[sd]?": "rate limit",
    r"unmade": "not made",
    r"(?<!in )(?<!in the )(?<!takes )(?<!take )(?<!taken its )(?<!takes its )(?<!first )places?(?! (of|in|as|it|them|a|the|by)\b)": (
        "target (region and profile), path"
    ),
    r"(?<!time )series(?! of)": "metrics",
}
"""Private words as regular expressions, and what to write."""

_WORDS = re.compile(rf"\b(?:{'|'.join(f'(?P<w{number}>{word})' for number, word in enumerate(PRIVATE))})\b", re.IGNORECASE)
_CODE = re.compile(r"``[^`]*``|`[^`]*`|\b[A-Z]\([^)]*\)|https?://\S+")
"""Names in texts: keys of the agent's configuration (quiet) are not our words."""


def _documentation(file: Path) -> Iterator[str]:
    """What ansible-doc shows of a module or plugin."""
    if file.suffix == ".py":
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            names = [target.id for target in getattr(node, "targets", []) if isinstance(target, ast.Name)]
            if (
                {"DOCUMENTATION", "EXAMPLES", "RETURN"} & set(names)
                and isinstance(node, ast.Assign)
                and isinstance(node.value, ast.Constant)
            ):
                yield str(node.value.value)
    else:
        yield file.read_text(encoding="utf-8")


def _messages(file: Path) -> Iterator[str]:
    """Text in code that is no documentation of code: constants with a space in them."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    comments = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }  # docstrings, and those of attributes
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value and id(node) not in comments:
            yield node.value


def _names(file: Path) -> Iterator[str]:
    """Names and descriptions in YAML: of tasks, options and entry points."""
    pending = [yaml.safe_load(file.read_text(encoding="utf-8"))]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            pending += value.values()
        elif isinstance(value, list):
            pending += value
        elif isinstance(value, str) and " " in value:
            yield re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", value, flags=re.DOTALL)


def sources() -> Iterator[tuple[str, str]]:
    """(file, text) of everything that users read."""
    texts = [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.rst"),
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("roles/*/README.md"),
        ROOT / "demo/README.md",
    ]
    texts += [*ROOT.glob("roles/*/defaults/main.yml"), *ROOT.glob("playbooks/*.yml")]
    for file in texts:
        if file.exists():
            yield str(file.relative_to(ROOT)), file.read_text(encoding="utf-8")
    for file in [*ROOT.glob("roles/*/meta/argument_specs.yml"), *ROOT.glob("roles/*/tasks/*.yml"), *ROOT.glob("meta/*.yml")]:
        for text in _names(file):
            yield str(file.relative_to(ROOT)), text
    for kind in ("modules", "filter", "test", "lookup", "doc_fragments", "inventory"):
        for file in [*ROOT.glob(f"plugins/{kind}/*.py"), *ROOT.glob(f"plugins/{kind}/*.yml")]:
            for text in _documentation(file):
                yield str(file.relative_to(ROOT)), text
    for file in ROOT.glob("plugins/**/*.py"):
        for text in _messages(file):
            yield str(file.relative_to(ROOT)), text


def found() -> dict[str, list[str]]:
    """File → the private words in it, each with what stands around it."""
    result: dict[str, list[str]] = {}
    for file, text in sources():
        readable = _CODE.sub("", text) if "\n" in text or file.endswith((".md", ".rst")) else text
        for match in _WORDS.finditer(readable):
            around = " ".join(readable[max(0, match.start() - 30) : match.end() + 30].split())
            result.setdefault(file, []).append(f"{match[0]!r} in … {around} …; write {_instead(match)}")
    return {file: list(dict.fromkeys(words)) for file, words in result.items()}


def _instead(match: re.Match[str]) -> str:
    number = next(int(name[1:]) for name, text in match.groupdict().items() if text is not None)
    return list(PRIVATE.values())[number]


def test_no_private_word_where_users_read() -> None:
    files = found()
    assert not files, "\n".join(f"{file}: {words}" for file, lines in sorted(files.items()) for words in lines)


@pytest.mark.parametrize(
    "text",
    [
        "Mend the region",
        "hosts that are told",
        "judged by the newest",
        "state is kept",
        "two looks at a host",
        "the place of it is a place",
        "is shut",
        "12 series",
    ],
)
def test_the_list_finds_them(text: str) -> None:
    assert _WORDS.search(text)


@pytest.mark.parametrize(
    "text",
    [
        "in place of",
        "recommend",
        "amend",
        "takes place",
        "replaced",
        "time series",
        "shut down",
        "shutdown",
        "prejudge",
        "placement",
        "a bedroom",
    ],
)
def test_the_list_leaves_other_words_alone(text: str) -> None:
    assert not _WORDS.search(text)
