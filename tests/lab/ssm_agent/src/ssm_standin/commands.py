# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands that a node has: five run, five wait, each once and for all."""

from __future__ import annotations

import json
import pathlib
import threading
import time
from typing import Any

from . import log, places, processes
from .replies import Outbox

RUNNING, WAITING = 5, 5
LOOK = 0.1


class Commands:
    """What the node has taken, in directories that outlive the agent."""

    def __init__(self, node_id: str, outbox: Outbox) -> None:
        self.current = places.state(node_id, "current")
        self.completed = places.state(node_id, "completed")
        self.outbox = outbox
        self.room = threading.Semaphore(RUNNING)

    def resume(self) -> None:
        """Go on with what an earlier agent had taken."""
        for place in sorted(self.current.iterdir(), key=lambda path: path.stat().st_mtime):
            if (place / "message.json").exists():
                log.say("INFO", f"command {place.name} goes on")
                threading.Thread(target=self._attend, args=(place,), daemon=True).start()

    def known(self, command: str) -> bool:
        """Whether it came before, by whichever channel."""
        return (self.current / command / "message.json").exists() or (self.completed / command).exists()

    def full(self) -> bool:
        """Whether there is no room for another."""
        return len(list(self.current.glob("*/message.json"))) >= RUNNING + WAITING

    def accept(self, message_id: str, payload: dict[str, Any]) -> None:
        """Take a command; it runs as soon as there is room."""
        place = self.current / str(payload["CommandId"])
        place.mkdir(exist_ok=True)
        places.write(place / "message.json", {**payload, "MessageId": message_id})
        threading.Thread(target=self._attend, args=(place,), daemon=True).start()

    def cancel(self, message_id: str) -> None:
        """Have a command ended."""
        place = self.current / message_id.split(".")[2]
        if place.exists():
            (place / "cancel").touch()

    def _attend(self, place: pathlib.Path) -> None:
        message: dict[str, Any] = places.read(place / "message.json")
        with self.room:
            if not processes.alive(place) and not (place / "end.json").exists() and not processes.reboots(place):
                processes.start(place)
            ended = self._watch(place, message)
        if ended:
            (self.completed / place.name).touch()
            processes.remove(place)

    def _watch(self, place: pathlib.Path, message: dict[str, Any]) -> bool:
        """Report each step that ends; returns whether the whole has ended (else a reboot is to come)."""
        steps: dict[str, Any] = {}
        while True:
            alive, end = processes.alive(place), places.read(place / "end.json")
            for file in sorted(place.glob("step-*.json"), key=lambda path: int(path.stem[5:])):
                found = places.read(file)
                if found and steps.get(found["step"]) != found:
                    steps[found["step"]] = found
                    status = "SuccessAndReboot" if found["status"] == "SuccessAndReboot" else "InProgress"
                    self.outbox.send(message["MessageId"], status, {found["step"]: found})
            if end:
                # Of several steps the last reply says nothing: each has had its own.
                self.outbox.send(message["MessageId"], end["status"], steps if len(steps) == 1 else {}, end["trace"])
                return True
            if not alive and not (place / "end.json").exists():
                if processes.reboots(place):
                    return False
                self.outbox.send(message["MessageId"], "Failed", {}, f"the worker of the command ended: {_tail(place)}")
                return True
            time.sleep(LOOK)


def _tail(place: pathlib.Path) -> str:
    try:
        return (place / "worker.log").read_text()[-500:]
    except OSError:
        return ""


def parsed(message: dict[str, Any]) -> dict[str, Any]:
    """The payload of a message."""
    return dict(json.loads(message["Payload"]))
