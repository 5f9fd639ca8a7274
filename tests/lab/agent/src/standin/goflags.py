# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Command lines as Go programs read them: -name value, --name=value, bare boolean flags."""

from __future__ import annotations

import sys


def parse(arguments: list[str], spec: dict[str, object]) -> dict[str, object]:
    """Return the flags' values; spec maps each name to its default (False: boolean, a list: may be repeated)."""
    values = {name: list(default) if isinstance(default, list) else default for name, default in spec.items()}
    rest = list(arguments)
    while rest and rest[0].startswith("-") and rest[0] not in ("-", "--"):
        name, equals, value = rest.pop(0).lstrip("-").partition("=")
        if name not in spec:
            sys.stderr.write(f"flag provided but not defined: -{name}\n")
            sys.exit(2)
        if isinstance(spec[name], bool):
            values[name] = not equals or value in ("1", "t", "true", "T", "TRUE", "True")
            continue
        if not equals:
            if not rest:
                sys.stderr.write(f"flag needs an argument: -{name}\n")
                sys.exit(2)
            value = rest.pop(0)
        held = values[name]
        if isinstance(held, list):
            held.append(value)
        else:
            values[name] = value
    return values
