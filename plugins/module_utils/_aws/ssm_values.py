# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parameter Store's rules for names, values and labels, and the text form of values. Pure; private to this collection.

Source of the rules: the SSM API reference and the Systems Manager User Guide, "About requirements and constraints for parameter names".
"""

from __future__ import annotations

import json
import re
from typing import Any

from .._config.canonical import canonical_text
from .._release.parts import PART_BYTES, STANDARD_BYTES

NAME_CHARACTERS = 1011
NAME_LEVELS = 15
LABELS = 10
_NAME = re.compile(r"^/?[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$")
_LABEL = re.compile(r"^(?![0-9]|aws|ssm)[A-Za-z0-9_.-]{1,100}$", re.IGNORECASE)
_REFERENCE = re.compile(r"\{\{.*?\}\}", re.DOTALL)


def text_of(value: Any, kind: str) -> str:
    """*value* as Parameter Store keeps it: text as it is, a list in a StringList joined by commas, other data as minified JSON."""
    if isinstance(value, str):
        return value
    if kind == "StringList" and isinstance(value, list):
        return ",".join(map(str, value))
    return canonical_text(value)


def _container(text: str) -> Any:
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None


def same_value(first: str, second: str) -> bool:
    """Whether two values are equal: JSON objects and lists as data, everything else as text."""
    if first == second:
        return True
    one, other = _container(first), _container(second)
    return one is not None and other is not None and canonical_text(one) == canonical_text(other)


def readable(text: str) -> str:
    """*text* for a diff: JSON objects and lists indented with sorted keys, other text as it is; ends with a newline."""
    data = _container(text)
    shown = text if data is None else json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False)
    return shown if shown.endswith("\n") else shown + "\n"


def size(text: str) -> int:
    """The size of *text* in bytes, as Parameter Store counts it (UTF-8)."""
    return len(text.encode("utf-8"))


def name_problems(name: str) -> list[str]:
    """What Parameter Store would refuse about *name*, with the hint."""
    found = []
    if not _NAME.match(name):
        found.append(f"name {name!r}: only letters, digits, _ . - and / are allowed, and no empty level")
    elif "/" in name and not name.startswith("/"):
        found.append(f"name {name!r}: a name with levels starts with /: write /{name}")
    if name.lstrip("/").lower().startswith(("aws", "ssm")):
        found.append(f"name {name!r}: names starting with aws or ssm are reserved by AWS: put another word before it")
    if len(name) > NAME_CHARACTERS:
        found.append(f"name {name[:40]!r}…: {len(name)} characters, {NAME_CHARACTERS} are allowed: shorten it")
    if name.strip("/").count("/") + 1 > NAME_LEVELS:
        found.append(f"name {name!r}: {name.strip('/').count('/') + 1} levels, {NAME_LEVELS} are allowed: join some of them")
    return found


def label_problems(name: str, labels: list[str]) -> list[str]:
    """What Parameter Store would refuse about the *labels* of the parameter *name*, with the hint."""
    found = [
        f"{name}: label {label!r}: 1 to 100 letters, digits, _ . -, not starting with a digit, aws or ssm"
        for label in labels
        if not _LABEL.match(label)
    ]
    if len(labels) > LABELS:
        found.append(f"{name}: {len(labels)} labels, {LABELS} are allowed on a version: leave some out")
    return found


def value_problems(name: str, text: str, tier: str) -> list[str]:
    """What Parameter Store would refuse about the value *text* in *tier* (the resulting one), with the hint and without the value."""
    if not text:
        return [f"{name}: the value is empty, Parameter Store keeps no empty values: give one, or delete the parameter with state absent"]
    found = []
    if _REFERENCE.search(text):
        found.append(f"{name}: the value holds {{{{ }}}}, which Parameter Store refuses: remove it (a forgotten template?)")
    allowed = STANDARD_BYTES if tier == "Standard" else PART_BYTES
    if size(text) > allowed:
        hint = "ask for tier auto or Advanced" if size(text) <= PART_BYTES and tier == "Standard" else "shorten or split it"
        found.append(f"{name}: the value is {size(text)} bytes, tier {tier} allows {allowed}: {hint}")
    return found
