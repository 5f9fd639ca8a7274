# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one program behind the agent's command line: sub-commands, one-shot flags, or the daemon."""

from __future__ import annotations

import json
import os
import sys

from . import goflags, paths
from .golog import FatalError, say

FLAGS: dict[str, object] = {
    "schematest": False,
    "version": False,
    "config": "",
    "envconfig": "",
    "otelconfig": [],
    "pidfile": "",
    "setenv": "",
    "startup-error-file": "",
}


def main(arguments: list[str]) -> int:
    """Dispatch; return the exit status."""
    if arguments and not arguments[0].startswith("-"):
        return _subcommand(arguments[0], arguments[1:])
    flags = goflags.parse(arguments, FLAGS)
    try:
        if flags["version"]:
            sys.stdout.write(f"CWAgent/{paths.version()} (go1.26.8; linux; amd64)\n")
            return 0
        if flags["setenv"]:
            return _setenv(str(flags["setenv"]), str(flags["envconfig"]) or paths.ENVCONFIG)
        if flags["schematest"]:
            from . import schematest  # noqa: PLC0415 (start only what is asked for)

            return schematest.run(str(flags["config"]))
        from .daemon import service  # noqa: PLC0415 (start only what is asked for)

        return service.run(str(flags["config"]), str(flags["envconfig"]), list(flags["otelconfig"]), str(flags["pidfile"]))  # type: ignore[call-overload]
    except FatalError as error:
        say(f"E! {error}")
        return 1


def _subcommand(name: str, arguments: list[str]) -> int:
    """Run what the wrapper of that name stands for."""
    if name == "config-translator":
        from . import translator  # noqa: PLC0415 (start only what is asked for)

        return translator.main(arguments)
    if name == "config-downloader":
        from . import downloader  # noqa: PLC0415 (start only what is asked for)

        return downloader.main(arguments)
    sys.stderr.write(f"{name} is not part of the stand-in\n")
    return 1


def _setenv(pair: str, path: str) -> int:
    """Set one key of env-config.json."""
    key, equals, value = pair.partition("=")
    if not key or not equals:
        raise FatalError(f"invalid environment variable {pair}, expected KEY=VALUE")
    values = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as handle:
            values = json.loads(handle.read() or "{}")
    values[key] = value
    with open(path, "w", encoding="utf-8") as handle:
        handle.write(json.dumps(values, indent="\t"))
    os.chmod(path, 0o644)
    return 0
