# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The messages that the collection can give, as its code has them: what is raised, and every text with a hint.

A value that a message fills in is written in capitals, by its name in the code; one that has no name is an ellipsis.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Iterator, Mapping, NamedTuple

import yaml

ROOT = Path(__file__).resolve().parents[2]
RAISED = {"AnsibleActionFail", "AnsibleError", "AnsibleFilterError", "AwsError", "ConfigError", "HostError", "RolledBackError"}
TELLS = {"fail_json", "warn", "warning"}
PAIRS = {"problem": (0, 2), "_problem": (0, 2), "_rule": (1, 2), "Cause": (0, 1)}
"""Functions that take what is wrong and a hint, and where."""
DOCUMENTATION = {"DOCUMENTATION", "EXAMPLES", "RETURN"}
HINT = re.compile(r"[.,;]? ?\bHint: ?")
WORDS = 3
"""A message has more words of its own than that: what has fewer is put together elsewhere."""

HINTS = Path(__file__).with_name("message_hints.yml")

Scope = Mapping[str, list[ast.expr]]


class Message(NamedTuple):
    """A message of a file (relative to plugins, or roles/… and playbooks/…), and its own hint, '' where it has none."""

    file: str
    text: str
    hint: str

    @property
    def words(self) -> int:
        """How many words are the message's own."""
        return len(re.findall(r"[a-z]{2,}", self.text))


def messages(root: Path = ROOT) -> list[Message]:
    """Every message of the plugins, each once a file."""
    found: dict[Message, None] = {}
    for path in sorted((root / "plugins").rglob("*.py")):
        file = str(path.relative_to(root / "plugins"))
        # Rules of the check have a guide of their own, made from themselves.
        if "/rules/" not in file and not file.startswith("doc_fragments/"):
            for text in _texts(ast.parse(path.read_text(encoding="utf-8"))):
                message = _message(file, text)
                if message.words > WORDS:
                    found[message] = None
    for path in sorted([*(root / "roles").glob("*/tasks/*.yml"), *(root / "playbooks").glob("*.yml")]):
        for text in _said(path):
            message = _message(str(path.relative_to(root)), text)
            if message.words > WORDS:
                found[message] = None
    return list(found)


def hints() -> dict[str, str]:
    """Text of a message without a hint → what to do."""
    return {entry["message"]: entry["hint"] for entry in yaml.safe_load(HINTS.read_text(encoding="utf-8"))}


def _said(path: Path) -> Iterator[str]:
    """What tasks of a role or playbook say."""
    pending = [yaml.safe_load(path.read_text(encoding="utf-8"))]
    while pending:
        value = pending.pop()
        if isinstance(value, (dict, list)):
            pending += value.values() if isinstance(value, dict) else value
        if isinstance(value, dict):
            yield from (re.sub(r"\{\{.*?\}\}", "…", str(value[key])) for key in ("msg", "fail_msg") if isinstance(value.get(key), str))


def _message(file: str, text: str) -> Message:
    what, *rest = HINT.split(" ".join(text.split()), maxsplit=1)
    hint = rest[0].strip().rstrip(".") if rest else ""
    # A hint that is filled in as a whole stands elsewhere, and says nothing here.
    return Message(file, what.strip().rstrip("."), hint if re.search(r"[a-z]{2,}", hint) else "")


def _texts(tree: ast.Module) -> Iterator[str]:
    constants = _assigned(tree.body)
    seen = _silent(tree)
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    for part in (*functions, tree):
        scope = constants if part is tree else {**constants, **_assigned(list(ast.walk(part)))}
        for node in ast.walk(part):
            for told in _told(node, scope):
                if id(told[0]) not in seen:
                    seen.update(id(each) for one in told for each in ast.walk(one))
                    yield " Hint: ".join(_template(one, scope, 0) for one in told)


def _told(node: ast.AST, scope: Scope) -> list[list[ast.expr]]:
    """The messages of a node: what is said, and the hint where that is a value of its own."""
    if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and _name(node.exc.func) in RAISED:
        return [node.exc.args[:1]] if node.exc.args else []
    if isinstance(node, ast.Call) and _name(node.func) in TELLS:
        return [[one] for one in (*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg == "msg"))]
    if isinstance(node, ast.Call) and _name(node.func) in PAIRS and len(node.args) > PAIRS[_name(node.func)][1]:
        return [[node.args[index] for index in PAIRS[_name(node.func)]]]
    if isinstance(node, (ast.Constant, ast.JoinedStr)) and "Hint:" in _template(node, scope, 0):
        return [[node]]
    return []


def _silent(tree: ast.Module) -> set[int]:
    """Documentation, of the code and of modules."""
    found = {
        id(part) for node in ast.walk(tree) if isinstance(node, ast.Expr) for part in ast.walk(node) if isinstance(node.value, ast.Constant)
    }
    for node in tree.body:
        if isinstance(node, ast.Assign) and DOCUMENTATION & {_name(target) for target in node.targets}:
            found.update(id(part) for part in ast.walk(node))
    return found


def _assigned(nodes: list[ast.AST] | list[ast.stmt]) -> dict[str, list[ast.expr]]:
    """Names, and the texts that they get, in the order of the code."""
    found: dict[str, list[ast.expr]] = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.value, (ast.Constant, ast.JoinedStr, ast.IfExp)):
            for target in node.targets:
                found.setdefault(_name(target), []).append(node.value)
    return {name: sorted(values, key=lambda value: value.lineno) for name, values in found.items()}


def _before(node: ast.Name, scope: Scope) -> ast.expr | None:
    """The text that a name has gotten last where it is used; a constant of the module may stand below."""
    values = scope.get(node.id, [])
    return next((value for value in reversed(values) if value.lineno < node.lineno), values[0] if len(values) == 1 else None)


def _name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _template(node: ast.AST, scope: Scope, depth: int) -> str:
    """The text of an expression, with capitals or … for what is filled in."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else str(node.value)
    if isinstance(node, ast.FormattedValue):
        return _template(node.value, scope, depth)
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)):
        parts = node.values if isinstance(node, ast.JoinedStr) else [node.left, node.right]
        return "".join(_template(part, scope, depth) for part in parts)
    if isinstance(node, ast.IfExp):
        return " / ".join(filter(None, (_template(part, scope, depth) for part in (node.body, node.orelse))))
    value = _before(node, scope) if isinstance(node, ast.Name) and depth < 3 else None
    if value is not None:
        return _template(value, scope, depth + 1)
    return _name(node).strip("_").upper().replace("_", " ") or "…"
