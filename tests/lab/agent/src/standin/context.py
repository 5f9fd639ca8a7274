# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a translation knows about its host, and what it has to say."""

from __future__ import annotations

from .golog import FatalError, say


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
        self.pipeline_errors: list[str] = []

    def error(self, path: str, text: str) -> None:
        """Note a rule error; the translation goes on to find more."""
        self.errors.append(f"Under path : {path} | Error : {text}")

    def pipeline_error(self, text: str) -> None:
        """Note a pipeline that cannot be built; told only where no rule is broken."""
        self.pipeline_errors.append(f"unable to build components in pipeline: {text}")

    def raise_errors(self) -> None:
        """End the translation if there were errors."""
        if self.errors:
            raise FatalError("failed to generate TOML configuration validation content: [{}]".format(" ".join(self.errors)))
        if self.pipeline_errors:
            raise FatalError(f"failed to generate YAML configuration validation content: {self.pipeline_errors[0]}")

    def resolve(self, text: str) -> str:
        """Fill in the placeholders of a group or stream name; unknown ones stay."""
        for name, value in self.names.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    def warn(self, text: str) -> None:
        """Print a warning."""
        say("W! " + text)
