# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What came of a command as the modules return it."""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from .documents import Document
from .verdicts import Node, counts, message

WOULD_RUN = "would_run"
"""In check mode, instead of a verdict."""


def shown(node: Node) -> dict[str, Any]:
    """A node as a dictionary, its steps included."""
    return {**node._asdict(), "steps": [step._asdict() for step in node.steps]}


def result_of(document: Document, nodes: Sequence[Node], command_ids: Sequence[str], accept: Sequence[str]) -> dict[str, Any]:
    """The result of a task about *nodes*."""
    would = any(node.verdict == WOULD_RUN for node in nodes)
    return {
        "changed": bool(command_ids) or would,
        "document": document.name,
        "document_version": document.version,
        "command_ids": list(command_ids),
        "counts": counts(nodes),
        "nodes": [shown(node) for node in nodes],
        "msg": message(document.name, nodes, [*accept, WOULD_RUN]),
    }


def command_shown(item: Mapping[str, Any]) -> dict[str, Any]:
    """A command of ListCommands; its parameters, which may hold secrets, are left out."""
    requested: Any = item.get("RequestedDateTime")
    return {
        "command_id": item["CommandId"],
        "document": item.get("DocumentName") or "",
        "comment": item.get("Comment") or "",
        "status": item.get("StatusDetails") or item.get("Status") or "",
        "requested": requested.isoformat() if hasattr(requested, "isoformat") else str(requested or ""),
    }
