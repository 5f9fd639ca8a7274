# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""common-config.toml: the agent's credentials, proxies and authorities. Only what is asked for changes; comments stay."""

from __future__ import annotations

import re

_SECTION = re.compile(r"^\s*\[\s*([\w.-]+)\s*\]")
_KEY = re.compile(r"""^\s*([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^#\s]+))""")


def parse(text: str) -> dict[str, dict[str, str]]:
    """Sections with their keys; values as text."""
    found: dict[str, dict[str, str]] = {}
    section = ""
    for line in text.splitlines():
        header = _SECTION.match(line)
        if header:
            section = header.group(1)
            continue
        key = _KEY.match(line)
        if key:
            name, double, single, bare = key.groups()
            value = re.sub(r"\\(.)", r"\1", double) if double is not None else single if single is not None else bare
            found.setdefault(section, {})[name] = value
    return found


def _line(name: str, value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'   {name} = "{escaped}"'


def merge(text: str, section: str, values: dict[str, str]) -> str:
    """``text`` with these keys of one section set; '' takes the key out. Everything else stays as it was, to the letter."""
    known = parse(text).get(section, {})
    pending = {name: value for name, value in values.items() if known.get(name, "") != value}
    if not pending:
        return text
    lines: list[str] = []
    current, header_at = "", None
    for line in text.splitlines():
        header = _SECTION.match(line)
        key = _KEY.match(line)
        if header:
            current = header.group(1)
        lines.append(line)
        if header and current == section:
            header_at = len(lines)
        elif key and current == section and key.group(1) in pending:
            lines.pop()
            value = pending.pop(key.group(1))
            if value:
                lines.append(_line(key.group(1), value))
    added = [_line(name, value) for name, value in pending.items() if value]
    if added and header_at is None:
        lines.append(f"[{section}]")
        header_at = len(lines)
    lines[header_at:header_at] = added
    return "\n".join(lines) + "\n"
