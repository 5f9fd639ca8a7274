# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a translation knows about its host, and what it has to say."""

from __future__ import annotations

from .golog import Fatal, say


class RuleError(Exception):
    """A rule beyond the schema is broken; the texts are told together."""


class Context:
    """Mode, region, profile and placeholders of one translation, and the errors gathered on the way."""

    def __init__(self, mode: str, platform: str, region: str, profile: dict, names: dict[str, str], base: str) -> None:
        self.mode = mode
        self.platform = platform
        self.region = region
        self.profile = profile
        self.names = names
        self.base = base
        self.errors: list[str] = []

    def error(self, path: str, text: str) -> None:
        """Note a rule error; the translation goes on to find more."""
        self.errors.append("Under path : %s | Error : %s" % (path, text))

    def raise_errors(self, kind: str) -> None:
        """End the translation if there were errors."""
        if self.errors:
            raise Fatal("failed to generate %s configuration validation content: [%s]" % (kind, " ".join(self.errors)))

    def yaml_error(self, text: str) -> Fatal:
        """Return the error of a pipeline that cannot be built."""
        return Fatal("failed to generate YAML configuration validation content: unable to build components in pipeline: %s" % text)

    def resolve(self, text: str) -> str:
        """Fill in the placeholders of a group or stream name; unknown ones stay."""
        for name, value in self.names.items():
            text = text.replace("{%s}" % name, value)
        return text

    def warn(self, text: str) -> None:
        """Print a warning."""
        say("W! " + text)
