# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a command document says: its parameters, its steps, the platforms that it is for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import yaml

from aws.answer import AwsError

PLATFORMS = ("Windows", "Linux", "MacOS")
_OF_PLUGIN = {"aws:runShellScript": ("Linux", "MacOS"), "aws:psModule": ("Windows",), "aws:applications": ("Windows",)}
_SCHEMAS = ("1.2", "2.0", "2.2")


@dataclass(frozen=True)
class Step:
    """A step: the name that results have, its plugin, the platform that its precondition asks for ('' for any), its inputs."""

    name: str
    plugin: str
    platform: str
    inputs: dict[str, Any]

    @property
    def platforms(self) -> tuple[str, ...]:
        """The platforms on which it does something."""
        able = _OF_PLUGIN.get(self.plugin, PLATFORMS)
        return tuple(name for name in able if self.platform in ("", name))


def parse(text: str, form: str) -> dict[str, Any]:
    """The content of a document from its text (form JSON or YAML); raises InvalidDocumentContent."""
    try:
        content = json.loads(text) if form == "JSON" else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError) as error:
        raise bad_content(f"{form} not well-formed: {error}") from None
    if not isinstance(content, dict):
        raise bad_content("The document is not an object.")
    return content


def bad_content(message: str) -> AwsError:
    """AWS's refusal of a document's content."""
    return AwsError("InvalidDocumentContent", message)


def check(content: dict[str, Any]) -> None:
    """Refuses the content of a command document that AWS refuses."""
    schema = str(content.get("schemaVersion"))
    if schema not in _SCHEMAS:
        raise AwsError("InvalidDocumentSchemaVersion", f"The document schema version {schema} is not supported.")
    main = content.get("runtimeConfig" if schema == "1.2" else "mainSteps")
    if not main:
        raise bad_content(f"The document has no {'runtimeConfig' if schema == '1.2' else 'mainSteps'}.")
    if schema != "1.2":
        names = [step.get("name") for step in main]
        if len(set(names)) < len(names) or not all(names) or not all(step.get("action") for step in main):
            raise bad_content("Each step needs an action and a name of its own.")
    for name, parameter in (content.get("parameters") or {}).items():
        if parameter.get("type") not in ("String", "StringList", "StringMap", "Boolean", "Integer", "MapList"):
            raise bad_content(f"Parameter {name} has type {parameter.get('type')}.")


def steps(content: dict[str, Any]) -> list[Step]:
    """The steps in their order. In schema 1.2 results have the plugin's name."""
    if str(content.get("schemaVersion")) == "1.2":
        plugins = content.get("runtimeConfig", {})
        return [Step(plugin, plugin, "", (settings.get("properties") or [{}])[0]) for plugin, settings in plugins.items()]
    found = []
    for step in content.get("mainSteps", []):
        condition = (step.get("precondition") or {}).get("StringEquals") or []
        platform = next((str(word) for word in condition if word in PLATFORMS), "")
        found.append(Step(str(step["name"]), str(step["action"]), platform, step.get("inputs") or {}))
    return found


def platforms(content: dict[str, Any]) -> list[str]:
    """The platforms on which a document does something."""
    able = {name for step in steps(content) for name in step.platforms}
    return [name for name in PLATFORMS if name in able]


def execution_seconds(content: dict[str, Any], given: dict[str, Any]) -> float:
    """How long its steps may take: the parameter executionTimeout where there is one, else what the steps say, else 3600."""
    parameter = (content.get("parameters") or {}).get("executionTimeout")
    if parameter is not None:
        value = given.get("executionTimeout", parameter.get("default", "3600"))
        return _number(value)
    return max([_number(step.inputs.get("timeoutSeconds", 3600)) for step in steps(content)], default=3600)


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return 3600.0
