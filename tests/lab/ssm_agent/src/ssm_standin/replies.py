# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replies to commands. One that cannot be sent is kept and tried again every five minutes, for two hours."""

from __future__ import annotations

import json
import threading
import time
import uuid
from typing import Any

from standin.awshttp import AwsError

from . import log, places
from .identity import Service
from .worker import stamp

RETRY, LONGEST = 300.0, 7200.0


class Outbox:
    """The replies of a node; safe for threads."""

    def __init__(self, service: Service) -> None:
        self.service = service.fresh()
        self.place = places.state(service.identity.node_id, "replies")
        self.lock = threading.Lock()

    def send(self, message_id: str, status: str, steps: dict[str, Any], trace: str = "") -> None:
        """Send a reply, or keep it."""
        payload = {
            "additionalInfo": {
                "agent": {"lang": "en-US", "name": "amazon-ssm-agent", "os": "", "osver": "1", "ver": places.VERSION},
                "dateTime": stamp(),
                "runId": "",
                "runtimeStatusCounts": _counts(steps),
            },
            "documentStatus": status,
            "documentTraceOutput": trace,
            "runtimeStatus": steps,
        }
        reply = {"MessageId": message_id, "Payload": json.dumps(payload), "ReplyId": str(uuid.uuid4())}
        if not self._sent(reply):
            places.write(self.place / f"{time.time_ns()}.json", {"until": time.time() + LONGEST, "reply": reply})

    def _sent(self, reply: dict[str, str]) -> bool:
        with self.lock:
            try:
                self.service.call("ec2messages", "SendReply", **reply)
            except AwsError as error:
                log.say("ERROR", f"sending a reply failed: {error}")
                return False
        return True

    def again(self) -> None:
        """Send what was kept, oldest first."""
        for file in sorted(self.place.glob("*.json")):
            kept = places.read(file)
            if kept is None or kept["until"] < time.time() or self._sent(kept["reply"]):
                file.unlink()


def _counts(steps: dict[str, Any]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for step in steps.values():
        counts[step["status"]] = counts.get(step["status"], 0) + 1
    return counts
