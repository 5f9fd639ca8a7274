# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the agent reads beside its configuration: proxies, authorities, metadata retries (common-config.toml), its environment and the level
of its log, and its unit's drop-in."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Mapping, NamedTuple

from . import access, common_config, mirror, safe_files, state
from .system import Host

if TYPE_CHECKING:
    from . import environment

NO_PROXY = ("169.254.169.254", "fd00:ec2::254")
"""The instance metadata service, which no proxy can answer for."""


class Settings(NamedTuple):
    """None: left as it is on the host. ``proxy``: ``http`` and ``https`` (URLs, '' = none) and ``no_proxy`` (list).

    ``ca_bundle``: a path, '' = none; ``overrides``: by section of the unit, by key, a value or a list of values, {} = no drop-in.
    ``log_level``: of ``environment.LEVELS``, '' = the configuration's; ``environment`` and ``secret_environment``: by name, text; together
    they are all variables that the collection gives the agent.
    """

    proxy: Mapping[str, Any] | None = None
    ca_bundle: str | None = None
    imds_retries: int | None = None
    overrides: Mapping[str, Mapping[str, Any]] | None = None
    log_level: str | None = None
    environment: Mapping[str, str] | None = None
    secret_environment: Mapping[str, str] | None = None

    @property
    def secrets(self) -> set[str]:
        """Passwords of proxies and secret variables, which no output may show."""
        values = {str(value) for value in (self.secret_environment or {}).values() if value}
        return values | mirror.passwords([str((self.proxy or {}).get(name) or "") for name in ("http", "https")])


class _Process(NamedTuple):
    """What changes in the environment of the agent's process, and ``levels``: that of the running agent's log, and the one asked for."""

    change: environment.Change
    levels: tuple[str, str]


class Change(NamedTuple):
    """The texts of the files before and after."""

    common: tuple[str, str]
    drop_in: tuple[str, str]
    process: _Process | None

    @property
    def texts(self) -> tuple[str, str]:
        """The unit's drop-ins before and after, without secrets."""
        before, after = self.process.change.texts if self.process else ("", "")
        return self.drop_in[0] + before, self.drop_in[1] + after

    def rewritten(self, host: Host) -> dict[str, tuple[str, str]]:
        """The agent's own files by their path, before and after."""
        found = {host.layout.common_config: self.common}
        return {**found, host.layout.env_config: self.process.change.env_config} if self.process else found

    def written(self, host: Host) -> dict[str, tuple[int, tuple[str, str]]]:
        """The files beside the unit by their path: their mode, and the texts before and after, '' where there is none."""
        found = {host.layout.drop_in: (0o644, self.drop_in)}
        if self.process:
            found[host.layout.environment_file] = (0o600, self.process.change.file)
            found[host.layout.environment_drop_in] = (0o644, self.process.change.drop_in)
        return found

    def needs_restart(self, host: Host) -> bool:
        """Whether the agent reads any of it at its start alone; a level of its log it also reads while it runs."""
        at_start = {path: texts for path, (_mode, texts) in self.written(host).items() if path != host.layout.environment_drop_in}
        return any(before != after for before, after in (*self.rewritten(host).values(), *at_start.values()))


def sections(settings: Settings) -> dict[str, dict[str, str]]:
    """The keys of common-config.toml by section; '' takes one out."""
    found: dict[str, dict[str, str]] = {}
    if settings.proxy is not None:
        urls = {f"{name}_proxy": str(settings.proxy.get(name) or "") for name in ("http", "https")}
        excluded = dict.fromkeys([*NO_PROXY, *(settings.proxy.get("no_proxy") or [])])
        found["proxy"] = {**urls, "no_proxy": ",".join(excluded) if any(urls.values()) else ""}
    if settings.ca_bundle is not None:
        found["ssl"] = {"ca_bundle_path": settings.ca_bundle}
    if settings.imds_retries is not None:
        found["imds"] = {"imds_retries": str(settings.imds_retries)}
    return found


def drop_in(overrides: Mapping[str, Mapping[str, Any]]) -> str:
    """The text of the unit's drop-in; '' for none."""
    lines = ["# Written by the Ansible collection cloudwatch.agent (cw_agent_service_overrides)."]
    for section in sorted(overrides):
        lines.append(f"[{section}]")
        for key, value in sorted(overrides[section].items()):
            lines += [f"{key}={_word(one)}" for one in (value if isinstance(value, list) else [value])]
    return "\n".join(lines) + "\n" if overrides else ""


def _word(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def process_of(host: Host, settings: Settings, seen: state.State) -> _Process | None:
    """What becomes of the process's environment and log level; None where neither is asked for."""
    if settings.log_level is None and settings.environment is None and settings.secret_environment is None:
        return None
    # A module's code is compiled anew on every host in every run: what few need, only those pay for.
    from . import environment  # noqa: PLC0415

    desired = environment.Desired(settings.log_level, settings.environment, settings.secret_environment)
    levels = environment.levels(host, desired, seen.service.main_pid, seen.section.debug)
    return _Process(environment.change(host, desired), levels)


def _common(host: Host, settings: Settings) -> tuple[str, str]:
    before = after = safe_files.read_text(host.layout.common_config)
    for section, values in sections(settings).items():
        after = common_config.merge(after, section, values)
    return before, after


def change_of(host: Host, settings: Settings, seen: state.State) -> Change:
    """The files before and after, and what becomes of the process; nothing is written."""
    present = safe_files.read_text(host.layout.drop_in)
    overrides = present if settings.overrides is None else drop_in(settings.overrides)
    return Change(_common(host, settings), (present, overrides), process_of(host, settings, seen))


def common_config_text(host: Host, settings: Settings) -> str:
    """``common-config.toml`` as it will be."""
    return _common(host, settings)[1]


def _shown(value: str) -> str:
    # A proxy may have been written without its scheme, and still with a password.
    return mirror.shown(value) if "://" in value else value.rpartition("@")[2] or "none"


def differences(host: Host, settings: Settings, seen: state.State) -> list[str]:
    """What differs, in words without passwords."""
    return in_words(host, settings, change_of(host, settings, seen))


def in_words(host: Host, settings: Settings, change: Change) -> list[str]:
    """What a change changes, a line for each setting, without passwords."""
    present = common_config.parse(change.common[0])
    found = [
        f"settings: [{section}] {name} {_shown(present.get(section, {}).get(name, ''))} → {_shown(value)}"
        for section, values in sections(settings).items()
        for name, value in values.items()
        if present.get(section, {}).get(name, "") != value
    ]
    if change.drop_in[0] != change.drop_in[1]:
        what = "removed" if not change.drop_in[1] else "rewritten" if change.drop_in[0] else "written"
        found.append(f"settings: {host.layout.drop_in} → {what}")
    return found + (_process_differences(change.process) if change.process else [])


def _process_differences(process: _Process) -> list[str]:
    found, (now, level) = process.change.differences, process.levels
    if now == level or process.change.before.level != process.change.after.level:
        return found
    return [*found, f"settings: log level of the running agent {now} → {level}"]


def problem(host: Host, settings: Settings, user: access.User) -> str:
    """What is wrong with the CA bundle on this host, '' for nothing: the agent would trust nobody."""
    path = settings.ca_bundle
    if not path:
        return ""
    if not os.path.isfile(host.layout.at(path)):
        return "there is no such file"
    return "" if not user.exists or access.readable(user, [host.layout.at(path)])[0] else f"{user.name} can't read it"
