# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ini files of the old agent (awslogs), read as its own parser of Python 3 reads them.

Only values of known keys are taken: a key that somebody wrote there by mistake may hold a secret. Runs on hosts too: Python 3.8 and later,
standard library only, no I/O.
"""

from __future__ import annotations

import configparser
import re
from typing import Any, Mapping, NamedTuple

GENERAL = "general"
GENERAL_KEYS = ("state_file", "logging_config_file", "use_gzip_http_content_encoding", "queue_size")
LOG_KEYS = (
    "file",
    "log_group_name",
    "log_stream_name",
    "datetime_format",
    "time_zone",
    "multi_line_start_pattern",
    "encoding",
    "buffer_duration",
    "initial_position",
    "file_fingerprint_lines",
    "batch_count",
    "batch_size",
    "gzip_http_content_encoding",
    "log_group_class",
    "retention_in_days",
)
KEYS = (*GENERAL_KEYS, *LOG_KEYS)
CLI_KEYS = ("region",)
"""Of awscli.conf nothing else is taken: the rest of it is credentials."""

_SECRET = re.compile(r"secret|token|passw|access_?key|credential", re.IGNORECASE)


class Section(NamedTuple):
    """One section. ``values``: of the known keys, those of [DEFAULT] included; ``others``: the names of all other keys.

    A value that goes on in further lines ends with the end of its first one.
    """

    name: str
    values: dict[str, str]
    others: tuple[str, ...] = ()


class File(NamedTuple):
    """One file. ``defaults``: the known keys of its [DEFAULT]; ``error``: why the old agent cannot read it, '' where it can."""

    path: str
    sections: tuple[Section, ...]
    defaults: dict[str, str]
    error: str = ""

    @property
    def secrets(self) -> list[str]:
        """The names of keys whose values are likely secrets."""
        return sorted({key for section in self.sections for key in section.others if _SECRET.search(key)})

    @property
    def data(self) -> dict[str, Any]:
        """The file as plain data, for JSON."""
        return {**self._asdict(), "sections": [section._asdict() for section in self.sections]}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> File:
        """The file that ``data`` describes."""
        sections = tuple(Section(one["name"], dict(one["values"]), tuple(one["others"])) for one in data["sections"])
        return cls(data["path"], sections, dict(data["defaults"]), data["error"])


def parse(path: str, text: str, keys: tuple[str, ...] = KEYS) -> File:
    """Read the text of the file ``path``; never raises for what it holds, and shows none of its lines in the error."""
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(text.lstrip("\ufeff"), path)
    except configparser.Error as error:
        return File(path, (), {}, _reason(error, keys))
    return File(path, tuple(_section(parser, name, keys) for name in parser.sections()), _known(parser.defaults(), keys))


def _section(parser: configparser.RawConfigParser, name: str, keys: tuple[str, ...]) -> Section:
    items = dict(parser.items(name))
    return Section(name, _known(items, keys), tuple(sorted(set(items) - set(keys))))


def _known(items: Mapping[str, str], keys: tuple[str, ...]) -> dict[str, str]:
    # What continues a value may be another key, indented by mistake, and a secret: the line end alone says that there is more.
    return {key: re.sub(r"\n.*", "\n", value, flags=re.DOTALL) for key, value in items.items() if key in keys}


def _reason(error: configparser.Error, keys: tuple[str, ...]) -> str:
    if isinstance(error, configparser.DuplicateSectionError):
        return f"the section [{error.section}] stands twice, again in line {error.lineno}"
    if isinstance(error, configparser.DuplicateOptionError):
        name = error.option if error.option in keys else "a key"
        return f"the section [{error.section}] has {name} twice, again in line {error.lineno}"
    if isinstance(error, configparser.MissingSectionHeaderError):
        return f"line {error.lineno} stands before the first [section]"
    lines = [str(line) for line, _text in getattr(error, "errors", [])]
    return f"line {', '.join(lines)} is neither key = value nor [section]" if lines else "it is no ini file"
