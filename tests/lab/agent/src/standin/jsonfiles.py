# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads configuration files as the agent does: a directory walk that ends quietly at the first file that is not JSON."""

from __future__ import annotations

import json
import os

from .golog import FatalError, say

SKIPPED = (".yaml", ".yaml.tmp")


class NotJsonError(ValueError):
    """A text the agent's JSON reader refuses."""


def loads(raw: bytes) -> dict | None:
    """Parse a configuration: any JSON object; None for null, which counts as no file at all."""
    text = raw.decode("utf-8", "replace")
    if text.startswith("\ufeff"):
        raise NotJsonError("invalid character 'ï' looking for beginning of value")
    try:
        value = json.loads(text, parse_constant=_refuse)
    except RecursionError as error:
        raise NotJsonError("exceeded max depth") from error
    except ValueError as error:
        raise NotJsonError(_wording(text, error)) from error
    if value is not None and not isinstance(value, dict):
        kinds = {list: "array", str: "string", bool: "bool"}
        raise NotJsonError(
            "json: cannot unmarshal {} into Go value of type map[string]interface {{}}".format(kinds.get(type(value), "number"))
        )
    return value


def _refuse(name: str) -> object:
    raise NotJsonError(f"invalid character '{name[0]}' looking for beginning of value")


def _wording(text: str, error: ValueError) -> str:
    """Word a parse error as the agent's JSON reader does."""
    position = getattr(error, "pos", 0)
    rest = text[position:].lstrip()
    if isinstance(error, NotJsonError):
        return str(error)
    if not rest:
        return "unexpected end of JSON input"
    after = "after top-level value" if "Extra data" in str(error) else "looking for beginning of value"
    return f"invalid character '{rest[0]}' {after}"


def collect(legacy: str, directory: str, multi_config: str) -> tuple[dict[str, dict], bool]:
    """Return {path: configuration} in merge order, and whether there was supplementary YAML on the way.

    Which files count depends on the multi-config value: new ones (default), old ones (remove), both, the new over the old (append).
    """
    found: dict[str, dict | None] = {}
    yaml = False
    if multi_config != "default" and legacy and os.path.isfile(legacy):
        try:
            found[legacy] = _read(legacy)
        except NotJsonError as error:
            raise FatalError(f"unable to get old json config file with error: unable to parse json, error: {error}") from error
    try:
        for path in _walk(directory):
            if path.endswith(SKIPPED):
                yaml = True
            elif path.endswith(".tmp"):
                if multi_config != "remove":
                    found[path[: -len(".tmp")]] = _read(path)
            elif multi_config != "default":
                found[path] = _read(path)
    except NotJsonError as error:
        say(f"unable to scan config dir {directory} with error: unable to parse json, error: {error}")
    return {path: configuration for path, configuration in sorted(found.items()) if configuration is not None}, yaml


def _walk(directory: str) -> list[str]:
    """Return the files of the tree in lexical order of their path."""
    paths: list[str] = []
    for root, _folders, names in os.walk(directory):
        paths.extend(os.path.join(root, name) for name in names if os.path.isfile(os.path.join(root, name)))
    return sorted(paths)


def _read(path: str) -> dict | None:
    """Read and parse one file."""
    say(f"Reading json config file path: {path} ...")
    try:
        with open(path, "rb") as handle:
            return loads(handle.read())
    except OSError as error:
        raise NotJsonError("open {}: {}".format(path, (error.strerror or "").lower())) from error
