# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One section of the old agent's configuration becomes one entry of ``collect_list``.

An entry does what awslogs did with the section: where awslogs passed over a value and used a built-in one, so does the entry, and a note
says it. What has two meanings, and what the agent cannot do, is refused.
"""

from __future__ import annotations

import encodings
import re
import warnings
from dataclasses import dataclass, field
from typing import Any, Callable

from .._awslogs.agent import BUILT_IN, Log
from .._awslogs.ini import LOG_KEYS
from .._config.encodings import is_encoding
from .._config.findings import did_you_mean, near_miss
from .._config.placeholders import LOG_NAMES, TIMESTAMP
from .._config.timestamps import unknown_tokens
from .notes import CHANGED, DROPPED, MAPPED, Note, Refusal, first_line

AGENT_KEYS = {
    "file": "file_path",
    "log_group_name": "log_group_name",
    "log_stream_name": "log_stream_name",
    "datetime_format": "timestamp_format",
    "time_zone": "timezone",
    "multi_line_start_pattern": "multi_line_start_pattern",
    "encoding": "encoding",
    "retention_in_days": "retention_in_days",
    "log_group_class": "log_group_class",
}
"""A key of awslogs → the agent's key in an entry of collect_list."""

WITHOUT_EQUIVALENT = {
    "batch_count": "the agent sizes its batches by itself",
    "batch_size": "the agent sizes its batches by itself",
    "queue_size": "the agent sizes its queues by itself",
    "use_gzip_http_content_encoding": "the agent always compresses what it sends",
    "gzip_http_content_encoding": "the agent always compresses what it sends",
    "file_fingerprint_lines": "the agent recognizes a file by its inode, and a truncated one by its size, not by its first lines",
    "logging_config_file": "the agent's own log has the keys agent.logfile and agent.debug",
    "state_file": "the agent has a state file for each log file; cw_agent_awslogs_info shows how far awslogs has sent each file",
}
"""Keys that have no counterpart, and what that means."""

OLD_PLACEHOLDERS = ("instance_id", "hostname", "ip_address")
_COMMENT = re.compile(r"\s[#;]")
_COMMENTED = ("file", "log_group_name", "log_stream_name", "time_zone", "encoding", "retention_in_days", "log_group_class")
_TEMPLATED = ("file", "log_group_name", "log_stream_name")
_TEMPLATE = re.compile(r"\$\{|\{\{|\{%")
_DIRECTIVE = re.compile(r"%(.?)", re.DOTALL)
_PYTHON = frozenset("aAbBcdfGHIjmMpSuUVwWxXyYzZ%")
_LEAST_BUFFER = 5000
_CLASSES = ("STANDARD", "INFREQUENT_ACCESS")
_REQUIRED = {
    "file": "name the log file",
    "log_group_name": "name the log group",
    "log_stream_name": "name the log stream, such as {instance_id}",
}


@dataclass
class Translation:
    """A section on its way. ``entry``: of collect_list; ``flush``: seconds that events wait for their batch at most."""

    log: Log
    mode: str
    entry: dict[str, Any] = field(default_factory=dict)
    flush: int = _LEAST_BUFFER // 1000
    notes: list[Note] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)

    def given(self, key: str) -> str | None:
        """The value as written, None where there is none."""
        return self.log.values.get(key)

    def note(self, key: str, outcome: str, message: str) -> None:
        """Say what became of a key."""
        self.notes.append(Note(self.log.path, self.log.name, key, first_line(self.given(key) or ""), outcome, message))

    def refuse(self, key: str, message: str, hint: str) -> None:
        """Refuse a key's value."""
        self.refusals.append(Refusal(self.log.path, self.log.name, key, first_line(self.given(key) or ""), message, hint))

    def take(self, key: str, value: Any, difference: str = "") -> None:
        """Put a value under the agent's key; ``difference``: what is not the same."""
        self.entry[AGENT_KEYS[key]] = value
        self.note(key, CHANGED if difference else MAPPED, difference or AGENT_KEYS[key])


def translate(log: Log, mode: str) -> Translation:
    """The entry for a section, or why there is none."""
    result = Translation(log, mode)
    plain = [key for key in LOG_KEYS if _plain(result, key)]
    for keys, step in _STEPS:
        if all(key in plain for key in keys):
            step(result)
    for key in [name for name in log.values if name in WITHOUT_EQUIVALENT]:
        result.note(key, DROPPED, WITHOUT_EQUIVALENT[key])
    for name in log.others:
        guess = near_miss(name, LOG_KEYS, 0.75)
        result.notes.append(Note(log.path, log.name, name, "", DROPPED, f"awslogs does not know this key.{did_you_mean(guess)}"))
    return result


def _plain(result: Translation, key: str) -> bool:
    """Whether the value means one thing; refuses it where it does not."""
    value = result.given(key) or ""
    if "\n" in value:
        result.refuse(key, "the value goes on in the next line, because that is indented", "write it in one line, or indent all keys alike")
        return False
    if key in _COMMENTED and _COMMENT.search(value):
        message = (
            "awslogs on Python 3 takes the comment behind the value for a part of it, on Python 2 it cuts off what follows a semicolon"
        )
        result.refuse(key, message, "write the comment in a line of its own")
        return False
    if key in _TEMPLATED and _TEMPLATE.search(value):
        result.refuse(
            key, "this is a template that nobody has filled in; awslogs takes it as it stands", "write the value, or render the file"
        )
        return False
    return True


def _required(result: Translation) -> None:
    for key, hint in _REQUIRED.items():
        if not result.given(key):
            result.refuse(key, "awslogs stops with such a section: the key has no value", hint)


def _file(result: Translation) -> None:
    path = result.given("file")
    if not path:
        return
    flat = re.sub(r"\*{2,}", "*", path)
    difference = ""
    if flat != path:
        difference = f"in awslogs ** means *, in the agent every directory below: file_path is {flat}"
    elif re.search(r"\{[^{}]*,[^{}]*\}", path):
        difference = "awslogs takes {a,b} as it stands, the agent as alternatives"
    result.take("file", flat, difference)


def _name(key: str) -> Callable[[Translation], None]:
    def step(result: Translation) -> None:
        name = result.given(key)
        if not name:
            return
        unknown = [one for one in re.findall(r"\{([^{}]*)\}", name) if one not in OLD_PLACEHOLDERS]
        new = [one for one in unknown if one in LOG_NAMES]
        if new:
            result.refuse(key, f"awslogs takes {{{new[0]}}} as it stands, the agent fills it in", "write what the name is to be")
            return
        if unknown and key == "log_group_name":
            message = f"awslogs knows no {{{unknown[0]}}}, and CloudWatch Logs allows no braces in a group's name"
            result.refuse(key, message, f"write the name, with {_either(OLD_PLACEHOLDERS)} for what differs from host to host")
            return
        changed, differences = name, []
        if "{instance_id}" in name and result.mode != "ec2":
            changed = changed.replace("{instance_id}", "{local_hostname}")
            differences.append("off EC2 awslogs takes the host's name for {instance_id}, which is {local_hostname}")
        if "{hostname}" in name:
            changed = changed.replace("{hostname}", "{local_hostname}")
            differences.append("{hostname} of awslogs is the name that the system has, which is {local_hostname} of the agent")
        if "{ip_address}" in name:
            differences.append("awslogs looks the address of the host's name up, the agent takes the private address of the instance")
        result.take(key, changed, "; ".join(differences))

    return step


def _either(names: tuple[str, ...]) -> str:
    return " or ".join("{" + name + "}" for name in names)


def format_in_force(text: str) -> bool:
    """Whether awslogs takes the datetime_format *text*; else it takes the time of reading."""
    return bool(text) and all(code in _PYTHON and code for code in _DIRECTIVE.findall(text))


def _timestamp(result: Translation) -> None:
    text = result.given("datetime_format")
    if text is None:
        return
    if not format_in_force(text):
        result.note(
            "datetime_format", DROPPED, "awslogs does not take this format, and gives events the time of reading; so does the agent"
        )
        return
    unknown = unknown_tokens(text)
    if unknown:
        hint = "write it with %Y %y %m %d %b %B %a %A %H %I %M %S %p %Z %z %f, or leave it out: then the time of reading counts"
        result.refuse("datetime_format", f"the agent does not know {', '.join(unknown)}", hint)
        return
    result.take("datetime_format", text)


def _time_zone(result: Translation) -> None:
    zone = result.given("time_zone")
    if zone is None:
        return
    if zone not in ("UTC", "LOCAL"):
        result.note(
            "time_zone", CHANGED, "awslogs knows UTC and LOCAL, and takes LOCAL for anything else; so does the agent without timezone"
        )
    elif not format_in_force(result.log.value("datetime_format")):
        result.note("time_zone", DROPPED, "it means something with datetime_format only")
    else:
        result.take("time_zone", "UTC" if zone == "UTC" else "LOCAL")


def _pattern(result: Translation) -> None:
    pattern = result.given("multi_line_start_pattern")
    if pattern is None:
        return
    built_in = "awslogs takes its built-in pattern then, a line that does not begin with a blank; so does the agent"
    if pattern == "{datetime_format}":
        if format_in_force(result.log.value("datetime_format")):
            result.take("multi_line_start_pattern", TIMESTAMP)
        else:
            result.note("multi_line_start_pattern", DROPPED, f"there is no datetime_format that awslogs takes: {built_in}")
    elif pattern in ("", BUILT_IN["multi_line_start_pattern"]):
        result.note("multi_line_start_pattern", MAPPED, "it is what the agent does anyway")
    elif not _compiles(pattern):
        result.note("multi_line_start_pattern", CHANGED, f"it is no expression of Python: {built_in}")
    else:
        result.take("multi_line_start_pattern", pattern)


def _compiles(pattern: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            re.compile(pattern)
        except (re.error, OverflowError, RecursionError):
            return False
    return True


def _encoding(result: Translation) -> None:
    name = result.given("encoding")
    if name is None:
        return
    codec = _codec(name)
    if codec is None:
        result.note("encoding", CHANGED, "awslogs does not know this encoding, and takes utf_8; so does the agent without encoding")
        return
    known = next((one for one in _spellings(codec) if is_encoding(one)), "")
    if not known:
        hint = "convert the file, or let the program write UTF-8"
        result.refuse("encoding", "the agent does not know this encoding of Python", hint)
    elif known == "utf-8":
        result.note("encoding", MAPPED, "it is what the agent does anyway")
    else:
        difference = "awslogs goes by the byte order mark, the agent takes little-endian" if codec == "utf-16" else ""
        result.take("encoding", known, difference)


def _codec(name: str) -> str | None:
    """The name of Python's codec, as awslogs finds it; None where it finds none."""
    try:
        found = encodings.search_function(name)
    except (ImportError, ValueError, LookupError, TypeError):
        return None
    return found.name if found else None


def _spellings(codec: str) -> list[str]:
    if codec == "utf-16":
        return ["utf-16le"]
    hyphenated = codec.replace("_", "-")
    return [codec.removesuffix("-sig"), hyphenated, hyphenated.replace("iso8859", "iso-8859"), f"x-{hyphenated}"]


def _buffer(result: Translation) -> None:
    text = result.given("buffer_duration")
    if text is None:
        return
    try:
        duration = int(text)
    except ValueError:
        result.note("buffer_duration", CHANGED, f"awslogs takes {_LEAST_BUFFER} for what is no number; so does the agent")
        return
    result.flush = max(duration, _LEAST_BUFFER) // 1000
    if duration < _LEAST_BUFFER:
        result.note("buffer_duration", CHANGED, f"awslogs takes {_LEAST_BUFFER} at least, which is what the agent does anyway")
    else:
        result.note("buffer_duration", MAPPED, "logs.force_flush_interval, in seconds, one value for all files")


def _position(result: Translation) -> None:
    text = result.given("initial_position")
    if text == "end_of_file":
        message = "the agent reads a file that it has no offset of from its beginning: what the file holds at the cut-over is sent again"
        result.note("initial_position", DROPPED, message)
    elif text is not None:
        fallback = "" if text == "start_of_file" else "awslogs does not know this position, and takes start_of_file: "
        result.note("initial_position", CHANGED if fallback else MAPPED, f"{fallback}the agent begins there anyway")


def _retention(result: Translation) -> None:
    text = result.given("retention_in_days")
    if text is None:
        return
    try:
        days = int(text)
    except ValueError:
        result.refuse("retention_in_days", "it is no number of days", "write a whole number, or remove the key")
        return
    result.take("retention_in_days", days, "awslogs passes over this key, the agent sets the retention of the log group")


def _class(result: Translation) -> None:
    text = result.given("log_group_class")
    if text is None:
        return
    if text.upper() not in _CLASSES:
        result.refuse("log_group_class", "there is no such class", f"write {' or '.join(_CLASSES)}, or remove the key")
        return
    result.take("log_group_class", text.upper(), "awslogs passes over this key, the agent makes a new log group in this class")


_STEPS: tuple[tuple[tuple[str, ...], Callable[[Translation], None]], ...] = (
    ((), _required),
    (("file",), _file),
    (("log_group_name",), _name("log_group_name")),
    (("log_stream_name",), _name("log_stream_name")),
    (("datetime_format",), _timestamp),
    (("datetime_format", "time_zone"), _time_zone),
    (("datetime_format", "multi_line_start_pattern"), _pattern),
    (("encoding",), _encoding),
    (("buffer_duration",), _buffer),
    (("initial_position",), _position),
    (("retention_in_days",), _retention),
    (("log_group_class",), _class),
)
"""The keys that a step reads, each of which has to mean one thing, and the step."""
