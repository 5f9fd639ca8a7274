# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The environment of the agent's process: variables, and the level of its log.

The agent writes env-config.json anew at each translation, and each start of its service translates; the level of the log is among the keys
that it resets then. What is to last stands in the environment of the unit instead, which the agent takes where env-config.json says nothing
else: at its start, and for the level of the log 30 s later. A running agent gets another level by its control program.
"""

from __future__ import annotations

import json
import re
from typing import Any, Collection, Mapping, NamedTuple

from . import safe_files
from .complaints import complaint
from .errors import HostError
from .layout import ENVIRONMENT_FILE
from .system import Host, ending, read_text

LEVEL = "CWAGENT_LOG_LEVEL"
LEVELS = ("INFO", "DEBUG", "WARN", "ERROR", "OFF")
RESET = frozenset(
    (
        "AWS_CA_BUNDLE",
        "AWS_SDK_LOG_LEVEL",
        "AWS_USE_DUALSTACK_ENDPOINT",
        LEVEL,
        "CWAGENT_LOGS_BACKPRESSURE_MODE",
        "CWAGENT_USAGE_DATA",
        "CWAGENT_USER_AGENT",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "NO_PROXY",
    )
)
"""What the agent sets itself, at every translation, from its configuration and common-config.toml."""
HIDDEN = "(hidden)"

_WRITTEN_BY = "# Written by the Ansible collection cloudwatch.agent"
_SECRETS = "# Secret:"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LINE = re.compile(r'([A-Za-z_][A-Za-z0-9_]*)="((?:[^"\\]|\\.)*)"')
_LEVEL_LINE = re.compile(rf"^Environment={LEVEL}=(\w+)$", re.MULTILINE)
# What systemd reads behind a backslash only, in a value between double quotes.
_SPECIAL = re.compile(r"([\\\"$`])")
_ESCAPED = r"\\\1"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Variables(NamedTuple):
    """The environment that the collection gives the unit. ``level``: of the log, '' for none; ``secret``: those that no output shows."""

    level: str
    plain: Mapping[str, str]
    secret: Mapping[str, str]

    @property
    def all(self) -> dict[str, str]:
        """Every variable but the level of the log."""
        return {**self.plain, **self.secret}

    @property
    def drop_in(self) -> str:
        """The text of the unit's drop-in; '' for none."""
        lines = [f"Environment={LEVEL}={self.level}"] * bool(self.level) + [f"EnvironmentFile=-{ENVIRONMENT_FILE}"] * bool(self.all)
        return "\n".join([f"{_WRITTEN_BY} (cw_agent_log_level, cw_agent_environment_variables).", "[Service]", *lines, ""]) if lines else ""

    @property
    def file(self) -> str:
        """The text of the file of variables; '' for none."""
        return self._text(self.secret)

    def shown(self, hidden: Collection[str]) -> str:
        """Both files, with the values of the names ``hidden`` hidden."""
        plain, secret = ({name: HIDDEN if name in hidden else value for name, value in each.items()} for each in (self.plain, self.secret))
        return self.drop_in + self._replace(plain=plain)._text(secret)

    def _text(self, secret: Mapping[str, str]) -> str:
        lines = [f"{_WRITTEN_BY} (cw_agent_environment_variables).", *_lines(self.plain)]
        return "\n".join([*lines, *([_SECRETS, *_lines(secret)] if secret else []), ""]) if self.all else ""


class Desired(NamedTuple):
    """What is asked for; None: what is on the host stays. An empty ``level`` takes the level out."""

    level: str | None
    plain: Mapping[str, str] | None
    secret: Mapping[str, str] | None

    @property
    def variables(self) -> dict[str, str] | None:
        """Every variable; None where nothing is said of any."""
        return None if self.plain is None and self.secret is None else {**(self.plain or {}), **(self.secret or {})}


class Change(NamedTuple):
    """The environment before and after, and the texts of its files before and after, '' where there is none.

    ``env_config``: the agent's own file, in which other values of the same variables count more.
    """

    before: Variables
    after: Variables
    drop_in: tuple[str, str]
    file: tuple[str, str]
    env_config: tuple[str, str]

    @property
    def texts(self) -> tuple[str, str]:
        """The files before and after, without what is or was a secret."""
        hidden = {*self.before.secret, *self.after.secret}
        return self.before.shown(hidden), self.after.shown(hidden)

    @property
    def differences(self) -> list[str]:
        """What differs in the files, in words without secrets."""
        before, after = self.before, self.after
        found = [f"settings: log level {before.level or 'none'} → {after.level or 'none'}"] * (before.level != after.level)
        for name in sorted({**before.all, **after.all}):
            old, new = ((each.plain.get(name), each.secret.get(name)) for each in (before, after))
            if old != new:
                found.append(f"settings: environment {name} {self._shown(before, name)} → {self._shown(after, name)}")
        if not found and (self.drop_in[0] != self.drop_in[1] or self.file[0] != self.file[1]):
            found.append(f"settings: the drop-in with the agent's environment → {'rewritten' if self.drop_in[1] else 'removed'}")
        over = sorted(set(_parsed(self.env_config[0])) - set(_parsed(self.env_config[1])))
        return found + [f"settings: environment {name} has another value in env-config.json → taken out there" for name in over]

    def _shown(self, variables: Variables, name: str) -> str:
        if name not in variables.all:
            return "none"
        return HIDDEN if name in self.before.secret or name in self.after.secret else variables.plain[name] or "''"


def _lines(variables: Mapping[str, str]) -> list[str]:
    return [f'{name}="{_SPECIAL.sub(_ESCAPED, value)}"' for name, value in sorted(variables.items())]


def require(desired: Desired) -> None:
    """Refuse what no environment can have, without showing a value.

    Raises:
        HostError: the option and the name, and what to write instead.
    """
    if desired.level and desired.level not in LEVELS:
        raise HostError(f"log_level is {desired.level!r}. Hint: write one of {', '.join(LEVELS)}, or '' for none")
    both = sorted(set(desired.plain or {}) & set(desired.secret or {}))
    if both:
        raise HostError(f"{', '.join(both)} stands in environment and in secret_environment. Hint: take it out of one of them")
    for name, value in (desired.variables or {}).items():
        if not _NAME.fullmatch(name) or not isinstance(value, str) or _CONTROL.search(value):
            raise HostError(f"environment has {name}, whose name or value no variable can have. Hint: write a name and text on one line")
        if name.upper() in RESET:
            hint = "set log_level" if name == LEVEL else "set it in the agent's configuration, or by proxy and ca_bundle"
            raise HostError(f"environment has {name}, which the agent sets itself at each start. Hint: {hint}")


def _present(drop_in: str, file: str) -> Variables:
    level = _LEVEL_LINE.search(drop_in)
    plain: dict[str, str] = {}
    secret: dict[str, str] = {}
    found = plain
    for line in file.split("\n"):
        found = secret if line == _SECRETS else found
        variable = _LINE.fullmatch(line)
        if variable:
            found[variable.group(1)] = re.sub(r"\\(.)", r"\1", variable.group(2))
    return Variables(level.group(1) if level else "", plain, secret)


def _parsed(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def change(host: Host, desired: Desired) -> Change:
    """What the files are and will be.

    Raises:
        HostError: what is asked for cannot be, or something that is no plain file stands in the place of one.
    """
    require(desired)
    drop_in, file = (safe_files.read_text(path) for path in (host.layout.environment_drop_in, host.layout.environment_file))
    before = _present(drop_in, file)
    after = before if desired.level is None else before._replace(level=desired.level)
    if desired.variables is not None:
        after = after._replace(plain=dict(desired.plain or {}), secret=dict(desired.secret or {}))
    text = safe_files.read_text(host.layout.env_config)
    wanted, there = desired.variables or {}, _parsed(text)
    rest = {name: value for name, value in there.items() if wanted.get(name, value) == value}
    env_config = (text, text if rest == there else json.dumps(rest, indent="\t"))
    return Change(before, after, (drop_in, after.drop_in), (file, after.file), env_config)


def levels(host: Host, desired: Desired, main_pid: int, debug: bool) -> tuple[str, str]:
    """The level of the running agent's log, and the one that it is to have; both are '' where none is asked for.

    ``debug``: agent.debug of its configuration.
    """
    if desired.level is None or not main_pid:
        return "", ""
    # What the agent has once taken from env-config.json it keeps in its environment, where nobody can see it.
    now = _parsed(safe_files.read_text(host.layout.env_config)).get(LEVEL) or _started_with(host, main_pid) or LEVELS[0]
    return str(now), desired.level or ("DEBUG" if debug else LEVELS[0])


def _started_with(host: Host, main_pid: int) -> str:
    words = read_text(host.layout.at(f"/proc/{main_pid}/environ")).split("\0")
    return dict(word.split("=", 1) for word in words if "=" in word).get(LEVEL, "")


def set_level(host: Host, level: str) -> None:
    """Let the running agent log at ``level``, which it does within 30 s; it forgets it at its next start.

    Raises:
        HostError: the agent's control program does not do it.
    """
    answer = host.run([host.layout.program("amazon-cloudwatch-agent-ctl"), "-a", "set-log-level", "-l", level])
    if answer.rc != 0:
        what = f"set-log-level {level} of the agent's control program {ending(answer)}"
        raise HostError(f"{what}; the level counts from the next start of the agent on", complaint(answer))
