# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""common-config.toml: the agent's credentials, proxies and authorities. Only what is asked for changes; comments stay."""

from __future__ import annotations

import re

from .errors import HostError

_SECTION = re.compile(r"^\s*\[\s*([\w-]+)\s*\]\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^#\s"'{\[]+))\s*(?:#.*)?$""")
_NOTHING = re.compile(r"^\s*(?:#.*)?$")


NUMBERS = ("imds_retries",)
"""Keys whose values are no text."""


def parse(text: str) -> dict[str, dict[str, str]]:
    """Sections with their keys; values as text."""
    found: dict[str, dict[str, str]] = {}
    section = ""
    for line in text.split("\n"):
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


def _unclear(text: str, section: str) -> int:
    """The number of the first line that may say more than ``parse`` sees, or that no table ``section`` may stand beside; 0 for none."""
    above = True
    for number, line in enumerate(text.split("\n"), 1):
        key = _KEY.match(line)
        above = above and not _SECTION.match(line)
        if not any(kind.match(line) for kind in (_NOTHING, _SECTION, _KEY)) or (above and key and key.group(1) == section):
            return number
    return 0


def _line(name: str, value: str) -> str:
    if name in NUMBERS:
        return f"   {name} = {value}"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'   {name} = "{escaped}"'


def _others(text: str, section: str, names: set[str]) -> dict[tuple[str, str], str]:
    """Every setting but the named ones of the section."""
    found = {(part, name): value for part, settings in parse(text).items() for name, value in settings.items()}
    return {key: value for key, value in found.items() if key[0] != section or key[1] not in names}


def _replaced(text: str, section: str, values: dict[str, str]) -> str:
    lines: list[str] = []
    current, header_at = "", None
    pending = dict(values)
    body = text[:-1] if text.endswith("\n") else text
    for line in body.split("\n") if body else []:
        header, key = _SECTION.match(line), _KEY.match(line)
        if header:
            current = header.group(1)
        if not (key and current == section and key.group(1) in values):
            lines.append(line)
        else:
            value = pending.pop(key.group(1), "")
            lines += [_line(key.group(1), value)] if value else []
        if header and current == section:
            header_at = len(lines)
    added = [_line(name, value) for name, value in pending.items() if value]
    if added and header_at is None:
        lines.append(f"[{section}]")
        header_at = len(lines)
    if added:
        lines[header_at:header_at] = added
    return "\n".join(lines) + "\n"


def merge(text: str, section: str, values: dict[str, str]) -> str:
    """``text`` with these keys of one section set; '' takes the key out. Everything else stays as it was, to the letter.

    Raises:
        HostError: the text is written in such a way that something else would be lost.
    """
    known = parse(text).get(section, {})
    pending = {name: value for name, value in values.items() if known.get(name, "") != value}
    if not pending:
        return text
    merged = _replaced(text, section, pending)
    after = parse(merged).get(section, {})
    taken = all(after.get(name, "") == value for name, value in pending.items())
    unclear = _unclear(text, section)
    # U+FFFD stands for a byte that is not UTF-8, which TOML does not know.
    if unclear or not taken or "\ufffd" in text or _others(merged, section, set(pending)) != _others(text, section, set(pending)):
        raise HostError(
            f"common-config.toml cannot be changed without losing other settings{f' (line {unclear})' if unclear else ''}; "
            f"nothing was changed. Hint: write it in UTF-8 and section [{section}] with a line a key, as the agent's package does"
        )
    return merged
