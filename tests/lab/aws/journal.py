# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The request log: one JSON object a line, secrets and bulk left out."""

from __future__ import annotations

import hashlib
import json
import threading
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aws.answer import Answer
    from aws.call import Call


def _digest(text: str) -> dict[str, Any]:
    raw = text.encode()
    return {"sha256": hashlib.sha256(raw).hexdigest(), "length": len(raw)}


def summary(call: Call) -> dict[str, Any]:
    """The parameters of a call, values of parameters as digest and length in bytes, events and metric data as a count."""
    params = dict(call.params)
    if call.service == "ssm" and isinstance(params.get("Value"), str):
        params["Value"] = _digest(params["Value"])
    if call.operation == "RegisterManagedInstance":
        params["ActivationCode"] = _digest(str(params.get("ActivationCode")))
    if call.operation == "SendReply":
        params.pop("Payload", None)
    if call.service == "logs" and isinstance(params.get("logEvents"), list):
        params["logEvents"] = len(params["logEvents"])
    if call.operation == "PutMetricData":
        entities = [entity.get("MetricData") or [] for entity in params.get("EntityMetricData") or []]
        count = len(params.get("MetricData") or []) + sum(map(len, entities))
        params = {"Namespace": params.get("Namespace"), "datums": count, "entity": bool(entities)}
    return params


class Journal:
    """Appends to the log file; safe for threads, each line whole."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8", buffering=1)
        self._lock = threading.Lock()

    def write(self, call: Call, answer: Answer | None, seconds: float, fault: str | None) -> None:
        """Notes one call; `answer` None: the connection was dropped without one."""
        line = {
            "time": datetime.now(timezone.utc).isoformat(timespec="milliseconds"),
            "host": call.host,
            "service": call.service,
            "operation": call.operation,
            "region": call.region,
            "status": answer.status if answer else None,
            "error": answer.error if answer else None,
            "write": call.write,
            "access_key": call.access_key,
            "protocol": call.protocol,
            "seconds": round(seconds, 4),
            "fault": fault,
            "request": summary(call),
        }
        text = json.dumps(line, default=str) + "\n"
        with self._lock:
            self._file.write(text)
