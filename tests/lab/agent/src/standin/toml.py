# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""As much TOML as the agent's files need: tables, arrays of tables, scalars and lists (Python 3.8 has no tomllib)."""

from __future__ import annotations

import json
import re

HEADER = re.compile(r"^\[(\[)?\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?$")
PAIR = re.compile(r'^\s*([A-Za-z0-9_.\-]+|"(?:[^"\\]|\\.)*")\s*=\s*(.+)$')
BARE = re.compile(r"[A-Za-z0-9_\-]+")


def loads(text: str) -> dict:
    """Parse a document; ValueError names the line that is no TOML."""
    root: dict = {}
    table = root
    for raw in text.split("\n"):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        header = HEADER.match(line)
        if header:
            table = _descend(root, header.group(2).split("."), bool(header.group(1)))
            continue
        pair = PAIR.match(line)
        if not pair:
            raise ValueError(f"no TOML: {line}")
        key = pair.group(1)
        table[json.loads(key) if key.startswith('"') else key] = _value(pair.group(2))
    return root


def _descend(root: dict, names: list[str], append: bool) -> dict:
    """Return the table a header opens."""
    here = root
    for index, name in enumerate(names):
        last = index == len(names) - 1
        if last and append:
            here.setdefault(name, []).append({})
        found = here.setdefault(name, {})
        here = found[-1] if isinstance(found, list) else found
    return here


def _value(text: str) -> object:
    """Read one value (all that is used is spelt as in JSON, or in single quotes); what follows it on the line is a comment."""
    text = text.strip()
    if text.startswith("'"):
        return text[1 : text.index("'", 1)]
    return json.JSONDecoder().raw_decode(text)[0]


def dumps(document: dict) -> str:
    """Write a document: scalars and lists of a table first, then its sub-tables in name order."""
    lines: list[str] = []
    _write(document, [], lines)
    return "\n".join(lines).strip("\n") + "\n"


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _write(table: dict, path: list[str], lines: list[str]) -> None:
    """Append the lines of one table."""
    plain = [key for key in sorted(table) if not isinstance(table[key], dict) and not _is_tables(table[key])]
    for key in plain:
        name = key if BARE.fullmatch(key) else json.dumps(key, ensure_ascii=False)
        lines.append("{}{} = {}".format("  " * len(path), name, json.dumps(table[key], ensure_ascii=False)))
    for key in sorted(table):
        inner = [*path, key]
        indent = "  " * len(path)
        if isinstance(table[key], dict):
            lines.extend(["", "{}[{}]".format(indent, ".".join(inner))])
            _write(table[key], inner, lines)
        elif _is_tables(table[key]):
            for item in table[key]:
                lines.extend(["", "{}[[{}]]".format(indent, ".".join(inner))])
                _write(item, inner, lines)
